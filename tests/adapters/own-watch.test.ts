// What this computer missed itself: nothing may be said of a Spark in that time.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createOwnWatch } from '../../server/adapters/system/own-watch.ts'

const begin = Date.UTC(2026, 0, 1, 12)
let wall = 0
let steady = 0
let watch: ReturnType<typeof createOwnWatch>
/** Both clocks go on, as they do where everything is well; `jumped`: the one on the wall by so much more. */
const pass = (ms: number, jumped = 0): void => {
  steady += ms
  wall += ms + jumped
}
/** A second after the other, with the look that each brings. */
const seconds = (count: number): void => {
  for (let n = 0; n < count; n += 1) {
    pass(1000)
    vi.advanceTimersByTime(1000)
  }
}
const day = 86_400_000
const missed = () => watch.between(begin - day, begin + day)

beforeEach(() => {
  wall = begin
  steady = 5000
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  vi.spyOn(Date, 'now').mockImplementation(() => wall)
  vi.spyOn(performance, 'now').mockImplementation(() => steady)
  watch = createOwnWatch()
})
afterEach(() => {
  watch.close()
  vi.restoreAllMocks()
  vi.useRealTimers()
})

test('a computer that runs missed nothing, though its timers are a little late', () => {
  seconds(5)
  pass(1800)
  vi.advanceTimersByTime(1000)
  expect(missed()).toEqual([])
})

test('time in which nothing ran is told from its beginning to its end, also before the timer notices', () => {
  seconds(3)
  pass(8000)
  const gap = { from: begin + 3000, to: begin + 11_000, kind: 'stood_still' }
  expect(missed()).toEqual([gap])
  seconds(2)
  expect(missed()).toEqual([gap])
})

test('a clock that was set, forwards or back, is told as such', () => {
  seconds(1)
  pass(1000, 3_600_000)
  expect(missed()).toEqual([{ from: begin + 1000, to: begin + 3_602_000, kind: 'clock' }])
  pass(1000, -3_600_000)
  expect(missed()[1]).toEqual({ from: begin + 3000, to: begin + 3_602_000, kind: 'clock' })
})

test('only what lies in the time that is asked for is told, and nothing older than an hour', () => {
  pass(5000)
  seconds(10)
  expect(watch.between(begin, begin + 1000)).toHaveLength(1)
  expect(watch.between(begin + 6000, begin + 15_000)).toEqual([])
  seconds(3700)
  pass(5000)
  expect(missed().map(({ kind, from }) => [kind, from > begin + 3_600_000])).toEqual([['stood_still', true]])
})
