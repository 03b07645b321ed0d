// When a service is restarted by itself: never at once, never too often, and after three attempts in half an hour it is left to a
// person, who is told once. Pure; the draw for the jitter is given.

export interface HealSigns {
  /** When the attempts began, ms; those that count. */
  readonly attempts: readonly number[]
  /** It is down since then, as far as healing is concerned. */
  readonly downSince: number | null
  readonly healthySince: number | null
  /** Not before then, ms. */
  readonly nextAt: number | null
  /** Given up, and said. */
  readonly exhausted: boolean
}

export const noHeal: HealSigns = { attempts: [], downSince: null, healthySince: null, nextAt: null, exhausted: false }

export const healFirstMs = 5_000
export const healLongestMs = 300_000
export const mostAttempts = 3
export const attemptWindowMs = 1_800_000
export const resetAfterMs = 600_000
export const jitter = 0.2

export type HealStep = 'none' | 'restart' | 'give_up'

/** Wait before attempt number `attempt` (from 0), ms; `draw` from 0 to 1. */
export function backoffMs(attempt: number, draw: number): number {
  const plain = Math.min(healLongestMs, healFirstMs * 2 ** attempt)
  return Math.min(healLongestMs, Math.round(plain * (1 - jitter + 2 * jitter * draw)))
}

export interface HealFacts {
  readonly at: number
  /** A real answer came a moment ago. */
  readonly well: boolean
  /** It does not come back by itself: see isDown of service-health.ts. */
  readonly down: boolean
  /** Its owner allows it, nobody else holds the lock, no switch is under way on its machine, and no act is running. */
  readonly allowed: boolean
  readonly draw: number
}

/** What to do now. */
export function healStep(
  before: HealSigns,
  { at, well, down, allowed, draw }: HealFacts,
): { readonly signs: HealSigns; readonly step: HealStep } {
  if (well) return { signs: whileWell(before, at), step: 'none' }
  if (!down) return { signs: { ...before, healthySince: null }, step: 'none' }
  const attempts = before.attempts.filter((one) => at - one < attemptWindowMs)
  const downSince = before.downSince ?? at
  const signs: HealSigns = {
    ...before,
    attempts,
    downSince,
    healthySince: null,
    nextAt: before.nextAt ?? at + backoffMs(attempts.length, draw),
  }
  if (signs.exhausted || !allowed || at < (signs.nextAt ?? at)) return { signs, step: 'none' }
  if (attempts.length >= mostAttempts) return { signs: { ...signs, exhausted: true }, step: 'give_up' }
  const after = { ...signs, attempts: [...attempts, at], nextAt: at + backoffMs(attempts.length + 1, draw) }
  return { signs: after, step: 'restart' }
}

/** Forgets what was only after it has been well for a while: a service that falls over every five minutes is not healed for ever. */
function whileWell(before: HealSigns, at: number): HealSigns {
  const healthySince = before.healthySince ?? at
  if (at - healthySince >= resetAfterMs) return { ...noHeal, healthySince }
  return { ...before, downSince: null, nextAt: null, healthySince }
}
