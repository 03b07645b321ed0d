// What switches do to services when their moment comes.
import type { SimContainer } from './container.ts'
import { memoryOf, type SimNode } from './node.ts'
import type { SimProcess } from './process.ts'
import type { Deed, Scene } from './scenes.ts'
import type { FaultName } from './types.ts'

/** F36 leaves so much free. */
const leftBytes = 2_000_000_000
/** F38: so often a piece of log, and so many lines in it. */
const floodMs = 100
const floodLines = 40

export const serviceDeeds: Readonly<Partial<Record<FaultName, Deed>>> = {
  F36: hoard,
  F37(scene) {
    const found = targetOf(scene)
    if (found === null) return
    found.container.oomKilled = true
    found.process.kill(137)
  },
  F38: flood,
}

interface Target {
  readonly node: SimNode
  readonly container: SimContainer
  readonly process: SimProcess
}

/** The service that is named, or the first that runs. */
function targetOf({ sim, fault }: Scene): Target | null {
  const nodes = fault.node === undefined ? sim.nodes : [sim.node(fault.node)]
  for (const node of nodes) {
    for (const container of node.containers.values()) {
      const process = container.processes[0]
      const isMeant = fault.container === undefined || fault.container === container.name
      if (isMeant && process !== undefined && process.service !== null) return { node, container, process }
    }
  }
  return null
}

function hoard(scene: Scene): void {
  const { sim, fault } = scene
  const found = targetOf(scene)
  if (found === null) return
  const { node, process } = found
  const grown = Math.max(0, memoryOf(node, sim.clock.now()).availableBytes - leftBytes)
  process.heldBytes += grown
  sim.faults.keep(fault, () => {
    process.heldBytes = Math.max(0, process.heldBytes - grown)
  })
}

function flood(scene: Scene): void {
  const { sim, fault } = scene
  const found = targetOf(scene)
  if (found === null) return
  const { container, process } = found
  let mended = false
  sim.faults.keep(fault, () => {
    mended = true
  })
  const pour = async (): Promise<void> => {
    for (let number = 1; !mended && process.exitCode === null; number += floodLines) {
      const lines = Array.from({ length: floodLines }, (_, at) => `DEBUG:    frame ${number + at} \u001b[32mqueued\u001b[0m\n`)
      container.log.append(lines.join(''))
      await sim.clock.sleep(floodMs)
    }
  }
  void pour()
}
