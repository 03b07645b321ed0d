import { afterEach, beforeEach, expect, test } from 'vitest'
import { swapSample } from '../../server/contract/operations/samples.ts'
import { createOwnerRig, type OwnerRig, twoNodes } from '../fakes/owner-rig.ts'
import { buildPlan, buildSwap } from '../fakes/swap-builders.ts'

let rig: OwnerRig
beforeEach(async () => {
  rig = await createOwnerRig()
})
afterEach(() => rig.close())

const add = (address: string, more: Record<string, unknown> = {}) => rig.machines.add({ address, user: 'alice', ...more })

test.each(['spark-1.local', 'spark-1', '', '192.0.2', '192.0.2.256', 'fe80::1%eth0', 'localhost', '192.0.2.1; rm -rf /'])(
  '%j is refused as an address, and nothing is saved',
  async (address) => {
    await expect(add(address)).rejects.toMatchObject({ code: 'address_not_ip' })
    expect(rig.machines.list()).toEqual([])
  },
)

test('a machine that answers is added with its own name, its key pinned and its fast link known', async () => {
  await rig.start()
  const added = await add(' 127.0.1.1 ')
  expect(added).toMatchObject({ address: '127.0.1.1', port: 22, user: 'alice' })
  expect(added.hostKey).toMatch(/^SHA256:/)
  await rig.clock.advance(100)
  const shown = rig.machines.find(added.id)
  expect(shown).toMatchObject({ name: 'spark-1', state: 'reachable', stale: false })
  expect(shown.fabricAddress).toBe(rig.world.look('spark-1').fabricAddress)
  expect(rig.stores.machines.find(added.id)?.fabricAddress).toBe(shown.fabricAddress)
  expect(rig.models.list().map((model) => model.id)).toEqual(['Qwen/Qwen3-8B'])
  expect(rig.told('machine_added')).toHaveLength(1)
})

test('a machine that is off may be added: it stays unknown with its trouble, and its key is pinned when it first answers', async () => {
  await rig.start()
  rig.sparks.cut('spark-1', 'refused')
  const added = await add('127.0.1.1')
  await rig.clock.advance(100)
  expect(rig.machines.find(added.id)).toMatchObject({ state: 'unknown', hostKey: null, trouble: { code: 'machine_unreachable' } })
  rig.sparks.mend('spark-1')
  await rig.clock.advance(5_000)
  expect(rig.machines.find(added.id)).toMatchObject({ state: 'reachable', trouble: null })
  expect(rig.machines.find(added.id).hostKey).toMatch(/^SHA256:/)
})

test('the same address and port are refused, and so is the same machine at another port', async () => {
  await add('127.0.1.1')
  await expect(add('127.0.1.1')).rejects.toMatchObject({ code: 'machine_exists' })
  await expect(add('127.0.1.1', { port: 2222 })).rejects.toMatchObject({ code: 'machine_is_another' })
  const second = await add('127.0.1.2')
  await expect(rig.machines.edit(second.id, { address: '127.0.1.1' })).rejects.toMatchObject({ code: 'machine_exists' })
  expect(rig.machines.list()).toHaveLength(2)
})

test('the key pair is made once and only its public half is shown', () => {
  const key = rig.machines.publicKey()
  expect(key).toMatch(/^ssh-ed25519 \S+/)
  expect(rig.machines.publicKey()).toBe(key)
  expect(key).not.toContain('PRIVATE')
})

test('a changed host key is refused loudly and accepted only as exactly the one that is presented', async () => {
  await rig.start()
  const { id } = await add('127.0.1.1')
  await rig.clock.advance(100)
  rig.sparks.presentKey('spark-1', 'SHA256:new')
  await expect(rig.machines.check(id)).rejects.toMatchObject({ code: 'host_key_changed' })
  expect(rig.status.status().attention).toMatchObject([{ code: 'host_key_changed', link: `/machines/${id}` }])
  await expect(rig.machines.acceptHostKey(id, 'SHA256:other')).rejects.toMatchObject({
    code: 'host_key_changed',
    facts: { presented: 'SHA256:new', pinned: 'SHA256:other' },
  })
  expect(rig.machines.find(id).hostKey).not.toBe('SHA256:new')
  expect(await rig.machines.acceptHostKey(id, 'SHA256:new')).toMatchObject({ hostKey: 'SHA256:new', state: 'reachable', trouble: null })
})

test('an edit changes what was given and nothing else; another address is another first look', async () => {
  await rig.start()
  const { id } = await add('127.0.1.1', { modelFolders: ['/models'] })
  await rig.clock.advance(100)
  await rig.machines.edit(id, { name: 'kitchen' })
  expect(rig.machines.find(id)).toMatchObject({ name: 'kitchen', address: '127.0.1.1', modelFolders: ['/models'], state: 'reachable' })
  const moved = await rig.machines.edit(id, { address: '192.0.2.77' })
  expect(moved).toMatchObject({ address: '192.0.2.77', state: 'unknown', observedAt: null })
})

test('a machine that serves, or takes part in a live switch, cannot be removed; another can, with what was known of its disks', async () => {
  await rig.start()
  await rig.addAll()
  const id = rig.idOf('spark-1')
  rig.stores.swaps.begin(buildSwap({ plan: buildPlan([id]) }), () => undefined)
  expect(() => rig.machines.remove(id)).toThrow(expect.objectContaining({ code: 'machine_in_use' }))
  await expect(rig.machines.edit(id, { address: '192.0.2.77' })).rejects.toMatchObject({ code: 'machine_in_use' })
  rig.stores.swaps.end(
    'swap1',
    rig.clock.now(),
    { state: 'succeeded', restored: null, trouble: null, progress: swapSample.progress },
    () => undefined,
  )
  const serving = { engine: 'main', model: 'a/b', recipeId: null, plan: null, port: 8000, servedName: 'a/b', since: 0, adopted: true }
  rig.stores.serving.set({ ...serving, machines: [id] })
  expect(() => rig.machines.remove(id)).toThrow(expect.objectContaining({ code: 'machine_in_use' }))
  rig.stores.serving.clear('main')
  rig.machines.remove(rig.idOf('spark-2'))
  rig.machines.remove(id)
  expect(rig.machines.list()).toEqual([])
  expect(rig.models.list()).toEqual([])
  expect(() => rig.machines.find(id)).toThrow(expect.objectContaining({ code: 'not_found' }))
})

test('the set-up check offers the Spark behind the cable until it is in the list', async () => {
  await rig.start()
  const { id } = await add('127.0.1.1')
  await rig.clock.advance(100)
  const first = await rig.machines.survey(id)
  expect(first.rows.map((row) => row.id)).toContain('docker')
  const second = rig.world.look('spark-2')
  expect(first.peers).toContain(second.address)
  await add(second.address)
  await rig.clock.advance(100)
  expect((await rig.machines.survey(id)).peers).toEqual([])
})

test("the container name in the launcher's .env is taken, once, and never over a name that somebody chose", async () => {
  const begin = async (name: string): Promise<void> => {
    rig.close()
    const [one, ...others] = twoNodes()
    if (one === undefined) throw new Error('no node')
    rig = await createOwnerRig({ nodes: [{ ...one, dotenv: { CONTAINER_NAME: name } }, ...others] })
    await rig.start()
    await rig.addAll()
  }
  await begin('my_vllm')
  await rig.machines.survey(rig.idOf('spark-1'))
  const shown = rig.settings.list().find((one) => one.key === 'engine.containerName')
  expect(shown).toMatchObject({ value: 'my_vllm', setBy: "the launcher's .env on spark-1" })
  rig.settings.reset('engine.containerName', 'owner')
  await rig.machines.survey(rig.idOf('spark-1'))
  expect(rig.settings.get('engine.containerName')).toBe('vllm_node')

  await begin('no name; $(id)')
  await rig.machines.survey(rig.idOf('spark-1'))
  expect(rig.settings.get('engine.containerName')).toBe('vllm_node')
})
