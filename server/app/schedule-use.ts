// What the registry of schedules offers to the edge.
import type { CalendarView, OverlapView, ScheduleView } from '../contract/operations/schedule-shapes.ts'

/** As an app sends it; the contract has checked lengths and shapes. */
export interface IntentAsk {
  readonly app: string
  readonly model?: string | null | undefined
  readonly cron?: string | undefined
  readonly intervalSeconds?: number | undefined
  /** ISO time with an offset. */
  readonly at?: string | undefined
  readonly timeZone: string
  readonly durationSeconds: number
  readonly contact: string
  readonly ensure: boolean
  readonly note: string
}

export type RegisteredView = ScheduleView & { readonly overlaps: OverlapView[] }

/** What comes next, for Home. */
export interface NextTime {
  readonly sentence: string
  readonly at: string
}

export interface ScheduleUse {
  list(): ScheduleView[]
  /** Raises not_found. */
  find(id: string): ScheduleView
  calendar(days: number): CalendarView
  /** Raises schedule_unusable, schedule_known, schedule_full, model_unknown. */
  register(ask: IntentAsk): RegisteredView & { token: string }
  /** Raises schedule_token_wrong as well. */
  change(id: string, token: string, ask: IntentAsk): RegisteredView
  remove(id: string, token: string): void
  /** The owner's. `digest`: of the entry as it was shown; raises schedule_changed, schedule_asks_nothing. */
  approve(id: string, digest: string | undefined, by: string): ScheduleView
  withdraw(id: string, by: string): ScheduleView
  dismiss(id: string, by: string): void
  /** The soonest time within a week; null: none. */
  next(): NextTime | null
}
