// What an app intends: which model it needs, when, for how long. The appliance runs none of it; where the owner said yes, it makes
// sure that the model answers when the time has come.

export type Rule =
  | { readonly kind: 'cron'; readonly cron: string }
  /** Every so many seconds of elapsed time, counted from `anchor` (ms): clock changes do not move it. */
  | { readonly kind: 'interval'; readonly seconds: number; readonly anchor: number }
  | { readonly kind: 'once'; readonly at: number }

export interface Approval {
  readonly at: number
  readonly by: string
}

export interface Schedule {
  readonly id: string
  readonly app: string
  /** The model it needs; null: whatever answers, or the Sparks for something else. */
  readonly model: string | null
  readonly rule: Rule
  readonly timeZone: string
  readonly durationSeconds: number
  /** Whom to ask about it. */
  readonly contact: string
  readonly note: string
  /** It asks for its model to be switched to at that time. */
  readonly ensure: boolean
  /** The owner's yes to exactly what ensureWords says. */
  readonly approval: Approval | null
  readonly registeredAt: number
  readonly changedAt: number
}

/** What the owner says yes to. Another app, model, rule or length is another question; contact and note are not. */
export function ensureWords({ app, model, rule, timeZone, durationSeconds, ensure }: Schedule): string {
  return JSON.stringify([ensure, app, model, ruleTerms(rule), timeZone, durationSeconds])
}

/** The anchor of an interval is part of it: another one means other times. */
function ruleTerms(rule: Rule): readonly (string | number)[] {
  if (rule.kind === 'cron') return [rule.kind, rule.cron]
  return rule.kind === 'interval' ? [rule.kind, rule.seconds, rule.anchor] : [rule.kind, rule.at]
}

/** Two entries of the same app that ask for the same thing at the same times. */
export function isSameIntent(a: Schedule, b: Schedule): boolean {
  const words = (one: Schedule): string => {
    const rule = one.rule.kind === 'interval' ? { ...one.rule, anchor: 0 } : one.rule
    return ensureWords({ ...one, rule })
  }
  return words(a) === words(b)
}

/** At least this long between two of its times, seconds: who comes more often is always there, and registers one long time. */
export const leastGapSeconds = 900
export const shortestSeconds = 60
export const longestSeconds = 86_400
/** A single time or the first of an interval lies at most this far ahead, days. */
export const farthestDays = 366
export const mostOfAll = 60
export const mostOfOneApp = 20

const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']

/** "every day at 02:00". A cron that has no short words is shown as it is. */
export function ruleInWords(rule: Rule, whenOf: (ms: number) => string): string {
  if (rule.kind === 'once') return `once, ${whenOf(rule.at)}`
  if (rule.kind === 'interval') return `every ${spanOf(rule.seconds)}`
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = rule.cron.split(' ')
  const plain = `cron ${rule.cron}`
  if (day !== '*' || month !== '*') return plain
  const every = /^\*\/(\d+)$/.exec(minute)?.[1]
  if (every !== undefined && hour === '*' && weekday === '*') return `every ${every} minutes of the hour`
  if (!/^\d+$/.test(minute)) return plain
  const two = minute.padStart(2, '0')
  if (hour === '*' && weekday === '*') return `every hour at minute ${two}`
  if (!/^\d+$/.test(hour)) return plain
  const days = daysInWords(weekday)
  return days === null ? plain : `${days} at ${hour.padStart(2, '0')}:${two}`
}

function daysInWords(weekday: string): string | null {
  if (weekday === '*') return 'every day'
  if (weekday === '1-5') return 'Monday to Friday'
  const names = weekday.split(',').map((one) => (/^[0-7]$/.test(one) ? (weekdays[Number(one)] ?? null) : null))
  return names.includes(null) ? null : `every ${names.join(' and ')}`
}

function spanOf(seconds: number): string {
  const [size, word] = seconds % 86_400 === 0 ? [86_400, 'day'] : seconds % 3600 === 0 ? [3600, 'hour'] : [60, 'minute']
  const count = Math.round((seconds / size) * 10) / 10
  return count === 1 ? word : `${count} ${word}s`
}
