import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Life, other, owner, small, startLife } from '../fakes/appliance.ts'

let life: Life
beforeEach(async () => {
  life = await startLife()
})
afterEach(() => life.close())

const answers = (): string[] => life.world.serving().map((one) => one.model)
const launches = (): number => life.calls('launch-cluster.sh', 'exec')
const finals = (id: string): string[] =>
  life.stores.events
    .recent(500)
    .filter((event) => ['swap_complete', 'swap_failed', 'swap_cancelled'].includes(event.type) && event.payload['swap'] === id)
    .map((event) => event.type)

async function serve(model: string): Promise<void> {
  const swap = await life.outcome(await life.ask(model))
  expect(swap.state).toBe('succeeded')
}

describe('a switch', () => {
  test('ends with the new model answering, one launcher call and one final event', async () => {
    const id = await life.ask(small)
    const swap = await life.outcome(id)
    expect(swap).toMatchObject({ state: 'succeeded', error: null, restored: null })
    expect(swap.steps.map((step) => step.phase)).toEqual(['check', 'make_room', 'start', 'load', 'warm_up', 'verify'])
    expect(answers()).toEqual([small])
    expect(launches()).toBe(1)
    expect(finals(id)).toEqual(['swap_complete'])
    expect(life.graph.status.engine()).toMatchObject({ state: 'answering', model: small })
  })

  test('stops the old model everywhere before it starts the new one', async () => {
    await serve(small)
    await serve(other)
    expect(answers()).toEqual([other])
    const order = life.world.argvLog.filter(
      (call) => call.tool.endsWith('launch-cluster.sh') && (call.argv.includes('exec') || call.argv.includes('stop')),
    )
    expect(order.map((call) => (call.argv.includes('stop') ? 'stop' : 'start'))).toEqual(['start', 'stop', 'start'])
  })

  test('runs over two Sparks when the recipe says so', async () => {
    const big = life.graph.models.list().find((model) => model.complete && model.servable === true && model.sizeBytes > 120e9)
    const swap = await life.outcome(await life.ask(big?.id ?? ''))
    expect(swap.state).toBe('succeeded')
    expect(swap.machines).toEqual(['spark-1', 'spark-2'])
    expect(life.world.argvLog.find((call) => call.tool.endsWith('launch-cluster.sh') && call.argv.includes('exec'))?.argv).toContain('-n')
  })

  test('remembers how long it took and says so the next time', async () => {
    await serve(small)
    await serve(other)
    const plan = await preview(small)
    expect(plan.etaFrom).toBe('history')
    expect(plan.etaSeconds).toBeGreaterThan(1)
  })

  test('remembers what it took of the memory and counts with it the next time', async () => {
    const first = (await preview(small)).memory[0]
    expect(first?.sum?.measuredStarts).toBe(0)
    await serve(small)
    await serve(other)
    const next = (await preview(small)).memory[0]
    expect(next?.sum?.measuredStarts).toBe(1)
    expect(next?.needBytes).not.toBe(first?.needBytes)
    await serve(small)
    expect(life.graph.models.find(small).memory?.sum.measuredStarts).toBe(2)
  })
})

async function preview(model: string): Promise<Awaited<ReturnType<Life['graph']['plans']['preview']>>> {
  const made = life.graph.plans.preview({ model })
  await life.clock.advance(1000)
  return made
}

test('a model that gives vectors is never offered, and a program that asks for it is refused before anything stops', async () => {
  const embedding = 'Qwen/Qwen3-Embedding-0.6B'
  await serve(small)
  expect(life.graph.models.find(embedding)).toMatchObject({ as: 'embedding', canRun: { verdict: 'no' } })
  const refused = await life.ask(embedding).then(
    () => null,
    (error: unknown) => error,
  )
  expect(refused).toMatchObject({ code: 'plan_blocked', facts: { why: expect.stringContaining('an embedding model') } })
  expect([answers(), launches()]).toEqual([[small], 1])
})

describe('the one writer', () => {
  test('lets one of two switches at the same instant through', async () => {
    for (const model of [small, other]) {
      const recipe = life.graph.recipes.list(model).recipes[0]
      if (recipe !== undefined && !recipe.confirmed) life.graph.recipes.confirm(recipe.id, 'owner')
    }
    const both = Promise.allSettled([small, other].map((model) => life.graph.swaps.start({ model, requestedBy: owner })))
    await life.clock.advance(5000)
    const results = await both
    expect(results.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(results.find((one) => one.status === 'rejected')).toMatchObject({ reason: { code: 'swap_running' } })
    await life.outcome(life.graph.swaps.recent(1)[0]?.id ?? '')
    expect(launches()).toBe(1)
  })

  test('answers a plan that is no longer true with plan_stale and starts nothing', async () => {
    const plan = await preview(small)
    life.graph.settings.change('engine.port', 8123, undefined, 'owner')
    await expect(life.ask(small, { fingerprint: plan.fingerprint })).rejects.toMatchObject({ code: 'plan_stale' })
    expect(launches()).toBe(0)
  })

  test('keeps others out while the cluster is reserved, and lets the holder in', async () => {
    const { token } = life.graph.lock.take({ holder: 'recap', reason: 'nightly', ttlSeconds: 3600 })
    await expect(life.ask(small)).rejects.toMatchObject({ code: 'swap_locked' })
    await expect(life.ask(small, { lockToken: 'not it' })).rejects.toMatchObject({ code: 'lock_token_wrong' })
    expect((await life.outcome(await life.ask(small, { lockToken: token }))).state).toBe('succeeded')
  })

  test('asks for a word once before an inferred recipe is started', async () => {
    const model = life.graph.models.list().find((one) => one.recipe?.source === 'inferred' && one.complete && one.servable === true)
    const started = life.graph.swaps.start({ model: model?.id ?? '', requestedBy: owner }).catch((error: unknown) => error)
    await life.clock.advance(5000)
    expect(await started).toMatchObject({ code: 'recipe_unconfirmed' })
  })
})

describe('a launch that fails', () => {
  test.each([
    ['F3', 'image_missing'],
    ['F7', 'engine_died'],
    ['F8', 'memory_short'],
    ['F9', 'kv_cache_negative'],
    ['F10', 'load_stalled'],
  ] as const)('%s is never reported as ready, is told as %s, and the old model comes back', async (fault, code) => {
    life.graph.settings.change('swap.stallSeconds', 60, undefined, 'owner')
    await serve(small)
    life.world.setFault({ name: fault, model: other, ...(fault === 'F3' ? { times: 1 } : {}) })
    const id = await life.ask(other, { overrides: { 'gpu-memory-utilization': 0.8 } })
    const swap = await life.outcome(id)
    expect(swap).toMatchObject({ state: 'failed', restored: true })
    expect(swap.error?.code).toBe(code)
    expect(swap.error?.now).toBe('Qwen3 8B is answering again.')
    expect(answers()).toEqual([small])
    expect(finals(id)).toEqual(['swap_failed'])
    expect(life.graph.status.engine()).toMatchObject({ state: 'answering', model: small })
  })

  test('says that nothing answers when there is nothing to bring back', async () => {
    life.world.setFault({ name: 'F7', model: other })
    const swap = await life.outcome(await life.ask(other))
    expect(swap).toMatchObject({ state: 'failed', restored: false, error: { now: 'Nothing is answering.' } })
    expect(answers()).toEqual([])
    expect(life.graph.status.engine().state).toBe('stopped')
  })

  test('F13: a wedged engine with a healthy face is never called ready', async () => {
    life.world.setFault({ name: 'F13', model: small })
    const swap = await life.outcome(await life.ask(small))
    expect(swap).toMatchObject({ state: 'failed', error: { code: 'no_answer' } })
  })

  test('F5: a worker that cannot be reached fails in words', async () => {
    const big = life.graph.models.list().find((model) => model.complete && model.servable === true && model.sizeBytes > 120e9)
    life.world.setFault({ name: 'F5', node: 'spark-2' })
    const swap = await life.outcome(await life.ask(big?.id ?? ''))
    expect(swap.state).toBe('failed')
    expect(swap.error?.line).toContain('Passwordless SSH')
  })
})

describe('cancelling', () => {
  test.each(['make_room', 'start', 'load'])('in %s brings the old model back, and ends as cancelled', async (phase) => {
    await serve(small)
    const id = await life.ask(other)
    await life.phase(id, phase)
    life.graph.swaps.cancel(id, owner)
    const swap = await life.outcome(id)
    expect(swap.state).toBe('cancelled')
    expect(answers()).toEqual([small])
    expect(finals(id)).toEqual(['swap_cancelled'])
    expect(life.graph.status.engine()).toMatchObject({ state: 'answering', model: small })
  })

  test('is refused once it has ended', async () => {
    const id = await life.ask(small)
    await life.outcome(id)
    expect(() => life.graph.swaps.cancel(id, owner)).toThrow(expect.objectContaining({ code: 'swap_not_cancellable' }))
  })
})

describe('an appliance that dies', () => {
  test.each(['make_room', 'start', 'load'])('in %s finds the job on the machine and goes on, with one launcher call', async (phase) => {
    await serve(small)
    const id = await life.ask(other)
    await life.phase(id, phase)
    life = await life.rise()
    const swap = await life.outcome(id)
    expect(swap.state).toBe('succeeded')
    expect(answers()).toEqual([other])
    expect(launches()).toBe(2)
    expect(finals(id)).toEqual(['swap_complete'])
  })

  test('while bringing the old model back, finishes that', async () => {
    await serve(small)
    life.world.setFault({ name: 'F7', model: other })
    const id = await life.ask(other)
    await life.phase(id, 'restore')
    life = await life.rise()
    const swap = await life.outcome(id)
    expect(swap).toMatchObject({ state: 'failed', restored: true, error: { code: 'engine_died' } })
    expect(answers()).toEqual([small])
    expect(launches()).toBe(3)
  })
})

describe('a machine that goes silent', () => {
  test('keeps the lock, says so, and never gets a second launcher', async () => {
    const id = await life.ask(small)
    await life.phase(id, 'load')
    life.sparks.cut('spark-1', 'hanging')
    await life.clock.advance(20 * 60_000)
    expect(life.graph.swaps.find(id).state).toBe('running')
    expect(life.graph.swaps.find(id).progress.sentence).toContain('spark-1 is not answering for')
    expect(life.graph.lock.find()).toMatchObject({ locked: true, by: 'swap' })
    await expect(life.ask(other)).rejects.toMatchObject({ code: 'swap_running' })
    life.sparks.mend('spark-1')
    expect((await life.outcome(id)).state).toBe('succeeded')
    expect(launches()).toBe(1)
  })

  test('and restarted during a load ends the switch in words', async () => {
    const id = await life.ask(small)
    await life.phase(id, 'load')
    life.world.reboot('spark-1', 30_000)
    const swap = await life.outcome(id)
    expect(swap.state).toBe('failed')
    expect(['machine_rebooted', 'engine_died']).toContain(swap.error?.code)
    expect(launches()).toBe(1)
  })
})

test('stopping the model leaves nothing running and says so', async () => {
  await serve(small)
  const stopped = life.graph.swaps.stop({ requestedBy: owner })
  await life.clock.advance(3000)
  const swap = await life.outcome((await stopped).id)
  expect(swap).toMatchObject({ state: 'succeeded', model: null })
  expect(answers()).toEqual([])
  expect(life.graph.status.engine().state).toBe('stopped')
})

test('what the launcher prints of a token is in no stored byte', async () => {
  life.graph.settings.change('swap.stallSeconds', 60, undefined, 'owner')
  await serve(small)
  expect(life.stores.serialize().includes('hf_abcdefghijkl')).toBe(false)
})
