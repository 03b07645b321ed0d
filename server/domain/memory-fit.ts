// On how many machines of a given memory a model fits, and how long a context then can be.
import type { MemoryShape } from './memory.ts'
import { cacheBytes, longestContext, type Serve, usualServe, workingBytes } from './memory-estimate.ts'

/** Memory of a Spark that its chip sees: 127601452 KiB. */
export const visibleBytes = 127_601_452 * 1024
/** The share of memory a recipe of ours takes as a rule. */
export const usualShare = 0.8
/** Never more of it without the owner's word: above this the machine itself runs short and freezes. */
export const highestShare = 0.85
/** The shortest context that is of use in a conversation, tokens. A model that cannot have it does not count as fitting. */
const usefulContext = 8192
/** Sizes a cluster may have. */
export const clusterSizes = [1, 2, 4, 8] as const

/**
 * Memory to plan with: all 128 GB units count as one size, so that a recipe does not change with the kilobytes that a start of the
 * machine leaves out; others by whole GiB.
 */
export function plannedMemory(totalBytes: number | null): number {
  const gib = 2 ** 30
  if (totalBytes === null || totalBytes <= 0 || (totalBytes > 114 * gib && totalBytes < 126 * gib)) return visibleBytes
  return Math.max(gib, Math.floor(totalBytes / gib) * gib)
}

/**
 * The share of each machine that a model may fill to count as fitting, set so that published recipes for Sparks come out as they are
 * run: one machine has a way out, which is two; eight are the end, where a sum that is a little wrong costs most.
 */
export const shareFor = (nodes: number): number => (nodes === 2 || nodes === 4 ? highestShare : usualShare)

export interface Fit {
  readonly nodes: number
  readonly fits: boolean
  /** What each machine needs for a context of use, without headroom. */
  readonly needBytes: number
  /** What vLLM may take of each. */
  readonly roomBytes: number
  /** Longest context that fits there for one request, tokens, at most what it was trained for; null: not known. */
  readonly longest: number | null
}

const usefulServe = (shape: MemoryShape, nodes: number, narrowCache: boolean): Serve => ({
  ...usualServe,
  nodes,
  narrowCache,
  context: Math.min(shape.trained ?? usefulContext, usefulContext),
})

function fitOn(shape: MemoryShape, nodes: number, totalBytes: number, narrowCache: boolean): Fit {
  const serve = usefulServe(shape, nodes, narrowCache)
  const roomBytes = Math.floor(shareFor(nodes) * totalBytes)
  const rest = Math.round(shape.weightsBytes / nodes + workingBytes(shape, serve))
  const needBytes = rest + Math.round(shape.cache === null ? 0 : cacheBytes(shape.cache, serve))
  const longest = longestContext(shape.cache, serve, roomBytes - rest)
  return { nodes, fits: needBytes <= roomBytes, needBytes, roomBytes, longest: longest === null ? null : capped(longest, shape.trained) }
}

const capped = (tokens: number, trained: number | null): number => (trained === null ? tokens : Math.min(tokens, trained))

/** True where so many machines can share its attention heads out evenly. */
export function divides(shape: MemoryShape, nodes: number): boolean {
  return shape.heads === null || shape.heads < 1 || shape.heads % nodes === 0
}

/** Every size of cluster that divides its heads, smallest first. */
export function fitLadder(shape: MemoryShape, totalBytes: number, narrowCache: boolean): readonly Fit[] {
  return clusterSizes.filter((nodes) => divides(shape, nodes)).map((nodes) => fitOn(shape, nodes, totalBytes, narrowCache))
}
