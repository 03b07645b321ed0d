// Schedules and the calendar as the contract shows them.

import type { CalendarView, ScheduleView } from '../contract/operations/schedule-shapes.ts'
import { dayMs } from '../domain/durations.ts'
import type { Span } from '../domain/overlaps.ts'
import { ruleInWords, type Schedule } from '../domain/schedule.ts'
import { datesFrom, wallOf, whenInWords } from '../domain/wall-clock.ts'
import type { Agenda } from './agenda.ts'
import { isoTime, isoTimeOrNull } from './iso-time.ts'
import type { ScheduleRun } from './schedule-ports.ts'

export interface ShownWith {
  readonly now: number
  /** Of the page; the schedule's own is named where it differs. */
  readonly zone: string
  readonly nameOf: (model: string) => string
  readonly digest: string
  readonly next: number | null
  readonly last: ScheduleRun | null
}

export function ruleWords(schedule: Schedule, now: number, zone: string): string {
  const { rule, timeZone } = schedule
  const words = ruleInWords(rule, (ms) => whenInWords(ms, now, zone))
  return rule.kind === 'cron' && timeZone !== zone ? `${words} in ${timeZone}` : words
}

export function scheduleView(schedule: Schedule, { now, zone, nameOf, digest, next, last }: ShownWith): ScheduleView {
  const { rule, approval, model } = schedule
  const isOver = rule.kind === 'once' && rule.at + schedule.durationSeconds * 1000 <= now
  const asks = schedule.ensure ? (approval === null ? 'waits_for_approval' : 'approved') : 'planned'
  return {
    id: schedule.id,
    app: schedule.app,
    model,
    modelName: model === null ? null : nameOf(model),
    cron: rule.kind === 'cron' ? rule.cron : null,
    intervalSeconds: rule.kind === 'interval' ? rule.seconds : null,
    at: rule.kind === 'once' ? isoTime(rule.at) : rule.kind === 'interval' ? isoTime(rule.anchor) : null,
    timeZone: schedule.timeZone,
    durationSeconds: schedule.durationSeconds,
    contact: schedule.contact,
    note: schedule.note,
    ensure: schedule.ensure,
    approved: approval === null ? null : { at: isoTime(approval.at), by: approval.by },
    digest,
    state: isOver ? 'over' : asks,
    rule: ruleWords(schedule, now, zone),
    next: isoTimeOrNull(next),
    last: last === null ? null : { at: isoTime(last.at), state: last.state, swap: last.swap, code: last.code, why: last.why },
    registeredAt: isoTime(schedule.registeredAt),
    changedAt: isoTime(schedule.changedAt),
  }
}

/** More times than this on one day are one row: every quarter of an hour is nothing to read one by one. */
const mostRows = 6

type Row = CalendarView['days'][number]['times'][number]

export function calendarView(
  { from, entries, overlaps }: Agenda,
  days: number,
  zone: string,
  nameOf: (model: string) => string,
): CalendarView {
  const dates = datesFrom(from, days, zone)
  const rows = new Map<string, Row[]>(dates.map((date) => [date, []]))
  for (const { schedule, spans } of entries) {
    for (const [date, own] of byDate(spans, from, zone)) rows.get(date)?.push(...rowsOf(schedule, own, zone, nameOf))
  }
  const shown = dates.map((date) => ({
    date,
    weekday: weekdayOf(date),
    times: (rows.get(date) ?? []).sort((a, b) => a.from.localeCompare(b.from) || a.app.localeCompare(b.app)),
  }))
  const last = new Set(dates)
  return {
    timeZone: zone,
    from: isoTime(from),
    until: isoTime(from + days * dayMs),
    days: shown.filter((day) => day.times.length > 0),
    overlaps: overlaps
      .filter((one) => last.has(wallOf(Math.max(one.from, from), zone).date))
      .map(({ kind, schedules, apps, from: begins, until, times, contested, sentence }) => ({
        kind,
        schedules: [...schedules],
        apps: [...apps],
        from: isoTime(begins),
        until: isoTime(until),
        times,
        contested,
        sentence,
      })),
  }
}

const weekdayOf = (date: string): string => wallOf(Date.parse(`${date}T12:00:00Z`), 'UTC').weekday

/** What is in progress since yesterday stands under today. */
function byDate(spans: readonly Span[], now: number, zone: string): Map<string, Span[]> {
  const found = new Map<string, Span[]>()
  for (const span of spans) {
    const { date } = wallOf(Math.max(span.from, now), zone)
    found.set(date, [...(found.get(date) ?? []), span])
  }
  return found
}

function rowsOf(schedule: Schedule, spans: readonly Span[], zone: string, nameOf: (model: string) => string): Row[] {
  const { id, app, model, ensure, approval } = schedule
  const row = (span: Span, count: number): Row => ({
    schedule: id,
    app,
    model,
    modelName: model === null ? null : nameOf(model),
    from: isoTime(span.from),
    until: isoTime(span.until),
    clock: clockOf(span, zone),
    count,
    ensured: ensure && approval !== null,
    asked: ensure && approval === null,
  })
  const [first, last] = [spans[0], spans.at(-1)]
  if (first === undefined || last === undefined) return []
  if (spans.length > mostRows) return [row({ from: first.from, until: last.until }, spans.length)]
  return spans.map((span) => row(span, 1))
}

function clockOf({ from, until }: Span, zone: string): string {
  const [begins, ends] = [wallOf(from, zone), wallOf(until, zone)]
  const other = begins.date === ends.date ? '' : ` (${ends.weekday})`
  return `${begins.time} - ${ends.time}${other}`
}
