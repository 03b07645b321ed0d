import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type OpenStores, openStores } from '../../server/adapters/sqlite/open.ts'
import { createEvents } from '../../server/app/events.ts'
import type { StoredEvent } from '../../server/app/ports.ts'
import type { EventsUse } from '../../server/app/use-cases.ts'
import { type EventType, events as table } from '../../server/contract/events.ts'
import { createFakeClock } from '../fakes/clock.ts'
import { createFakeIds } from '../fakes/ids.ts'
import { createFakeLog } from '../fakes/log.ts'

const types = Object.keys(table) as EventType[]
const machine = table.machine_observed.sample
/** Told to whoever looks, and not kept: the next one says it again. */
const passing: readonly EventType[] = ['machine_observed', 'download_progressed', 'service_observed', 'bot_observed']
let stores: OpenStores
let log: ReturnType<typeof createFakeLog>
let events: EventsUse
let told: StoredEvent[]

beforeEach(() => {
  log = createFakeLog()
  stores = openStores({ path: ':memory:', ids: createFakeIds(), log })
  events = createEvents({ store: stores.events, clock: createFakeClock(5000), log, checkPayloads: true })
  told = []
  events.subscribe((event) => told.push(event))
})
afterEach(() => {
  stores.close()
})

describe('an event', () => {
  it.each(types.filter((type) => !passing.includes(type)))('%s is written down, told, and said in a sentence', (type) => {
    events.append(type, table[type].sample)
    expect(told).toEqual([{ id: 1, type, at: 5000, payload: table[type].sample }])
    const [view] = events.after(0, 10)
    expect(view).toMatchObject({ id: 1, type, at: '1970-01-01T00:00:05.000Z', kind: table[type].kind, payload: table[type].sample })
    expect(view?.sentence).toMatch(/\S/)
    expect(view?.sentence).not.toContain('undefined')
  })

  it.each(passing)('%s is told but not written down', (type) => {
    events.append(type, table[type].sample)
    expect(told).toEqual([{ id: 0, type, at: 5000, payload: table[type].sample }])
    expect(events.last()).toBe(0)
    expect(events.after(0, 10)).toEqual([])
  })

  it('whose payload is not as its row says is raised where payloads are checked', () => {
    expect(() => events.append('swap_complete', { ...table.swap_complete.sample, durationMs: 1.5 })).toThrow()
    expect(events.last()).toBe(0)
  })

  it('staged is written at once and told once, when its transaction is over', () => {
    const staged = events.stage('machine_back', machine)
    expect(events.last()).toBe(1)
    expect(told).toEqual([])
    staged.nudge()
    staged.nudge()
    expect(told.map((event) => event.id)).toEqual([1])
  })

  it('reaches every listener and its writer goes on when one of them fails', () => {
    events.subscribe(() => {
      throw new Error('listener')
    })
    const later: number[] = []
    const stop = events.subscribe((event) => later.push(event.id))
    events.append('machine_back', machine)
    stop()
    events.append('machine_back', machine)
    expect(told.map((event) => event.id)).toEqual([1, 2])
    expect(later).toEqual([1])
    expect(log.lines.filter((line) => line.level === 'error').length).toBe(2)
  })

  it('of a type or shape that another version wrote is listed under its name', () => {
    stores.events.append('model_danced', 1, { a: 1 })
    stores.events.append('swap_failed', 2, { a: 1 })
    expect(events.after(0, 10).map(({ type, kind, sentence }) => [type, kind, sentence])).toEqual([
      ['model_danced', 'other', 'model_danced'],
      ['swap_failed', 'switch', 'swap_failed'],
    ])
  })
})

describe('Activity', () => {
  it('lists newest first, by kind and page, without progress', () => {
    events.append('machine_back', machine)
    events.append('swap_started', table.swap_started.sample)
    events.append('swap_progressed', table.swap_progressed.sample)
    events.append('swap_complete', table.swap_complete.sample)
    expect(events.recent(9).map((event) => event.id)).toEqual([4, 2, 1])
    expect(events.recent(9, 'switch').map((event) => event.id)).toEqual([4, 2])
    expect(events.recent(9, 'switch', 4).map((event) => event.id)).toEqual([2])
    expect(events.recent(9, 'nonsense')).toEqual([])
    expect(events.after(2, 10).map((event) => event.id)).toEqual([3, 4])
  })
})
