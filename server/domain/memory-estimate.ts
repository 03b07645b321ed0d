// How much memory a start needs on each machine: weights, cache, start-up and headroom, as a sum whose parts are kept.
// Pure. All figures bytes; a machine's memory is shared by the chip and the system.
import type { CachePart, CacheShape, MemoryShape } from './memory.ts'

/** How it is to be served. */
export interface Serve {
  readonly nodes: number
  /** Longest request, tokens. */
  readonly context: number
  /** Requests of that length that the cache must hold at once. */
  readonly sequences: number
  /** Requests that may run at once, each with its fixed state. */
  readonly running: number
  readonly narrowCache: boolean
  /** Tokens of prompts read in one step. */
  readonly batched: number
  readonly eager: boolean
  /** How weights come from the disk: whole files through buffers, or mapped. */
  readonly loader: 'files' | 'mapped'
}

/** The sum for one machine. */
export interface MemorySum {
  readonly weightsBytes: number
  readonly cacheBytes: number
  readonly startUpBytes: number
  readonly headroomBytes: number
  readonly needBytes: number
}

export const usualServe: Serve = {
  nodes: 1,
  context: 4096,
  sequences: 1,
  running: 8,
  narrowCache: false,
  batched: 8192,
  eager: false,
  loader: 'mapped',
}

/** CUDA, Python, the server's processes and what several machines talk through. */
const processBytes = 3.5e9
/** Recorded fast paths: 0.3 to 1.7 GiB were seen on GB10. */
const graphBytes = 1.5e9
/** The picture or sound part is run once at its largest input. */
const sensesBytes = 1.5e9
/** Copies of a token's hidden vector alive at once while a prompt is read. */
const copies = 16
/** While weights are read, buffers hold what is not in place yet: 30 % more was measured. A loader that fetches whole files holds two large ones. */
const bufferShare = 0.3
const bufferMost = { files: 10e9, mapped: 5e9 } as const
/** vLLM pads groups of layers to one page size; at most a tenth is said to be lost to it. */
const padding = 1.1

/** The part of a layer's cache that the fullest machine keeps: heads are shared out whole, and kept twice when there are too few. */
function largestShare(part: CachePart, nodes: number): number {
  return part.heads === null || part.heads < 1 ? 1 : Math.min(1, Math.ceil(part.heads / nodes) / part.heads)
}

const perRequest = (part: CachePart): boolean => part.what === 'state' || part.what === 'cross attention'

/** Bytes that one request of `context` tokens keeps on one machine, without fixed states. */
export function requestBytes(cache: CacheShape, serve: Pick<Serve, 'nodes' | 'context' | 'narrowCache' | 'batched'>): number {
  return cache.parts
    .filter((part) => !perRequest(part))
    .reduce((sum, part) => {
      // A window keeps what the step in progress reads beside what it looks back on.
      const tokens = part.atMost === null ? serve.context : Math.min(serve.context, part.atMost + serve.batched)
      return sum + part.layers * part.bytes * tokens * largestShare(part, serve.nodes) * (part.narrows && serve.narrowCache ? 0.5 : 1)
    }, 0)
}

/** Bytes that every running request pins on one machine, however short: its states, and a page as large in the layers beside them. */
export function pinnedBytes(cache: CacheShape, nodes: number): number {
  const fixed = cache.parts.filter(perRequest)
  const states = cache.parts.filter((part) => part.what === 'state')
  const page = states.reduce((most, part) => Math.max(most, part.bytes * largestShare(part, nodes)), 0)
  const beside = cache.parts.filter((part) => !perRequest(part) && part.atMost === null).reduce((sum, part) => sum + part.layers, 0)
  const own = fixed.reduce((sum, part) => sum + part.layers * part.bytes * largestShare(part, nodes), 0)
  return (own + page * beside) * (states.length > 0 ? padding : 1)
}

export function cacheBytes(cache: CacheShape, serve: Serve): number {
  const running = Math.max(serve.running, serve.sequences)
  return requestBytes(cache, serve) * serve.sequences + pinnedBytes(cache, serve.nodes) * running
}

/** Memory that start-up takes for good beside weights and cache. */
export function workingBytes(shape: MemoryShape, serve: Serve): number {
  const activations = serve.batched * shape.hidden * 2 * copies + serve.running * shape.vocabulary * 8
  const senses = shape.senses ? sensesBytes : 0
  return processBytes + (serve.eager ? 0 : graphBytes) + activations + senses
}

/**
 * The sum for one machine. `cache`: a size that the recipe fixes; else what the requests need. Buffers of the load are gone before
 * the cache is laid out, so they count only where they are larger than it.
 */
export function memorySum(shape: MemoryShape, serve: Serve, headroomBytes: number, fixedCache: number | null): MemorySum {
  const weights = Math.round(shape.weightsBytes / serve.nodes)
  const cache = Math.round(fixedCache ?? (shape.cache === null ? 0 : cacheBytes(shape.cache, serve)))
  const working = workingBytes(shape, serve)
  const buffers = processBytes + Math.min(weights * bufferShare, bufferMost[serve.loader])
  const startUp = Math.round(Math.max(working, buffers - cache))
  return {
    weightsBytes: weights,
    cacheBytes: cache,
    startUpBytes: startUp,
    headroomBytes,
    needBytes: weights + cache + startUp + headroomBytes,
  }
}

/** The longest request whose cache fits in `room` bytes of a machine, tokens; null where no formula holds. */
export function longestContext(cache: CacheShape | null, serve: Serve, room: number): number | null {
  if (cache === null) return null
  const fits = (context: number): boolean => cacheBytes(cache, { ...serve, context }) <= room
  if (!fits(1)) return 0
  let [low, high] = [1, 2 ** 27]
  if (fits(high)) return high
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (fits(middle)) low = middle
    else high = middle
  }
  return low
}
