import { afterEach, expect, test } from 'vitest'
import { buildRecipe } from '../fakes/builders.ts'
import { createOwnerRig, type OwnerRig, type OwnerRigOptions, qwen, twoNodes } from '../fakes/owner-rig.ts'
import { buildPlan, buildSwap } from '../fakes/swap-builders.ts'

let rig: OwnerRig
const begin = async (options: OwnerRigOptions = {}): Promise<void> => {
  rig = await createOwnerRig(options)
  await rig.start()
  await rig.addAll()
}
afterEach(() => rig.close())

const other = (repo: string, weightsBytes = 16e9) => ({ ...qwen, repo, weightsBytes })

test('what is on the disks is the menu, with where it is', async () => {
  await begin()
  expect(rig.models.list()).toMatchObject([
    { id: 'Qwen/Qwen3-8B', name: 'Qwen3 8B', state: 'complete', stateSentence: 'Complete on spark-1.', servable: true, serving: null },
  ])
  expect(() => rig.models.find('nobody/nothing')).toThrow(expect.objectContaining({ code: 'model_unknown' }))
})

test('a download that broke off is said so, and cannot run', async () => {
  await begin({ nodes: twoNodes([{ ...qwen, state: 'interrupted' }]) })
  const [model] = rig.models.list()
  expect(model).toMatchObject({ state: 'interrupted', complete: false, canRun: { verdict: 'no' } })
  expect(model?.stateSentence).toContain('Interrupted')
  expect(model?.canRun.why).toContain('downloaded only in part')
})

test('a download that goes on is not an interrupted one, and one machine that has it whole is enough', async () => {
  await begin({ nodes: twoNodes([{ ...qwen, state: 'downloading' }]) })
  expect(rig.models.list()[0]?.state).toBe('downloading')
  rig.world.addModel('spark-2', qwen)
  await rig.models.scan()
  expect(rig.models.list()[0]).toMatchObject({ state: 'complete', complete: true, stateSentence: 'Complete on spark-2.' })
})

test('different versions on two machines are said', async () => {
  await begin()
  rig.world.addModel('spark-2', { ...qwen, revision: 'b'.repeat(40) })
  await rig.models.scan()
  expect(rig.models.list()[0]).toMatchObject({ revisionsDiffer: true })
  expect(rig.models.list()[0]?.stateSentence).toContain('different versions')
})

test('what comes and goes is told once, by name', async () => {
  await begin()
  rig.world.addModel('spark-2', other('Qwen/Qwen3-4B', 8e9))
  await rig.models.scan()
  const told = rig.told('models_changed').length
  await rig.models.scan()
  expect(rig.told('models_changed')).toHaveLength(told)
  expect(rig.told('models_changed').filter((one) => (one['added'] as string[]).includes('Qwen/Qwen3-4B'))).toHaveLength(1)
  rig.machines.remove(rig.idOf('spark-2'))
  expect(rig.told('models_changed')[0]).toEqual({ added: [], removed: ['Qwen/Qwen3-4B'], changed: [] })
})

test('a machine that does not answer keeps its last listing, also across a restart of the appliance', async () => {
  await begin()
  rig.sparks.cut('spark-1', 'refused')
  await rig.models.scan()
  expect(rig.models.list()).toHaveLength(1)
  const next = await createOwnerRig({ before: rig })
  expect(next.models.list()).toMatchObject([{ id: 'Qwen/Qwen3-8B', state: 'complete' }])
  next.close()
})

test('the disks are read again by the clock and after a switch', async () => {
  await begin()
  rig.world.addModel('spark-2', other('Qwen/Qwen3-4B', 8e9))
  await rig.clock.advance(200_000)
  expect(rig.models.list()).toHaveLength(1)
  await rig.clock.advance(110_000)
  expect(rig.models.list()).toHaveLength(2)
  rig.world.addModel('spark-2', other('Qwen/Qwen3-14B', 28e9))
  rig.events.append('swap_complete', {
    swap: 's',
    cluster: 'default',
    engine: 'main',
    model: null,
    previousModel: null,
    requestedBy: 'owner',
    durationMs: 1,
  })
  await rig.clock.advance(100)
  expect(rig.models.list()).toHaveLength(3)
})

test('what fits in free memory can run now; its unconfirmed recipe asks for a word first', async () => {
  await begin()
  const [model] = rig.models.list()
  expect(model?.canRun.verdict).toBe('now')
  expect(model?.recipe).toEqual({ id: 'inferred:Qwen/Qwen3-8B', source: 'inferred', confirmed: false })
  expect(model?.canRun.why).toContain('asks for your word once')
  rig.recipes.confirm('inferred:Qwen/Qwen3-8B', 'owner')
  expect(rig.models.list()[0]?.recipe?.confirmed).toBe(true)
  expect(rig.models.list()[0]?.canRun.why).not.toContain('asks for your word')
  expect(rig.told('recipe_confirmed')).toHaveLength(1)
})

test('a model larger than the machine cannot run, with the figures', async () => {
  await begin({
    nodes: twoNodes([other('Big/Model-90B', 120e9)]),
    recipes: [buildRecipe({ id: 'shipped:Big/Model-90B', model: 'Big/Model-90B', nodes: 1 })],
  })
  const [model] = rig.models.list()
  expect(model?.canRun.verdict).toBe('no')
  expect(model?.canRun.why).toMatch(/It needs 14\d GB and spark-1 has 1\d\d GB\./)
})

test('a model for two machines that is whole on one needs set-up', async () => {
  await begin({ recipes: [buildRecipe({ nodes: 2 })] })
  expect(rig.models.list()[0]?.canRun.verdict).toBe('needs_setup')
})

test('beside a running model another one needs room, and the running one says that it runs', async () => {
  await begin()
  rig.world.addModel('spark-1', other('Qwen/Qwen3-4B', 8e9))
  await rig.models.scan()
  const id = rig.idOf('spark-1')
  rig.stores.serving.set({
    engine: 'main',
    model: 'Qwen/Qwen3-8B',
    recipeId: null,
    plan: buildPlan([id]),
    machines: [id],
    port: 8000,
    servedName: 'Qwen/Qwen3-8B',
    since: rig.clock.now(),
    adopted: false,
  })
  const byId = Object.fromEntries(rig.models.list().map((model) => [model.id, model]))
  expect(byId['Qwen/Qwen3-8B']).toMatchObject({ serving: 'main', canRun: { verdict: 'now' } })
  expect(byId['Qwen/Qwen3-4B']?.canRun).toMatchObject({ verdict: 'needs_room', why: expect.stringContaining('Qwen3 8B stops first.') })
})

test('the typical switch time is that of earlier switches of the same recipe on the same machine', async () => {
  const recipe = buildRecipe()
  await begin({ recipes: [recipe] })
  expect(rig.models.list()[0]?.typicalSwapSeconds).toBeNull()
  const plan = buildPlan([rig.idOf('spark-1')])
  rig.stores.swaps.begin(buildSwap({ plan, startedAt: rig.clock.now() }), () => undefined)
  await rig.clock.advance(95_000)
  const end = { state: 'succeeded' as const, restored: null, trouble: null, progress: { percent: null, sentence: 'Answers.' } }
  rig.stores.swaps.end('swap1', rig.clock.now(), end, () => undefined)
  expect(rig.models.list()[0]?.typicalSwapSeconds).toBe(95)
})

test('a scan that says what the last one said is not written down again, and what did not change is not read anew', async () => {
  await begin()
  const { setListings } = rig.stores.models
  const written: string[] = []
  const counting: typeof setListings = (...given) => {
    written.push(given[0])
    setListings(...given)
  }
  Object.assign(rig.stores.models, { setListings: counting })
  const machine = rig.idOf('spark-1')
  const before = rig.discovery.listing(machine, 'Qwen/Qwen3-8B')
  await rig.models.scan()
  expect(written).toEqual([])
  rig.world.addModel('spark-1', other('Qwen/Qwen3-4B', 8e9))
  await rig.models.scan()
  expect(written).toEqual([machine])
  expect(rig.discovery.listing(machine, 'Qwen/Qwen3-8B')).toBe(before)
  rig.world.addModel('spark-1', { ...qwen, revision: 'c'.repeat(40) })
  await rig.models.scan()
  expect(written).toEqual([machine, machine])
  expect(rig.discovery.listing(machine, 'Qwen/Qwen3-8B')?.revision).toBe('c'.repeat(40))
})

test('a shorter period counts at once, however long the one before was', async () => {
  await begin()
  rig.settings.change('models.scanSeconds', 86_400, undefined, 'owner')
  await rig.clock.advance(1000)
  rig.world.addModel('spark-1', other('Qwen/Qwen3-4B', 8e9))
  await rig.clock.advance(120_000)
  expect(rig.models.list()).toHaveLength(1)
  rig.settings.change('models.scanSeconds', 60, undefined, 'owner')
  await rig.clock.advance(61_000)
  expect(rig.models.list()).toHaveLength(2)
})
