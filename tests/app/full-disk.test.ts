// The disk of the appliance gets full, for real, under a whole house: nothing is lost, nothing is made up, and it comes back.
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createRecipeFiles } from '../../server/adapters/files/recipe-files.ts'
import { openStores } from '../../server/adapters/sqlite/open.ts'
import { createSystemIds } from '../../server/adapters/system/ids.ts'
import { type Life, other, small, startLife } from '../fakes/appliance.ts'
import { buildRecipe } from '../fakes/builders.ts'
import { asProblem, json } from '../fakes/edge.ts'
import { openSmallDisk, type SmallDisk } from '../fakes/small-disk.ts'

let disk: SmallDisk
let life: Life
beforeEach(async () => {
  disk = openSmallDisk()
  life = await startLife(undefined, { path: join(disk.path, 'a.sqlite') })
})
afterEach(async () => {
  disk.free()
  await life.close()
  disk.close()
})

/** A mounted disk is full; where only files are limited, the writing is refused for another reason. */
const code = (): string => (disk.kind === 'mounted' ? 'storage_full' : 'storage_denied')
const change = async (value: number): Promise<Response> => life.app.request('/api/settings/swap.drainSeconds', json('PUT', { value }))
/** Fills the disk, and what room the database still has within its own files. Nothing else happens meanwhile. */
function choke(): void {
  disk.fill()
  const { settings, writing } = life.stores
  for (let round = 0; writing.trouble() === null; round += 1) {
    try {
      settings.set('swap.drainSeconds', 10 + (round % 5), settings.all()['swap.drainSeconds']?.version ?? 0, 0, 'owner')
    } catch (error) {
      expect(error).toMatchObject({ code: code() })
    }
  }
}
const attention = (): string[] => life.graph.status.status().attention.map((row) => row.code)
const finals = (id: string): string[] =>
  life.stores.events
    .recent(500)
    .filter((event) => ['swap_complete', 'swap_failed', 'swap_cancelled'].includes(event.type) && event.payload['swap'] === id)
    .map((event) => event.type)

describe('a full disk', () => {
  test('refuses changes in words, goes on with everything else, and comes back by itself', async () => {
    expect((await life.outcome(await life.ask(small))).state).toBe('succeeded')
    choke()
    const refused = await asProblem(change(7))
    expect(refused.problem).toMatchObject({ code: code(), now: expect.stringContaining('Nothing was changed.') })
    expect(refused.status).toBe(code() === 'storage_full' ? 507 : 503)
    expect(attention()[0]).toBe(code())
    for (const path of ['/api/status', '/api/machines', '/api/models', '/api/swap', '/api/settings', '/api/swap/lock', '/readyz']) {
      expect([path, (await life.app.request(path)).status]).toEqual([path, 200])
    }
    const chat = { model: small, messages: [{ role: 'user', content: 'Hi' }], max_tokens: 1 }
    const answer = life.app.request('/v1/chat/completions', json('POST', chat))
    await life.clock.advance(5000)
    expect((await answer).status).toBe(200)
    const launches = life.calls('launch-cluster.sh', 'exec')
    expect((await asProblem(life.app.request('/api/swap', json('POST', { model: other })))).problem).toMatchObject({ code: code() })
    expect(life.graph.swaps.current()).toBeNull()
    expect(life.calls('launch-cluster.sh', 'exec')).toBe(launches)

    disk.free()
    await life.clock.advance(4000)
    expect(attention()).not.toContain(code())
    expect((await change(7)).status).toBe(200)
    expect(life.graph.settings.get('swap.drainSeconds')).toBe(7)
  })

  test('tells what happened meanwhile at once, and writes it down when it can', async () => {
    choke()
    const heard: string[] = []
    life.graph.events.subscribe((event) => heard.push(event.type))
    const before = life.stores.events.last()
    life.graph.events.append('machine_back', { machine: 'm1', name: 'spark-1' })
    life.graph.events.append('machine_rebooted', { machine: 'm1', name: 'spark-1' })
    expect(heard).toEqual(['machine_back', 'machine_rebooted'])
    expect(life.stores.events.last()).toBe(before)
    disk.free()
    await life.clock.advance(4000)
    expect(
      life.stores.events
        .after(before, 10)
        .map((event) => event.type)
        .slice(0, 2),
    ).toEqual(['machine_back', 'machine_rebooted'])
  })

  test.each(['make_room', 'start', 'load'])(
    'in the phase %s of a switch: it waits and says so, and ends as it would have',
    async (phase) => {
      expect((await life.outcome(await life.ask(small))).state).toBe('succeeded')
      const launches = life.calls('launch-cluster.sh', 'exec')
      const id = await life.ask(other)
      await life.phase(id, phase)
      choke()
      await life.clock.advance(120_000)
      const waiting = life.graph.swaps.find(id)
      expect(waiting).toMatchObject({ state: 'running', restored: null, error: null })
      expect(waiting.progress.sentence).toMatch(/^Waiting: the appliance cannot write down/)
      expect(attention()).toContain(code())
      expect(finals(id)).toEqual([])
      const cancellation = life.app.request(`/api/swap/${id}/cancellation`, json('POST', {}))
      expect((await asProblem(cancellation)).problem).toMatchObject({ code: code() })
      disk.free()
      const swap = await life.outcome(id)
      expect(swap).toMatchObject({ state: 'succeeded', error: null })
      expect(finals(id)).toEqual(['swap_complete'])
      expect(life.calls('launch-cluster.sh', 'exec')).toBe(launches + 1)
      expect(life.world.serving().map((one) => one.model)).toEqual([other])
    },
  )

  test('refuses a recipe of the owner in the same words, and leaves no half of one', async () => {
    const ownerDir = join(disk.path, 'recipes')
    const files = createRecipeFiles({ shippedDir: disk.path, ownerDir })
    const recipe = buildRecipe({ source: 'owner', title: 'Long. '.repeat(30) })
    disk.fill()
    if (disk.kind === 'mounted') await expect(files.write(recipe)).rejects.toMatchObject({ code: 'storage_full' })
    disk.free()
    expect(await files.read()).toEqual({ recipes: [], problems: [], texts: new Map() })
    const name = await files.write(recipe)
    expect((await files.read()).problems).toEqual([])
    expect(name).toMatch(/\.yaml$/)
  })

  test('lets a database be opened, and loses nothing that was accepted', async () => {
    expect((await change(9)).status).toBe(200)
    choke()
    const accepted = life.graph.settings.get('swap.drainSeconds')
    const machines = life.stores.machines.list()
    await life.close()
    const again = openStores({ path: join(disk.path, 'a.sqlite'), ids: createSystemIds(), log: life.log })
    expect(again.settings.all()['swap.drainSeconds']?.value).toBe(accepted)
    expect(again.machines.list()).toEqual(machines)
    again.close()
    disk.free()
    life = await startLife([], { path: join(disk.path, 'b.sqlite') })
  })
})
