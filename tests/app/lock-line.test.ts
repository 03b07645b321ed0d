// The line before the cluster: an order among programs, kept only by those who go on asking.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type OpenStores, openStores } from '../../server/adapters/sqlite/open.ts'
import { createEvents } from '../../server/app/events.ts'
import { createLock, type Lock } from '../../server/app/lock.ts'
import { createWaiting } from '../../server/app/waiting.ts'
import { SparkError } from '../../server/contract/errors.ts'
import { createFakeClock, type FakeClock } from '../fakes/clock.ts'
import { createFakeIds } from '../fakes/ids.ts'
import { createFakeLog } from '../fakes/log.ts'

const log = createFakeLog()
const cluster = 'default'
const ask = { holder: 'recap', reason: 'nightly batch', ttlSeconds: 600 }
let stores: OpenStores
let clock: FakeClock
let lock: Lock

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
const inLine = (): string[] => lock.find().waiting.map((one) => one.holder)

beforeEach(() => {
  clock = createFakeClock(0)
  stores = openStores({ path: ':memory:', ids: createFakeIds(), log })
  lock = createLock({
    clock,
    ids: createFakeIds(),
    store: stores,
    events: createEvents({ store: stores.events, clock, log, checkPayloads: true }),
  })
})
afterEach(() => {
  stores.close()
})

describe('the line', () => {
  const tries = (by: string, inLine = true): string => outcome(() => lock.checkLock({ cluster, by, inLine }))
  const takes = (holder: string): string => outcome(() => lock.take({ ...ask, holder }))

  it('is whoever was refused and asked in the last 45 seconds, in the order they first asked', async () => {
    lock.take(ask)
    tries('bob')
    await clock.advance(1000)
    tries('alice')
    await clock.advance(30_000)
    tries('bob')
    expect(lock.find().waiting).toEqual([
      { holder: 'bob', since: '1970-01-01T00:00:00.000Z' },
      { holder: 'alice', since: '1970-01-01T00:00:01.000Z' },
    ])
    await clock.advance(15_000)
    expect(inLine()).toEqual(['bob'])
    await clock.advance(30_000)
    expect(inLine()).toEqual([])
  })

  it('is at most fifty names, whatever is tried', () => {
    lock.take(ask)
    for (let n = 0; n < 200; n += 1) tries(`program ${n}`)
    expect(inLine().length).toBe(50)
  })

  it('lets the first in before those who ask more often', () => {
    const { token } = lock.take(ask)
    takes('bob')
    takes('alice')
    lock.release({ token, by: 'recap' })
    expect(refusal(() => lock.take({ ...ask, holder: 'alice' }))?.facts).toEqual({ first: 'bob', place: 2, retryAfterSeconds: 30 })
    expect([takes('recap'), tries('carol')]).toEqual(['lock_turn', 'lock_turn'])
    expect(inLine()).toEqual(['bob', 'alice', 'recap', 'carol'])
    expect(takes('bob')).toBe('passes')
    expect(inLine()).toEqual(['alice', 'recap', 'carol'])
  })

  it('goes on without one that asks no more, after 45 seconds', async () => {
    const { token } = lock.take(ask)
    takes('bob')
    await clock.advance(1)
    takes('alice')
    lock.release({ token, by: 'recap' })
    await clock.advance(44_998)
    expect(takes('alice')).toBe('lock_turn')
    await clock.advance(1)
    expect(takes('alice')).toBe('passes')
  })

  it('never keeps the owner waiting, nor what mends by itself, and they are not in it', () => {
    const { token } = lock.take(ask)
    takes('bob')
    expect(tries('owner', false)).toBe('swap_locked')
    expect(inLine()).toEqual(['bob'])
    lock.release({ token, by: 'recap' })
    expect(tries('owner', false)).toBe('passes')
    expect(outcome(() => lock.take({ ...ask, holder: 'a deletion', inLine: false }))).toBe('passes')
  })

  it('does not keep the holder of a reservation from switching with its token', () => {
    const { token } = lock.take(ask)
    takes('bob')
    expect(outcome(() => lock.checkLock({ cluster, token, by: 'recap', inLine: true }))).toBe('passes')
  })

  it('is not held up by a clock that was set back', () => {
    let now = 0
    const waiting = createWaiting({ now: () => now })
    waiting.add(cluster, 'bob')
    expect(waiting.ahead(cluster, 'alice')).toEqual({ first: { name: 'bob', since: 0 }, place: 2 })
    now = -3_600_000
    expect(waiting.ahead(cluster, 'alice')).toBeNull()
  })
})
