// How many machines a model needs, by the sum of its memory.
import type { MemoryShape } from './memory.ts'
import { divides, type Fit } from './memory-fit.ts'
import type { Inference } from './model.ts'

export type Topology = Inference['topology']

/** Above this, two machines answer noticeably faster than one. */
const worthSplitting = 20e9

/** The smallest set of machines that holds it. */
export function topologyFor(shape: MemoryShape, ladder: readonly Fit[], poolingOnly: boolean): Topology {
  const fit = ladder.find((one) => one.fits)
  if (fit === undefined) return { kind: 'too_large', minNodes: 8, tp: 8 }
  if (fit.nodes > 1) return { kind: 'cluster', minNodes: fit.nodes, tp: fit.nodes }
  const either = shape.weightsBytes > worthSplitting && divides(shape, 2) && !poolingOnly
  return { kind: either ? 'solo_or_cluster' : 'solo', minNodes: 1, tp: 1 }
}
