// The memory ledger before a load. On GB10 running out of memory does not end a process, it freezes the machine,
// so a start that does not fit is refused before anything is stopped. All figures bytes.
import type { Serving } from './engine.ts'
import type { MachineView } from './machine.ts'
import type { MeasuredStart } from './memory-learning.ts'
import type { Flag } from './model.ts'
import type { Declared, PlanFacts } from './plan-facts.ts'
import type { Recipe } from './recipe.ts'

/** vLLM's own default where a recipe leaves the flag out. */
const defaultUtilization = 0.9
/** What the system itself keeps: never counted as free again after a stop. */
const systemShare = 0.05

/** What a machine of so much memory has beside its system. */
export const roomBytes = (totalBytes: number): number => totalBytes * (1 - systemShare)

/** Fraction of memory a start asks vLLM to take. */
export function utilization(flags: readonly Flag[]): number {
  const value = Number(flags.find((flag) => flag.name === 'gpu-memory-utilization')?.value)
  return Number.isFinite(value) && value > 0 && value <= 1 ? value : defaultUtilization
}

/** What vLLM takes of a machine by its own fraction, whatever the weights need; it refuses to start where less is free. */
export function takenBytes(flags: readonly Flag[], totalBytes: number): number {
  return Math.round(utilization(flags) * totalBytes)
}

/** What holds memory of a machine and is stopped first. */
export interface Held {
  /** Flags vLLM runs with there; none where nobody knows them. */
  readonly flags: readonly Flag[]
  /** What finished starts of the same recipe took once they answered; null: never measured. */
  readonly steadyBytes: number | null
}

/** An engine whose recipe is not known. */
export const heldBySomething: Held = { flags: [], steadyBytes: null }

/** Services on their way up on a machine: what is free there now is theirs already. */
export const comingOn = (facts: Pick<PlanFacts, 'declaredOn'>, machine: string): readonly Declared[] =>
  (facts.declaredOn?.(machine) ?? []).filter((one) => one.coming)

/** What they will take of it, bytes. */
export const comingBytes = (facts: Pick<PlanFacts, 'declaredOn'>, machine: string): number =>
  comingOn(facts, machine).reduce((sum, one) => sum + one.steadyBytes, 0)

/**
 * What will be free on a machine once its engine is stopped: what is available now plus what the engine was measured to hold, or,
 * never measured, what vLLM takes by its own fraction; never more than the machine has beside its system. Null: nothing of ours runs there.
 * `coming`: what others on their way up will take of it, bytes.
 */
export function haveBytes(view: MachineView, held: Held | null, coming = 0): number {
  const memory = view.observation?.memory
  if (memory === undefined) return 0
  const comesBack = held === null ? 0 : (held.steadyBytes ?? memory.totalBytes * utilization(held.flags))
  const have = held === null ? memory.availableBytes : Math.round(Math.min(roomBytes(memory.totalBytes), memory.availableBytes + comesBack))
  return Math.max(0, have - coming)
}

/** What the serving engine holds of a machine that it runs on. */
export function heldByServing(
  serving: Serving | null,
  view: MachineView,
  measured?: (recipe: Recipe, totalBytes: number) => MeasuredStart | null,
): Held {
  const recipe = serving?.plan?.starts?.recipe
  if (recipe === undefined) return heldBySomething
  const seen = measured?.(recipe, view.observation?.memory.totalBytes ?? 0) ?? null
  return { flags: recipe.flags, steadyBytes: seen?.steadyBytes ?? null }
}
