// What a plan is made from. Gathered by app/plans.ts; nothing in here is looked up later.
import type { Serving } from './engine.ts'
import type { LauncherMod } from './launcher-mod.ts'
import type { MachineView } from './machine.ts'
import type { MeasuredStart } from './memory-learning.ts'
import type { Model } from './model.ts'
import type { PressureLevel } from './pressure-level.ts'
import type { Recipe } from './recipe.ts'

/** How a machine's memory is, as it is told second by second. */
export interface PlanPressure {
  readonly level: PressureLevel
  /** With its numbers. */
  readonly sentence: string
}

/** A running service as the ledger counts it. */
export interface Declared {
  readonly name: string
  readonly steadyBytes: number
  /** It is on its way up: what it will take still shows as free. */
  readonly coming: boolean
}

export interface PlanFacts {
  readonly now: number
  readonly pollMs: number
  readonly cluster: string
  readonly engine: string
  readonly appliance: string
  /** null: stop what serves and start nothing. */
  readonly target: { readonly model: Model; readonly name: string; readonly recipe: Recipe } | null
  /** All machines of the cluster, in the owner's order. */
  readonly machines: readonly MachineView[]
  readonly serving: Serving | null
  readonly servingName: string | null
  readonly containerName: string
  readonly defaultImage: string
  readonly defaultPort: number
  readonly headroomBytes: number
  /** What finished starts of a recipe taught, on machines of this much memory. */
  readonly measured?: (recipe: Recipe, totalBytes: number) => MeasuredStart | null
  /** Mods in the launcher's checkout of a machine, as they were last read. */
  readonly modsOn?: (machine: string) => readonly LauncherMod[]
  /** How short of memory a machine is; null or absent: nobody follows it. */
  readonly pressureOn?: (machine: string) => PlanPressure | null
  /** Services that run on a machine, and what each holds once it is loaded, bytes. */
  readonly declaredOn?: (machine: string) => readonly Declared[]
  readonly restorePrevious: boolean
  /** Durations of past successful switches of this recipe on these machines, newest first, ms. */
  readonly pastMs: (machines: readonly string[]) => readonly number[]
  readonly inFlight: number
}
