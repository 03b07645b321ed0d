// The failure switches that are on. Asking whether one strikes uses up one of its times; one that waits for a moment sleeps until then.
import { switchOf } from './switches.ts'
import type { Fault, FaultName, Moment } from './types.ts'

/** Where a start has got to. `from` and `to`: between which percents of the weights this step is, `from` not included. */
export interface Passage {
  readonly moment: Moment
  readonly nodes: readonly string[]
  /** False: a switch that names no node passes by, so that one switch makes one failure. */
  readonly leads: boolean
  readonly model: string
  readonly from: number
  readonly to: number
  /** Ends the launcher that passes here, as a lost terminal does. */
  readonly hangUp?: () => void
}

export interface FaultBook {
  set(fault: Fault): void
  clear(name: FaultName, node?: string): void
  /** This one alone, once it is over. */
  remove(fault: Fault): void
  list(): readonly Fault[]
  /** The fault, if it strikes here now; counts down `times`. `what`: the model, or the container of a service. */
  strike(name: FaultName, node: string, what?: string): Fault | null
  /** True while it is on here, without using it up: for conditions that last (no docker group, memory pinned). */
  isOn(name: FaultName, node: string, what?: string): boolean
  /** Those that wait for this moment. */
  due(passage: Passage): readonly Fault[]
  wake(fault: Fault): void
  /** Uses up one of its times; false when it is no longer there. */
  use(fault: Fault): boolean
  /** How often each one really struck; a condition that lasts counts once. */
  struck(): ReadonlyMap<FaultName, number>
  /** What has to be undone when the fault is cleared. */
  keep(fault: Fault, undo: () => void): void
}

export const momentOf = (fault: Fault): Moment => fault.at ?? switchOf(fault.name)?.moment ?? 'now'

const isSame = (one: Fault, other: Fault): boolean =>
  one.name === other.name && one.node === other.node && one.model === other.model && one.container === other.container

export function createFaultBook(): FaultBook {
  let faults: readonly Fault[] = []
  const awake = new WeakSet<Fault>()
  const struck = new Map<FaultName, number>()
  const met = new WeakSet<Fault>()
  const count = (fault: Fault): void => {
    met.add(fault)
    struck.set(fault.name, (struck.get(fault.name) ?? 0) + 1)
  }
  const undoes = new Map<Fault, () => void>()
  const isAwake = (fault: Fault): boolean => awake.has(fault) || (momentOf(fault) === 'now' && fault.afterMs === undefined)
  const matches = (fault: Fault, name: FaultName, node: string, what?: string): boolean =>
    fault.name === name &&
    isAwake(fault) &&
    (fault.node === undefined || fault.node === node) &&
    (fault.model === undefined || what === undefined || fault.model === what) &&
    (fault.container === undefined || fault.container === what)
  const keepOnly = (stays: (fault: Fault) => boolean): void => {
    const gone = faults.filter((fault) => !stays(fault))
    faults = faults.filter(stays)
    for (const fault of gone) {
      undoes.get(fault)?.()
      undoes.delete(fault)
    }
  }
  const use = (found: Fault): boolean => {
    if (!faults.includes(found)) return false
    count(found)
    if (found.times === undefined) return true
    const left = { ...found, times: found.times - 1 }
    if (awake.has(found)) awake.add(left)
    faults = faults.flatMap((fault) => (fault !== found ? [fault] : left.times > 0 ? [left] : []))
    return true
  }

  return {
    set(fault) {
      keepOnly((one) => !isSame(one, fault))
      faults = [...faults, fault]
    },
    clear: (name, node) => keepOnly((one) => one.name !== name || (node !== undefined && one.node !== node)),
    remove: (fault) => keepOnly((one) => !isSame(one, fault)),
    list: () => faults,
    strike(name, node, what) {
      const found = faults.find((fault) => matches(fault, name, node, what))
      if (found === undefined) return null
      use(found)
      return found
    },
    isOn(name, node, what) {
      const found = faults.find((fault) => matches(fault, name, node, what))
      if (found !== undefined && !met.has(found)) count(found)
      return found !== undefined
    },
    due: ({ moment, nodes, leads, model, from, to }) =>
      faults.filter((fault) => {
        const percent = fault.percent ?? 50
        return (
          momentOf(fault) === moment &&
          !awake.has(fault) &&
          (fault.node === undefined ? leads : nodes.includes(fault.node)) &&
          (fault.model === undefined || fault.model === model) &&
          (moment !== 'weights' || (from < percent && percent <= to))
        )
      }),
    wake: (fault) => void awake.add(fault),
    use,
    struck: () => struck,
    keep: (fault, undo) => void undoes.set(fault, undo),
  }
}
