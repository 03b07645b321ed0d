import { afterEach, describe, expect, it } from 'vitest'
import type { ProblemError } from '../../server/contract/client.ts'
import type { AskOf } from '../../server/contract/define.ts'
import type { Operations } from '../../server/contract/index.ts'
import type { SwapView } from '../../server/contract/operations/shapes.ts'
import { json } from '../fakes/edge.ts'
import { createHouse, type House } from '../fakes/house.ts'

const closing: House[] = []
afterEach(async () => {
  for (const house of closing.splice(0)) await house.close()
})

const model = 'Qwen/Qwen3-8B'

/** A house that knows its two Sparks and has read their disks. */
async function settledHouse(): Promise<House> {
  const house = await createHouse()
  closing.push(house)
  await house.graph.start()
  for (const { address } of house.world.options.nodes) {
    const adding = house.client['machines.add']({ body: { address, user: 'alice' } })
    await house.clock.until(() => house.stores.machines.list().some((one) => one.address === address))
    await house.clock.advance(1000)
    await adding
  }
  await house.clock.advance(20_000)
  return house
}

/** Lets virtual time pass until the answer is there. */
async function answered<T>({ clock }: House, asking: Promise<T>): Promise<T> {
  let settled = false
  const watched = asking.finally(() => {
    settled = true
  })
  watched.catch(() => undefined)
  await clock.until(() => settled, 120_000)
  return watched
}

/** Not a dry run: what comes back is the switch. */
async function started(house: House, body: AskOf<Operations['swaps.start']>['body']): Promise<SwapView> {
  const begun = await answered(house, house.client['swaps.start']({ body }))
  if (!('phase' in begun)) throw new Error('a plan came back')
  return begun
}

/** A model that can start now, its recipe confirmed. */
async function ready({ client }: House): Promise<string> {
  const { models } = await client['models.list']()
  const found = models.find((one) => one.canRun.verdict === 'now')
  if (found === undefined) throw new Error('no model can start')
  if (found.recipe?.confirmed === false) await client['recipes.confirm']({ params: { id: found.recipe.id } })
  return found.id
}

const launchesOf = ({ world }: House): readonly unknown[] =>
  world.argvLog.filter((one) => one.tool.endsWith('/launch-cluster.sh') && one.argv.includes('exec'))

describe('the real house behind the edge', () => {
  it('is ready after its first recovery and answers every list by its contract', async () => {
    const house = await createHouse()
    closing.push(house)
    expect((await house.app.request('/readyz')).status).toBe(503)
    await house.graph.start()
    expect(await house.client['health.ready']()).toEqual({ ok: true, version: '0.1.0' })
    const { client } = house
    expect((await client['status.find']()).machines).toEqual([])
    expect((await client['machines.list']()).machines).toEqual([])
    expect((await client['models.list']()).models).toEqual([])
    expect((await client['settings.list']()).settings.length).toBeGreaterThan(10)
    expect((await client['swaps.list']({ query: {} })).current).toBeNull()
    expect((await client['lock.find']()).locked).toBe(false)
  })

  it('sees the models, plans, switches and passes a chat on', async () => {
    const house = await settledHouse()
    const { client } = house
    const { machines } = await client['machines.list']()
    expect(machines.map((one) => one.state)).toEqual(['reachable', 'reachable'])
    const { models } = await client['models.list']()
    const found = models.find((one) => one.servable === true && one.complete && one.machines.length > 0 && one.recipe?.confirmed !== false)
    expect(models.length).toBeGreaterThan(4)
    const chosen = found?.id ?? model
    const recipe = (await client['models.find']({ params: { id: chosen } })).recipe
    if (recipe?.confirmed === false) await client['recipes.confirm']({ params: { id: recipe.id } })
    const plan = await answered(house, client['plans.make']({ body: { model: chosen } }))
    expect(plan).toMatchObject({ verdict: 'ready', model: chosen })
    const begun = await started(house, { model: chosen, fingerprint: plan.fingerprint, by: 'recap' })
    expect(begun).toMatchObject({ state: 'running', requestedBy: { kind: 'app', name: 'recap' } })

    const second = await answered(house, Promise.resolve(house.app.request('/api/swap', json('POST', { model: chosen }))))
    expect([second.status, ((await second.json()) as { code: string }).code]).toEqual([409, 'swap_running'])
    expect(Number(second.headers.get('retry-after'))).toBeGreaterThan(0)

    await house.clock.until(() => house.graph.swaps.find(begun.id).state !== 'running')
    const ended = await client['swaps.find']({ params: { id: begun.id } })
    expect(ended.error).toBeNull()
    expect(ended.state).toBe('succeeded')
    const { events } = await client['events.list']({ query: { after: 0, limit: 1000 } })
    expect(events.filter((event) => event.type === 'swap_complete')).toHaveLength(1)
    const chat = await answered(house, Promise.resolve(house.app.request('/v1/models')))
    expect(chat.status).toBe(200)
    const launches = house.world.argvLog.filter((one) => one.tool.endsWith('/launch-cluster.sh') && one.argv.includes('exec'))
    expect(launches).toHaveLength(1)
  })

  it('starts once for two requests at the same instant, and tells the other why', async () => {
    const house = await settledHouse()
    const { models } = await house.client['models.list']()
    const chosen = models.find((one) => one.canRun.verdict === 'now' || one.canRun.verdict === 'needs_room')?.id ?? model
    const recipe = (await house.client['models.find']({ params: { id: chosen } })).recipe
    if (recipe?.confirmed === false) await house.client['recipes.confirm']({ params: { id: recipe.id } })
    const both = [1, 2].map(() => Promise.resolve(house.app.request('/api/swap', json('POST', { model: chosen }))))
    const answers = await answered(house, Promise.all(both))
    expect(answers.map((one) => one.status).sort()).toEqual([202, 409])
    await house.clock.until(() => house.graph.swaps.current() === null)
    const launches = house.world.argvLog.filter((one) => one.tool.endsWith('/launch-cluster.sh') && one.argv.includes('exec'))
    expect(launches).toHaveLength(1)
  })

  it('answers a fingerprint that is no longer true with the plan that is', async () => {
    const house = await settledHouse()
    const chosen = (await house.client['models.list']()).models.find((one) => one.canRun.verdict === 'now')?.id ?? model
    const failure = await answered(
      house,
      house.client['swaps.start']({ body: { model: chosen, fingerprint: 'old' } }).catch((error: unknown) => error),
    )
    expect((failure as ProblemError).problem).toMatchObject({ code: 'plan_stale', plan: { model: chosen } })
  })

  it('refuses others while an app holds the cluster, and says for how long', async () => {
    const house = await settledHouse()
    const { client } = house
    const lock = await client['lock.take']({ body: { holder: 'recap', reason: 'nightly batch', ttlSeconds: 60 } })
    const chosen = (await client['models.list']()).models.find((one) => one.canRun.verdict === 'now')?.id ?? model
    const recipe = (await client['models.find']({ params: { id: chosen } })).recipe
    if (recipe?.confirmed === false) await client['recipes.confirm']({ params: { id: recipe.id } })
    const refused = await answered(house, Promise.resolve(house.app.request('/api/swap', json('POST', { model: chosen }))))
    expect(refused.status).toBe(423)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    const allowed = await started(house, { model: chosen, lockToken: lock.token })
    expect(allowed.state).toBe('running')
  })

  it.each(['make_room', 'start', 'load', 'warm_up', 'verify'] as const)(
    'killed in the phase %s and started again, it goes on and never starts a second launch',
    async (phase) => {
      const first = await settledHouse()
      const chosen = await ready(first)
      const disk: { left?: ReturnType<House['crash']> } = {}
      const dieIn = first.graph.events.subscribe(({ type, payload }) => {
        if (type !== 'swap_progressed' || payload['phase'] !== phase) return
        dieIn()
        disk.left = first.crash()
      })
      const begun = await started(first, { model: chosen })
      await first.clock.until(() => disk.left !== undefined)
      expect(first.graph.swaps.find(begun.id)).toMatchObject({ state: 'running', phase })
      closing.splice(closing.indexOf(first), 1)
      const second = await createHouse({ from: disk.left, idPrefix: 'second' })
      closing.push(second)
      await answered(second, second.graph.start())
      await second.clock.until(() => second.graph.swaps.current() === null)
      const ended = second.graph.swaps.find(begun.id)
      expect([ended.error, ended.state]).toEqual([null, 'succeeded'])
      expect(launchesOf(second)).toHaveLength(1)
      const { events } = await second.client['events.list']({ query: { limit: 1000 } })
      expect(events.filter((event) => event.type === 'swap_complete')).toHaveLength(1)
    },
  )
})
