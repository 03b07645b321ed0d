// Outages and availability: what holds for all of them.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  availability,
  causeOf,
  type GapFacts,
  type Heard,
  isOutage,
  type Outage,
  unwatched,
  type Watch,
} from '../../server/domain/connectivity.ts'
import { percentWords } from '../../server/domain/connectivity-words.ts'
import { pieces, summarize } from '../../server/domain/history.ts'

const heard = (at: number, sequence: number, uptimeMs = at, bootId = 'b1'): Heard => ({ at, sequence, uptimeMs, bootId })
const gap = (more: Partial<GapFacts>): GapFacts => ({
  before: heard(0, 1),
  after: heard(9000, 2),
  sameStream: true,
  codes: [],
  answeredHttp: false,
  allAtOnce: false,
  refused: false,
  ...more,
})

test('one missed second is an outage; jitter and torn lines are none', () => {
  expect(isOutage(heard(0, 1), heard(1900, 2), true)).toBe(false)
  expect(isOutage(heard(0, 1), heard(2000, 2), true)).toBe(true)
  expect(isOutage(heard(0, 1), heard(4000, 5), true)).toBe(false)
  expect(isOutage(heard(0, 9), heard(1500, 1), false)).toBe(false)
  expect(isOutage(heard(0, 9), heard(2500, 1), false)).toBe(true)
})

test('causes, the surest first', () => {
  expect(causeOf(gap({}))).toBe('stood_still')
  expect(causeOf(gap({ after: heard(9000, 2, 1000) }))).toBe('held_up')
  expect(causeOf(gap({ after: heard(9000, 1, 100, 'b2'), sameStream: false }))).toBe('rebooted')
  expect(causeOf(gap({ answeredHttp: true, sameStream: false }))).toBe('ssh_only')
  expect(causeOf(gap({ allAtOnce: true, answeredHttp: true }))).toBe('all_at_once')
  expect(causeOf(gap({ codes: ['machine_refused_key'], sameStream: false }))).toBe('key_refused')
  expect(causeOf(gap({ codes: ['machine_unreachable', 'host_key_changed'], after: null }))).toBe('host_key_changed')
  expect(causeOf(gap({ refused: true, sameStream: false, after: null }))).toBe('refused')
  expect(causeOf(gap({ sameStream: false, after: null }))).toBe('unknown')
})

const span = fc.tuple(fc.nat(10_000), fc.integer({ min: 1, max: 5000 })).map(([from, length]) => ({ from, to: from + length }))
/** Spans that do not overlap, oldest first. */
const apart = fc.array(fc.tuple(fc.integer({ min: 1, max: 800 }), fc.integer({ min: 1, max: 800 })), { maxLength: 8 }).map((parts) => {
  let at = 0
  return parts.map(([pause, length]) => {
    const from = at + pause
    at = from + length
    return { from, to: at }
  })
})
const watchesOf = (spans: readonly { from: number; to: number }[]): Watch[] =>
  spans.map(({ from, to }) => ({ from, until: to, ended: 'off' }))
const outagesOf = (spans: readonly { from: number; to: number }[]): Outage[] =>
  spans.map(({ from, to }) => ({ from, to, cause: 'unknown', seenEnd: true }))

test('availability is between none and all, and unwatched time never counts', () => {
  fc.assert(
    fc.property(apart, apart, span, (watched, out, within) => {
      const one = availability(watchesOf(watched), outagesOf(out), within)
      expect(one.outMs).toBeLessThanOrEqual(one.watchedMs)
      expect(one.watchedMs).toBeLessThanOrEqual(within.to - within.from)
      if (one.watchedMs === 0) expect(one.percent).toBeNull()
      else expect(one.percent).toBeGreaterThanOrEqual(0)
      expect(availability([], outagesOf(out), within)).toMatchObject({ percent: null, outMs: 0 })
      expect(availability(watchesOf(watched), [], within).percent ?? 100).toBe(100)
      const gaps = unwatched(watchesOf(watched), 20_000)
      for (const pause of gaps) expect(availability(watchesOf(watched), [], pause).watchedMs).toBe(0)
    }),
  )
})

test('a figure is never rounded up to all', () => {
  expect(percentWords(100)).toBe('100 %')
  expect(percentWords(99.9999)).toBe('99.999 %')
  expect(percentWords(42.19)).toBe('42.1 %')
  expect(percentWords(null)).toBe('not watched')
})

test('a line is never drawn over a gap, and loses no point', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 60_000 }), { maxLength: 40 }), (steps) => {
      let at = 0
      const points = steps.map((step) => {
        at += step
        return { at, range: [1, 2, 3] as const }
      })
      const line = pieces(points, 5000)
      expect(line.flat()).toEqual(points)
      for (const piece of line) {
        piece.forEach((point, index) => {
          const before = piece[index - 1]
          if (before !== undefined) expect(point.at - before.at).toBeLessThanOrEqual(12_500)
        })
      }
    }),
  )
})

test('a minute holds its least, mean and most; what is not told is absent, not 0', () => {
  const values = (one: number | null) => [one, null, 3, 4, 5, 6]
  const samples = [
    { at: 0, values: values(2) },
    { at: 5000, values: values(null) },
    { at: 9000, values: values(4) },
  ]
  expect(summarize('m', 0, samples).summary.slice(0, 2)).toEqual([[2, 3, 4], null])
})
