// What the registry of schedules needs from the world.
import type { CronWithin } from '../domain/occurrences.ts'
import type { Schedule } from '../domain/schedule.ts'

export interface CronTimes {
  readonly within: CronWithin
  /** Why a text is no cron of five fields, in words that follow "cron: "; null: it is one. */
  fault(cron: string): string | null
  /** The zone this computer lives in, an IANA name. */
  readonly ownZone: () => string
}

/** One time of an approved schedule, from when it came. At most one a schedule and start. */
export interface ScheduleRun {
  readonly schedule: string
  /** Its start and end, ms. */
  readonly at: number
  readonly until: number
  readonly app: string
  readonly model: string
  /** `waiting`: something is in the way. `ready`: the model answered. `missed`: it did not, and the time is over or the switch failed. */
  readonly state: 'waiting' | 'switching' | 'ready' | 'missed'
  readonly swap: string | null
  /** Why it waits or was missed: a code of the error table or of our own, and a sentence. */
  readonly code: string | null
  readonly why: string | null
}

export interface StoredSchedule extends Schedule {
  readonly tokenHash: string
}

export interface ScheduleStore {
  /** In the order they were registered. */
  list(): readonly StoredSchedule[]
  find(id: string): StoredSchedule | null
  insert(schedule: StoredSchedule): void
  update(schedule: StoredSchedule): void
  /** With its runs. */
  remove(id: string): void
  run(schedule: string, at: number): ScheduleRun | null
  /** Runs that wait or switch, the earliest first. */
  openRuns(): readonly ScheduleRun[]
  lastRun(schedule: string): ScheduleRun | null
  setRun(run: ScheduleRun): void
  /** Forgets runs that began before, and those that would begin after. */
  dropRuns(before: number, after: number): void
}
