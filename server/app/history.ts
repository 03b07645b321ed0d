// An hour and a day of each machine: gathers looks and readings into minutes, writes them down once a minute, and reads them for a page.
import type { HistoryShapeView } from '../contract/operations/connectivity.ts'
import { dayMs, hourMs, minuteMs } from '../domain/durations.ts'
import {
  type HistoryMinute,
  type HistorySample,
  historyMetrics,
  leastApartMs,
  minuteOf,
  pieces,
  pointsOf,
  summarize,
} from '../domain/history.ts'
import type { MachineView } from '../domain/machine.ts'
import { isoTime } from './iso-time.ts'
import type { Clock } from './ports.ts'
import { isStorageTrouble } from './storage.ts'
import type { HistoryStore } from './stream-ports.ts'
import type { Streams } from './streams.ts'

export interface HistoryNeeds {
  readonly clock: Pick<Clock, 'now'>
  readonly store: HistoryStore
  readonly streams: Pick<Streams, 'listen'>
  readonly viewOf: (machine: string) => MachineView | undefined
  readonly pollMs: () => number
}

/** What one machine has shown since its last look, and its looks of this minute. */
interface Gathered {
  minute: number
  samples: HistorySample[]
  /** Least available, and most waiting, that the stream told since the last look. */
  least: number | null
  most: number | null
}

/** Finished minutes that could not be written yet; older ones fall away. */
const mostUnwritten = 2000

export function createHistory(needs: HistoryNeeds) {
  const { clock, store } = needs
  const gathered = new Map<string, Gathered>()
  let unwritten: readonly HistoryMinute[] = []
  let writtenAt = Number.NEGATIVE_INFINITY

  const ofMachine = (machine: string, at: number): Gathered => {
    const known = gathered.get(machine)
    if (known !== undefined) return known
    const fresh: Gathered = { minute: minuteOf(at), samples: [], least: null, most: null }
    gathered.set(machine, fresh)
    return fresh
  }

  const finish = (machine: string, one: Gathered, minute: number): void => {
    if (one.samples.length > 0) unwritten = [...unwritten, summarize(machine, one.minute, one.samples)].slice(-mostUnwritten)
    Object.assign(one, { minute, samples: [] })
  }

  const write = (now: number): void => {
    if (unwritten.length === 0 || now - writtenAt < minuteMs) return
    writtenAt = now
    try {
      store.write(unwritten, now - hourMs, now - dayMs - minuteMs)
      unwritten = []
    } catch (error) {
      // A full disk: they are written when it has room again.
      if (!isStorageTrouble(error)) throw error
    }
  }

  needs.streams.listen({
    reading(machine, { at, availableBytes, some }) {
      const one = ofMachine(machine, at)
      one.least = Math.min(one.least ?? availableBytes, availableBytes)
      if (some !== null) one.most = Math.max(one.most ?? some, some)
    },
    silent: () => undefined,
    lost: () => undefined,
    begun: () => undefined,
    ended: (machine) => void gathered.delete(machine),
  })

  const minutesOf = (machine: string, since: number): readonly HistoryMinute[] => {
    const one = gathered.get(machine)
    const current = one === undefined || one.samples.length === 0 ? [] : [summarize(machine, one.minute, one.samples)]
    const waiting = unwritten.filter((minute) => minute.machine === machine && minute.at >= since)
    return [...store.read(machine, since), ...waiting, ...current]
  }

  return {
    /** Called after every look at a machine, good or bad. */
    observe(machine: string): void {
      const now = clock.now()
      const view = needs.viewOf(machine)
      const seen = view?.reach === 'reachable' ? view.observation : null
      const one = ofMachine(machine, now)
      if (minuteOf(now) !== one.minute) finish(machine, one, minuteOf(now))
      write(now)
      const last = one.samples.at(-1)
      if (seen === null || (last !== undefined && seen.at - last.at < leastApartMs - 500) || now - seen.at > leastApartMs) return
      const values = [
        Math.min(one.least ?? seen.memory.availableBytes, seen.memory.availableBytes),
        one.most ?? seen.memory.pressure,
        seen.gpu.loadPercent,
        seen.gpu.powerW,
        seen.gpu.temperatureC,
        seen.disk?.freeBytes ?? null,
      ]
      one.samples.push({ at: seen.at, values })
      Object.assign(one, { least: null, most: null })
    },
    view(machine: string, span: 'hour' | 'day'): HistoryShapeView {
      const to = clock.now()
      const from = to - (span === 'hour' ? hourMs : dayMs)
      const stepMs = span === 'hour' ? Math.max(leastApartMs, needs.pollMs()) : Math.max(minuteMs, needs.pollMs())
      const minutes = minutesOf(machine, minuteOf(from))
      const metrics = historyMetrics.map((metric) => {
        const points = pointsOf(minutes, metric, span).filter((point) => point.at >= from)
        const line = pieces(points, stepMs).map((piece) =>
          piece.map(({ at, range }) => ({ at: isoTime(at), least: range[0], mean: range[1], most: range[2] })),
        )
        return [metric, line] as const
      })
      return {
        machine,
        span,
        from: isoTime(from),
        to: isoTime(to),
        stepSeconds: stepMs / 1000,
        series: Object.fromEntries(metrics) as HistoryShapeView['series'],
      }
    },
    /** What was gathered is written before the end. */
    close(): void {
      for (const [machine, one] of gathered) finish(machine, one, one.minute)
      writtenAt = Number.NEGATIVE_INFINITY
      write(clock.now())
    },
  }
}
