import { afterEach, beforeEach, expect, test } from 'vitest'
import { swapSample } from '../../server/contract/operations/samples.ts'
import type { Serving } from '../../server/domain/engine.ts'
import { buildRecipe } from '../fakes/builders.ts'
import { createOwnerRig, type OwnerRig, qwen } from '../fakes/owner-rig.ts'
import { buildPlan, buildSwap } from '../fakes/swap-builders.ts'

const shipped = buildRecipe({ flags: [{ name: 'max-model-len', value: 32768, reason: 'rule', source: 'rule' }] })
let rig: OwnerRig
beforeEach(async () => {
  rig = await createOwnerRig({ recipes: [shipped] })
  await rig.start()
})
afterEach(() => rig.close())

const serveByHand = (name: string, ...words: string[]): void =>
  rig.world.startForeign('spark-1', { name, image: 'vllm-node', command: ['vllm', 'serve', 'Qwen/Qwen3-8B', ...words] })

const untilServing = (): Promise<void> => rig.clock.until(() => rig.world.serving().length > 0)

const endByHand = async (): Promise<void> => {
  let ended = false
  const io = { out: () => undefined, err: () => undefined, signal: new AbortController().signal }
  void rig.world.run({ node: 'spark-1', tool: 'docker', argv: ['rm', '-f', 'vllm_node'], env: {}, cwd: '/' }, io).then(() => {
    ended = true
  })
  await rig.clock.until(() => ended)
}

test('a container of our name that answers when its machine is added is adopted, with its model and the recipe its flags agree with', async () => {
  serveByHand('vllm_node', '--port', '8000', '--max-model-len', '32768')
  await untilServing()
  await rig.addAll()
  await rig.clock.advance(6_000)
  expect(rig.stores.serving.find('main')).toMatchObject({
    adopted: true,
    plan: null,
    model: 'Qwen/Qwen3-8B',
    recipeId: shipped.id,
    machines: [rig.idOf('spark-1')],
    servedName: 'Qwen/Qwen3-8B',
  })
  expect(rig.status.engine()).toMatchObject({ state: 'answering', adopted: true, observed: false, url: 'http://127.0.1.1:8000' })
  expect(rig.status.status().sentence).toBe('Everything is answering.')
  await rig.clock.advance(60_000)
  expect(rig.told('engine_adopted')).toEqual([{ engine: 'main', model: 'Qwen/Qwen3-8B', machines: ['spark-1'] }])
  expect(rig.told('engine_state_changed')).toEqual([])
})

test('other flags than the recipe has leave the recipe open', async () => {
  serveByHand('vllm_node', '--max-model-len', '4096')
  await untilServing()
  await rig.addAll()
  await rig.clock.advance(6_000)
  expect(rig.stores.serving.find('main')).toMatchObject({ adopted: true, recipeId: null })
})

test('what was started by hand is starting, not answering, until it really answers', async () => {
  await rig.addAll()
  serveByHand('vllm_node')
  await rig.clock.advance(11_000)
  expect(rig.world.serving()).toEqual([])
  expect(rig.stores.serving.find('main')).toBeNull()
  expect(rig.status.engine()).toMatchObject({ state: 'starting' })
  await untilServing()
  await rig.clock.advance(11_000)
  expect(rig.status.engine()).toMatchObject({ state: 'answering', adopted: true })
})

test('nothing is adopted while a switch is live', async () => {
  rig.stores.swaps.begin(buildSwap(), () => undefined)
  serveByHand('vllm_node')
  await untilServing()
  await rig.addAll()
  await rig.clock.advance(20_000)
  expect(rig.stores.serving.find('main')).toBeNull()
})

test('a container of another name is shown as observed and never becomes ours', async () => {
  serveByHand('my-own', '--port', '8123', '--served-model-name', 'house')
  await untilServing()
  await rig.addAll()
  await rig.clock.advance(20_000)
  expect(rig.stores.serving.find('main')).toBeNull()
  const engines = rig.status.status().clusters[0]?.engines ?? []
  expect(engines).toMatchObject([
    { id: 'main', state: 'stopped', model: null },
    { observed: true, state: 'answering', model: 'house', modelName: 'Qwen3 8B', url: 'http://127.0.1.1:8123', machines: ['spark-1'] },
  ])
  expect(rig.status.engine(engines[1]?.id).observed).toBe(true)
  expect(rig.status.status().sentence).toContain('it was not started here')
  expect(rig.world.argvLog).toEqual([])
})

test('a container that is gone in two looks is no longer served, and that is told once', async () => {
  serveByHand('vllm_node')
  await untilServing()
  await rig.addAll()
  await rig.clock.advance(6_000)
  await endByHand()
  await rig.clock.advance(11_000)
  expect(rig.stores.serving.find('main')).toBeNull()
  expect(rig.status.engine()).toMatchObject({ state: 'stopped', model: null })
  expect(rig.told('engine_state_changed')).toMatchObject([{ engine: 'main', state: 'stopped', model: 'Qwen/Qwen3-8B' }])
  expect(rig.startedAgain).toEqual([])
})

test('a machine that does not answer, or whose docker does not, says nothing of what serves', async () => {
  serveByHand('vllm_node')
  await untilServing()
  await rig.addAll()
  await rig.clock.advance(6_000)
  rig.sparks.cut('spark-1', 'refused')
  await rig.clock.advance(120_000)
  expect(rig.stores.serving.find('main')).toMatchObject({ model: 'Qwen/Qwen3-8B' })
  expect(rig.status.engine().state).toBe('unreachable')
  expect(rig.status.status().sentence).toContain('spark-1 has not answered for about 2 minutes')
})

const serveByPlan = (): Serving => {
  const id = rig.idOf('spark-1')
  const serving: Serving = {
    engine: 'main',
    model: 'Qwen/Qwen3-8B',
    recipeId: shipped.id,
    plan: buildPlan([id]),
    machines: [id],
    port: 8000,
    servedName: 'Qwen/Qwen3-8B',
    since: rig.clock.now(),
    adopted: false,
  }
  rig.stores.serving.set(serving)
  return serving
}

test.each([
  [true, 1],
  [false, 0],
])('after a restart of its machine the model is started again only when the owner wants it (%s)', async (wanted, times) => {
  rig.settings.change('swap.startAfterReboot', wanted, undefined, 'owner')
  serveByHand('vllm_node')
  await untilServing()
  await rig.addAll()
  serveByPlan()
  await rig.clock.advance(11_000)
  rig.world.reboot('spark-1', 30_000)
  await rig.clock.advance(300_000)
  expect(rig.startedAgain).toHaveLength(times)
  expect(rig.stores.serving.find('main')).toBeNull()
  expect(rig.told('machine_rebooted')).toHaveLength(1)
})

test('a container that was ended by hand is not started again, though restarts would be', async () => {
  rig.settings.change('swap.startAfterReboot', true, undefined, 'owner')
  serveByHand('vllm_node')
  await untilServing()
  await rig.addAll()
  serveByPlan()
  await rig.clock.advance(11_000)
  await endByHand()
  await rig.clock.advance(60_000)
  expect(rig.stores.serving.find('main')).toBeNull()
  expect(rig.startedAgain).toEqual([])
})

test('a model that somebody starts by hand in the place of ours is said, adopted and never fought', async () => {
  serveByHand('vllm_node')
  await untilServing()
  await rig.addAll()
  serveByPlan()
  await rig.clock.advance(11_000)
  await endByHand()
  rig.world.addModel('spark-1', { ...qwen, repo: 'openai/gpt-oss-20b' })
  rig.world.startForeign('spark-1', { name: 'vllm_node', image: 'vllm-node', command: ['vllm', 'serve', 'openai/gpt-oss-20b'] })
  await rig.clock.advance(12_000)
  expect(rig.status.engine()).toMatchObject({ state: 'starting', model: null })
  await untilServing()
  await rig.clock.advance(11_000)
  expect(rig.status.engine()).toMatchObject({ state: 'answering', model: 'openai/gpt-oss-20b', adopted: true })
  const sentence = 'Somebody stopped Qwen3 8B and started gpt-oss 20B in its place, not through Spark Control.'
  expect(rig.status.status().attention).toContainEqual({ code: 'engine_replaced', sentence, link: '/activity' })
  expect(rig.told('engine_replaced')).toMatchObject([{ model: 'Qwen/Qwen3-8B', machine: 'spark-1', by: 'gpt-oss 20B' }])
  expect(rig.told('engine_adopted')).toHaveLength(2)
})

test('a container by hand on another machine is told once, shown, and named where a switch would clear it', async () => {
  serveByHand('vllm_node')
  await untilServing()
  await rig.addAll()
  await rig.clock.advance(11_000)
  rig.world.addModel('spark-2', qwen)
  rig.world.startForeign('spark-2', {
    name: 'vllm_node',
    image: 'vllm-node',
    command: ['vllm', 'serve', 'Qwen/Qwen3-8B', '--port', '8001'],
  })
  await rig.clock.advance(60_000)
  expect(rig.told('somebody_else')).toMatchObject([{ name: 'spark-2', kind: 'by_hand' }])
  expect(rig.status.status().attention).toMatchObject([{ code: 'by_hand', link: `/machines/${rig.idOf('spark-2')}` }])
  expect(rig.status.status().clusters[0]?.engines).toMatchObject([{ id: 'main' }, { observed: true, machines: ['spark-2'] }])
  expect(rig.world.argvLog).toEqual([])
})

test('another appliance that takes a machine is told by its name, once', async () => {
  await rig.addAll()
  await rig.clock.advance(11_000)
  rig.sparks.desk.takeFence('spark-1', { appliance: 'attic', fence: 99, swap: 'theirs' })
  await rig.clock.advance(30_000)
  expect(rig.told('somebody_else')).toMatchObject([{ name: 'spark-1', sentence: 'Another Spark Control (attic) took control of spark-1.' }])
  expect(rig.status.status().attention).toMatchObject([{ code: 'other_controller' }])
})

test('a machine that answers at the address of another is said by its name, and neither is taken for the other', async () => {
  await rig.addAll()
  await rig.clock.advance(11_000)
  const second = rig.stores.machines.find(rig.idOf('spark-2'))
  rig.sparks.presentKey('spark-1', second?.hostKey ?? '')
  await rig.clock.advance(6_000)
  expect(rig.status.status().attention).toMatchObject([
    {
      code: 'machine_is_another',
      sentence: expect.stringContaining('is spark-2, not spark-1'),
      link: `/machines/${rig.idOf('spark-1')}`,
    },
  ])
  expect(rig.stores.machines.list().map((one) => one.hostKey)).not.toContain(null)
})

test('so soon after a switch, one look from before its end adopts nothing', async () => {
  serveByHand('vllm_node')
  await untilServing()
  rig.stores.swaps.begin(buildSwap({ startedAt: rig.clock.now() }), () => undefined)
  await rig.addAll()
  await rig.clock.advance(20_000)
  const end = { state: 'failed' as const, restored: null, trouble: null, progress: swapSample.progress }
  rig.stores.swaps.end('swap1', rig.clock.now(), end, () => undefined)
  await endByHand()
  await rig.clock.advance(20_000)
  expect(rig.stores.serving.find('main')).toBeNull()
  expect(rig.told('engine_adopted')).toEqual([])
})
