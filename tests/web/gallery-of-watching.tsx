// What was seen of a machine over time, in its states: an ordinary hour with a gap, a day with troubles, and nothing seen yet.
import type { ConnectivityShapeView, HistoryShapeView } from '../../server/contract/operations/connectivity.ts'
import type { MachineShape } from '../../server/contract/operations/shapes.ts'
import { historyMetrics } from '../../server/domain/history.ts'
import { MachinePage } from '../../web/views/pages/machines.tsx'
import { Watched } from '../../web/views/parts/watched.tsx'
import { before, machine, now } from '../fakes/view-samples.ts'
import type { Exhibit } from './exhibit.ts'

const GB = 1e9
/** The same waves each time: a busy stretch in the middle, one gap. */
const waves: Readonly<Record<(typeof historyMetrics)[number], (at: number) => number>> = {
  availableBytes: (at) => (at > 0.35 && at < 0.6 ? 29 : 41) * GB + Math.sin(at * 40) * GB,
  waitsPercent: (at) => (at > 0.55 && at < 0.6 ? 7 : 0),
  gpuLoadPercent: (at) => (at > 0.35 && at < 0.6 ? 88 + 8 * Math.sin(at * 90) : 4),
  powerW: (at) => (at > 0.35 && at < 0.6 ? 62 + 9 * Math.sin(at * 70) : 11),
  temperatureC: (at) => 48 + (at > 0.35 ? 14 * Math.min(1, (at - 0.35) * 5) : 0),
  diskFreeBytes: (at) => (1900 - 40 * at) * GB,
}

function history(span: 'hour' | 'day', count: number, seen: (share: number) => boolean): HistoryShapeView {
  const length = span === 'hour' ? 3600 : 86_400
  const series = Object.fromEntries(
    historyMetrics.map((metric) => {
      const pieces: { at: string; least: number; mean: number; most: number }[][] = [[]]
      for (let index = 0; index < count; index += 1) {
        const share = index / count
        if (!seen(share)) pieces.push([])
        else {
          const mean = waves[metric](share)
          const wide = span === 'hour' ? 0 : Math.abs(mean) * 0.04
          pieces.at(-1)?.push({ at: before(length * (1 - share)), least: mean - wide, mean, most: mean + wide })
        }
      }
      return [metric, pieces.filter((piece) => piece.length > 0)]
    }),
  ) as HistoryShapeView['series']
  return { machine: machine.id, span, from: before(length), to: before(0), stepSeconds: length / count, series }
}

const figures = (percent: number | null, sentence: string) => ({ percent, watchedSeconds: 86_400, outSeconds: 17, outages: 2, sentence })
const connectivity: ConnectivityShapeView = {
  machine: machine.id,
  state: 'connected',
  since: before(2400),
  day: figures(99.98, 'Reached 99.980 % of the 23 h 40 min it was watched in the last day: 2 outages, 17 s in all.'),
  week: figures(99.9, 'Reached 99.900 % of the 167 h 40 min it was watched in the last 7 days: 9 outages, 10 min in all.'),
  outages: [
    {
      from: before(2408),
      to: before(2400),
      seconds: 8,
      cause: 'held_up',
      seenEnd: true,
      sentence: '8 s without a word. It went on, but its words were held up on the way.',
    },
    {
      from: before(50_000),
      to: before(49_910),
      seconds: 90,
      cause: 'rebooted',
      seenEnd: true,
      sentence: '1 min 30 s without a word. It restarted.',
    },
  ],
  unwatched: [
    {
      from: before(80_000),
      to: before(78_800),
      seconds: 1200,
      sentence: 'Not watched. Spark Control was not running. Nothing is claimed of this time.',
    },
  ],
}
const fresh: ConnectivityShapeView = {
  ...connectivity,
  state: 'unwatched',
  since: null,
  outages: [],
  unwatched: [],
  day: figures(null, 'Not watched in the last day.'),
  week: figures(null, 'Not watched in the last 7 days.'),
}

const short: MachineShape['pressure'] = {
  level: 'high',
  since: before(40),
  sentence:
    'Memory of spark-1 falls fast: 14 GB are left. Nothing new is loaded there, and work that can wait is asked to give memory back.',
  restsAtBytes: 31 * GB,
  waitsPercent: 2.5,
  stallsPercent: 0.4,
}

const page = (
  name: string,
  data: { readonly history: HistoryShapeView; readonly connectivity: ConnectivityShapeView },
  pressure: MachineShape['pressure'] = machine.pressure,
): Exhibit => ({
  name,
  place: 'machines',
  body: <MachinePage machine={{ ...machine, pressure }} watched={<Watched machine={machine} now={now} {...data} />} now={now} />,
})

export const ofWatching: readonly Exhibit[] = [
  page('machine-hour', { history: history('hour', 360, (share) => share < 0.7 || share > 0.78), connectivity }),
  page('machine-day', { history: history('day', 720, (share) => share > 0.1 && (share < 0.4 || share > 0.42)), connectivity }, short),
  page('machine-not-watched', { history: history('hour', 10, () => false), connectivity: fresh }),
]
