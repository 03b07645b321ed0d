// What an app sends, read as a schedule; or refused with the reason in words.
import { SparkError } from '../contract/errors.ts'
import { dayMs, minuteMs } from '../domain/durations.ts'
import { startsWithin } from '../domain/occurrences.ts'
import { isOwnName } from '../domain/own-names.ts'
import { farthestDays, leastGapSeconds, type Rule, type Schedule } from '../domain/schedule.ts'
import { isTimeZone } from '../domain/wall-clock.ts'
import type { CronTimes } from './schedule-ports.ts'
import type { IntentAsk } from './schedule-use.ts'

/** Enough times of a cron text to see the shortest gap between two: every minute of two hours. */
const looked = 121
const lookedDays = 2 * 366
/** An `at` may be this much in the past: the app's clock and ours differ. */
const slackMs = minuteMs

const refuse = (why: string): SparkError => new SparkError('schedule_unusable', { why })

export type Intent = Omit<Schedule, 'id' | 'approval' | 'registeredAt' | 'changedAt'>

/** `before`: the entry that it replaces, whose interval goes on counting from where it did. Raises schedule_unusable. */
export function readIntent(ask: IntentAsk, now: number, cron: CronTimes, before: Schedule | null): Intent {
  const { app, model = null, timeZone, durationSeconds, contact, ensure, note } = ask
  if (app.trim() === '') throw refuse('app: a name is needed')
  if (isOwnName(app)) throw refuse(`app: "${app.trim()}" is not yours to use; take another name`)
  if (!isTimeZone(timeZone)) throw refuse(`timeZone: "${timeZone.slice(0, 40)}" is not known here; a name such as Europe/Berlin is needed`)
  if (ensure && model === null) throw refuse('ensure: there is no model to switch to; name one in model')
  const rule = readRule(ask, { now, cron, before })
  return { app: app.trim(), model, rule, timeZone, durationSeconds, contact: contact.trim(), ensure, note: note.trim() }
}

interface Ground {
  readonly now: number
  readonly cron: CronTimes
  readonly before: Schedule | null
}

function readRule(ask: IntentAsk, ground: Ground): Rule {
  const { cron: text, intervalSeconds, at } = ask
  const first = at === undefined ? null : Date.parse(at)
  if (first !== null && first > ground.now + farthestDays * dayMs) throw refuse(`at: it is more than ${farthestDays} days ahead`)
  if (text === undefined) return intervalSeconds === undefined ? readOnce(first, ground) : readInterval(intervalSeconds, first, ground)
  if (intervalSeconds !== undefined || first !== null) throw refuse('cron stands alone: give no intervalSeconds and no at beside it')
  return readCron(text.trim().split(/\s+/).join(' '), ask.timeZone, ground)
}

function readInterval(seconds: number, first: number | null, { now, before }: Ground): Rule {
  const kept = before?.rule.kind === 'interval' && before.rule.seconds === seconds ? before.rule.anchor : now
  return { kind: 'interval', seconds, anchor: first ?? kept }
}

function readOnce(at: number | null, { now, before }: Ground): Rule {
  if (at === null) throw refuse('one of cron, intervalSeconds and at is needed')
  const same = before?.rule.kind === 'once' && before.rule.at === at
  if (at < now - slackMs && !same) throw refuse('at: it is in the past')
  return { kind: 'once', at }
}

function readCron(text: string, timeZone: string, { now, cron }: Ground): Rule {
  const fault = cron.fault(text)
  if (fault !== null) throw refuse(`cron: ${fault}`)
  const rule: Rule = { kind: 'cron', cron: text }
  const starts = startsWithin(rule, timeZone, now, now + lookedDays * dayMs, looked, cron.within)
  const gaps = starts.slice(1).map((start, at) => start - (starts[at] ?? start))
  const shortest = Math.min(...gaps)
  if (shortest < leastGapSeconds * 1000) {
    const minutes = Math.round(shortest / minuteMs)
    const every = minutes === 1 ? 'a minute' : `${minutes} minutes`
    throw refuse(
      `cron: two of its times are ${every} apart, and ${leastGapSeconds / 60} minutes is the least. Register one long time instead of many short ones`,
    )
  }
  return rule
}
