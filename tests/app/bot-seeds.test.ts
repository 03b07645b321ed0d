// The bot that the environment of an earlier installation names.
import { describe, expect, test } from 'vitest'
import { openStores } from '../../server/adapters/sqlite/open.ts'
import { takeBotSeed } from '../../server/app/bot-seeds.ts'
import { createFakeIds } from '../fakes/ids.ts'
import { createFakeLog } from '../fakes/log.ts'

describe('an earlier installation', () => {
  const log = createFakeLog()
  const seed = (env: Record<string, string>) => {
    const store = openStores({ path: ':memory:', ids: createFakeIds(), log })
    const take = () => takeBotSeed({ store, env, clock: { now: () => 5 }, ids: createFakeIds('s'), log })
    take()
    return { store, take }
  }

  test('names its bot by the environment, once: what is removed does not come back', () => {
    const { store, take } = seed({ MATRIX_BRIDGE_USER: 'bridge', MATRIX_BRIDGE_DIR: '/home/bridge/bot' })
    expect(store.bots.list()).toMatchObject([{ user: 'bridge', unit: 'matrix-bridge.service', folder: '/home/bridge/bot', machine: null }])
    store.bots.remove(store.bots.list()[0]?.id ?? '')
    take()
    expect(store.bots.list()).toEqual([])
    store.close()
  })

  test.each([{}, { MATRIX_BRIDGE_USER: ' ' }, { MATRIX_BRIDGE_USER: '-oProxyCommand=x' }])('%j names none', (env) => {
    const { store } = seed(env)
    expect(store.bots.list()).toEqual([])
    store.close()
  })
})
