// What is done to machines, as the edge sees it: answers from the contract's own samples.
import type { MachineKnowledge } from '../../server/app/machine-facts-view.ts'
import type { UseCases } from '../../server/app/use-cases.ts'
import { flatStatusSample } from '../../server/contract/operations/flat-status.ts'
import { machineActOperations } from '../../server/contract/operations/machine-acts.ts'
import type { MachineShape } from '../../server/contract/operations/shapes.ts'

export const noKnowledge: MachineKnowledge = {
  inspection: null,
  notes: [],
  danger: null,
  dropped: null,
  nameAt: (address) => address,
  serviceIn: () => null,
}

const dropped = machineActOperations['machines.dropCaches'].examples[0]?.out
const changes = machineActOperations['machines.launcherChanges'].examples[0]?.out
const updated = machineActOperations['machines.updateLauncher'].examples[0]?.out

export function fakeMachineFacts(
  note: (what: string, ask: unknown) => void,
  machine: (id: string) => MachineShape,
): UseCases['machineFacts'] {
  return {
    async inspect(id) {
      note('machines.inspect', machine(id).id)
    },
    async dropCaches(id, ask) {
      note('machines.dropCaches', { id: machine(id).id, ...ask })
      return dropped as never
    },
    async launcherChanges(id) {
      note('machines.launcherChanges', machine(id).id)
      return changes as never
    },
    async updateLauncher(id, ask) {
      note('machines.updateLauncher', { id: machine(id).id, ...ask })
      return updated as never
    },
    agreements: () => [],
    flatStatus: () => flatStatusSample,
  }
}
