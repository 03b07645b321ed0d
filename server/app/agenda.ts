// The times of everything registered in the days to come, and who meets whom. Worked out once a minute, or when something changed.
import { dayMs, minuteMs } from '../domain/durations.ts'
import { startsWithin } from '../domain/occurrences.ts'
import { type Held, type Overlap, overlapSentence, overlapsOf, type Span } from '../domain/overlaps.ts'
import type { Schedule } from '../domain/schedule.ts'
import type { Clock, ReservationStore } from './ports.ts'
import type { CronTimes, ScheduleStore } from './schedule-ports.ts'

export const agendaDays = 7
/** A week of every 15 minutes, and what is in progress. */
const mostTimes = 800
const freshMs = minuteMs

export interface AgendaEntry {
  readonly schedule: Schedule
  /** Those that have not ended, rising. */
  readonly spans: readonly Span[]
}

export interface Agenda {
  readonly from: number
  readonly until: number
  readonly entries: readonly AgendaEntry[]
  readonly overlaps: readonly (Overlap & { readonly sentence: string })[]
}

interface Needs {
  readonly clock: Pick<Clock, 'now'>
  readonly store: { readonly schedules: Pick<ScheduleStore, 'list'>; readonly reservations: Pick<ReservationStore, 'find'> }
  readonly cron: CronTimes
  readonly zone: () => string
  readonly nameOf: (model: string | null) => string
}

export function createAgenda({ clock, store, cron, zone, nameOf }: Needs) {
  let kept: { readonly key: string; readonly agenda: Agenda } | null = null

  const entryOf = (schedule: Schedule, now: number): AgendaEntry => {
    const lengthMs = schedule.durationSeconds * 1000
    const starts = startsWithin(schedule.rule, schedule.timeZone, now - lengthMs, now + agendaDays * dayMs, mostTimes, cron.within)
    return { schedule, spans: starts.map((from) => ({ from, until: from + lengthMs })) }
  }

  const held = (now: number): Held | null => {
    const reservation = store.reservations.find('default')
    if (reservation === null || reservation.until <= now) return null
    return { holder: reservation.holder, from: now, until: reservation.until }
  }

  const make = (schedules: readonly Schedule[], now: number): Agenda => {
    const entries = schedules.map((one) => entryOf(one, now))
    const wanted = entries.map(({ schedule, spans }) => {
      const { id, app, model, approval, ensure } = schedule
      return { id, app, model, ensured: ensure && approval !== null, spans }
    })
    const modelOf = (id: string): string | null => {
      const model = schedules.find((one) => one.id === id)?.model ?? null
      return model === null ? null : nameOf(model)
    }
    const timeZone = zone()
    const overlaps = overlapsOf(wanted, held(now)).map((one) => ({ ...one, sentence: overlapSentence(one, now, timeZone, modelOf) }))
    return { from: now, until: now + agendaDays * dayMs, entries, overlaps }
  }

  return {
    /** `version`: another one when something was registered, changed or approved. */
    read(version: number): Agenda {
      const now = clock.now()
      const schedules = store.schedules.list()
      if (schedules.length === 0) return { from: now, until: now + agendaDays * dayMs, entries: [], overlaps: [] }
      const until = store.reservations.find('default')?.until ?? 0
      const key = [version, Math.floor(now / freshMs), until, zone()].join(' ')
      if (kept?.key !== key) kept = { key, agenda: make(schedules, now) }
      return kept.agenda
    },
  }
}
