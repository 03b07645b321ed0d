// Cron texts by croner, which reads five fields and knows the changes of clocks. Nothing is run here: only instants are computed.
import { Cron } from 'croner'
import type { CronTimes } from '../../app/schedule-ports.ts'
import { dayMs } from '../../domain/durations.ts'

/** Digits, names of days and months, * , - / # L: what crontab(5) has, and the last and the nth weekday. */
const field = /^[0-9A-Za-z*,/#-]{1,60}$/
/** Beyond this a text is taken to have no next time, ms: the 29th of February may be eight years away (2096 to 2104). */
const farMs = 9 * 366 * dayMs
/** Known times of one text and zone; enough for a week of every 15 minutes, several times over. */
const mostKnown = 5000
const mostTexts = 200

interface Known {
  readonly cron: Cron
  /** All instants with from < instant <= to, rising. */
  from: number
  to: number
  starts: number[]
}

function read(cron: string, timeZone: string): Cron {
  return new Cron(cron, { timezone: timeZone, mode: '5-part', paused: true })
}

export function createCronTimes(): CronTimes {
  const texts = new Map<string, Known>()

  const knownOf = (text: string, timeZone: string, from: number): Known => {
    const key = `${timeZone} ${text}`
    const known = texts.get(key)
    if (known !== undefined) return known
    if (texts.size >= mostTexts) texts.clear()
    const fresh: Known = { cron: read(text, timeZone), from, to: from, starts: [] }
    texts.set(key, fresh)
    return fresh
  }

  /** One instant after another: the library is asked once for each, ever. */
  const extend = (known: Known, to: number, most: number): void => {
    while (known.to < to && known.starts.length < most) {
      const next = known.cron.nextRun(new Date(known.to))?.getTime() ?? Number.POSITIVE_INFINITY
      if (next > to) known.to = to
      else {
        // Never backwards and never twice the same, whatever a change of clocks makes of it.
        known.to = Math.max(next, known.to + 1)
        known.starts.push(known.to)
      }
    }
  }

  return {
    fault: (cron) => {
      const fields = cron.split(' ')
      if (fields.length !== 5)
        return `five fields are needed (minute hour day month weekday), not ${fields.length}; nothing is as fine as a second`
      const odd = fields.find((one) => !field.test(one))
      if (odd !== undefined) return `"${odd.slice(0, 20)}" is not understood; digits, names of days and months, * , - / # and L are`
      try {
        return read(cron, 'UTC').nextRun(new Date(0)) === null ? 'it never comes, in no year' : null
      } catch (error) {
        return error instanceof Error ? error.message.replace(/^CronPattern: /, '').slice(0, 200) : 'it is not understood'
      }
    },
    within: (cron, timeZone, from, to, most) => {
      const end = Math.min(to, from + farMs)
      let known = knownOf(cron, timeZone, from)
      if (from < known.from || from > known.to || known.starts.length >= mostKnown) {
        texts.delete(`${timeZone} ${cron}`)
        known = knownOf(cron, timeZone, from)
      }
      const passed = known.starts.findIndex((start) => start > from)
      const skip = passed === -1 ? known.starts.length : passed
      extend(known, end, skip + most)
      return known.starts.slice(skip, skip + most).filter((start) => start <= end)
    },
    ownZone: () => new Intl.DateTimeFormat().resolvedOptions().timeZone,
  }
}
