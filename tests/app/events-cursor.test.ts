// Programs that were away read on from a cursor. What cannot be told to them is said, never left out in silence.
import fc from 'fast-check'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type OpenStores, openStores } from '../../server/adapters/sqlite/open.ts'
import { createEvents, type Events } from '../../server/app/events.ts'
import { SparkError } from '../../server/contract/errors.ts'
import { cursorOf, isOf, readCursor } from '../../server/domain/feed-cursor.ts'
import { createFakeIds } from '../fakes/ids.ts'
import { createFakeLog } from '../fakes/log.ts'

const log = createFakeLog()
const dayMs = 86_400_000
let now: number
let stores: OpenStores
let events: Events

const build = (bytes?: Buffer): void => {
  stores = openStores({ path: bytes ?? ':memory:', ids: createFakeIds(), log })
  events = createEvents({ store: stores.events, clock: { now: () => now }, log })
}
const machine = (times = 1): void => {
  for (let n = 0; n < times; n += 1) events.append('machine_added', { machine: 'm1', name: 'spark-1' })
}
const progress = (): void => events.append('swap_progressed', { swap: 's1', phase: 'load', percent: 1, sentence: '' })
const outcome = (act: () => unknown): string => {
  try {
    act()
    return 'passes'
  } catch (error) {
    if (error instanceof SparkError) return error.code
    throw error
  }
}

beforeEach(() => {
  now = 1000
  build()
})
afterEach(() => {
  stores.close()
})

it('reads on page by page to the end, and stays there until there is news', () => {
  machine(7)
  let next = '0'
  const seen: number[] = []
  for (let page = 0; page < 4; page += 1) {
    const got = events.page(next, 3)
    seen.push(...got.events.map((event) => event.id))
    next = got.next
  }
  expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7])
  expect(events.page(next, 3)).toEqual({ events: [], next, dropped: 0 })
  machine()
  expect(events.page(next, 3).events.map((event) => event.id)).toEqual([8])
})

it('reads only some types, and does not read again what it left out', () => {
  for (let n = 0; n < 5; n += 1) {
    machine()
    progress()
  }
  const first = events.page('0', 2, ['swap_progressed'])
  expect(first.events.map((event) => event.id)).toEqual([2, 4])
  const rest = events.page(first.next, 10, ['swap_progressed'])
  expect(rest.events.map((event) => event.id)).toEqual([6, 8, 10])
  expect(events.page('0', 10, ['lock_taken'])).toMatchObject({ events: [], next: rest.next })
})

it('a backup that was put back is noticed, also when its numbers have gone past the cursor since', () => {
  machine(3)
  const backup = stores.serialize()
  now = 2000
  machine(2)
  const { next } = events.page('0', 100)
  expect(readCursor(next)?.id).toBe(5)
  stores.close()
  build(backup)
  expect(outcome(() => events.page(next, 10))).toBe('events_cursor_unknown')
  now = 3000
  machine(9)
  expect(outcome(() => events.page(next, 10))).toBe('events_cursor_unknown')
  // A bare number of that time can only be checked against the end: that is why `next` is more than a number.
  expect(outcome(() => events.page('5', 10))).toBe('passes')
  expect(outcome(() => events.page('99', 10))).toBe('events_cursor_unknown')
})

it('what is no longer kept is counted, and a cursor on it goes on', () => {
  progress()
  progress()
  const { next } = events.page('0', 1)
  now += 31 * dayMs
  machine(498)
  expect(events.page('0', 1000)).toMatchObject({ dropped: 2, events: { length: 498 } })
  expect(events.page(next, 1000)).toMatchObject({ dropped: 1, events: { length: 498 } })
})

it.each(['x', '-1', '1-', '1-zz', '1e3', '1-9F1C02AB', ' 1', '9999999999999999'])('%j is no cursor', (text) => {
  expect(outcome(() => events.page(text, 1))).toBe('invalid_request')
})

it('a cursor is of its event and of hardly any other', () => {
  const event = fc.record({
    id: fc.integer({ min: 1, max: 1e9 }),
    type: fc.constantFrom('a', 'lock_taken', 'swap_complete'),
    at: fc.integer({ min: 0, max: 2e12 }),
  })
  fc.assert(
    fc.property(event, event, (one, other) => {
      const cursor = readCursor(cursorOf(one))
      if (cursor === null) throw new Error('not read')
      expect(isOf(cursor, one)).toBe(true)
      if (one.at !== other.at) expect(isOf(cursor, { ...other, id: one.id })).toBe(false)
    }),
  )
})
