import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type OpenStores, openStores } from '../../server/adapters/sqlite/open.ts'
import { createEvents } from '../../server/app/events.ts'
import { createLock, type Lock } from '../../server/app/lock.ts'
import { SparkError } from '../../server/contract/errors.ts'
import { planSample } from '../../server/contract/operations/samples.ts'
import type { Plan } from '../../server/domain/plan.ts'
import { createFakeClock, type FakeClock } from '../fakes/clock.ts'
import { createFakeIds } from '../fakes/ids.ts'
import { createFakeLog } from '../fakes/log.ts'

const log = createFakeLog()
const cluster = 'default'
const ask = { holder: 'recap', reason: 'nightly batch', ttlSeconds: 600 }
let stores: OpenStores
let clock: FakeClock
let lock: Lock

const build = (): Lock =>
  createLock({
    clock,
    ids: createFakeIds(),
    store: stores,
    events: createEvents({ store: stores.events, clock, log, checkPayloads: true }),
    etaSeconds: () => 41.2,
    nameOf: (model) => `<${model}>`,
  })
/** 'passes', or the code of the refusal. */
const outcome = (act: () => unknown): string => {
  try {
    act()
    return 'passes'
  } catch (error) {
    if (error instanceof SparkError) return error.code
    throw error
  }
}
const refusal = (act: () => unknown): SparkError => {
  try {
    act()
  } catch (error) {
    if (error instanceof SparkError) return error
    throw error
  }
  throw new Error('it was not refused')
}
const inLine = (): string[] => lock.find().waiting.map((one) => one.holder)
const told = (): unknown[] =>
  stores.events.after(0, 100).map((event) => [event.type, event.payload['how'] ?? event.payload['holder'], event.payload['by']])
const startSwap = (model: string | null = 'Qwen/Qwen3-8B'): void => {
  stores.swaps.begin(
    {
      id: 's1',
      cluster,
      engine: 'main',
      model,
      previousModel: null,
      recipeId: null,
      plan: { ...planSample, starts: null } as unknown as Plan,
      wayBack: null,
      state: 'running',
      phase: 'check',
      restored: null,
      progress: { percent: null, sentence: '' },
      startedAt: clock.now(),
      endedAt: null,
      requestedBy: { kind: 'app', name: 'alice', address: null },
      why: null,
      cancelRequestedAt: null,
      trouble: null,
    },
    () => {},
  )
}
const endSwap = (): void => {
  stores.swaps.end(
    's1',
    clock.now(),
    { state: 'succeeded', restored: null, trouble: null, progress: { percent: 100, sentence: '' } },
    () => {},
  )
}

beforeEach(() => {
  clock = createFakeClock(0)
  stores = openStores({ path: ':memory:', ids: createFakeIds(), log })
  lock = build()
})
afterEach(() => {
  stores.close()
})

describe('what may pass to a swap', () => {
  const cases: readonly {
    given: string
    before?: () => unknown
    token?: string | 'its own'
    breakLock?: boolean
    outcomeIs: string
    stillHeld: boolean
  }[] = [
    { given: 'nothing is reserved', outcomeIs: 'passes', stillHeld: false },
    { given: 'nothing is reserved, and an old token', token: 'old', outcomeIs: 'passes', stillHeld: false },
    { given: 'nothing is reserved, and a wish to break', breakLock: true, outcomeIs: 'passes', stillHeld: false },
    { given: 'a reservation, and no token', before: () => lock.take(ask), outcomeIs: 'swap_locked', stillHeld: true },
    { given: 'a reservation, and its token', before: () => lock.take(ask), token: 'its own', outcomeIs: 'passes', stillHeld: true },
    {
      given: 'a reservation, and another token',
      before: () => lock.take(ask),
      token: 'wrong',
      outcomeIs: 'lock_token_wrong',
      stillHeld: true,
    },
    { given: 'a reservation, and an empty token', before: () => lock.take(ask), token: '', outcomeIs: 'lock_token_wrong', stillHeld: true },
    { given: 'a reservation, and a wish to break', before: () => lock.take(ask), breakLock: true, outcomeIs: 'passes', stillHeld: false },
    {
      given: 'a reservation, its token and a wish to break',
      before: () => lock.take(ask),
      token: 'its own',
      breakLock: true,
      outcomeIs: 'passes',
      stillHeld: true,
    },
  ]

  it.each(cases)('given $given: $outcomeIs', ({ before, token, breakLock, outcomeIs, stillHeld }) => {
    const taken = before?.() as { token: string } | undefined
    const given = token === 'its own' ? taken?.token : token
    expect(outcome(() => lock.checkLock({ cluster, token: given, breakLock, by: 'bob', inLine: true }))).toBe(outcomeIs)
    expect(lock.find().locked).toBe(stillHeld)
    expect(inLine()).toEqual(outcomeIs === 'passes' ? [] : ['bob'])
  })

  it('is only what its own cluster holds', () => {
    lock.take(ask)
    expect(outcome(() => lock.checkLock({ cluster: 'other', by: 'bob', inLine: true }))).toBe('passes')
  })

  it('is told how long to wait: until the end, but never more than 30 s before looking again', async () => {
    lock.take(ask)
    const wait = (): unknown => refusal(() => lock.checkLock({ cluster, by: 'bob', inLine: true })).facts
    expect(wait()).toEqual({ holder: 'recap', reason: 'nightly batch', until: '1970-01-01T00:10:00.000Z', retryAfterSeconds: 30 })
    await clock.advance(590_001)
    expect(wait()).toMatchObject({ retryAfterSeconds: 10 })
  })
})

describe('a reservation', () => {
  it('gives a token once, and keeps only its digest', () => {
    const { token } = lock.take(ask)
    expect(token).toMatch(/^[0-9a-f]{64}$/)
    expect(stores.serialize().includes(token)).toBe(false)
    expect(JSON.stringify([lock.find(), stores.events.after(0, 10)])).not.toContain(token)
    expect(lock.find()).toEqual({
      locked: true,
      by: 'reservation',
      holder: 'recap',
      reason: 'nightly batch',
      since: '1970-01-01T00:00:00.000Z',
      until: '1970-01-01T00:10:00.000Z',
      swap: null,
      renewals: { count: 0, lastAt: null },
      waiting: [],
    })
  })

  it('is refused to everybody else, also under the same name', () => {
    lock.take(ask)
    expect(outcome(() => lock.take({ ...ask, holder: 'bob' }))).toBe('swap_locked')
    expect(outcome(() => lock.take(ask))).toBe('swap_locked')
  })

  it('ends when its time is over, to the millisecond, and that is told once', async () => {
    const { token } = lock.take(ask)
    await clock.advance(599_999)
    expect(lock.find().locked).toBe(true)
    await clock.advance(1)
    expect(lock.find().locked).toBe(false)
    expect(lock.find().locked).toBe(false)
    expect(told()).toEqual([
      ['lock_taken', 'recap', undefined],
      ['lock_released', 'expired', 'recap'],
    ])
    const late = (): unknown => refusal(() => lock.renew(token, 60)).facts
    const over = { holder: 'recap', how: 'expired', by: 'recap', endedAt: '1970-01-01T00:10:00.000Z' }
    expect(late()).toEqual({ ...over, heldBy: null })
    expect(outcome(() => lock.take({ ...ask, holder: 'bob' }))).toBe('passes')
    expect(late()).toEqual({ ...over, heldBy: 'bob' })
    expect(outcome(() => lock.checkLock({ cluster, token, by: 'recap', inLine: true }))).toBe('lock_ended')
  })

  it('is kept longer by its token only, counted from now', async () => {
    const { token } = lock.take(ask)
    await clock.advance(300_000)
    expect(lock.renew(token, 600)).toMatchObject({
      since: '1970-01-01T00:00:00.000Z',
      until: '1970-01-01T00:15:00.000Z',
      renewals: { count: 1, lastAt: '1970-01-01T00:05:00.000Z' },
    })
    expect(lock.renew(token, 600).renewals.count).toBe(2)
    expect(outcome(() => lock.renew('wrong', 600))).toBe('lock_token_wrong')
    expect(outcome(() => lock.renew('', 600))).toBe('lock_token_wrong')
  })

  it.each([
    ['its token', { its: true, breakLock: false }, 'passes', 'released', 'recap'],
    ['its token and a wish to break', { its: true, breakLock: true }, 'passes', 'released', 'recap'],
    ['a wish to break', { its: false, breakLock: true }, 'passes', 'broken', 'owner'],
    ['neither', { its: false, breakLock: false }, 'lock_token_wrong', null, null],
  ] as const)('is given back by %s', (_, { its, breakLock }, then, how, by) => {
    const { token } = lock.take(ask)
    expect(outcome(() => lock.release({ token: its ? token : undefined, breakLock, by: 'owner' }))).toBe(then)
    expect(lock.find().locked).toBe(how === null)
    expect(told().slice(1)).toEqual(how === null ? [] : [['lock_released', how, by]])
  })

  it('cannot be given back twice', () => {
    const { token } = lock.take(ask)
    lock.release({ token, by: 'recap' })
    expect(outcome(() => lock.release({ token, by: 'recap' }))).toBe('lock_ended')
    expect(outcome(() => lock.release({ breakLock: true, by: 'owner' }))).toBe('lock_not_held')
    expect(outcome(() => lock.release({ token: 'guessed', by: 'recap' }))).toBe('lock_not_held')
  })

  it('that the owner released is over for its holder too, who is told by whom; also after a restart', () => {
    const { token } = lock.take(ask)
    lock.release({ breakLock: true, by: 'owner' })
    const left = stores.serialize()
    stores.close()
    stores = openStores({ path: left, ids: createFakeIds(), log })
    lock = build()
    const over = { holder: 'recap', how: 'broken', by: 'owner', endedAt: '1970-01-01T00:00:00.000Z', heldBy: null }
    expect(refusal(() => lock.renew(token, 60)).facts).toEqual(over)
    expect(refusal(() => lock.checkLock({ cluster, token, by: 'recap', inLine: true })).facts).toEqual(over)
    expect(outcome(() => lock.checkLock({ cluster, by: 'recap', inLine: true }))).toBe('passes')
  })

  it('is remembered when it is over, but only the newest fifty', () => {
    const first = lock.take(ask).token
    lock.release({ token: first, by: 'recap' })
    for (let n = 0; n < 50; n += 1) lock.release({ token: lock.take(ask).token, by: 'recap' })
    expect(outcome(() => lock.renew(first, 60))).toBe('lock_not_held')
  })

  it('outlives a restart of the appliance, and so does its end', async () => {
    const { token } = lock.take(ask)
    const left = stores.serialize()
    stores.close()
    stores = openStores({ path: left, ids: createFakeIds(), log })
    lock = build()
    expect(outcome(() => lock.checkLock({ cluster, by: 'bob', inLine: true }))).toBe('swap_locked')
    expect(outcome(() => lock.checkLock({ cluster, token, by: 'recap', inLine: true }))).toBe('passes')
    await clock.advance(600_000)
    expect(lock.find().locked).toBe(false)
  })
})

describe('a live swap and a reservation are two facts', () => {
  it('a live swap locks without a time limit, and no reservation is made meanwhile', () => {
    startSwap()
    expect(lock.find()).toMatchObject({
      locked: true,
      by: 'swap',
      holder: 'alice',
      reason: 'switching to <Qwen/Qwen3-8B>',
      until: null,
      swap: 's1',
    })
    expect(refusal(() => lock.take(ask)).facts).toEqual({ swap: 's1', model: '<Qwen/Qwen3-8B>', retryAfterSeconds: 30 })
    expect(inLine()).toEqual(['recap'])
    endSwap()
    expect(outcome(() => lock.take(ask))).toBe('passes')
    expect(lock.find().waiting).toEqual([])
  })

  it('a reservation that ends does not free a live swap, however it ends', async () => {
    const { token } = lock.take(ask)
    startSwap(null)
    await clock.advance(600_000)
    expect(lock.find()).toMatchObject({ locked: true, by: 'swap', reason: 'stopping the model', swap: 's1' })
    expect(outcome(() => lock.release({ token, by: 'recap' }))).toBe('lock_ended')
    expect(stores.swaps.live(cluster)?.id).toBe('s1')
  })

  it('a swap that ends leaves the reservation of its holder as it was', () => {
    lock.take(ask)
    startSwap()
    endSwap()
    expect(lock.find()).toMatchObject({ locked: true, by: 'reservation', holder: 'recap' })
  })
})
