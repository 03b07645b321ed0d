// One webhook: who is told what, and what becomes of a delivery that was tried. Pure; the loop around it is app/webhook-lane.ts.
//
// The outbox is the table of events itself. A webhook has a place in it (`cursor`): every event up to there is settled for it. An event
// is stored in the same transaction as the fact it tells, so nothing can be lost between the two, and one event after the other is
// delivered, so nothing can arrive out of order.
import { dayMs, minuteMs } from './durations.ts'

/** Why nothing is sent: the owner wanted that; it did not accept for days; it said 410 Gone; its secret cannot be opened any more. */
export type PauseReason = 'owner' | 'failing' | 'gone' | 'secret'

export interface Pause {
  readonly reason: PauseReason
  readonly at: number
  /** What it answered last, as the end of a sentence; null where nothing was asked. */
  readonly why: string | null
}

/** The delivery at the head is not accepted. */
export interface Failing {
  readonly since: number
  readonly attempts: number
  /** Sum of the waits that were begun, ms. Time that the appliance was off, or that a clock jumped, is not among it. */
  readonly waitedMs: number
  readonly nextAt: number
  /** It was asked for once more, after it had been settled. */
  readonly again: boolean
  /** The end of a sentence that begins with "It ...". */
  readonly why: string
}

export interface Webhook {
  readonly id: string
  /** As readTarget() wrote it. */
  readonly url: string
  readonly description: string
  /** Types of events; null: all that go to webhooks, also those of later versions. */
  readonly events: readonly string[] | null
  /** Sealed. */
  readonly secret: string
  /** The secret before it, sealed: signs as well until then, so that a receiver can change over. */
  readonly oldSecret: { readonly sealed: string; readonly until: number } | null
  /** Number of the last event that is settled. */
  readonly cursor: number
  readonly failing: Failing | null
  readonly paused: Pause | null
  readonly createdAt: number
}

/** What came of one attempt. */
export interface Attempted {
  /** Null: there was no answer. */
  readonly status: number | null
  /** Asked for by a Retry-After header, ms. */
  readonly retryAfterMs: number | null
  /** Why it was not accepted, as the end of a sentence that begins with "It ...". */
  readonly why: string
}

export type Verdict =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'retry'; readonly failing: Failing }
  | { readonly kind: 'pause'; readonly pause: Pause }

/** How long a delivery is tried, ms: then the webhook is paused and said to be. */
export const patienceMs = 3 * dayMs
const firstWaitMs = 5000
/** Above this a receiver that comes back would wait too long to hear of it. */
const longestWaitMs = 30 * minuteMs
/** A receiver may ask for more, but not for ever. */
const longestAskedMs = dayMs

/** `chance`: from 0 up to 1. Between half and the whole of 5 s, doubled with each attempt, 30 minutes at most. */
export function backoffMs(attempts: number, chance: number): number {
  const whole = Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(attempts - 1, 20))
  return Math.round(whole * (0.5 + chance / 2))
}

interface Moment {
  readonly now: number
  readonly again: boolean
  /** From 0 up to 1. */
  readonly chance: number
}

/** 2xx is accepted, 410 ends it (Standard Webhooks), everything else is tried again until patience ends. */
export function judgeAttempt(before: Failing | null, tried: Attempted, { now, again, chance }: Moment): Verdict {
  const { status, why } = tried
  if (status !== null && status >= 200 && status < 300) return { kind: 'delivered' }
  if (status === 410) return { kind: 'pause', pause: { reason: 'gone', at: now, why } }
  const waited = before?.waitedMs ?? 0
  if (waited >= patienceMs) return { kind: 'pause', pause: { reason: 'failing', at: now, why } }
  const attempts = (before?.attempts ?? 0) + 1
  const wait = Math.max(backoffMs(attempts, chance), Math.min(tried.retryAfterMs ?? 0, longestAskedMs))
  return { kind: 'retry', failing: { since: before?.since ?? now, attempts, waitedMs: waited + wait, nextAt: now + wait, again, why } }
}

/** How long to wait until the next attempt, ms. A clock that was set back makes nobody wait longer than any wait that could have been begun. */
export function restMs({ nextAt }: Pick<Failing, 'nextAt'>, now: number): number {
  return Math.min(Math.max(0, nextAt - now), longestAskedMs)
}

/** Its wait ends now: what was left of it does not count against patience. */
export function hurried(failing: Failing, now: number): Failing {
  const left = Math.min(restMs(failing, now), failing.waitedMs)
  return { ...failing, waitedMs: failing.waitedMs - left, nextAt: now }
}

/** A Retry-After header as ms from now: seconds or an HTTP date (RFC 9110, 10.2.3); null: none, or not understood. */
export function retryAfterMs(header: string | null, now: number): number | null {
  const text = (header ?? '').trim()
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000
  const at = /^[A-Z][a-z]{2}, /.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? null : Math.max(0, at - now)
}

/** Secrets that sign now, newest first. */
export function signingSecrets({ secret, oldSecret }: Pick<Webhook, 'secret' | 'oldSecret'>, now: number): readonly string[] {
  return oldSecret !== null && oldSecret.until > now ? [secret, oldSecret.sealed] : [secret]
}

/** Short name for sentences: what the owner calls it, else the host it goes to. */
export function webhookName({ url, description }: Pick<Webhook, 'url' | 'description'>): string {
  if (description !== '') return description
  return URL.canParse(url) ? new URL(url).host : url
}
