// What a clock on the wall of a time zone shows. Instants are milliseconds since 1970; zones are IANA names (Europe/Berlin), which
// know when clocks change. The rules of the zones are those that the runtime carries.
import { dayMs } from './durations.ts'

export interface Wall {
  /** 2026-11-22 */
  readonly date: string
  /** 02:00 */
  readonly time: string
  /** Tuesday */
  readonly weekday: string
  /** 24 November */
  readonly day: string
}

const formats = new Map<string, Intl.DateTimeFormat>()
const mostFormats = 100

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone)
  if (known !== undefined) return known
  if (formats.size >= mostFormats) formats.clear()
  const made = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  formats.set(timeZone, made)
  return made
}

const months = 'January February March April May June July August September October November December'.split(' ')

/** Raises RangeError for a zone that is not known. */
export function wallOf(ms: number, timeZone: string): Wall {
  const parts: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {}
  for (const { type, value } of formatOf(timeZone).formatToParts(ms)) parts[type] = value
  const { year = '', month = '', day = '', weekday = '', hour = '', minute = '' } = parts
  const two = (number: number): string => String(number).padStart(2, '0')
  return {
    date: `${year}-${two(months.indexOf(month) + 1)}-${two(Number(day))}`,
    time: `${hour}:${minute}`,
    weekday,
    day: `${day} ${month}`,
  }
}

/** A name that has rules of its own; fixed offsets such as +02:00 have none and are refused. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]{3,14}(\/[A-Za-z0-9_+-]{1,30}){0,2}$/.test(name)) return false
  try {
    new Intl.DateTimeFormat('en-GB', { timeZone: name })
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

/** "today at 02:00", "tomorrow at 02:00", "Tuesday at 02:00" within a week, else "24 November at 02:00". */
export function whenInWords(ms: number, now: number, timeZone: string): string {
  const { date, time, weekday, day } = wallOf(ms, timeZone)
  if (date === wallOf(now, timeZone).date) return `today at ${time}`
  if (date === datesFrom(now, 2, timeZone)[1]) return `tomorrow at ${time}`
  return Math.abs(ms - now) < 6 * dayMs && ms > now ? `${weekday} at ${time}` : `${day} at ${time}`
}

/** The dates of the next `count` days there, today first. Days of 23 or 25 hours count once. */
export function datesFrom(now: number, count: number, timeZone: string): string[] {
  const dates = new Set<string>()
  for (let ms = now; dates.size < count; ms += dayMs / 2) dates.add(wallOf(ms, timeZone).date)
  return [...dates]
}
