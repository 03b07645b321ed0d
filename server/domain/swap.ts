// A swap: one change of what an engine serves, from the click to exactly one outcome.
//
// Guarantees, kept by app/swaps.ts and the unique index one_live_swap:
//  (1) A cluster has at most one swap in state `running`.
//  (2) A swap ends once: succeeded, failed or cancelled, with one final event, never two.
//  (3) `succeeded` is written only after the right model id and a one-token completion were seen.
//  (4) Nothing is started before every machine of the plan reports the container name absent and memory back.
//  (5) A phase is written before its first effect, and every phase may be entered again after a crash.
//  (6) Every effect on a machine carries the swap's fence; a lower fence changes nothing.
//
//   check -> make_room -> start -> load -> warm_up -> verify -> (succeeded)
//     |          \_________\_______\________\_________\
//     |                                                 -> restore -> (failed | cancelled, restored true|false)
//     \-> (failed | cancelled: nothing was changed)
//
//  FROM                                TO          [what does it]
//  -                                   check       [swaps.start]
//  check                               make_room   [runner, plan still true and fence taken on every machine]
//  check                               failed      [runner: something changed since the plan; nothing was touched]
//  make_room                           start       [runner, names absent and memory back on every machine]
//  start                               load        [runner, launcher ended and the containers exist]
//  load                                warm_up     [runner, /health answers 200]
//  warm_up                             verify      [runner, first completion]
//  verify                              succeeded   [runner, right id and a one-token completion]
//  make_room..verify                   restore     [runner, failure or cancellation, previous model restorable]
//  make_room..verify                   failed      [runner, no way back]
//  restore                             failed | cancelled   [runner]
//
// What may be trusted in each phase: up to `check` the old model still answers; from `make_room` on nothing is promised to
// answer; in `restore` the new model is given up and the old one is on its way; only a final state says what answers now.
import type { Fact } from './evidence.ts'
import type { Plan } from './plan.ts'
import type { Phase } from './words.ts'

export type SwapState = 'running' | 'succeeded' | 'failed' | 'cancelled'

export interface Requester {
  readonly kind: 'owner' | 'app' | 'system'
  readonly name: string
  readonly address: string | null
}

export interface SwapStep {
  readonly phase: Phase
  readonly startedAt: number
  readonly endedAt: number | null
}

/** What the owner reads when it went wrong: what happened, what is true now, what to do. */
export interface SwapTrouble {
  readonly code: string
  readonly happened: string
  readonly now: string
  readonly next: string
  /** The line of the log that told it. */
  readonly line: string | null
  /** Name of the machine it is about, and a command that helps there. Rows of earlier versions lack both. */
  readonly machine?: string | null
  readonly run?: string | null
  /** What was seen when it was found out. */
  readonly evidence?: readonly Fact[]
}

export interface SwapProgress {
  readonly percent: number | null
  readonly sentence: string
  /** What the newest looks showed. */
  readonly evidence?: readonly Fact[]
}

export interface Swap {
  readonly id: string
  readonly cluster: string
  readonly engine: string
  /** null: a stop, nothing is started. */
  readonly model: string | null
  readonly previousModel: string | null
  readonly recipeId: string | null
  readonly plan: Plan
  /** What to start again when the swap fails; null when the planner could not keep the promise. */
  readonly wayBack: Plan | null
  readonly state: SwapState
  readonly phase: Phase
  readonly fence: number
  readonly restored: boolean | null
  readonly progress: SwapProgress
  readonly startedAt: number
  readonly endedAt: number | null
  readonly requestedBy: Requester
  readonly why: string | null
  readonly steps: readonly SwapStep[]
  readonly cancelRequestedAt: number | null
  readonly trouble: SwapTrouble | null
}

/** The six phases a swap walks through when all goes well, in order; `restore` stands outside of them. */
export const forwardPhases = ['check', 'make_room', 'start', 'load', 'warm_up', 'verify'] as const satisfies readonly Phase[]

/** Cancelling is possible until the swap is bringing the old model back or has ended. */
export function canCancel(swap: Pick<Swap, 'state' | 'phase' | 'cancelRequestedAt'>): boolean {
  return swap.state === 'running' && swap.phase !== 'restore' && swap.cancelRequestedAt === null
}

/** What a removal by force removes, in words; null for every other swap. */
export function removedByForce(plan: Pick<Plan, 'stops'>, machineName: (id: string) => string): string | null {
  const forced = plan.stops.filter((stop) => stop.force === true)
  if (forced.length === 0) return null
  return forced.map((stop) => `${stop.containerName} on ${stop.machines.map(machineName).join(' and ')}`).join(', ')
}
