// The registry of what apps intend. An entry belongs to whoever has its token; the owner may remove it and decides alone whether
// the appliance does anything for it. Nothing here runs a job: schedule-runs.ts makes sure of a model where that was approved.
import { SparkError } from '../contract/errors.ts'
import type { StatusView } from '../contract/operations/shapes.ts'
import { dayMs, hourMs } from '../domain/durations.ts'
import { startsWithin } from '../domain/occurrences.ts'
import { ensureWords, isSameIntent, mostOfAll, mostOfOneApp, type Schedule } from '../domain/schedule.ts'
import { whenInWords } from '../domain/wall-clock.ts'
import { createAgenda } from './agenda.ts'
import { isoTime } from './iso-time.ts'
import type { Clock, Ids, ReservationStore } from './ports.ts'
import { readIntent } from './schedule-intent.ts'
import type { CronTimes, ScheduleStore, StoredSchedule } from './schedule-ports.ts'
import type { RegisteredView, ScheduleUse } from './schedule-use.ts'
import { calendarView, ruleWords, scheduleView } from './schedule-view.ts'
import type { EventsUse, SettingsUse } from './use-cases.ts'

export interface SchedulesNeeds {
  readonly clock: Pick<Clock, 'now'>
  readonly ids: Pick<Ids, 'next' | 'secret' | 'digest'>
  readonly store: { readonly schedules: ScheduleStore; readonly reservations: Pick<ReservationStore, 'find'> }
  readonly cron: CronTimes
  readonly settings: Pick<SettingsUse, 'get'>
  readonly events: Pick<EventsUse, 'append'>
  readonly nameOf: (model: string | null) => string
  /** Is it on a disk here? */
  readonly isKnown: (model: string) => boolean
}

export type Schedules = ScheduleUse & {
  /** Overlaps that come within a day, for the owner. */
  attention(): StatusView['attention']
  /** Takes away entries whose one time is long over. */
  tidy(): void
}

/** How far ahead a next time is looked for: the 29th of February comes every four years, seldom every eight. */
const farMs = 9 * 366 * dayMs
const overKeptMs = 7 * dayMs
/** Changes by programs within an hour: each is an event that is kept, and registering needs no sign-in in a household. */
const mostChanges = 200

export function createSchedules(needs: SchedulesNeeds): Schedules {
  const { clock, ids, store, cron, events } = needs
  const zone = (): string => needs.settings.get('schedule.timeZone') || cron.ownZone()
  const agenda = createAgenda({ clock, store, cron, zone, nameOf: needs.nameOf })
  /** Rises with every change: what was worked out before is old. */
  let version = 0

  let changes: readonly number[] = []

  const refuseTooOften = (): void => {
    const now = clock.now()
    changes = changes.filter((at) => at <= now && at > now - hourMs)
    const first = changes[0]
    if (first !== undefined && changes.length >= mostChanges)
      throw new SparkError('schedule_busy', { most: mostChanges, retryAfterSeconds: Math.max(1, Math.ceil((first + hourMs - now) / 1000)) })
    changes = [...changes, now]
  }

  const digestOf = (schedule: Schedule): string => ids.digest(ensureWords(schedule)).slice(0, 16)

  const nextOf = ({ rule, timeZone }: Schedule): number | null => {
    const now = clock.now()
    return startsWithin(rule, timeZone, now, now + farMs, 1, cron.within)[0] ?? null
  }

  const view = (schedule: Schedule) =>
    scheduleView(schedule, {
      now: clock.now(),
      zone: zone(),
      nameOf: needs.nameOf,
      digest: digestOf(schedule),
      next: nextOf(schedule),
      last: store.schedules.lastRun(schedule.id),
    })

  const factsOf = (schedule: Schedule) => ({
    schedule: schedule.id,
    app: schedule.app,
    model: schedule.model,
    rule: ruleWords(schedule, clock.now(), zone()),
    ensure: schedule.ensure,
  })

  const registered = (schedule: Schedule): RegisteredView => {
    const meets = calendar(7).overlaps.filter((one) => one.schedules.includes(schedule.id))
    return { ...view(schedule), overlaps: meets }
  }

  const calendar: ScheduleUse['calendar'] = (days) => calendarView(agenda.read(version), days, zone(), needs.nameOf)

  const own = (id: string): StoredSchedule => {
    const found = store.schedules.find(id)
    if (found === null) throw new SparkError('not_found', { what: `entry of the schedule "${id.slice(0, 64)}"` })
    return found
  }
  const ownBy = (id: string, token: string): StoredSchedule => {
    const found = own(id)
    if (ids.digest(token) !== found.tokenHash) throw new SparkError('schedule_token_wrong', {})
    return found
  }

  const refuseUnknownModel = ({ ensure, model }: Pick<Schedule, 'ensure' | 'model'>): void => {
    if (ensure && model !== null && !needs.isKnown(model)) throw new SparkError('model_unknown', { model })
  }
  const refuseTwice = (schedule: Schedule): void => {
    const same = store.schedules.list().find((one) => one.id !== schedule.id && isSameIntent(one, schedule))
    if (same !== undefined) throw new SparkError('schedule_known', { app: same.app, schedule: same.id })
  }
  const refuseTooMany = (app: string): void => {
    const all = store.schedules.list()
    if (all.length >= mostOfAll) throw new SparkError('schedule_full', { most: mostOfAll, whose: 'in all' })
    if (all.filter((one) => one.app === app).length >= mostOfOneApp)
      throw new SparkError('schedule_full', { most: mostOfOneApp, whose: `of ${app}` })
  }

  const drop = (schedule: StoredSchedule, by: string): void => {
    const facts = factsOf(schedule)
    store.schedules.remove(schedule.id)
    version += 1
    events.append('schedule_removed', { ...facts, by })
  }
  const keep = (schedule: StoredSchedule): void => {
    store.schedules.update(schedule)
    version += 1
  }

  return {
    list: () => store.schedules.list().map(view),
    find: (id) => view(own(id)),
    calendar,
    register: (ask) => {
      const now = clock.now()
      const intent = readIntent(ask, now, cron, null)
      refuseUnknownModel(intent)
      const token = ids.secret()
      const tokenHash = ids.digest(token)
      const schedule = { ...intent, id: ids.next(), tokenHash, approval: null, registeredAt: now, changedAt: now }
      refuseTwice(schedule)
      refuseTooMany(schedule.app)
      refuseTooOften()
      store.schedules.insert(schedule)
      version += 1
      events.append('schedule_registered', factsOf(schedule))
      return { ...registered(schedule), token }
    },
    change: (id, token, ask) => {
      const before = ownBy(id, token)
      const now = clock.now()
      const intent = readIntent(ask, now, cron, before)
      refuseUnknownModel(intent)
      const same = { ...before, ...intent, changedAt: now }
      refuseTwice(same)
      refuseTooOften()
      const approval = ensureWords(same) === ensureWords(before) ? before.approval : null
      const schedule = { ...same, approval }
      keep(schedule)
      events.append('schedule_changed', { ...factsOf(schedule), needsApproval: schedule.ensure && approval === null })
      return registered(schedule)
    },
    remove: (id, token) => {
      const schedule = ownBy(id, token)
      refuseTooOften()
      drop(schedule, schedule.app)
    },
    approve: (id, digest, by) => {
      const schedule = own(id)
      if (!schedule.ensure) throw new SparkError('schedule_asks_nothing', { app: schedule.app })
      if (digest !== undefined && digest !== digestOf(schedule)) throw new SparkError('schedule_changed', { app: schedule.app })
      if (schedule.approval !== null) return view(schedule)
      const approved = { ...schedule, approval: { at: clock.now(), by } }
      keep(approved)
      events.append('schedule_approved', { ...factsOf(approved), by })
      return view(approved)
    },
    withdraw: (id, by) => {
      const schedule = own(id)
      if (schedule.approval === null) return view(schedule)
      const plain = { ...schedule, approval: null }
      keep(plain)
      events.append('schedule_approval_withdrawn', { ...factsOf(plain), by })
      return view(plain)
    },
    dismiss: (id, by) => drop(own(id), by),
    next: () => {
      const now = clock.now()
      const soonest = agenda
        .read(version)
        .entries.flatMap(({ schedule, spans }) =>
          spans
            .filter(({ from }) => from > now)
            .slice(0, 1)
            .map(({ from }) => ({ schedule, from })),
        )
        .sort((a, b) => a.from - b.from)[0]
      if (soonest === undefined) return null
      const { app, model, ensure, approval } = soonest.schedule
      const what =
        model === null ? '' : ensure && approval !== null ? `, with a switch to ${needs.nameOf(model)}` : ` with ${needs.nameOf(model)}`
      return { at: isoTime(soonest.from), sentence: `${app}, ${whenInWords(soonest.from, now, zone())}${what}` }
    },
    attention: () => {
      const now = clock.now()
      const { overlaps, entries } = agenda.read(version)
      const soon = overlaps.filter((one) => one.from < now + dayMs && one.until > now)
      const asking = entries.filter(({ schedule }) => schedule.ensure && schedule.approval === null && nextOf(schedule) !== null)
      const asked = asking.map(({ schedule: { app, model } }) => `${app} asks to have ${needs.nameOf(model)} switched to at its times.`)
      return [
        ...asked.map((sentence) => ({ code: 'schedule_asks', sentence, link: '/schedule' })),
        ...soon.map(({ sentence }) => ({ code: 'schedule_overlap', sentence, link: '/schedule' })),
      ].slice(0, 5)
    },
    tidy: () => {
      const now = clock.now()
      for (const schedule of store.schedules.list()) {
        if (schedule.rule.kind !== 'once') continue
        if (schedule.rule.at + schedule.durationSeconds * 1000 + overKeptMs < now) drop(schedule, 'Spark Control')
      }
    },
  }
}
