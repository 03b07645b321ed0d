// The plan of a swap: a pure function of facts. The confirmation page is this plan.
import type { Recipe } from './recipe.ts'
import type { StartMemory } from './start-memory.ts'

/** One docker container a plan stops. `machines`: ids, head first. `stopArgv` is run on the head. */
export interface PlanStop {
  readonly model: string | null
  readonly containerName: string
  readonly machines: readonly string[]
  readonly stopArgv: readonly string[]
  /** Removed at once by docker on each machine, without asking it to end: only by the owner's explicit act. */
  readonly force?: true
}

export interface PlanStart {
  readonly model: string
  readonly recipe: Recipe
  /** Machine ids, head first. */
  readonly machines: readonly string[]
  readonly containerName: string
  readonly port: number
  readonly servedName: string
  /** The launcher and every word after it, one argument an element; run on the head. */
  readonly argv: readonly string[]
  readonly stopArgv: readonly string[]
  /** Environment of the launcher, e.g. HF_HOME. */
  readonly env: Readonly<Record<string, string>>
}

export interface PlanMemory {
  readonly machine: string
  readonly needBytes: number
  /** Free once the stops are done. */
  readonly haveBytes: number
  readonly totalBytes: number
  /** The sum behind needBytes; absent in plans that an older version wrote down. */
  readonly sum?: StartMemory | undefined
}

export type WayBack = { readonly kind: 'none'; readonly why: string } | { readonly kind: 'previous'; readonly model: string }

/** Reasons a plan is blocked; each says in `sentence` what is wrong and in `unblock` what would unblock it. */
export interface PlanReason {
  readonly code: string
  readonly sentence: string
  readonly unblock: string
}

export interface Plan {
  readonly fingerprint: string
  readonly cluster: string
  readonly engine: string
  readonly verdict: 'ready' | 'blocked'
  readonly reasons: readonly PlanReason[]
  readonly stops: readonly PlanStop[]
  /** null only when the plan is blocked before a start could be worked out, and for a plan that only stops. */
  readonly starts: PlanStart | null
  readonly memory: readonly PlanMemory[]
  readonly etaSeconds: number | null
  readonly etaFrom: 'history' | 'family' | 'none'
  /** Durations of past successful swaps of the same recipe on the same machines, newest first, ms. */
  readonly pastMs: readonly number[]
  readonly wayBack: WayBack
  readonly warnings: readonly string[]
  /** Requests in progress on the engine now. */
  readonly inFlight: number
}
