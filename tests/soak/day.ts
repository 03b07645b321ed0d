// Does the memory stay flat? A simulated day of looking at four machines, in a process of its own (day-life.ts).
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type Closing, openFolder } from '../bench/ground.ts'
import type { HourSaid } from './day-life.ts'
import type { PartOptions } from './parts.ts'
import type { PartResult } from './record.ts'

const script = fileURLToPath(new URL('./day-life.ts', import.meta.url))
const target = 24
/** A second day shows better whether the line goes on rising. */
const lived = 48
/** Caches fill and code is compiled in the first hours; what grows after them, grows for ever. */
const settledAfterHours = 6
/** A year of this would be 219 MB: less than one restart for an update would give back. */
const mostKilobytesAnHour = 25

export async function runDay(closing: Closing, { count = lived, seed, say }: PartOptions): Promise<PartResult> {
  const hours = await livedHours(closing, count, say)
  const settled = hours.filter(({ hour }) => hour > settledAfterHours)
  const slope = slopeOf(settled.map(({ hour, aliveBytes }) => [hour, aliveBytes / 1000]))
  const last = hours.at(-1)
  if (last === undefined) throw new Error('not one hour was lived')
  const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`
  return {
    command: `make soak ONLY=day COUNT=${count} SEED=${seed}`,
    measured: [
      {
        what: 'Simulated hours of four machines, each looked at every 5 s',
        target: '24',
        value: `${last.hour} (${last.looks.toLocaleString('en-US')} looks)`,
        met: last.hour >= target,
      },
      {
        what: `Alive in memory after each collection, from hour ${settledAfterHours + 1} on: growth by the line of least squares`,
        target: `under ${mostKilobytesAnHour} kB an hour`,
        value: `${slope.toFixed(1)} kB an hour`,
        met: slope < mostKilobytesAnHour,
      },
      {
        what: '... in the first hour / at the end, the simulated machines included',
        target: null,
        value: `${megabytes(hours[0]?.aliveBytes ?? 0)} / ${megabytes(last.aliveBytes)}`,
        met: null,
      },
      { what: '... resident at the end', target: null, value: megabytes(last.residentBytes), met: null },
    ],
  }
}

function livedHours(closing: Closing, count: number, say: (line: string) => void): Promise<readonly HourSaid[]> {
  const child = fork(script, [String(count), openFolder(closing)], { execArgv: ['--expose-gc'] })
  const hours: HourSaid[] = []
  child.on('message', (message) => {
    const said = message as HourSaid
    hours.push(said)
    say(`hour ${said.hour}: ${(said.aliveBytes / 1e6).toFixed(2)} MB alive`)
  })
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  closing.add(async () => {
    child.kill('SIGTERM')
    await ended
  })
  return ended.then((code) => {
    if (code !== 0) throw new Error(`the simulated day ended with ${code} after ${hours.length} hours`)
    return hours
  })
}

/** Of the line of least squares through [x, y]: y for each x. */
export function slopeOf(points: readonly (readonly [number, number])[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
  const [x, y] = [mean(points.map(([one]) => one)), mean(points.map(([, one]) => one))]
  const spread = points.reduce((sum, [one]) => sum + (one - x) ** 2, 0)
  return points.reduce((sum, [a, b]) => sum + (a - x) * (b - y), 0) / spread
}
