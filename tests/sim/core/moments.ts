// Switches that wait for a moment of a start: states wake at it, deeds and scenes happen.
import { momentOf, type Passage } from './faults.ts'
import { deeds } from './scenes.ts'
import type { Sim } from './sim.ts'
import { switchOf } from './switches.ts'
import type { Fault } from './types.ts'

/** A start has got there: resolves once the deeds are done. */
export async function passed(sim: Sim, passage: Passage): Promise<void> {
  for (const fault of sim.faults.due(passage)) {
    const node = fault.node ?? passage.nodes[0] ?? ''
    if (fault.afterMs === undefined) await begin(sim, fault, node, passage)
    else void later(sim, fault, () => begin(sim, fault, node, passage))
  }
}

/** A switch was thrown: what is for now happens now. */
export function thrown(sim: Sim, fault: Fault): void {
  if (momentOf(fault) !== 'now') return
  const node = fault.node ?? sim.nodes[0]?.name ?? ''
  const passage: Passage = { moment: 'now', nodes: sim.nodes.map((one) => one.name), leads: true, model: fault.model ?? '', from: 0, to: 0 }
  const act = (): Promise<void> => begin(sim, fault, node, passage)
  void (fault.afterMs === undefined ? act() : later(sim, fault, act))
}

function later(sim: Sim, fault: Fault, act: () => Promise<void>): Promise<void> {
  return sim.clock
    .sleep(Math.round((fault.afterMs ?? 0) * sim.options.timeScale))
    .then(() => (sim.faults.list().includes(fault) ? act() : undefined))
}

async function begin(sim: Sim, fault: Fault, name: string, passage: Passage): Promise<void> {
  const kind = switchOf(fault.name)?.kind ?? 'state'
  if (kind !== 'deed') sim.faults.wake(fault)
  else if (!sim.faults.use(fault)) return
  if (kind === 'state') mendLater(sim, fault)
  else await deeds[fault.name]?.({ sim, fault, node: sim.node(name), passage })
  sim.changed()
}

function mendLater(sim: Sim, fault: Fault): void {
  if (fault.forMs === undefined) return
  void sim.clock.sleep(Math.round(fault.forMs * sim.options.timeScale)).then(() => {
    sim.faults.remove(fault)
    sim.changed()
  })
}
