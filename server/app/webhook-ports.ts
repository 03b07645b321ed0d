// What webhooks need of the world: a place where they are kept, and somebody who sends.
import type { StoredEvent } from '../domain/stored-event.ts'
import type { TargetRules } from '../domain/target-address.ts'
import type { Webhook } from '../domain/webhook.ts'

/** One attempt, as it is kept in the log. */
export interface Delivery {
  readonly id: number
  /** Number of the event; null: a test. */
  readonly event: number | null
  readonly at: number
  readonly accepted: boolean
  readonly type: string
  /** The header webhook-id: the same in every attempt to tell one event. */
  readonly messageId: string
  /** From 1. */
  readonly attempt: number
  /** It had been settled before and was asked for once more. */
  readonly again: boolean
  readonly tookMs: number
  /** null: there was no answer. */
  readonly status: number | null
  /** Why it was not accepted, as the end of a sentence that begins with "It ..."; '' where it was. */
  readonly why: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** The beginning of what was answered. */
  readonly answer: string
}

export type WebhookChange = Partial<Omit<Webhook, 'id' | 'createdAt'>>

/** Events asked for: by number or by time (ms), both ends included. */
export interface EventRange {
  readonly fromEvent?: number | undefined
  readonly toEvent?: number | undefined
  readonly since?: number | undefined
  readonly until?: number | undefined
}

export interface WebhookStore {
  /** Oldest first. */
  list(): readonly Webhook[]
  find(id: string): Webhook | null
  insert(webhook: Webhook): void
  /**
   * One transaction: changes the webhook, keeps the delivery in its log, takes its event off those to be told again, and calls `alongside`
   * (events). The cursor only ever goes forward. Returns false, and does nothing, when the webhook is gone.
   */
  write(id: string, change: WebhookChange, delivery?: Omit<Delivery, 'id'> | null, alongside?: () => void): boolean
  remove(id: string): void
  /** The first event after this number that is of one of these types. */
  nextEvent(after: number, types: readonly string[]): StoredEvent | null
  /** How many events of these types come after this number. */
  countEvents(after: number, types: readonly string[]): number
  /** Asks for settled events once more: those of the range up to the cursor. Returns how many; more than `most` are none. */
  repeat(id: string, range: EventRange, types: readonly string[], most: number): number
  nextRepeat(id: string): StoredEvent | null
  countRepeats(id: string): number
  dropRepeats(id: string): void
  /** Newest first. */
  deliveries(id: string, limit: number, before?: number): readonly Delivery[]
}

/** One message, and where it goes. */
export interface Dispatch {
  readonly url: string
  readonly messageId: string
  /** ms: the moment of this attempt, which is signed with it. */
  readonly at: number
  readonly body: string
  /** whsec_..., newest first: each signs. */
  readonly secrets: readonly string[]
  readonly rules: TargetRules
}

export interface Answered {
  /** The headers that were sent. */
  readonly headers: Readonly<Record<string, string>>
  readonly tookMs: number
  /** null: there was no whole answer, and `why` says why, as the end of a sentence that begins with "It ...". */
  readonly status: number | null
  readonly why: string
  /** The beginning of the answer's body. */
  readonly answer: string
  readonly retryAfter: string | null
  readonly location: string | null
}

export interface WebhookSender {
  /** One attempt, bounded in time. Rejects only with the signal's reason. */
  send(dispatch: Dispatch, signal: AbortSignal): Promise<Answered>
  /** Why this target may not be asked, as far as its name can be looked up now; null: nothing speaks against it. */
  refusal(url: string, rules: TargetRules): Promise<string | null>
}
