// The files of a model as the Hugging Face cache holds them. Door 1 lists them, doors 2 and 3 put them on a disk.
import { hexOf } from './prng.ts'
import type { SimModel } from './types.ts'

export interface SnapshotFile {
  readonly name: string
  readonly sizeBytes: number
  /** Content of small files; null: weights, whose bytes do not matter (sparse on a real disk). */
  readonly text: string | null
  /** The blob it links to. */
  readonly blob: string
}

export interface Snapshot {
  /** models--ORG--NAME */
  readonly folder: string
  readonly revision: string
  /** Files that are there; a missing shard is not among them. */
  readonly files: readonly SnapshotFile[]
  /** What model.safetensors.index.json names; null for a single weights file. */
  readonly indexFiles: readonly string[] | null
  /** `blobs/<blob>.incomplete` of a download that is running or was cut off. */
  readonly unfinished: readonly { readonly blob: string; readonly bytes: number }[]
}

const shardBytes = 4_800_000_000

function shardNames(model: SimModel): readonly string[] {
  if (model.config['peft_type'] !== undefined || model.files?.['adapter_config.json'] !== undefined) return ['adapter_model.safetensors']
  const count = Math.ceil(model.weightsBytes / shardBytes)
  if (count <= 1) return ['model.safetensors']
  const padded = (value: number): string => String(value).padStart(5, '0')
  return Array.from({ length: count }, (_, index) => `model-${padded(index + 1)}-of-${padded(count)}.safetensors`)
}

const drawn = new WeakMap<SimModel, Snapshot>()

/** The layout of a model's folder in its present state. A model that changes is another object. */
export function snapshotOf(model: SimModel): Snapshot {
  const known = drawn.get(model)
  if (known !== undefined) return known
  const snapshot = drawSnapshot(model)
  drawn.set(model, snapshot)
  return snapshot
}

function drawSnapshot(model: SimModel): Snapshot {
  const shards = shardNames(model)
  const indexFiles = shards.length > 1 ? shards : null
  const texts: Record<string, string> = { ...model.files }
  if (texts['tokenizer_config.json'] !== undefined) texts['tokenizer.json'] ??= '{ "version": "1.0", "model": { "type": "BPE" } }\n'
  if (Object.keys(model.config).length > 0) texts['config.json'] = `${JSON.stringify(model.config, null, 2)}\n`
  if (indexFiles !== null) texts['model.safetensors.index.json'] = indexText(model, shards)
  const size = model.weightsBytes / shards.length
  const { done, part } = arrived(model, shards.length, size)
  const small = Object.entries(texts).map(([name, text]) => ({
    name,
    text,
    sizeBytes: Buffer.byteLength(text),
    blob: hexOf(`${model.repo} ${name}`, 40),
  }))
  const large = shards.map((name) => ({ name, text: null, sizeBytes: Math.floor(size), blob: hexOf(`${model.repo} ${name}`, 64) }))
  return {
    folder: `models--${model.repo.replace('/', '--')}`,
    revision: model.revision ?? hexOf(`revision of ${model.repo}`, 40),
    files: [...small, ...large.slice(0, done)],
    indexFiles,
    unfinished: large.slice(done, done + 1).map(({ blob }) => ({ blob, bytes: Math.floor(part) })),
  }
}

/** Shards that are whole, and bytes of the next one. */
function arrived(model: SimModel, shards: number, size: number): { done: number; part: number } {
  if ((model.state ?? 'complete') === 'complete') return { done: shards, part: 0 }
  if (model.arrivedBytes === undefined) return { done: Math.floor(shards / 2), part: size * 0.375 }
  const done = Math.min(shards - 1, Math.floor(model.arrivedBytes / size))
  return { done, part: Math.max(1, Math.min(size - 1, model.arrivedBytes - done * size)) }
}

/** Bytes of weights on the disk. */
export function arrivedBytes(model: SimModel): number {
  const shards = shardNames(model).length
  const { done, part } = arrived(model, shards, model.weightsBytes / shards)
  return (done * model.weightsBytes) / shards + part
}

/** One tensor a shard is enough: readers want the file names. */
function indexText(model: SimModel, shards: readonly string[]): string {
  const weightMap = Object.fromEntries(shards.map((name, index) => [`model.layers.${index}.mlp.weight`, name]))
  return `${JSON.stringify({ metadata: { total_size: model.weightsBytes }, weight_map: weightMap }, null, 2)}\n`
}
