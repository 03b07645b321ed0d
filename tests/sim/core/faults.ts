// The failure switches that are on. Asking whether one strikes uses up one of its times.
import type { Fault, FaultName } from './types.ts'

export interface FaultBook {
  set(fault: Fault): void
  clear(name: FaultName, node?: string): void
  list(): readonly Fault[]
  /** The fault, if it strikes here now; counts down `times`. */
  strike(name: FaultName, node: string, model?: string): Fault | null
  /** True while it is on here, without using it up: for conditions that last (no docker group, memory pinned). */
  isOn(name: FaultName, node: string): boolean
}

export function createFaultBook(): FaultBook {
  let faults: readonly Fault[] = []
  const matches = (fault: Fault, name: FaultName, node: string, model?: string): boolean =>
    fault.name === name &&
    (fault.node === undefined || fault.node === node) &&
    (fault.model === undefined || model === undefined || fault.model === model)

  return {
    set(fault) {
      faults = [...faults.filter((one) => one.name !== fault.name || one.node !== fault.node || one.model !== fault.model), fault]
    },
    clear(name, node) {
      faults = faults.filter((one) => one.name !== name || (node !== undefined && one.node !== node))
    },
    list: () => faults,
    strike(name, node, model) {
      const found = faults.find((fault) => matches(fault, name, node, model))
      if (found === undefined) return null
      if (found.times !== undefined) {
        const left = found.times - 1
        faults = faults.flatMap((fault) => (fault !== found ? [fault] : left > 0 ? [{ ...fault, times: left }] : []))
      }
      return found
    },
    isOn: (name, node) => faults.some((fault) => matches(fault, name, node)),
  }
}
