// How many machines of 128 GB a model needs. Boundaries follow published Spark recipes: about 90 GB of weights fit one machine, 100 each fit several.
import type { ModelFacts } from './facts.ts'
import type { Inference } from './model.ts'
import { headCount } from './shape.ts'

export type Topology = Inference['topology']

/** Bytes of weights that so many machines hold together with cache and working memory. */
export const holds: readonly { readonly nodes: number; readonly bytes: number }[] = [
  { nodes: 1, bytes: 90e9 },
  { nodes: 2, bytes: 201e9 },
  { nodes: 4, bytes: 412e9 },
  { nodes: 8, bytes: 780e9 },
]

/** Above this, two machines answer noticeably faster than one. */
const worthSplitting = 20e9

/** The smallest set of machines that holds the weights and divides the attention heads evenly. */
export function topologyFor(facts: ModelFacts, weights: number, poolingOnly: boolean): Topology {
  const heads = headCount(facts)
  const divides = (nodes: number): boolean => heads === null || heads === 0 || heads % nodes === 0
  const fit = holds.find((row) => weights <= row.bytes && divides(row.nodes))
  if (fit === undefined) return { kind: 'too_large', minNodes: 8, tp: 8 }
  if (fit.nodes > 1) return { kind: 'cluster', minNodes: fit.nodes, tp: fit.nodes }
  const either = weights > worthSplitting && divides(2) && !poolingOnly
  return { kind: either ? 'solo_or_cluster' : 'solo', minNodes: 1, tp: 1 }
}
