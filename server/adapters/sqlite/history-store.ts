import type { Database } from 'better-sqlite3'
import type { HistoryStore } from '../../app/stream-ports.ts'
import { hourMs } from '../../domain/durations.ts'
import type { HistoryMinute } from '../../domain/history.ts'

interface Row {
  readonly machine: string
  readonly at: number
  readonly summary: string
  readonly samples: string | null
}

/** A look is written as the ms after its minute began, and its values. */
type Packed = readonly (readonly (number | null)[])[]

const pack = ({ at, samples }: HistoryMinute): string => JSON.stringify(samples.map((one) => [one.at - at, ...one.values]))

function minuteOf({ machine, at, summary, samples }: Row): HistoryMinute {
  const looks = samples === null ? [] : (JSON.parse(samples) as Packed)
  return {
    machine,
    at,
    summary: JSON.parse(summary) as HistoryMinute['summary'],
    samples: looks.map(([after, ...values]) => ({ at: at + (after ?? 0), values })),
  }
}

/** How machines have been, a row a minute: a day of a hundred machines is 144,000 of them, some 20 MB. */
export function createHistoryStore(db: Database): HistoryStore {
  const put = db.prepare<[string, number, string, string]>(
    'INSERT OR REPLACE INTO machine_minutes (machine, at, summary, samples) VALUES (?, ?, ?, ?)',
  )
  const forgetSamples = db.prepare<[number, number]>(
    'UPDATE machine_minutes SET samples = NULL WHERE at < ? AND at >= ? AND samples IS NOT NULL',
  )
  const forget = db.prepare<[number]>('DELETE FROM machine_minutes WHERE at < ?')
  const read = db.prepare<[string, number], Row>('SELECT * FROM machine_minutes WHERE machine = ? AND at >= ? ORDER BY at')
  /** Those older than this have none any more. */
  let samplesUntil = 0
  return {
    write: db.transaction((minutes: readonly HistoryMinute[], samplesSince: number, since: number) => {
      for (const minute of minutes) put.run(minute.machine, minute.at, JSON.stringify(minute.summary), pack(minute))
      forgetSamples.run(samplesSince, samplesUntil)
      samplesUntil = Math.max(0, samplesSince - hourMs)
      forget.run(since)
    }),
    read: (machine, since) => read.all(machine, since).map(minuteOf),
  }
}
