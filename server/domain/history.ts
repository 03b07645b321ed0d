// How a machine has been: one look every few seconds for an hour, one minute of least, mean and most for a day. Pure.
import { minuteMs } from './durations.ts'

/** The order is that of the numbers in a stored row: new ones go to the end. */
export const historyMetrics = ['availableBytes', 'waitsPercent', 'gpuLoadPercent', 'powerW', 'temperatureC', 'diskFreeBytes'] as const
export type HistoryMetric = (typeof historyMetrics)[number]

export interface HistorySample {
  readonly at: number
  /** In the order of historyMetrics; null: the machine does not tell. */
  readonly values: readonly (number | null)[]
}
/** Least, mean and most. */
export type Range = readonly [number, number, number]

export interface HistoryMinute {
  readonly machine: string
  /** Its beginning, ms, a whole minute. */
  readonly at: number
  readonly summary: readonly (Range | null)[]
  /** The looks in it; none when they are forgotten. */
  readonly samples: readonly HistorySample[]
}

/** Looks that come more often are not kept, ms. */
export const leastApartMs = 5000

export const minuteOf = (at: number): number => Math.floor(at / minuteMs) * minuteMs

const rounded = (value: number): number => (Math.abs(value) >= 1000 ? Math.round(value) : Math.round(value * 100) / 100)

export function summarize(machine: string, at: number, samples: readonly HistorySample[]): HistoryMinute {
  const summary = historyMetrics.map((_, index): Range | null => {
    const values = samples.map((sample) => sample.values[index] ?? null).filter((value) => value !== null)
    if (values.length === 0) return null
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    return [rounded(Math.min(...values)), rounded(mean), rounded(Math.max(...values))]
  })
  return { machine, at, summary, samples }
}

export interface HistoryPoint {
  readonly at: number
  readonly range: Range
}

/** A line of one metric: pieces without a gap. What was not seen is never bridged. */
export type HistoryLine = readonly (readonly HistoryPoint[])[]

/** Points further apart than this many times the usual step have a gap between them. */
const gapSteps = 2.5

export function pieces(points: readonly HistoryPoint[], stepMs: number): HistoryLine {
  const found: HistoryPoint[][] = []
  for (const point of points) {
    const piece = found.at(-1)
    const last = piece?.at(-1)
    if (piece === undefined || last === undefined || point.at - last.at > stepMs * gapSteps) found.push([point])
    else piece.push(point)
  }
  return found
}

export function pointsOf(minutes: readonly HistoryMinute[], metric: HistoryMetric, span: 'hour' | 'day'): readonly HistoryPoint[] {
  const index = historyMetrics.indexOf(metric)
  if (span === 'day') {
    return minutes.flatMap(({ at, summary }) => {
      const range = summary[index] ?? null
      return range === null ? [] : [{ at, range }]
    })
  }
  return minutes.flatMap(({ samples }) =>
    samples.flatMap(({ at, values }) => {
      const value = values[index] ?? null
      return value === null ? [] : [{ at, range: [value, value, value] as const }]
    }),
  )
}
