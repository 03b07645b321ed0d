// What is done when the time of an approved schedule has come, told through fakes of the switch and the lock in virtual time.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createCronTimes } from '../../server/adapters/calendar/cron-times.ts'
import { type OpenStores, openStores } from '../../server/adapters/sqlite/open.ts'
import { createEvents } from '../../server/app/events.ts'
import type { StoredSchedule } from '../../server/app/schedule-ports.ts'
import { createScheduleRuns } from '../../server/app/schedule-runs.ts'
import type { SwapAsk } from '../../server/app/use-cases.ts'
import { SparkError } from '../../server/contract/errors.ts'
import { freeLockSample, lockSample, swapSample } from '../../server/contract/operations/samples.ts'
import type { LockView, SwapView } from '../../server/contract/operations/shapes.ts'
import { createFakeIds } from '../fakes/ids.ts'
import { createFakeLog } from '../fakes/log.ts'

const cron = createCronTimes()
const at = (iso: string): number => Date.parse(`2026-01-${iso}:00Z`)
const noon = at('01T12:00')
/** 02:00 in Berlin. */
const due = at('02T01:00')
const minute = 60_000

let log: ReturnType<typeof createFakeLog>
let stores: OpenStores
let now: number
let lock: LockView
let engine: { state: 'answering' | 'stopped' | 'unknown' | 'degraded'; model: string | null }
let swaps: SwapView[]
let refuse: SparkError | null
let asked: SwapAsk[]
/** Called when a switch begins, before its answer: a crash, for example. */
let onBegin: () => void
let runs: ReturnType<typeof createScheduleRuns>

const build = (): ReturnType<typeof createScheduleRuns> =>
  createScheduleRuns({
    clock: { now: () => now },
    store: stores,
    cron,
    events: createEvents({ store: stores.events, clock: { now: () => now }, log, checkPayloads: true }),
    log,
    lock: { find: () => lock },
    engine: () => engine,
    nameOf: (model) => `<${model}>`,
    swaps: {
      current: () => swaps.find((swap) => swap.state === 'running') ?? null,
      recent: () => [...swaps].reverse(),
      find: (id) => {
        const found = swaps.find((swap) => swap.id === id)
        if (found === undefined) throw new SparkError('not_found', { what: id })
        return found
      },
      start: async (ask) => {
        asked.push(ask)
        if (refuse !== null) throw refuse
        const swap = {
          ...swapSample,
          id: `swap${swaps.length}`,
          model: ask.model,
          why: ask.why ?? null,
          requestedBy: ask.requestedBy,
          startedAt: new Date(now).toISOString(),
          state: 'running' as const,
        }
        swaps.push(swap)
        onBegin()
        return swap
      },
    },
  })

const register = (id: string, more: Partial<StoredSchedule> = {}): void =>
  stores.schedules.insert({
    id,
    app: id,
    model: 'a/b',
    rule: { kind: 'cron', cron: '0 2 * * *' },
    timeZone: 'Europe/Berlin',
    durationSeconds: 3600,
    contact: '',
    note: '',
    ensure: true,
    approval: { at: noon, by: 'owner' },
    registeredAt: noon,
    changedAt: noon,
    tokenHash: 'h',
    ...more,
  })
const failures = (): unknown[] => log.lines.filter((line) => line.level === 'error')
const look = async (time: number): Promise<void> => {
  now = time
  await runs.look()
}
const told = (): unknown[] =>
  stores.events
    .after(0, 200)
    .map(({ type, payload }) => [type.replace('schedule_', ''), payload['schedule'], payload['code'] ?? payload['swap']])
const ends = (id: string, change: Partial<SwapView>): void => {
  swaps = swaps.map((swap) => (swap.id === id ? { ...swap, ...change } : swap))
}
const succeed = (id: string): void => {
  ends(id, { state: 'succeeded' })
  engine = { state: 'answering', model: swaps.find((swap) => swap.id === id)?.model ?? null }
}
/** The appliance as another process finds it. */
const restart = (): void => {
  const left = stores.serialize()
  stores.close()
  stores = openStores({ path: left, ids: createFakeIds(), log })
  runs = build()
}

beforeEach(async () => {
  log = createFakeLog()
  stores = openStores({ path: ':memory:', ids: createFakeIds(), log })
  now = noon
  lock = freeLockSample
  engine = { state: 'answering', model: 'other/model' }
  swaps = []
  refuse = null
  asked = []
  onBegin = () => undefined
  runs = build()
})
afterEach(() => {
  expect(failures()).toEqual([])
  stores.close()
})

describe('when the time has come', () => {
  it('the model is switched to once, as the app and with the reason, and ready is said when it answers', async () => {
    register('recap')
    await look(due - 1)
    expect(told()).toEqual([])
    await look(due)
    expect(asked).toEqual([{ model: 'a/b', why: 'its schedule', requestedBy: { kind: 'app', name: 'recap', address: null } }])
    await look(due + 5000)
    succeed('swap0')
    await look(due + minute)
    await look(due + 2 * minute)
    expect(told()).toEqual([
      ['due', 'recap', undefined],
      ['ready', 'recap', 'swap0'],
    ])
    expect(asked).toHaveLength(1)
  })

  it('nothing is switched where the model answers already, and nothing is done again when it is switched away from', async () => {
    register('recap')
    engine = { state: 'answering', model: 'a/b' }
    await look(due)
    engine = { state: 'stopped', model: null }
    await look(due + minute)
    expect(asked).toEqual([])
    expect(told().at(-1)).toEqual(['ready', 'recap', null])
  })

  it.each([
    ['no approval', { approval: null }],
    ['an approval that came in the middle of it', { approval: { at: due + 1, by: 'owner' } }],
    ['no question', { ensure: false }],
  ])('nothing is done with %s', async (_, more) => {
    register('recap', more)
    await look(due)
    await look(due + 10 * minute)
    expect([told(), asked]).toEqual([[], []])
  })

  it('a model that is there and does not answer is mended; one that was not looked at yet is waited for', async () => {
    register('recap')
    engine = { state: 'unknown', model: 'a/b' }
    await look(due)
    expect(asked).toEqual([])
    engine = { state: 'degraded', model: 'a/b' }
    await look(due + 5000)
    expect(asked).toHaveLength(1)
  })
})

describe('something in the way', () => {
  it('is said once, waited for, and never forced', async () => {
    register('recap')
    lock = { ...lockSample, holder: 'Alice', reason: 'a benchmark' }
    await look(due)
    await look(due + minute)
    expect(asked).toEqual([])
    swaps = [{ ...swapSample, id: 'theirs', state: 'running', modelName: 'Llama' }]
    await look(due + 2 * minute)
    ends('theirs', { state: 'succeeded' })
    lock = freeLockSample
    await look(due + 3 * minute)
    expect(asked[0]).not.toHaveProperty('breakLock')
    expect(told()).toEqual([
      ['due', 'recap', undefined],
      ['waiting', 'recap', 'swap_locked'],
      ['waiting', 'recap', 'swap_running'],
    ])
    expect(stores.schedules.lastRun('recap')).toMatchObject({ state: 'switching', why: null })
  })

  it('a plan that is blocked is made again a minute later, not at every look', async () => {
    register('recap')
    refuse = new SparkError('plan_blocked', { why: 'spark-2 does not answer.', unblock: 'Wait for it.' })
    for (let n = 0; n <= 12; n += 1) await look(due + n * 5000)
    expect(asked).toHaveLength(2)
    refuse = null
    await look(due + 2 * minute)
    expect(asked).toHaveLength(3)
    expect(told()).toEqual([
      ['due', 'recap', undefined],
      ['waiting', 'recap', 'plan_blocked'],
    ])
  })

  it('that lasts as long as the time itself is a missed time, with the reason, and nothing is caught up', async () => {
    register('recap')
    lock = { ...lockSample, holder: 'Alice', reason: '' }
    await look(due)
    await look(due + 60 * minute)
    lock = freeLockSample
    await look(due + 61 * minute)
    expect(asked).toEqual([])
    expect(told().slice(2)).toEqual([['missed', 'recap', 'swap_locked']])
    expect(stores.events.after(0, 9).at(-1)?.payload).toMatchObject({ why: 'Alice has the Sparks reserved.', times: 1 })
  })

  it('a switch that failed, or that the owner cancelled, is not begun again', async () => {
    for (const [n, state] of (['failed', 'cancelled'] as const).entries()) {
      const id = `app${n}`
      register(id)
      await look(due + n * minute)
      ends(`swap${n}`, { state, error: null })
      await look(due + n * minute + 5000)
      await look(due + n * minute + 2 * minute)
      expect(asked).toHaveLength(n + 1)
      expect(told().at(-1)).toEqual(['missed', id, state === 'failed' ? 'swap_failed' : 'swap_cancelled'])
    }
  })

  it('the owner who withdraws, changes or removes the entry in time is obeyed', async () => {
    register('recap')
    lock = lockSample
    await look(due)
    const entry = stores.schedules.find('recap')
    if (entry === null) throw new Error('gone')
    stores.schedules.update({ ...entry, approval: null })
    lock = freeLockSample
    await look(due + minute)
    expect([asked, told().at(-1)]).toEqual([[], ['missed', 'recap', 'schedule_changed']])
    // It may go while its switch is being asked for, too.
    register('other')
    onBegin = () => stores.schedules.remove('other')
    await look(due + 2 * minute)
    expect([asked.length, stores.schedules.openRuns()]).toEqual([1, []])
  })
})

describe('two that want different models', () => {
  it('whichever begins first keeps its model until its time is over', async () => {
    register('recap')
    register('indexer', { model: 'c/d', rule: { kind: 'cron', cron: '30 2 * * *' } })
    await look(due)
    succeed('swap0')
    await look(due + 30 * minute)
    await look(due + 59 * minute)
    expect(asked).toHaveLength(1)
    expect(told().at(-1)).toEqual(['waiting', 'indexer', 'schedule_first'])
    await look(due + 60 * minute)
    expect(asked.map((one) => one.model)).toEqual(['a/b', 'c/d'])
  })

  it('two that want the same share it', async () => {
    register('recap')
    register('indexer')
    await look(due)
    succeed('swap0')
    await look(due + minute)
    expect(asked).toHaveLength(1)
    expect(told().filter((one) => (one as string[])[0] === 'ready')).toHaveLength(2)
  })
})

describe('a restart', () => {
  it('between the switch and its row finds the switch again: neither lost nor begun twice', async () => {
    register('recap')
    const died = new Error('killed')
    onBegin = () => {
      throw died
    }
    await look(due)
    expect(failures()).toHaveLength(1)
    log.lines.length = 0
    expect(stores.schedules.lastRun('recap')).toMatchObject({ state: 'waiting', swap: null })
    onBegin = () => undefined
    restart()
    await look(due + 2 * minute)
    expect(stores.schedules.lastRun('recap')).toMatchObject({ state: 'switching', swap: 'swap0' })
    succeed('swap0')
    restart()
    await look(due + 3 * minute)
    expect(asked).toHaveLength(1)
    expect(told()).toEqual([
      ['due', 'recap', undefined],
      ['ready', 'recap', 'swap0'],
    ])
  })

  it('within the time takes it up; after it, the missed time is told once, with all that were missed', async () => {
    register('recap')
    await look(noon)
    restart()
    await look(due + 30 * minute)
    expect(asked).toHaveLength(1)
    succeed('swap0')
    await look(due + 31 * minute)
    restart()
    await look(at('05T12:00'))
    await look(at('05T12:01'))
    restart()
    await look(at('05T12:10'))
    expect(told().slice(2)).toEqual([['missed', 'recap', 'appliance_off']])
    expect(stores.events.after(0, 9).at(-1)?.payload).toMatchObject({ times: 3, at: '2026-01-05T01:00:00.000Z' })
    expect(asked).toHaveLength(1)
  })
})

describe('a clock that jumps', () => {
  it('back over the time switches once', async () => {
    register('recap')
    await look(due)
    succeed('swap0')
    await look(due + minute)
    engine = { state: 'answering', model: 'other/model' }
    await look(due - 50 * minute)
    await look(due)
    await look(due + minute)
    expect(asked).toHaveLength(1)
  })

  it('far ahead and back again loses no time that really comes', async () => {
    register('recap')
    await look(noon)
    await look(at('20T12:00'))
    expect(told()).toEqual([['missed', 'recap', 'appliance_off']])
    await look(noon + minute)
    await look(due)
    expect(asked).toHaveLength(1)
  })
})
