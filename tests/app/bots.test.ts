// The bot in virtual time: nothing without a user, acts one at a time, and what became of them told once.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { BotSparks } from '../../server/app/bot-ports.ts'
import { SparkError } from '../../server/contract/errors.ts'
import { type Bot, type BotJob, type BotLook, botCodes } from '../../server/domain/bot.ts'
import { createHouse, type House } from '../fakes/house.ts'

let house: House
let look: BotLook | SparkError
let looks: { user: string; id: string; address: string; bot: Bot }[]
let started: string[]
const good: BotLook = { state: 'running', seen: 'active (running)', version: null, job: null }
const job = (more: Partial<BotJob>): BotJob => ({ id: 'update-1', kind: 'update', state: 'running', exitCode: null, text: '', ...more })

const bots: BotSparks = {
  async lookAtBot(machine, bot) {
    looks.push({ user: machine.user, id: machine.id, address: machine.address, bot })
    if (look instanceof SparkError) throw look
    return look
  },
  async startBotJob(_machine, _bot, { id, kind }) {
    started.push(kind)
    look = { ...good, job: job({ id, kind }) }
  },
}

beforeEach(async () => {
  look = good
  looks = []
  started = []
  house = await createHouse({ around: (parts) => ({ ...parts, sparks: { ...parts.sparks, ...bots } }) })
  const added = house.graph.machines.add({ address: '127.0.1.1', user: 'spark', name: 'spark-1' })
  await settle(added)
  await settle(house.graph.start())
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

const set = (key: string, value: unknown): void => void house.graph.settings.change(key, value, undefined, 'owner')
const told = (): readonly string[] =>
  house.graph.events
    .after(0, 500)
    .filter((one) => one.type.startsWith('bot_'))
    .map((one) => one.sentence)

test('without a user there is none, and nothing is looked at', async () => {
  await house.clock.advance(120_000)
  expect([house.graph.bots.list(), looks]).toEqual([[], []])
  expect(() => house.graph.bots.find('main')).toThrow(/bot "main"/)
})

describe('with a user', () => {
  beforeEach(async () => {
    set('bot.user', 'bridge')
    set('bot.folder', '/home/bridge/bot')
    await house.clock.advance(16_000)
  })

  test('it is looked at by that user, over a connection of its own', () => {
    expect(looks.at(-1)).toMatchObject({ user: 'bridge', id: expect.stringMatching(/-bridge$/) })
    expect(house.graph.bots.list()).toMatchObject([{ id: 'main', state: 'running', sentence: 'It runs on spark-1: active (running).' }])
  })

  test.each([
    ['bot.user', 'deputy', { user: 'deputy', bot: { user: 'deputy' } }],
    ['bot.machine', 'spark-2', { address: '127.0.1.2' }],
    ['bot.name', 'Bridge', { bot: { name: 'Bridge' } }],
    ['bot.runs', 'container', { bot: { runs: 'container' } }],
    ['bot.unit', 'bridge.service', { bot: { unit: 'bridge.service' } }],
    ['bot.folder', '/srv/bridge', { bot: { folder: '/srv/bridge' } }],
    ['bot.restartWords', ['make', 'restart'], { bot: { restartWords: ['make', 'restart'] } }],
  ])('%s is what the next look goes by', async (key, value, asked) => {
    await settle(house.graph.machines.add({ address: '127.0.1.2', user: 'spark', name: 'spark-2' }))
    expect(looks.at(-1)).not.toMatchObject(asked)
    set(key, value)
    await house.clock.advance(16_000)
    expect(looks.at(-1)).toMatchObject(asked)
  })

  test('a blank user hides it again', async () => {
    set('bot.user', '')
    const before = looks.length
    await house.clock.advance(60_000)
    expect([house.graph.bots.list(), looks.length]).toEqual([[], before])
  })

  test('an update is told while it runs and once when it is over; meanwhile nothing else begins', async () => {
    const begun = await settle(house.graph.bots.act('main', 'update', 'owner'))
    expect(begun.act).toMatchObject({ kind: 'update', state: 'running' })
    await expect(settle(house.graph.bots.act('main', 'restart', 'owner'))).rejects.toMatchObject({ code: 'bot_busy' })
    expect(started).toEqual(['update'])
    look = {
      ...good,
      job: job({ id: begun.act?.id ?? '', state: 'ended', exitCode: botCodes.fetch, text: 'fatal: token=hf_abcdefghijkl' }),
    }
    await house.clock.advance(60_000)
    expect(told()).toEqual([expect.stringMatching(/could not be fetched. The version that ran before runs on/)])
    expect(house.graph.bots.find('main').act).toMatchObject({ state: 'failed', line: 'fatal: token=[hidden]' })
  })

  test('a lost connection in the middle changes nothing; the end is told when it is seen', async () => {
    const begun = await settle(house.graph.bots.act('main', 'restart', 'owner'))
    look = new SparkError('machine_unreachable', { machine: 'spark-1', why: 'no answer' })
    await house.clock.advance(30_000)
    expect(house.graph.bots.find('main')).toMatchObject({ state: 'unreachable', trouble: { code: 'machine_unreachable' } })
    look = { ...good, job: job({ id: begun.act?.id ?? '', kind: 'restart', state: 'ended', exitCode: 0 }) }
    await house.clock.advance(30_000)
    expect(told().filter((one) => one.includes('restarted and runs'))).toHaveLength(1)
  })

  test('that it stops is told once, and that it runs again', async () => {
    look = { ...good, state: 'stopped', seen: 'failed (failed)' }
    await house.clock.advance(60_000)
    look = good
    await house.clock.advance(60_000)
    expect(told()).toEqual(['Bot: It does not run on spark-1: failed (failed).', 'Bot: It runs on spark-1: active (running).'])
  })

  test('a key that is refused is said, with what to do', async () => {
    look = new SparkError('machine_refused_key', { machine: 'spark-1', user: 'bridge' })
    await house.clock.advance(16_000)
    expect(house.graph.bots.find('main').trouble?.next).toContain('authorized_keys of bridge')
    await expect(settle(house.graph.bots.act('main', 'update', 'owner'))).rejects.toMatchObject({ code: 'machine_refused_key' })
  })

  test('without a checkout there is nothing to update', async () => {
    set('bot.folder', '')
    await expect(settle(house.graph.bots.act('main', 'update', 'owner'))).rejects.toMatchObject({ code: 'bot_no_folder' })
  })
})
