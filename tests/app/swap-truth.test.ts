import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Life, other, owner, small, startLife, wide, wordsOf } from '../fakes/appliance.ts'

let life: Life
beforeEach(async () => {
  life = await startLife()
})
afterEach(() => life.close())

const { answers, launches, containers, set, serve } = wordsOf(() => life)

describe('a machine that never comes back', () => {
  test('ends the switch with "not known", not with "nothing answers"; what it did is found when it answers again', async () => {
    set('swap.silenceMinutes', 1)
    const id = await life.ask(small)
    await life.phase(id, 'load')
    life.sparks.cut('spark-1', 'refused')
    const swap = await life.outcome(id)
    expect(swap).toMatchObject({ state: 'failed', restored: false, error: { code: 'machine_silent' } })
    expect(swap.error?.now).toBe('spark-1 does not answer, so what answers there is not known.')
    expect(life.graph.status.engine().state).toBe('unknown')
    expect(answers()).toEqual([small])
    life.sparks.mend('spark-1')
    await life.clock.advance(90_000)
    expect(life.graph.status.engine()).toMatchObject({ state: 'answering', model: small })
    expect(launches()).toBe(1)
  })

  test('before the old model was touched, leaves it as it was', async () => {
    await serve(small)
    set('swap.silenceMinutes', 1)
    life.graph.events.subscribe((event) => {
      if (event.type === 'swap_started') life.sparks.cut('spark-1', 'refused')
    })
    const swap = await life.outcome(await life.ask(other))
    expect(swap).toMatchObject({ state: 'failed', restored: null, error: { code: 'machine_silent' } })
    expect(swap.error?.now).toBe('Nothing was changed; Qwen3 8B is as it was.')
    life.sparks.mend('spark-1')
    await life.clock.advance(60_000)
    expect(life.graph.status.engine()).toMatchObject({ state: 'answering', model: small })
    expect(launches()).toBe(1)
  })

  test('as the second of two, does not keep the first from serving the old model again', async () => {
    await serve(small)
    set('swap.silenceMinutes', 1)
    const id = await life.ask(wide)
    await life.phase(id, 'load')
    life.sparks.cut('spark-2', 'refused')
    const swap = await life.outcome(id)
    expect(swap).toMatchObject({ state: 'failed', restored: true, error: { code: 'machine_silent', now: 'Qwen3 8B is answering again.' } })
    expect(answers()).toEqual([small])
  })

  test('as the first of two, does not keep the second from being cleared', async () => {
    set('swap.silenceMinutes', 1)
    const id = await life.ask(wide)
    await life.phase(id, 'load')
    life.world.reboot('spark-1', 100 * 60_000)
    const swap = await life.outcome(id)
    expect(swap).toMatchObject({ state: 'failed', restored: false, error: { code: 'machine_silent' } })
    expect(swap.error?.now).toBe('spark-1 does not answer, so what answers there is not known.')
    expect(containers('spark-2')).toEqual([])
  })

  test('may be given up on by the owner while it is only being asked', async () => {
    await serve(small)
    const id = await life.ask(other)
    life.sparks.cut('spark-1', 'hanging')
    await life.clock.advance(20_000)
    life.graph.swaps.cancel(id, owner)
    life.sparks.mend('spark-1')
    const swap = await life.outcome(id)
    expect(swap.state).toBe('cancelled')
    expect(answers()).toEqual([small])
  })
})

describe('silence in the middle of a load', () => {
  test('does not count as standing still', async () => {
    set('swap.stallSeconds', 30)
    const id = await life.ask(small)
    await life.phase(id, 'load')
    life.world.freeze('spark-1', 6_000_000)
    expect(await life.outcome(id)).toMatchObject({ state: 'succeeded' })
    expect(launches()).toBe(1)
  })
})

describe('a way back that fails too', () => {
  test('leaves nothing half alive behind, and says that nothing answers', async () => {
    await serve(small)
    life.world.setFault({ name: 'F7' })
    const swap = await life.outcome(await life.ask(other))
    expect(swap).toMatchObject({ state: 'failed', restored: false, error: { code: 'engine_died', now: 'Nothing is answering.' } })
    expect(containers('spark-1')).toEqual([])
    expect(life.graph.status.engine().state).toBe('stopped')
    const log = life.graph.swaps.log(swap.id, 0, 2000).map((line) => line.text)
    expect(log.some((line) => line.startsWith('(Bringing Qwen3 8B back did not work: '))).toBe(true)
  })
})

describe('a cancellation', () => {
  test('while the stop runs waits until docker is done with it, and then says what is so', async () => {
    await serve(small)
    const id = await life.ask(other)
    await life.clock.until(() => life.calls('launch-cluster.sh', 'stop') === 1)
    life.graph.swaps.cancel(id, owner)
    const swap = await life.outcome(id)
    expect(swap).toMatchObject({ state: 'cancelled', restored: true })
    await life.clock.advance(30_000)
    expect(answers()).toEqual([small])
  })

  test('before anything was told to stop leaves everything as it was', async () => {
    await serve(small)
    const id = await life.ask(other)
    life.graph.swaps.cancel(id, owner)
    const swap = await life.outcome(id)
    expect(swap).toMatchObject({ state: 'cancelled', restored: null })
    // The order to stop may have been on its way when it was taken back: then it is known to answer, not that nobody told it.
    expect(swap.progress.sentence).toMatch(/^(Nothing was changed; Qwen3 8B is as it was|Qwen3 8B is still answering)\.$/)
    expect(life.calls('launch-cluster.sh', 'stop')).toBe(0)
    expect(answers()).toEqual([small])
  })

  test('of a stop that has already worked says that nothing answers', async () => {
    await serve(small)
    const stopped = life.graph.swaps.stop({ requestedBy: owner })
    await life.clock.until(() => life.calls('launch-cluster.sh', 'stop') === 1)
    const { id } = await stopped
    expect(life.graph.swaps.find(id).cancel).toEqual({ possible: true, sentence: 'Cancel (it may be stopped already)' })
    life.graph.swaps.cancel(id, owner)
    const swap = await life.outcome(id)
    expect(swap).toMatchObject({ state: 'cancelled', restored: false })
    expect(swap.progress.sentence).toBe('Nothing is answering.')
    expect(answers()).toEqual([])
    expect(life.graph.status.engine().state).toBe('stopped')
  })
})

test('a switch to the model that runs stops it and starts it again', async () => {
  await serve(small)
  await serve(small)
  expect(launches()).toBe(2)
  expect(answers()).toEqual([small])
})

test('a restart of the appliance writes no line of the log a second time', async () => {
  const id = await life.ask(small)
  await life.phase(id, 'load')
  await life.clock.advance(4000)
  life = await life.rise()
  await life.clock.advance(3000)
  life = await life.rise()
  await life.outcome(id)
  const log = life.graph.swaps.log(id, 0, 2000).map((line) => line.text)
  const restarts = log.filter((line) => line === '(Spark Control was restarted here and goes on.)')
  expect(restarts).toHaveLength(2)
  for (const mark of ['Executing command', 'Starting to load model', 'Application startup complete'])
    expect(log.filter((line) => line.includes(mark))).toHaveLength(1)
})

test('memory that does not come back is told in numbers, and nothing is started in it', async () => {
  await serve(other)
  life.world.setFault({ name: 'F12', node: 'spark-1', times: 1 })
  set('swap.memoryBackSeconds', 20)
  const swap = await life.outcome(await life.ask(small))
  expect(swap).toMatchObject({ state: 'failed', restored: false, error: { code: 'memory_not_back', now: 'Nothing is answering.' } })
  expect(swap.error?.happened).toMatch(/^The old model has stopped, but spark-1 has [\d.]+ GB free and [\d.]+ GB are needed\.$/)
  expect(launches()).toBe(1)
})
