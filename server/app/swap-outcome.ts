// The one final event of a swap.
import { removedByForce, type Swap, type SwapTrouble } from '../domain/swap.ts'
import type { EventsUse } from './use-cases.ts'

export interface Outcome {
  readonly state: 'succeeded' | 'failed' | 'cancelled'
  /** What is true now, one sentence. */
  readonly now: string
  readonly restored: boolean | null
  readonly trouble: SwapTrouble | null
  readonly durationMs: number
}

/** Stores the event inside the caller's transaction; nudge() tells listeners after it. */
export function outcomeEvent(events: EventsUse, swap: Swap, outcome: Outcome, machineName: (id: string) => string): { nudge(): void } {
  const removes = removedByForce(swap.plan, machineName)
  const facts = {
    swap: swap.id,
    cluster: swap.cluster,
    engine: swap.engine,
    model: swap.model,
    previousModel: swap.previousModel,
    requestedBy: swap.requestedBy.name,
    durationMs: outcome.durationMs,
    ...(removes === null ? {} : { removes }),
  }
  if (outcome.state === 'succeeded') return events.stage('swap_complete', facts)
  if (outcome.state === 'cancelled') return events.stage('swap_cancelled', { ...facts, now: outcome.now, restored: outcome.restored })
  return events.stage('swap_failed', {
    ...facts,
    code: outcome.trouble?.code ?? 'swap_interrupted',
    happened: outcome.trouble?.happened ?? 'The switch did not work out.',
    now: outcome.now,
    restored: outcome.restored,
  })
}
