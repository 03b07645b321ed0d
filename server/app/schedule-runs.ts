// Makes sure that an approved schedule finds its model when its time has come: by the normal plan and lock, never by force.
//
//   (time comes) -> waiting -> switching -> ready
//                      |  \________________/ ^   the model answers already, or answers now
//                      \-> missed <-- (the switch failed, or the time is over)
//
// Each time is a row, written before anything is done for it, so that neither a restart nor a clock that jumps does it twice: the
// row is looked for by the entry and the instant of its start. Asked again every few seconds, it changes nothing by itself.
import { SparkError, tellError } from '../contract/errors.ts'
import type { SwapView } from '../contract/operations/shapes.ts'
import { dayMs, hourMs, minuteMs } from '../domain/durations.ts'
import { startsWithin } from '../domain/occurrences.ts'
import type { Approval } from '../domain/schedule.ts'
import { isoTime } from './iso-time.ts'
import type { Log } from './ports.ts'
import type { CronTimes, ScheduleRun, ScheduleStore, StoredSchedule } from './schedule-ports.ts'
import { createWays, ofSchedule, type WaysNeeds } from './schedule-ways.ts'
import { isStorageTrouble } from './storage.ts'
import type { EventsUse, SwapsUse } from './use-cases.ts'

export interface ScheduleRunsNeeds extends WaysNeeds {
  readonly store: { readonly schedules: ScheduleStore }
  readonly cron: CronTimes
  readonly events: Pick<EventsUse, 'append'>
  readonly log: Pick<Log, 'error'>
  readonly swaps: WaysNeeds['swaps'] & Pick<SwapsUse, 'start'>
}

/** A plan that was blocked is made again after this long: it looks at every machine. */
const againMs = minuteMs
/** A look at the clock that is this far from the last one means that it jumped, or that nobody looked. */
const jumpMs = minuteMs
/** Times that passed longer ago than this are not told of. */
const toldMs = 7 * dayMs
const rowsKeptMs = 40 * dayMs
const mostTold = 1000
/** A row that begins later than this from now was written under a clock that was wrong. */
const aheadMs = 2 * hourMs
const wasOff = 'Spark Control was not running then.'

type Approved = StoredSchedule & { readonly model: string; readonly approval: Approval }

const isApproved = (one: StoredSchedule): one is Approved => one.ensure && one.model !== null && one.approval !== null

export function createScheduleRuns(needs: ScheduleRunsNeeds) {
  const { clock, store, events, swaps } = needs
  const ways = createWays(needs)
  let lookedAt: number | null = null
  /** When a plan may be made again, by schedule. */
  const again = new Map<string, number>()

  const approved = (): Approved[] => store.schedules.list().filter(isApproved)

  const factsOf = ({ schedule, app, model, at, until }: ScheduleRun) => ({ schedule, app, model, at: isoTime(at), until: isoTime(until) })

  /** An entry that was removed meanwhile has no rows any more. */
  const set = (run: ScheduleRun, change: Partial<ScheduleRun>): void => {
    if (store.schedules.find(run.schedule) !== null) store.schedules.setRun({ ...run, ...change })
  }

  const ready = (run: ScheduleRun, swap: string | null): void => {
    set(run, { state: 'ready', swap, code: null, why: null })
    events.append('schedule_ready', { ...factsOf(run), swap })
  }
  const missed = (run: ScheduleRun, code: string, sentence: string, { times = 1, swap = run.swap } = {}): void => {
    set(run, { state: 'missed', code, why: sentence, swap })
    events.append('schedule_missed', { ...factsOf(run), code, why: sentence, times, swap })
  }
  /** Told once for each thing in the way. */
  const waiting = (run: ScheduleRun, code: string, sentence: string): void => {
    if (run.state === 'waiting' && run.code === code) return
    set(run, { state: 'waiting', code, why: sentence })
    events.append('schedule_waiting', { ...factsOf(run), code, why: sentence })
  }

  const rowOf = ({ id, app, model, durationSeconds }: Approved, at: number): ScheduleRun => {
    const until = at + durationSeconds * 1000
    return { schedule: id, at, until, app, model, state: 'waiting', swap: null, code: null, why: null }
  }
  const startsOf = (one: Approved, from: number, to: number, most: number): readonly number[] =>
    startsWithin(one.rule, one.timeZone, Math.max(from, one.approval.at), to, most, needs.cron.within).filter(
      (at) => store.schedules.run(one.id, at) === null,
    )

  /** Its time has come. Of several that lie one over another only the newest counts. */
  const open = (one: Approved, now: number): void => {
    const at = startsOf(one, now - one.durationSeconds * 1000, now, mostTold).at(-1)
    if (at === undefined || at + one.durationSeconds * 1000 <= now) return
    const run = rowOf(one, at)
    store.schedules.setRun(run)
    events.append('schedule_due', factsOf(run))
  }

  /** Times that came and went while nobody looked: told once an entry, and not caught up. */
  const tellMissed = (one: Approved, now: number): void => {
    const passed = startsOf(one, now - toldMs, now - one.durationSeconds * 1000, mostTold)
    const last = passed.at(-1)
    if (last === undefined) return
    missed(rowOf(one, last), 'appliance_off', wasOff, { times: passed.length })
    for (const at of passed.slice(0, -1)) set(rowOf(one, at), { state: 'missed', code: 'appliance_off', why: null })
  }

  const begin = async (run: ScheduleRun): Promise<void> => {
    if ((again.get(run.schedule) ?? 0) > clock.now()) return
    try {
      const swap = await swaps.start({ model: run.model, why: ofSchedule, requestedBy: { kind: 'app', name: run.app, address: null } })
      set(run, { state: 'switching', swap: swap.id, code: null, why: null })
    } catch (error) {
      if (!(error instanceof SparkError) || isStorageTrouble(error)) throw error
      const { happened, next } = tellError(error.code, error.facts)
      // The lock and the live switch are looked at without a plan; everything else cost a look at the machines.
      if (!['swap_locked', 'swap_running', 'lock_turn'].includes(error.code)) again.set(run.schedule, clock.now() + againMs)
      waiting(run, error.code, `${happened} ${next}`.trim())
    }
  }

  const follow = (run: ScheduleRun, swap: SwapView): void => {
    if (swap.state === 'running') {
      if (run.state !== 'switching') set(run, { state: 'switching', swap: swap.id, code: null, why: null })
    } else if (swap.state === 'succeeded') ready(run, swap.id)
    else if (swap.state === 'cancelled') missed(run, 'swap_cancelled', 'The switch was cancelled.', { swap: swap.id })
    else missed(run, swap.error?.code ?? 'swap_failed', swap.error?.happened ?? 'The switch failed.', { swap: swap.id })
  }

  /** Why it ends here without a switch; null: it goes on. */
  const ended = (run: ScheduleRun): readonly [code: string, sentence: string] | null => {
    const one = store.schedules.find(run.schedule)
    if (one === null || !isApproved(one) || one.model !== run.model)
      return ['schedule_changed', 'The approval was withdrawn, or the entry was changed.']
    return clock.now() < run.until ? null : [run.code ?? 'appliance_off', run.why ?? wasOff]
  }

  const goOn = async (run: ScheduleRun): Promise<void> => {
    const swap = ways.switchOf(run)
    if (swap !== null) return follow(run, swap)
    const end = ended(run)
    if (end !== null) return missed(run, ...end)
    if (ways.answers(run.model)) return ready(run, null)
    const way = ways.inTheWay(run)
    if (way === null) await begin(run)
    else waiting(run, ...way)
  }

  const noticeJump = (now: number, all: readonly Approved[]): void => {
    const before = lookedAt
    lookedAt = now
    const newDay = before !== null && Math.floor(before / dayMs) !== Math.floor(now / dayMs)
    if (before !== null && Math.abs(now - before) < jumpMs && !newDay) return
    store.schedules.dropRuns(now - rowsKeptMs, now + aheadMs)
    for (const one of all) tellMissed(one, now)
  }

  return {
    /** One look at the clock. Never rejects. */
    async look(): Promise<void> {
      try {
        const all = approved()
        const rows = store.schedules.openRuns()
        if (all.length === 0 && rows.length === 0) return
        const now = clock.now()
        noticeJump(now, all)
        for (const one of all) open(one, now)
        for (const run of store.schedules.openRuns()) await goOn(run)
      } catch (error) {
        // A full disk: the rows are as they were, and the next look goes on from them.
        if (!isStorageTrouble(error)) needs.log.error('a look at the schedule failed', { error })
      }
    },
  }
}
