import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Life, other, owner, small, startLife, wide, wordsOf } from '../fakes/appliance.ts'

let life: Life
beforeEach(async () => {
  life = await startLife()
})
afterEach(() => life.close())

const { answers, launches, containers, set, serve } = wordsOf(() => life)
const byHand = (node: string, name: string, words: readonly string[]): void =>
  life.world.startForeign(node, { name, image: 'vllm-node', command: words })
/** A small engine of someone else, under whatever name. */
const stranger = (name: string, port: number): string[] => [
  ...['vllm', 'serve', 'Qwen/Qwen3-Embedding-0.6B', '--served-model-name', name],
  ...['--port', String(port), '--gpu-memory-utilization', '0.05'],
]

describe('what someone else runs', () => {
  test('on the port is seen by the plan, which names it', async () => {
    byHand('spark-1', 'comfy', stranger(small, 8000))
    await life.clock.advance(30_000)
    await expect(life.ask(other)).rejects.toMatchObject({
      code: 'plan_blocked',
      facts: { why: expect.stringContaining('comfy already serves') },
    })
    expect(launches()).toBe(0)
  })

  test('on the port, under the very name that is wanted, is never taken for the new model', async () => {
    await serve(other)
    const id = await life.ask(small)
    await life.phase(id, 'make_room')
    byHand('spark-1', 'comfy', stranger(small, 8000))
    // The owner's drain gives the stranger the time it needs.
    const swap = await life.outcome(id)
    expect(swap.state === 'succeeded' && answers().length > 1).toBe(false)
    if (swap.state === 'failed') expect(['port_taken', 'port_in_use']).toContain(swap.error?.code)
    expect(containers('spark-1')).toContain('comfy')
  })

  test('on another port stays, and so does every container of another name', async () => {
    byHand('spark-1', 'comfy', stranger(small, 9001))
    byHand('spark-1', 'vllm_node_2', ['sleep', 'infinity'])
    await serve(other)
    const stopped = life.graph.swaps.stop({ requestedBy: owner })
    await life.clock.advance(3000)
    await life.outcome((await stopped).id)
    expect(containers('spark-1').sort()).toEqual(['comfy', 'vllm_node_2'])
    expect(answers()).toEqual([small])
  })
})

describe('what an earlier start left behind', () => {
  test('F1: on the worker alone is cleared before two Sparks start', async () => {
    byHand('spark-2', 'vllm_node', ['vllm', 'serve', wide, '--headless', '--node-rank', '1', '--nnodes', '2'])
    await life.clock.advance(10_000)
    await serve(wide)
    expect(launches()).toBe(1)
    expect(life.world.argvLog.some((call) => call.node === 'spark-2' && call.argv.includes('stop'))).toBe(true)
  })

  test('F2: on the head with another model on the port is stopped, and only the right one is called ready', async () => {
    byHand('spark-1', 'vllm_node', ['vllm', 'serve', other, '--port', '8000'])
    await life.clock.advance(1000)
    await serve(small)
    expect(answers()).toEqual([small])
  })

  test('an orphan rank of a failed two-node start is gone when the switch has ended', async () => {
    life.world.setFault({ name: 'F7', model: wide })
    const swap = await life.outcome(await life.ask(wide))
    expect(swap.state).toBe('failed')
    expect([...containers('spark-1'), ...containers('spark-2')]).toEqual([])
  })
})

test('an adopted engine is stopped by the launcher, its container makes way, and no way back is promised', async () => {
  byHand('spark-1', 'vllm_node', ['vllm', 'serve', small, '--port', '8000'])
  await life.clock.advance(120_000)
  expect(life.graph.status.engine()).toMatchObject({ state: 'answering', model: small, adopted: true })
  const made = life.graph.plans.preview({ model: other })
  await life.clock.advance(1000)
  const plan = await made
  expect(plan.wayBack).toMatchObject({ kind: 'none', sentence: 'Qwen3 8B was started by hand, so how to start it again is not known.' })
  expect(plan.stops[0]?.argv.slice(1)).toEqual(['--solo', '--name', 'vllm_node', 'stop'])
  await serve(other)
  expect(answers()).toEqual([other])
})

describe('settings changed in the middle', () => {
  test('of a switch do not reach it, and a later stop finds it under its own name', async () => {
    const id = await life.ask(small)
    await life.phase(id, 'load')
    set('engine.containerName', 'renamed')
    set('engine.port', 8123)
    expect((await life.outcome(id)).state).toBe('succeeded')
    expect(life.graph.status.engine()).toMatchObject({ state: 'answering', url: 'http://127.0.1.1:8000' })
    await serve(other)
    expect(containers('spark-1')).toEqual(['renamed'])
    expect(life.graph.status.engine()).toMatchObject({ state: 'answering', url: 'http://127.0.1.1:8123' })
  })
})

describe('the lock', () => {
  test('answers before anything is looked at, and is broken only by a switch that begins', async () => {
    life.graph.lock.take({ holder: 'recap', reason: 'nightly', ttlSeconds: 3600 })
    const looked = life.world.argvLog.length
    await expect(life.graph.swaps.start({ model: small, requestedBy: owner })).rejects.toMatchObject({ code: 'swap_locked' })
    expect(life.world.argvLog).toHaveLength(looked)
    life.world.setFault({ name: 'F6', node: 'spark-1' })
    await expect(life.ask(small, { breakLock: true })).rejects.toMatchObject({ code: 'plan_blocked' })
    expect(life.graph.lock.find().by).toBe('reservation')
    life.world.clearFault('F6')
    await life.clock.advance(6000)
    const id = await life.ask(small, { breakLock: true })
    const broken = life.stores.events.recent(200, ['lock_released'])[0]
    expect(broken?.payload).toMatchObject({ holder: 'recap', how: 'broken', by: 'owner' })
    expect((await life.outcome(id)).state).toBe('succeeded')
  })

  test('of a live switch is not ended by a reservation that ends', async () => {
    const { token } = life.graph.lock.take({ holder: 'recap', reason: 'nightly', ttlSeconds: 5 })
    const id = await life.ask(small, { lockToken: token })
    await life.phase(id, 'load')
    await life.clock.advance(6000)
    expect(life.graph.lock.find()).toMatchObject({ locked: true, by: 'swap', swap: id })
    await expect(life.ask(other)).rejects.toMatchObject({ code: 'swap_running' })
    expect((await life.outcome(id)).state).toBe('succeeded')
    expect(life.graph.lock.find().locked).toBe(false)
  })

  test('never tells anyone to come back in less than a second', async () => {
    await serve(small)
    await serve(other)
    life.world.setFault({ name: 'F13', model: small })
    const id = await life.ask(small)
    await life.phase(id, 'warm_up')
    for (let waited = 0; waited < 100; waited++) {
      await life.clock.advance(1000)
      const refused = await life.graph.swaps.start({ model: other, requestedBy: owner }).catch((error: unknown) => error)
      expect((refused as { facts: { retryAfterSeconds: number } }).facts.retryAfterSeconds).toBeGreaterThan(0)
      expect(life.graph.swaps.find(id).etaSeconds).not.toBe(0)
    }
  })
})

test('a model is started again after a restart once, and never beside a switch', async () => {
  set('swap.startAfterReboot', true)
  await serve(small)
  life.world.reboot('spark-1', 60_000)
  await life.clock.until(() => life.graph.swaps.current() !== null, 300_000)
  await expect(life.graph.swaps.start({ model: other, requestedBy: owner })).rejects.toMatchObject({ code: 'swap_running' })
  const swap = await life.outcome(life.graph.swaps.current()?.id ?? '')
  expect(swap).toMatchObject({ state: 'succeeded', model: small, requestedBy: { kind: 'system' } })
  await life.clock.advance(60_000)
  expect(launches()).toBe(2)
  expect(life.graph.swaps.current()).toBeNull()
})

test('a machine that another appliance took over in the middle is told nothing more', async () => {
  await serve(small)
  const id = await life.ask(other)
  await life.phase(id, 'load')
  const taken = { appliance: 'another', fence: 1, swap: 'theirs' }
  // The owner removed the fence file, and the other appliance wrote its own.
  Object.assign(life.sparks.desk, { takeFence: () => taken, start: () => taken })
  life = await life.rise()
  const swap = await life.outcome(id)
  expect(swap).toMatchObject({ state: 'failed', error: { code: 'fence_refused' } })
  expect(swap.error?.now).not.toContain('Nothing is answering')
  expect(launches()).toBe(2)
})
