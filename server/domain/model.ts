// A model is a folder on disks. FolderListing is what a scan of one machine read there; Model is what all machines say together.
import type { MemoryShape } from './memory.ts'

/** One file of a snapshot, links followed. `sizeBytes` null: the link's target is missing. */
export interface ListedFile {
  readonly path: string
  readonly sizeBytes: number | null
}

/** One model folder as one machine holds it. `texts` are the small files inference reads (config.json and friends), by name; at most 1 MiB each, the index reduced to its file names. */
export interface FolderListing {
  /** Hub id, or `local:<name>`. */
  readonly id: string
  readonly kind: 'hub' | 'local' | 'dataset'
  /** Folder of the snapshot (or the local folder) on that machine. */
  readonly path: string
  readonly revision: string | null
  readonly files: readonly ListedFile[]
  readonly texts: Readonly<Record<string, string>>
  /** Files that model.safetensors.index.json names, null when there is no index. */
  readonly indexFiles: readonly string[] | null
  /** Unfinished blobs of this repo (`*.incomplete`, `*.part`): how many bytes they hold, and when the newest last grew (ms). */
  readonly unfinished: { readonly count: number; readonly bytes: number; readonly newestAt: number } | null
  /** Bytes on disk of the whole repo folder, links counted once. */
  readonly diskBytes: number
  readonly lastUsedAt: number | null
}

export type FolderState = 'complete' | 'downloading' | 'interrupted' | 'incomplete' | 'config_only' | 'not_a_model'

export type ServedAs = 'chat' | 'completion' | 'embedding' | 'rerank' | 'classify' | 'transcription'
export type Quantization = 'none' | 'fp8' | 'nvfp4' | 'mxfp4' | 'int4' | 'int8'

/** One flag of `vllm serve` with the reason it is there. `value` true: a bare flag. Names are long and without dashes. */
export interface Flag {
  readonly name: string
  readonly value: string | number | true
  readonly reason: string
  /** The file and field, or the rule, that the reason rests on. */
  readonly source: string
}

/** One conclusion and what it rests on: "Tool calls", "qwen3_coder", "model_type is qwen3_5_moe". */
export interface Evidence {
  readonly what: string
  readonly says: string
  readonly because: string
}

/** What of a model takes memory, and how it is served in that respect. */
export interface ModelMemory {
  readonly shape: MemoryShape
  readonly pooling: boolean
  /** The checkpoint was calibrated for an 8-bit cache. */
  readonly narrowCache: boolean
}

/** What inference says of one folder. It is honest: `servable` null means "needs set-up", with the reason. */
export interface Inference {
  readonly servable: boolean | null
  readonly as: ServedAs | null
  readonly reason: string | null
  readonly family: string | null
  readonly quantization: Quantization
  readonly capabilities: readonly string[]
  readonly toolCallParser: string | null
  readonly reasoningParser: string | null
  readonly topology: { readonly kind: 'solo' | 'solo_or_cluster' | 'cluster' | 'too_large'; readonly minNodes: number; readonly tp: number }
  readonly flags: readonly Flag[]
  readonly env: Readonly<Record<string, string>>
  readonly weightsBytes: number
  readonly memory: ModelMemory
  readonly evidence: readonly Evidence[]
  /** Longest context the model was trained for, tokens. */
  readonly maxContext: number | null
}

/** One machine's copy of a model. */
export interface ModelCopy {
  readonly machine: string
  readonly state: FolderState
  readonly bytes: number
  readonly revision: string | null
  readonly path: string
}

/** A model as all machines together hold it. `state` is the best any machine has. */
export interface Model {
  readonly id: string
  /** A name for people: "Qwen3.6 35B". */
  readonly name: string
  readonly copies: readonly ModelCopy[]
  readonly state: FolderState
  readonly complete: boolean
  /** Complete on several machines but at different commits. */
  readonly revisionsDiffer: boolean
  readonly sizeBytes: number
  readonly inference: Inference
  readonly lastUsedAt: number | null
}
