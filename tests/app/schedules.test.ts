// The registry: who may change what, what is refused, and what the owner's yes covers.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createCronTimes } from '../../server/adapters/calendar/cron-times.ts'
import { type OpenStores, openStores } from '../../server/adapters/sqlite/open.ts'
import { createEvents } from '../../server/app/events.ts'
import type { IntentAsk } from '../../server/app/schedule-use.ts'
import { createSchedules, type Schedules } from '../../server/app/schedules.ts'
import { SparkError } from '../../server/contract/errors.ts'
import { createFakeClock, type FakeClock } from '../fakes/clock.ts'
import { createFakeIds } from '../fakes/ids.ts'
import { createFakeLog } from '../fakes/log.ts'

const log = createFakeLog()
const cron = createCronTimes()
/** Thursday, 13:00 in Berlin. */
const noon = Date.parse('2026-01-01T12:00:00Z')
const ask: IntentAsk = {
  app: 'recap',
  model: 'a/b',
  cron: '0 2 * * *',
  timeZone: 'Europe/Berlin',
  durationSeconds: 3600,
  contact: 'Alice',
  ensure: true,
  note: '',
}
const once = { ...ask, cron: undefined, at: '2026-01-02T01:30:00+00:00' }
let stores: OpenStores
let clock: FakeClock
let schedules: Schedules

const build = (): Schedules =>
  createSchedules({
    clock,
    ids: createFakeIds(),
    store: stores,
    cron,
    settings: { get: () => 'Europe/Berlin' as never },
    events: createEvents({ store: stores.events, clock, log, checkPayloads: true }),
    nameOf: (model) => `<${model}>`,
    isKnown: (model) => model !== 'not/here',
  })
const refusal = (act: () => unknown): SparkError | null => {
  try {
    act()
    return null
  } catch (error) {
    if (error instanceof SparkError) return error
    throw error
  }
}
const outcome = (act: () => unknown): string => refusal(act)?.code ?? 'passes'
const told = (): string[] => stores.events.after(0, 100).map((event) => event.type)

beforeEach(() => {
  clock = createFakeClock(noon)
  stores = openStores({ path: ':memory:', ids: createFakeIds(), log })
  schedules = build()
})
afterEach(() => {
  stores.close()
})

describe('an entry', () => {
  it('is told with its next time in its own zone, and its token once; only the digest is kept', () => {
    const { token, ...entry } = schedules.register(ask)
    expect(entry).toMatchObject({
      state: 'waits_for_approval',
      rule: 'every day at 02:00',
      next: '2026-01-02T01:00:00.000Z',
      approved: null,
    })
    expect(stores.serialize().includes(token)).toBe(false)
    expect(JSON.stringify([schedules.list(), schedules.calendar(7), stores.events.after(0, 9)])).not.toContain(token)
  })

  it('outlives a restart, with its token and its approval', () => {
    const { id, token } = schedules.register(ask)
    schedules.approve(id, undefined, 'owner')
    const left = stores.serialize()
    stores.close()
    stores = openStores({ path: left, ids: createFakeIds(), log })
    schedules = build()
    expect(schedules.find(id)).toMatchObject({ state: 'approved', approved: { by: 'owner' } })
    expect(outcome(() => schedules.change(id, 'guessed', ask))).toBe('schedule_token_wrong')
    expect(outcome(() => schedules.remove(id, token))).toBe('passes')
    expect(schedules.list()).toEqual([])
  })

  it('is registered once: a program that restarts is told the entry it has', () => {
    const { id } = schedules.register(ask)
    expect(refusal(() => schedules.register({ ...ask, note: 'again' }))?.facts).toEqual({ app: 'recap', schedule: id })
    expect(outcome(() => schedules.register({ ...ask, durationSeconds: 60 }))).toBe('passes')
    const every = { ...ask, cron: undefined, intervalSeconds: 3600 }
    schedules.register(every)
    expect(outcome(() => schedules.register(every))).toBe('schedule_known')
  })

  it.each<[string, Partial<IntentAsk>, string | RegExp]>([
    ['every second', { cron: '* * * * * *' }, /five fields/],
    ['every minute', { cron: '* * * * *' }, /a minute apart/],
    ['two times that are near', { cron: '0,10 3 1 1 *' }, /10 minutes apart/],
    ['the end of one hour and the start of the next', { cron: '0,55 * * * *' }, /5 minutes apart/],
    ['never', { cron: '0 0 30 2 *' }, /never comes/],
    ['no rule', { cron: undefined }, /one of cron/],
    ['two rules', { intervalSeconds: 3600 }, /cron stands alone/],
    ['cron and at', { at: '2026-01-02T00:00:00Z' }, /cron stands alone/],
    ['the past', { cron: undefined, at: '2026-01-01T11:00:00Z' }, /in the past/],
    ['too far ahead', { cron: undefined, at: '2027-01-03T00:00:00Z' }, /366 days/],
    ['the first of an interval too far ahead', { cron: undefined, intervalSeconds: 3600, at: '9999-01-03T00:00:00Z' }, /366 days/],
    ['a zone that is none', { timeZone: 'Mars/Base' }, /timeZone/],
    ['an offset as a zone', { timeZone: '+02:00' }, /timeZone/],
    ['nothing to switch to', { model: null }, /no model/],
    ['a name of spaces', { app: '  ' }, /a name is needed/],
    ['the name of the owner', { app: 'Owner' }, /not yours/],
    ['the name of the appliance', { app: 'Spark Control' }, /not yours/],
    ['a model that nobody has', { model: 'not/here' }, 'model_unknown'],
  ])('is refused in words: %s', (_, change, words) => {
    const refused = refusal(() => schedules.register({ ...ask, ...change }))
    if (words instanceof RegExp)
      expect([refused?.code, (refused?.facts as { why?: string } | undefined)?.why]).toEqual([
        'schedule_unusable',
        expect.stringMatching(words),
      ])
    else expect(refused?.code).toBe(words)
    expect([schedules.list(), told()]).toEqual([[], []])
  })

  it.each<[string, Partial<IntentAsk>]>([
    ['a quarter of an hour', { cron: '*/15 * * * *' }],
    ['the 29th of February', { cron: '0 3 29 2 *' }],
    ['a model that nobody has, where nothing is asked', { model: 'not/here', ensure: false }],
    ['extra spaces', { cron: ' 0  2 * * * ' }],
  ])('is taken: %s', (_, change) => {
    expect(outcome(() => schedules.register({ ...ask, ...change }))).toBe('passes')
  })

  it('are twenty of one app and sixty in all at most', () => {
    const many = (app: string, count: number): string[] =>
      Array.from({ length: count }, (_, n) => outcome(() => schedules.register({ ...ask, app, ensure: false, durationSeconds: 60 + n })))
    expect(many('a', 21).filter((one) => one !== 'passes')).toEqual(['schedule_full'])
    expect([...many('b', 20), ...many('c', 20), ...many('d', 1)].filter((one) => one !== 'passes')).toEqual(['schedule_full'])
  })

  it('are changed 200 times an hour at most, by programs; the owner may always', async () => {
    const { id, token } = schedules.register(ask)
    const tries = Array.from({ length: 200 }, (_, n) => outcome(() => schedules.change(id, token, { ...ask, note: String(n) })))
    expect(tries.indexOf('schedule_busy')).toBe(199)
    expect(outcome(() => schedules.approve(id, undefined, 'owner'))).toBe('passes')
    await clock.advance(3_600_000)
    expect(outcome(() => schedules.remove(id, token))).toBe('passes')
  })

  it('of one time is over after it, and goes a week later', async () => {
    const { id } = schedules.register(once)
    await clock.advance(Date.parse('2026-01-02T02:31:00Z') - clock.now())
    expect(schedules.find(id)).toMatchObject({ state: 'over', next: null })
    await clock.advance(6 * 86_400_000)
    schedules.tidy()
    expect(schedules.list()).toHaveLength(1)
    await clock.advance(86_400_000 + 1000)
    schedules.tidy()
    expect(schedules.list()).toEqual([])
  })
})

describe("the owner's yes", () => {
  it.each<[string, Partial<IntentAsk>, boolean]>([
    ['the same', {}, true],
    ['contact and note', { contact: 'Bob', note: 'new' }, true],
    ['the model', { model: 'c/d' }, false],
    ['the app', { app: 'other' }, false],
    ['the times', { cron: '0 3 * * *' }, false],
    ['the zone', { timeZone: 'UTC' }, false],
    ['the length', { durationSeconds: 60 }, false],
    ['not asking any more', { ensure: false }, false],
  ])('after a change of %s', (_, change, holds) => {
    const { id, token } = schedules.register(ask)
    schedules.approve(id, undefined, 'owner')
    const changed = schedules.change(id, token, { ...ask, ...change })
    expect(changed.approved !== null).toBe(holds)
    expect(stores.events.after(0, 9).at(-1)?.payload).toMatchObject({ needsApproval: !holds && changed.ensure })
  })

  it('is to what was shown: another digest is refused', () => {
    const { id, token, digest } = schedules.register(ask)
    schedules.change(id, token, { ...ask, model: 'c/d' })
    expect(outcome(() => schedules.approve(id, digest, 'owner'))).toBe('schedule_changed')
    expect(outcome(() => schedules.approve(id, schedules.find(id).digest, 'owner'))).toBe('passes')
  })

  it('is told once, withdrawn once, and asked for only where something is asked', () => {
    const { id } = schedules.register(ask)
    schedules.approve(id, undefined, 'owner')
    schedules.approve(id, undefined, 'owner')
    schedules.withdraw(id, 'owner')
    schedules.withdraw(id, 'owner')
    schedules.dismiss(id, 'owner')
    expect(told()).toEqual(['schedule_registered', 'schedule_approved', 'schedule_approval_withdrawn', 'schedule_removed'])
    const plain = schedules.register({ ...ask, ensure: false })
    expect(outcome(() => schedules.approve(plain.id, undefined, 'owner'))).toBe('schedule_asks_nothing')
  })

  it('an interval keeps its anchor over a change of its note, so the yes holds', async () => {
    const every = { ...ask, cron: undefined, intervalSeconds: 3600 }
    const { id, token, at } = schedules.register(every)
    schedules.approve(id, undefined, 'owner')
    await clock.advance(100_000)
    expect(schedules.change(id, token, { ...every, note: 'new' })).toMatchObject({ at, approved: { by: 'owner' } })
  })
})

describe('the calendar', () => {
  it('tells whom a new entry meets, at once and on Home when it comes within a day', async () => {
    schedules.register(ask)
    const { overlaps } = schedules.register({ ...ask, app: 'indexer', model: 'c/d', cron: '30 2 * * *', ensure: false })
    const sentence = 'recap (<a/b>) and indexer (<c/d>) want different models: tomorrow from 02:30 until 03:00 (7 times in these days).'
    expect(overlaps.map((one) => one.sentence)).toEqual([sentence])
    expect(schedules.attention()).toEqual([
      { code: 'schedule_asks', sentence: 'recap asks to have <a/b> switched to at its times.', link: '/schedule' },
      { code: 'schedule_overlap', sentence, link: '/schedule' },
    ])
    expect(schedules.next()).toEqual({ at: '2026-01-02T01:00:00.000Z', sentence: 'recap, tomorrow at 02:00 with <a/b>' })
  })

  it('knows a reservation that lasts into a time', () => {
    schedules.register(ask)
    const until = noon + 14 * 3_600_000
    stores.reservations.set({
      cluster: 'default',
      holder: 'Alice',
      reason: '',
      tokenHash: 'h',
      since: noon,
      until,
      renewals: 0,
      renewedAt: null,
    })
    expect(schedules.calendar(1).overlaps).toEqual([])
    expect(schedules.calendar(2).overlaps.map((one) => one.sentence)).toEqual([
      'Alice has the Sparks reserved while recap wants them: tomorrow from 02:00 until 03:00.',
    ])
  })

  it('shows what comes often as one row a day, and what began yesterday under today', async () => {
    schedules.register({ ...ask, cron: '*/15 * * * *', ensure: false, durationSeconds: 60 })
    schedules.register({ ...ask, app: 'night', cron: '0 22 * * *', durationSeconds: 43_200 })
    await clock.advance(13 * 3_600_000)
    const [today] = schedules.calendar(1).days
    expect(today?.date).toBe('2026-01-02')
    expect(today?.times.map(({ app, clock: words, count }) => [app, words, count])).toEqual([
      ['night', '22:00 - 10:00 (Friday)', 1],
      ['recap', '02:00 - 23:46', 88],
      ['night', '22:00 - 10:00 (Saturday)', 1],
    ])
  })

  it('costs nothing while nothing is registered', () => {
    expect([schedules.calendar(7).days, schedules.attention(), schedules.next()]).toEqual([[], [], null])
  })
})
