import { afterEach, describe, expect, it } from 'vitest'
import { createNamedMachines } from '../../server/app/named-machines.ts'
import { createHouse, type House } from '../fakes/house.ts'
import { createFakeIds } from '../fakes/ids.ts'

const open: House[] = []
const begin = async (): Promise<House> => {
  const house = await createHouse()
  open.push(house)
  return house
}
/** As a start with this environment would do it. */
const startWith = async ({ graph, stores, clock, log }: House, env: Record<string, string>): Promise<void> => {
  const ids = createFakeIds('n')
  await createNamedMachines({ store: stores.namedMachines, machines: graph.machines, env, clock, ids, log }).takeSeeds()
}
const places = async ({ client }: House): Promise<unknown> => {
  const { machines } = await client['machines.list']()
  const { namedMachines } = await client['namedMachines.list']()
  return [machines.map((one) => `${one.user}@${one.address}:${one.port}`), namedMachines.map((one) => `${one.user}@${one.host}`)]
}

afterEach(async () => {
  for (const house of open.splice(0)) await house.close()
})

describe('the machines of an earlier installation', () => {
  it('with an address become machines, with a name wait for one, each once', async () => {
    const house = await begin()
    const env = {
      SPARK1_HOST: '127.0.1.1',
      SPARK2_HOST: 'Spark-2.local',
      SPARK3_HOST: 'bob@127.0.1.3',
      SSH_USER: 'alice',
      SSH_PORT: '2222',
    }
    await startWith(house, env)
    const all = [['alice@127.0.1.1:2222', 'bob@127.0.1.3:2222'], ['alice@spark-2.local']]
    expect(await places(house)).toEqual(all)
    await startWith(house, { ...env, SPARK1_HOST: '127.0.1.9', SPARK2_HOST: 'other.local' })
    expect(await places(house)).toEqual(all)
  })

  it('stay away when the owner removed them', async () => {
    const house = await begin()
    const env = { SPARK1_HOST: '127.0.1.1', SPARK2_HOST: 'spark-2.local', SSH_USER: 'alice' }
    await startWith(house, env)
    house.graph.machines.remove(house.graph.machines.list()[0]?.id ?? '')
    house.graph.namedMachines.forget(house.graph.namedMachines.list()[0]?.id ?? '')
    await startWith(house, env)
    expect(await places(house)).toEqual([[], []])
  })

  it('without a user wait for one, also after a restart, and are never contacted', async () => {
    const house = await begin()
    const contacts: unknown[] = []
    const counted = { ...house.graph.machines, add: async (ask: unknown) => Promise.reject(new Error(String(contacts.push(ask)))) }
    const needs = { store: house.stores.namedMachines, clock: house.clock, log: house.log, ids: { next: () => 'n1a2b3c4d5e6' } }
    await createNamedMachines({ ...needs, machines: counted, env: { SPARK1_HOST: '192.0.2.20' } }).takeSeeds()
    await house.graph.start()
    await house.clock.advance(120_000)
    expect(contacts).toEqual([])
    const later = await createHouse({ from: house.crash() })
    open.push(later)
    expect(later.graph.namedMachines.list()).toMatchObject([{ host: '192.0.2.20', user: '', cameFrom: 'SPARK1_HOST' }])
    expect(later.graph.namedMachines.list()[0]?.sentence).toMatch(/^No user was given for 192\.0\.2\.20/)
  })

  it('are told on Home until the owner says where they are, and are then machines like any other', async () => {
    const house = await begin()
    await house.graph.start()
    await startWith(house, { SPARK1_HOST: 'spark-1.local', SSH_USER: 'spark' })
    const { attention } = await house.client['status.find']()
    expect(attention).toEqual([
      { code: 'machine_needs_address', sentence: 'spark-1.local needs an IP address before it can be looked at.', link: '/machines' },
    ])
    const id = house.graph.namedMachines.list()[0]?.id ?? ''
    const place = (address: string) => house.client['namedMachines.place']({ params: { id }, body: { address } })
    await expect(place('spark-1.local')).rejects.toMatchObject({ problem: { code: 'address_not_ip' } })
    expect(house.graph.namedMachines.list()).toHaveLength(1)
    const { address } = house.world.look('spark-1')
    expect(await place(address)).toMatchObject({ name: 'spark-1', address, user: 'spark' })
    await house.clock.advance(20_000)
    expect((await house.client['status.find']()).attention).toEqual([])
    expect(house.graph.machines.list()).toMatchObject([{ state: 'reachable' }])
  })

  it.each(['-oProxyCommand=x y', 'a b', '$(reboot)', '<b>', `${'x'.repeat(300)}`, 'a@b@c', '`id`'])(
    'that are named %j are not taken, and the start goes on',
    async (host) => {
      const house = await begin()
      await startWith(house, { SPARK1_HOST: host, SPARK2_HOST: 'spark-2.local', SSH_USER: '-oProxyCommand=x' })
      expect(await places(house)).toEqual([[], ['@spark-2.local']])
    },
  )
})
