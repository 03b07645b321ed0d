import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { startsWithin } from '../../server/domain/occurrences.ts'
import { common, merged, overlapSentence, overlapsOf, type Span, type Wanted } from '../../server/domain/overlaps.ts'
import { ensureWords, isSameIntent, type Rule, ruleInWords, type Schedule } from '../../server/domain/schedule.ts'
import { datesFrom, isTimeZone, wallOf, whenInWords } from '../../server/domain/wall-clock.ts'

const at = (iso: string): number => Date.parse(iso)
const dayMs = 86_400_000
const never = (): readonly number[] => []
const schedule: Schedule = {
  id: 's1',
  app: 'recap',
  model: 'a/b',
  rule: { kind: 'cron', cron: '0 2 * * *' },
  timeZone: 'Europe/Berlin',
  durationSeconds: 3600,
  contact: 'Alice',
  note: '',
  ensure: true,
  approval: null,
  registeredAt: 0,
  changedAt: 0,
}

describe('times of an interval', () => {
  const interval = (seconds: number, anchor: number): Rule => ({ kind: 'interval', seconds, anchor })

  it('are counted from its anchor in elapsed time, over a change of clocks too', () => {
    const anchor = at('2026-03-28T01:30:00Z')
    const starts = startsWithin(interval(86_400, anchor), 'Europe/Berlin', anchor, anchor + 2 * dayMs, 9, never)
    expect(starts.map((ms) => wallOf(ms, 'Europe/Berlin').time)).toEqual(['03:30', '03:30'])
  })

  it('begin at the anchor, never before it, and stay on it whenever they are asked for', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 900, max: 40 * 86_400 }),
        fc.integer({ min: -1e12, max: 2e12 }),
        fc.integer({ min: -1e12, max: 2e12 }),
        fc.integer({ min: 1, max: 10 * dayMs }),
        (seconds, anchor, from, length) => {
          const rule = interval(seconds, anchor)
          const starts = startsWithin(rule, 'UTC', from, from + length, 2000, never)
          for (const start of starts) {
            expect(start >= anchor && start > from && start <= from + length).toBe(true)
            expect((start - anchor) % (seconds * 1000)).toBe(0)
          }
          const middle = from + Math.floor(length / 2)
          const parts = [from, middle, from + length]
          const two = [0, 1].flatMap((n) => startsWithin(rule, 'UTC', parts[n] ?? 0, parts[n + 1] ?? 0, 2000, never))
          expect(two).toEqual(starts)
        },
      ),
    )
    expect(startsWithin(interval(900, 5000), 'UTC', 0, 10_000, 9, never)).toEqual([5000])
    expect(startsWithin(interval(900, 5000), 'UTC', 5000, 5000 + 1_800_000, 1, never)).toEqual([905_000])
  })

  it('of a single time are that one, or none', () => {
    const rule: Rule = { kind: 'once', at: 100 }
    expect([startsWithin(rule, 'UTC', 99, 100, 9, never), startsWithin(rule, 'UTC', 100, 200, 9, never)]).toEqual([[100], []])
  })
})

describe('what the owner says yes to', () => {
  it.each([
    ['app', { app: 'other' }, false],
    ['model', { model: 'c/d' }, false],
    ['rule', { rule: { kind: 'cron', cron: '0 3 * * *' } }, false],
    ['time zone', { timeZone: 'UTC' }, false],
    ['length', { durationSeconds: 7200 }, false],
    ['asking at all', { ensure: false }, false],
    ['contact', { contact: 'Bob' }, true],
    ['note', { note: 'new' }, true],
  ] as const)('another %s', (_, change, same) => {
    expect(ensureWords({ ...schedule, ...change }) === ensureWords(schedule)).toBe(same)
  })

  it('an interval from another moment is other times, but the same intent', () => {
    const from = (anchor: number): Schedule => ({ ...schedule, rule: { kind: 'interval', seconds: 900, anchor } })
    expect(ensureWords(from(1)) === ensureWords(from(2))).toBe(false)
    expect(isSameIntent(from(1), from(2))).toBe(true)
    expect(isSameIntent(from(1), schedule)).toBe(false)
  })
})

describe('a rule in words', () => {
  it.each([
    ['0 2 * * *', 'every day at 02:00'],
    ['30 9 * * 1', 'every Monday at 09:30'],
    ['5 18 * * 1-5', 'Monday to Friday at 18:05'],
    ['0 2 * * 0,6', 'every Sunday and Saturday at 02:00'],
    ['*/30 * * * *', 'every 30 minutes of the hour'],
    ['15 * * * *', 'every hour at minute 15'],
    ['0 2 1 * *', 'cron 0 2 1 * *'],
    ['0 2 * * mon', 'cron 0 2 * * mon'],
    ['0 2-4 * * *', 'cron 0 2-4 * * *'],
  ])('%s is %s', (cron, words) => {
    expect(ruleInWords({ kind: 'cron', cron }, String)).toBe(words)
  })

  it.each([
    [900, 'every 15 minutes'],
    [3600, 'every hour'],
    [7200, 'every 2 hours'],
    [86_400, 'every day'],
    [5400, 'every 90 minutes'],
  ])('%d seconds are %s', (seconds, words) => {
    expect(ruleInWords({ kind: 'interval', seconds, anchor: 0 }, String)).toBe(words)
  })
})

describe('the clock on the wall', () => {
  it('names days as a person does', () => {
    const now = at('2026-03-28T22:30:00Z')
    const said = (iso: string): string => whenInWords(at(iso), now, 'Europe/Berlin')
    expect(said('2026-03-28T22:45:00Z')).toBe('today at 23:45')
    expect(said('2026-03-29T01:00:00Z')).toBe('tomorrow at 03:00')
    expect(said('2026-03-31T01:00:00Z')).toBe('Tuesday at 03:00')
    expect(said('2026-04-20T01:00:00Z')).toBe('20 April at 03:00')
    expect(said('2026-03-27T01:00:00Z')).toBe('27 March at 02:00')
  })

  it('counts days of 23 and of 25 hours once', () => {
    for (const from of ['2026-03-28T22:59:00Z', '2026-10-24T22:01:00Z', '2026-10-25T22:59:00Z']) {
      const dates = datesFrom(at(from), 7, 'Europe/Berlin')
      expect(dates).toHaveLength(7)
      expect(dates.map((date, n) => (at(`${date}T00:00Z`) - at(`${dates[0]}T00:00Z`)) / dayMs - n)).toEqual([0, 0, 0, 0, 0, 0, 0])
    }
  })

  it.each([
    ['Europe/Berlin', true],
    ['UTC', true],
    ['America/Argentina/Buenos_Aires', true],
    ['+02:00', false],
    ['Mars/Base', false],
    ['', false],
    ['../etc/passwd', false],
    ['Europe/Berlin; rm', false],
  ])('%s is a zone: %s', (name, is) => {
    expect(isTimeZone(name)).toBe(is)
  })
})

describe('overlaps', () => {
  const span = fc.tuple(fc.nat(60), fc.integer({ min: 1, max: 12 })).map(([from, length]): Span => ({ from, until: from + length }))
  const spans = fc.array(span, { maxLength: 6 }).map((all) => all.sort((a, b) => a.from - b.from))
  const minutes = (list: readonly Span[]): Set<number> =>
    new Set(list.flatMap(({ from, until }) => Array.from({ length: until - from }, (_, n) => from + n)))
  const wanted = (id: string, model: string | null, list: readonly Span[], more: Partial<Wanted> = {}): Wanted => ({
    id,
    app: id,
    model,
    ensured: false,
    spans: list,
    ...more,
  })

  it('are the minutes in which both are, and nothing else', () => {
    fc.assert(
      fc.property(spans, spans, (a, b) => {
        const both = common(merged(a), merged(b))
        const other = minutes(b)
        expect([...minutes(both)].sort((x, y) => x - y)).toEqual([...minutes(a)].filter((one) => other.has(one)).sort((x, y) => x - y))
        expect(common(merged(b), merged(a))).toEqual(both)
        expect(minutes(merged(a))).toEqual(minutes(a))
      }),
    )
  })

  it('are told once a pair, by the first, whoever was registered first', () => {
    fc.assert(
      fc.property(spans, spans, spans, (a, b, c) => {
        const all = [wanted('a', 'x', a), wanted('b', 'y', b), wanted('c', null, c)]
        const told = overlapsOf(all, null)
        const same = overlapsOf([...all].reverse(), null)
        const short = (one: (typeof told)[number]) => ({ ...one, schedules: [...one.schedules].sort(), apps: [...one.apps].sort() })
        const order = (x: { schedules: readonly string[] }, y: { schedules: readonly string[] }) =>
          x.schedules.join() < y.schedules.join() ? -1 : 1
        expect(told.map(short).sort(order)).toEqual(same.map(short).sort(order))
        expect(new Set(told.map((one) => one.schedules.join())).size).toBe(told.length)
        for (const one of told) expect(one.until).toBeGreaterThan(one.from)
      }),
    )
  })

  const night = [{ from: at('2026-01-02T01:00Z'), until: at('2026-01-02T02:00Z') }]
  const late = [{ from: at('2026-01-02T01:30Z'), until: at('2026-01-02T03:00Z') }]

  it('are none between two that name the same model, and none of one with itself', () => {
    expect(overlapsOf([wanted('a', 'x', night), wanted('b', 'x', late)], null)).toEqual([])
    expect(overlapsOf([wanted('a', 'x', [...night, ...late])], null)).toEqual([])
    expect(overlapsOf([wanted('a', null, night)], { holder: 'a', from: 0, until: at('2026-01-03T00:00Z') })).toEqual([])
  })

  it.each([
    [
      'two models',
      [wanted('a', 'x', night), wanted('b', 'y', late)],
      null,
      'a (X) and b (Y) want different models: tomorrow from 02:30 until 03:00.',
    ],
    [
      'two models that are switched to',
      [wanted('a', 'x', night, { ensured: true }), wanted('b', 'y', late, { ensured: true })],
      null,
      'a (X) and b (Y) want different models: tomorrow from 02:30 until 03:00. Whichever begins first keeps its model until its time is over.',
    ],
    [
      'no model',
      [wanted('a', null, night), wanted('b', 'y', late)],
      null,
      'a and b both want the Sparks: tomorrow from 02:30 until 03:00.',
    ],
    [
      'a reservation',
      [wanted('b', 'y', late)],
      { holder: 'Alice', from: at('2026-01-01T12:00Z'), until: at('2026-01-02T02:00Z') },
      'Alice has the Sparks reserved while b wants them: tomorrow from 02:30 until 03:00.',
    ],
  ] as const)('of %s are said in a sentence', (_, all, held, sentence) => {
    const [told] = overlapsOf(all, held)
    if (told === undefined) throw new Error('no overlap')
    const nameOf = (id: string): string | null => all.find((one) => one.id === id)?.model?.toUpperCase() ?? null
    expect(overlapSentence(told, at('2026-01-01T12:00Z'), 'Europe/Berlin', nameOf)).toBe(sentence)
  })
})
