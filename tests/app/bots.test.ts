// Bots in virtual time, two beside each other in one house: looked at by their own logins, one act at a time, healed where the owner
// allows it, and what became of each act told once, whatever breaks in between.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { BotEdit } from '../../server/app/bot-use.ts'
import { SparkError } from '../../server/contract/errors.ts'
import type { BotView } from '../../server/contract/operations/bot-shapes.ts'
import { botCodes } from '../../server/domain/bot.ts'
import { owner } from '../fakes/appliance.ts'
import { createBotMachines, failed, runs, silence } from '../fakes/bot-machines.ts'
import { createHouse, type House } from '../fakes/house.ts'

let house: House
let there: ReturnType<typeof createBotMachines>
/** News of the end of an act cannot be written down. */
let isFull = false
const filling = (stores: House['stores']): House['stores'] => ({
  ...stores,
  events: {
    ...stores.events,
    append: (type, at, payload) => {
      if (isFull && type === 'bot_act_ended') throw new SparkError('storage_full', {})
      return stores.events.append(type, at, payload)
    },
  },
})

const begin = async (from?: Parameters<typeof createHouse>[0]): Promise<void> => {
  house = await createHouse({
    ...from,
    around: (parts) => ({ ...parts, sparks: there.beside(parts.sparks), stores: filling(parts.stores) }),
  })
  if (from === undefined) await settle(house.graph.machines.add({ address: '127.0.1.1', user: 'spark', name: 'spark-1' }))
  await settle(house.graph.start())
}
beforeEach(async () => {
  there = createBotMachines()
  await begin()
})
afterEach(() => house.close())

async function settle<T>(promise: Promise<T>): Promise<T> {
  let done = false
  const end = (): void => {
    done = true
  }
  promise.then(end, end)
  await house.clock.until(() => done)
  return promise
}

const bots = () => house.graph.bots
const add = (user: string, edit: BotEdit = {}): BotView =>
  bots().add({ name: user, user, unit: `${user}.service`, folder: `/home/${user}/bot`, ...edit }, 'owner')
const act = (id: string, kind: 'update' | 'restart') => settle(bots().act(id, kind, owner))
const told = (type = ''): readonly string[] =>
  house.graph.events
    .after(0, 500)
    .filter((one) => one.type.startsWith('bot_') && one.type.includes(type))
    .map((one) => one.sentence)
const attention = (): readonly string[] =>
  house.graph.status
    .status()
    .attention.filter(({ code }) => code.startsWith('bot_'))
    .map(({ sentence }) => sentence)

test('without one nothing is looked at, and a blank user hides one until it is named', async () => {
  await house.clock.advance(60_000)
  expect([bots().list(), there.looks]).toEqual([[], []])
  const { id, watched, sentence } = add('', { name: 'Bot', unit: 'bot.service' })
  await house.clock.advance(60_000)
  expect([watched, sentence, there.looks, attention()]).toEqual([false, 'It has no user yet, so it is not looked at.', [], []])
  await expect(settle(bots().act(id, 'restart', owner))).rejects.toMatchObject({ code: 'bot_no_user' })
  await expect(bots().readLog(id, { limit: 5 })).rejects.toMatchObject({ code: 'bot_no_user' })
  bots().edit(id, { user: 'bridge' }, 'owner')
  await house.clock.advance(1000)
  expect(bots().find(id)).toMatchObject({ watched: true, state: 'running' })
  bots().edit(id, { user: '' }, 'owner')
  const before = there.looks.length
  await house.clock.advance(60_000)
  expect([there.looks.length, there.closed]).toEqual([before, [there.looks.at(-1)?.machine.id]])
})

test('two of one house are two: each by its own login, and what befalls one is not said of the other', async () => {
  const [bridge, clerk] = [add('bridge'), add('clerk', { heal: 'auto' })]
  await house.clock.advance(16_000)
  expect(there.looks.map(({ machine }) => machine.user)).toEqual(expect.arrayContaining(['bridge', 'clerk']))
  expect(new Set(there.looks.map(({ machine }) => machine.id)).size).toBe(2)
  there.of('bridge').look = failed
  await act(clerk.id, 'update')
  await house.clock.advance(30_000)
  expect(
    bots()
      .list()
      .map(({ name, state, act: now }) => [name, state, now?.state]),
  ).toEqual([
    ['bridge', 'stopped', undefined],
    ['clerk', 'running', 'running'],
  ])
  there.end('clerk', 0)
  await house.clock.advance(5000)
  expect(told('state_changed')).toEqual(['bridge: It ended with an error on spark-1: failed (failed).'])
  expect(told('act_ended')).toHaveLength(1)
  expect(bots().history(bridge.id).acts).toEqual([])
  expect(there.orders).toEqual(['clerk update'])
})

test('one bot cannot be two rows, however its machine was named', async () => {
  const { id } = add('bridge')
  const machine = house.graph.machines.list()[0]?.id ?? ''
  expect(() => add('bridge', { machine })).toThrow(expect.objectContaining({ code: 'bot_exists' }))
  expect(add('bridge', { unit: 'second.service' }).id).not.toBe(id)
  expect(() => add('other', { machine: 'm00000000000' })).toThrow(expect.objectContaining({ code: 'bot_invalid' }))
  for (let more = 0; more < 18; more += 1) add(`bot${more}`)
  expect(() => add('onemore')).toThrow(expect.objectContaining({ code: 'bot_invalid' }))
})

describe('what the owner changes', () => {
  test.each<[BotEdit, object]>([
    [{ user: 'deputy' }, { machine: { user: 'deputy' } }],
    [{ name: 'Bridge' }, { bot: { name: 'Bridge' } }],
    [{ runs: 'container' }, { bot: { runs: 'container' } }],
    [{ unit: 'bridge2.service' }, { bot: { unit: 'bridge2.service' } }],
    [{ folder: '/srv/bridge' }, { bot: { folder: '/srv/bridge' } }],
    [{ restartWords: ['make', 'restart'] }, { bot: { restartWords: ['make', 'restart'] } }],
  ])('%j is what the next look goes by', async (edit, asked) => {
    const { id } = add('bridge')
    await house.clock.advance(1000)
    expect(there.looks.at(-1)).not.toMatchObject(asked)
    bots().edit(id, edit, 'owner')
    await house.clock.advance(16_000)
    expect(there.looks.at(-1)).toMatchObject(asked)
  })

  test('a second machine is looked at in the place of the first', async () => {
    const { id } = add('bridge')
    const second = await settle(house.graph.machines.add({ address: '127.0.1.2', user: 'spark', name: 'spark-2' }))
    bots().edit(id, { machine: second.id }, 'owner')
    await house.clock.advance(1000)
    expect(there.looks.at(-1)?.machine.address).toBe('127.0.1.2')
  })
})

describe('an act', () => {
  test('is told while it runs and once when it is over; meanwhile nothing else begins, and its row stays as it is', async () => {
    const { id } = add('bridge')
    const begun = await act(id, 'update')
    expect(begun.act).toMatchObject({ kind: 'update', state: 'running', requestedBy: 'owner' })
    await expect(act(id, 'restart')).rejects.toMatchObject({ code: 'bot_busy' })
    expect(() => bots().remove(id, 'owner')).toThrow(expect.objectContaining({ code: 'bot_busy' }))
    expect(() => bots().edit(id, { unit: 'other.service' }, 'owner')).toThrow(expect.objectContaining({ code: 'bot_busy' }))
    expect(there.orders).toEqual(['bridge update'])
    there.end('bridge', botCodes.fetch, 'fatal: token=hf_abcdefghijkl')
    await house.clock.advance(60_000)
    expect(told('act_ended')).toEqual([expect.stringMatching(/could not be fetched. The version that ran before runs on/)])
    expect(bots().find(id).act).toMatchObject({ state: 'failed', endedAt: expect.any(String) })
    expect(bots().history(id).acts[0]).toMatchObject({ line: 'fatal: token=[hidden]' })
    bots().remove(id, 'owner')
    expect(bots().list()).toEqual([])
  })

  test('that stops and starts it is no news of its own', async () => {
    const { id } = add('bridge')
    await house.clock.advance(1000)
    await act(id, 'restart')
    there.of('bridge').look = { ...failed, crashed: false }
    await house.clock.advance(20_000)
    expect(bots().find(id).state).toBe('starting')
    there.end('bridge', 0)
    await house.clock.advance(20_000)
    expect(told('state_changed')).toEqual([])
    expect(told('act_ended')).toEqual(['bridge: It was restarted and runs.'])
  })

  test('whose connection is lost is told when its end is seen', async () => {
    const { id } = add('bridge')
    await act(id, 'restart')
    there.of('bridge').trouble = silence()
    await house.clock.advance(60_000)
    expect(bots().find(id)).toMatchObject({ state: 'unreachable', trouble: { code: 'machine_unreachable' }, act: { state: 'running' } })
    there.of('bridge').trouble = null
    there.end('bridge', 0)
    await house.clock.advance(30_000)
    expect(told('act_ended')).toEqual(['bridge: It was restarted and runs.'])
  })

  test.each([
    ['unheard', 'bridge: It was restarted and runs.'],
    ['lost', 'bridge: It was not begun: the order did not reach the machine.'],
  ] as const)('whose order is %s is told as what it was', async (orders, sentence) => {
    const { id } = add('bridge')
    there.of('bridge').orders = orders
    const { act: now } = await act(id, 'restart')
    expect(now?.state).toBe(orders === 'lost' ? 'failed' : 'running')
    if (orders === 'unheard') there.end('bridge', 0)
    await house.clock.advance(30_000)
    expect([told('act_ended'), there.orders]).toEqual([[sentence], ['bridge restart']])
  })

  test('outlives the appliance: its end is told by the next life, and nothing is ordered twice', async () => {
    const { id } = add('bridge')
    await act(id, 'update')
    const from = house.crash()
    there.end('bridge', 0)
    await begin({ from, idPrefix: 'b' })
    await house.clock.advance(5000)
    expect([told('act_ended').length, there.orders]).toEqual([1, ['bridge update']])
    expect(bots().find(id).act).toMatchObject({ state: 'succeeded' })
  })

  test('that still runs when the appliance is back is followed on, also through silence', async () => {
    const { id } = add('bridge')
    await act(id, 'update')
    const from = house.crash()
    there.of('bridge').trouble = silence()
    await begin({ from, idPrefix: 'b' })
    await house.clock.advance(60_000)
    expect(bots().find(id).act?.state).toBe('running')
    there.of('bridge').trouble = null
    await house.clock.advance(20_000)
    await expect(act(id, 'restart')).rejects.toMatchObject({ code: 'bot_busy' })
    there.end('bridge', 0)
    await house.clock.advance(3000)
    expect(told('act_ended')).toHaveLength(1)
  })

  test('whose end cannot be written down stays under way, and is told when it can', async () => {
    const { id } = add('bridge')
    await act(id, 'restart')
    isFull = true
    there.end('bridge', 0)
    await house.clock.advance(20_000)
    expect([told('act_ended'), house.stores.bots.liveActs().length]).toEqual([[], 1])
    isFull = false
    await house.clock.advance(20_000)
    expect([told('act_ended'), house.stores.bots.liveActs()]).toEqual([['bridge: It was restarted and runs.'], []])
  })

  test('on a machine that is gone for good holds nothing up: the row can go, and the act is told as not seen to end', async () => {
    const { id } = add('bridge')
    await act(id, 'update')
    there.of('bridge').trouble = silence()
    await house.clock.advance(30_000)
    bots().remove(id, 'owner')
    await house.clock.advance(60_000)
    expect(told('act_ended')).toEqual([expect.stringContaining('It was not seen to end')])
    expect(house.log.lines.filter((line) => line.level === 'error')).toEqual([])
  })
})

test('a key that is refused is said, with what to do, and nothing is begun', async () => {
  const { id } = add('bridge')
  there.of('bridge').trouble = new SparkError('machine_refused_key', { machine: 'spark-1', user: 'bridge' })
  await house.clock.advance(16_000)
  expect(bots().find(id).trouble?.next).toContain('authorized_keys of bridge')
  await expect(act(id, 'update')).rejects.toMatchObject({ code: 'machine_refused_key' })
  expect([bots().history(id).acts, there.orders]).toEqual([[], []])
})

test('without a checkout there is nothing to update', async () => {
  const { id } = add('bridge', { folder: null })
  await expect(act(id, 'update')).rejects.toMatchObject({ code: 'bot_no_folder' })
})

describe('one that fails', () => {
  test('is restarted where the owner allows it, and well again', async () => {
    const { id } = add('bridge', { heal: 'auto' })
    await house.clock.advance(1000)
    there.of('bridge').look = failed
    await house.clock.until(() => there.orders.length === 1, 120_000)
    there.end('bridge', 0)
    await house.clock.advance(20_000)
    expect(bots().find(id).state).toBe('running')
    expect(bots().history(id).acts[0]).toMatchObject({ requestedBy: 'Spark Control', why: 'it had ended, failed (failed)' })
    expect(told('act_started')).toEqual(['Spark Control asked to restart bridge: it had ended, failed (failed).'])
  })

  test.each([
    ['is left alone where the owner has not allowed it', { heal: 'manual' }, failed],
    ['on purpose is left alone', { heal: 'auto' }, { ...failed, crashed: false }],
    ['again and again under docker or systemd is theirs to start', { heal: 'auto' }, { ...failed, state: 'degraded', crashed: false }],
  ] as const)('%s', async (_, edit, look) => {
    const { id } = add('bridge', edit)
    there.of('bridge').look = look
    await house.clock.advance(1_800_000)
    expect([bots().find(id).state, there.orders]).toEqual([look.state, []])
    expect(attention()).toHaveLength(look.crashed || look.state === 'degraded' ? 1 : 0)
  })

  test('three times is given up, told once, and not tried again by the next life', async () => {
    const { id } = add('bridge', { heal: 'auto' })
    there.of('bridge').look = failed
    there.of('bridge').afterRestart = failed
    const live = async (ms: number): Promise<void> => {
      for (let passed = 0; passed < ms; passed += 5000) {
        await house.clock.advance(5000)
        if (there.of('bridge').job?.state === 'running') there.end('bridge', botCodes.broken)
      }
    }
    await live(1_200_000)
    expect([there.orders.length, told('heal_exhausted').length]).toEqual([3, 1])
    expect(attention()).toEqual([expect.stringContaining('It was restarted 3 times and is left alone now.')])
    await begin({ from: house.crash(), idPrefix: 'b' })
    await live(60_000)
    expect([there.orders.length, bots().find(id).state]).toEqual([3, 'stopped'])
  })

  test('because its whole machine is silent is said of the machine alone', async () => {
    add('bridge')
    await house.clock.advance(1000)
    there.of('bridge').trouble = silence()
    there.silent()
    await house.clock.advance(300_000)
    expect([bots().list()[0]?.state, attention()]).toEqual(['unreachable', []])
    there.of('bridge').trouble = new SparkError('machine_refused_key', { machine: 'spark-1', user: 'bridge' })
    await house.clock.advance(16_000)
    expect(attention()).toHaveLength(1)
  })

  test('is told once, and that it runs again; Home says it after two minutes', async () => {
    add('bridge')
    await house.clock.advance(1000)
    there.of('bridge').look = failed
    await house.clock.advance(60_000)
    expect(attention()).toEqual([])
    await house.clock.advance(120_000)
    expect(attention()).toEqual(['bridge: It ended with an error on spark-1: failed (failed).'])
    there.of('bridge').look = runs
    await house.clock.advance(60_000)
    expect([told('state_changed'), attention()]).toEqual([
      ['bridge: It ended with an error on spark-1: failed (failed).', 'bridge: It runs on spark-1: active (running).'],
      [],
    ])
  })
})
