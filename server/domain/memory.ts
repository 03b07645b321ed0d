// What of a model takes memory: its weights, and the cache that each kind of layer keeps. All figures bytes.

/** One kind of layers and what each of them keeps for a request. */
export interface CachePart {
  readonly what: 'full attention' | 'latent attention' | 'window' | 'index' | 'compressed' | 'state' | 'cross attention'
  readonly layers: number
  /** Bytes that one layer keeps: of a state for each request, else for each token at 16 bits an element. */
  readonly bytes: number
  /** Tokens kept at most; null: all of them. */
  readonly atMost: number | null
  /** Heads that several machines share out; null: every machine keeps the whole. */
  readonly heads: number | null
  /** An 8-bit cache halves it. */
  readonly narrows: boolean
}

export interface CacheShape {
  readonly parts: readonly CachePart[]
  /** The formula in words, and the fields it was read from. */
  readonly formula: string
}

/** What of a model counts, whatever machine it runs on. */
export interface MemoryShape {
  /** Weights as they lie in memory once loaded, over all machines. */
  readonly weightsBytes: number
  readonly weightsFrom: string
  readonly cache: CacheShape | null
  /** Some layers keep a state for each running request. */
  readonly states: boolean
  /** Longest context it was trained for, tokens. */
  readonly trained: number | null
  readonly hidden: number
  readonly vocabulary: number
  /** Pictures or sound are measured at start-up too. */
  readonly senses: boolean
  /** Attention heads, which the number of machines must divide; null: not known. */
  readonly heads: number | null
}

/** What of a family's memory its config does not tell. */
export interface FamilyMemory {
  /** What is particular about it, for people. */
  readonly note?: string | undefined
  /** A formula other than the one the config suggests: `grouped` where vLLM unfolds a latent cache, `encoder-decoder` for speech. */
  readonly formula?: 'grouped' | 'encoder-decoder' | undefined
  /** One layer of so many keeps everything; the others have the config's window. */
  readonly fullEvery?: number | undefined
}

/** Bytes one more token costs over all machines at 16 bits an element, once every window is full. */
export function bytesPerToken(shape: CacheShape): number {
  const grows = shape.parts.filter((part) => part.atMost === null && part.what !== 'state' && part.what !== 'cross attention')
  return grows.reduce((sum, part) => sum + part.layers * part.bytes, 0)
}
