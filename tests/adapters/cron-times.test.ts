// Cron texts through the library: what clocks that change make of them, in three zones and the odd ones, and what is refused.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createCronTimes } from '../../server/adapters/calendar/cron-times.ts'
import { wallOf } from '../../server/domain/wall-clock.ts'

const times = createCronTimes()
const at = (iso: string): number => Date.parse(iso)
const dayMs = 86_400_000

describe('a cron text over a change of clocks', () => {
  it.each([
    // Zone, text, from (UTC), the next times as UTC and as the wall shows them.
    ['Europe/Berlin', '30 2 * * *', '2026-03-28T00:00Z', ['03-28T01:30Z 02:30', '03-29T01:00Z 03:00', '03-30T00:30Z 02:30']],
    ['Europe/Berlin', '0 2 * * *', '2026-03-28T12:00Z', ['03-29T01:00Z 03:00', '03-30T00:00Z 02:00']],
    ['Europe/Berlin', '30 2 * * *', '2026-10-24T12:00Z', ['10-25T00:30Z 02:30', '10-26T01:30Z 02:30']],
    ['Europe/Berlin', '0 * * * *', '2026-10-24T23:30Z', ['10-25T00:00Z 02:00', '10-25T01:00Z 02:00', '10-25T02:00Z 03:00']],
    ['Europe/Berlin', '*/30 * * * *', '2026-03-29T00:10Z', ['03-29T00:30Z 01:30', '03-29T01:00Z 03:00', '03-29T01:30Z 03:30']],
    ['America/New_York', '30 2 * * *', '2026-03-07T12:00Z', ['03-08T07:00Z 03:00', '03-09T06:30Z 02:30']],
    ['America/New_York', '30 1 * * *', '2026-10-31T12:00Z', ['11-01T05:30Z 01:30', '11-02T06:30Z 01:30']],
    // Half an hour: 02:00 to 02:30, and back at 02:00 to 01:30.
    ['Australia/Lord_Howe', '15 2 * * *', '2026-10-03T00:00Z', ['10-03T15:30Z 02:30', '10-04T15:15Z 02:15']],
    ['Australia/Lord_Howe', '45 1 * * *', '2026-04-03T22:00Z', ['04-04T14:45Z 01:45', '04-05T15:15Z 01:45']],
    // Midnight itself is skipped.
    ['America/Santiago', '0 0 * * 0', '2026-08-31T12:00Z', ['09-06T04:00Z 01:00', '09-13T03:00Z 00:00']],
    ['Africa/Cairo', '30 0 * * *', '2026-04-23T12:00Z', ['04-23T22:00Z 01:00', '04-24T21:30Z 00:30']],
    // A zone without changes, and a change of another zone's does not touch it.
    ['Asia/Kolkata', '30 2 * * *', '2026-03-28T22:00Z', ['03-29T21:00Z 02:30', '03-30T21:00Z 02:30']],
  ] as const)('%s: %s from %s', (zone, text, from, then) => {
    const found = times.within(text, zone, at(from), at(from) + 30 * dayMs, then.length)
    expect(found.map((ms) => `${new Date(ms).toISOString().slice(5, 16)}Z ${wallOf(ms, zone).time}`)).toEqual(then)
  })

  it('the 29th of February comes in leap years, also over 2100, which is none', () => {
    const years = (from: string): number[] =>
      times.within('0 3 29 2 *', 'Europe/Berlin', at(from), at(from) + 9 * 366 * dayMs, 2).map((ms) => new Date(ms).getUTCFullYear())
    expect(years('2026-01-01T00:00Z')).toEqual([2028, 2032])
    expect(years('2096-03-01T00:00Z')).toEqual([2104])
  })

  it('a day that a zone left out does not come', () => {
    const found = times.within('0 12 30 12 *', 'Pacific/Apia', at('2011-01-01T00:00Z'), at('2013-01-01T00:00Z'), 5)
    expect(found.map((ms) => new Date(ms).getUTCFullYear())).toEqual([2012])
  })

  it('day of the month and weekday, both given, mean either', () => {
    const found = times.within('0 12 1 * 1', 'UTC', at('2026-01-01T00:00Z'), at('2026-01-13T00:00Z'), 9)
    expect(found.map((ms) => new Date(ms).getUTCDate())).toEqual([1, 5, 12])
  })
})

describe('what is read', () => {
  it.each([
    ['* * * * * *', /five fields/],
    ['@daily', /five fields/],
    ['', /five fields/],
    ['2030-01-01T00:00:00', /five fields/],
    ['0 25 * * *', /hour: 25/],
    ['0 0 31 2 *', /never comes/],
    ['0 0 31 4,6 *', /never comes/],
    ['*/0 * * * *', /stepping: 0/],
    ['$(id) * * * *', /not understood/],
    ['? * * * *', /not understood/],
    [`${'1,'.repeat(60)}1 * * * *`, /not understood/],
    ['a b c d e', /illegal|not|Invalid/i],
  ])('%s is refused in words', (text, words) => {
    expect(times.fault(text)).toMatch(words)
  })

  it.each(['0 3 * * *', '*/15 * * * *', '0 3 * * mon-fri', '0 3 L * *', '0 12 * * 5#2', '5 4 1-7 JAN,jul *'])('%s is', (text) => {
    expect(times.fault(text)).toBeNull()
  })
})

describe('a window', () => {
  const texts = fc.constantFrom('0 3 * * *', '*/15 * * * *', '30 2 * * 0', '0 0 1 * *', '59 23 28-31 * *')
  const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'America/Santiago', 'Asia/Kathmandu')
  const starts = fc.integer({ min: at('2026-01-01T00:00Z'), max: at('2027-12-31T00:00Z') })

  it('holds rising times inside of it, the same whether it is read at once or in two parts, in whatever order', () => {
    fc.assert(
      fc.property(
        texts,
        zones,
        starts,
        fc.integer({ min: 1, max: 5 * dayMs }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (text, zone, from, length, share) => {
          const cut = from + Math.floor(length * share)
          const to = from + length
          const fresh = createCronTimes()
          const second = fresh.within(text, zone, cut, to, 2000)
          const first = fresh.within(text, zone, from, cut, 2000)
          const whole = createCronTimes().within(text, zone, from, to, 2000)
          expect([...first, ...second]).toEqual(whole)
          expect(whole.every((ms, n) => ms > from && ms <= to && ms > (whole[n - 1] ?? from))).toBe(true)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('costs little even where hundreds ask: a week of every quarter of an hour is read once', () => {
    const from = at('2026-03-25T00:00Z')
    const counted = createCronTimes()
    const first = counted.within('*/15 * * * *', 'Europe/Berlin', from, from + 7 * dayMs, 800)
    expect(first).toHaveLength(7 * 96)
    for (let n = 0; n < 500; n += 1)
      expect(counted.within('*/15 * * * *', 'Europe/Berlin', from + n, from + n + 7 * dayMs, 800)[0]).toBe(first[0])
  })
})
