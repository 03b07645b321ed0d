// What was inferred for machines of 128 GB, for the machines there are.
import { fitLadder, plannedMemory, visibleBytes } from './memory-fit.ts'
import { memoryFlagNames, memoryFlags } from './memory-flags.ts'
import type { Flag, Inference } from './model.ts'
import { topologyFor } from './topology.ts'

/** Memory of the machines a model may run on, bytes; null: not seen yet. */
export interface MemorySizes {
  /** Of the largest machine that holds the model: where it runs alone. */
  readonly largest: number | null
  /** Of the smallest machine: what several can count on. */
  readonly smallest: number | null
}

const ofFamily = (flag: Flag): boolean => flag.source.startsWith('recipes/families/')

/** The same inference with the number of machines and the memory flags that these sizes ask for. */
export function sizedInference(inference: Inference, sizes: MemorySizes): Inference {
  const { largest, smallest } = { largest: plannedMemory(sizes.largest), smallest: plannedMemory(sizes.smallest) }
  if (inference.servable === false || (largest === visibleBytes && smallest === visibleBytes)) return inference
  const { shape, pooling, narrowCache } = inference.memory
  const ladder = [
    ...fitLadder(shape, largest, narrowCache).filter((fit) => fit.nodes === 1),
    ...fitLadder(shape, smallest, narrowCache).filter((fit) => fit.nodes > 1),
  ]
  const topology = topologyFor(shape, ladder, pooling)
  const totalBytes = topology.minNodes === 1 ? largest : smallest
  const memory = memoryFlags({ ...inference.memory, nodes: topology.minNodes, totalBytes })
  const replaced = (flag: Flag): boolean => memoryFlagNames.has(flag.name) && !ofFamily(flag)
  const kept = inference.flags.filter((flag) => !replaced(flag))
  const at = Math.max(0, inference.flags.findIndex(replaced))
  const added = memory.filter((flag) => !kept.some((one) => one.name === flag.name))
  return { ...inference, topology, flags: [...kept.slice(0, at), ...added, ...kept.slice(at)] }
}
