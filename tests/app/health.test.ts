// An engine that dies, hangs or stalls, told by the real appliance over the simulated Sparks.
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { EngineView } from '../../server/contract/operations/shapes.ts'
import { createApp } from '../../server/http/app.ts'
import { createPages } from '../../server/http/pages/pages.tsx'
import { type Life, small, startLife } from '../fakes/appliance.ts'
import { createFakeIds } from '../fakes/ids.ts'

let life: Life
beforeEach(async () => {
  life = await startLife()
})
afterEach(() => life.close())

const engine = (): EngineView => life.graph.status.engine()
const page = async (path: string): Promise<string> => {
  const { graph, clock, log } = life
  const pages = createPages({ useCases: graph, clock, assets: {} })
  return (await createApp({ useCases: graph, clock, log, ids: createFakeIds('p'), parseOutput: true, pages }).request(path)).text()
}
const home = (): Promise<string> => page('/')
const known = (what: string): string => engine().evidence.find((fact) => fact.what === what)?.value ?? ''
const serve = async (): Promise<void> => {
  expect((await life.outcome(await life.ask(small))).state).toBe('succeeded')
}
/** Counts the test requests from now on. */
const countCanaries = (): (() => number) => {
  const { complete } = life.engines
  let count = 0
  Object.assign(life.engines, {
    complete: (...asked: Parameters<typeof complete>) => {
      count += 1
      return complete(...asked)
    },
  })
  return () => count
}

test('F13: an engine that hangs after it served well is called stuck within a minute, with what shows it and one thing to do', async () => {
  await serve()
  const canaries = countCanaries()
  await life.clock.advance(60_000)
  expect(engine()).toMatchObject({ state: 'answering', verdict: 'answering' })
  expect(canaries()).toBe(0)

  life.world.setFault({ name: 'F13', node: 'spark-1' })
  await life.clock.advance(8_000)
  expect(engine().state).not.toBe('degraded')
  await life.clock.advance(57_000)
  expect(engine()).toMatchObject({ state: 'degraded', verdict: 'wedged' })
  expect(known('Test request of one token')).toContain('did not come back')
  expect(known('GPU')).toContain('96 % at 20 W')
  expect(known('vLLM process')).toBe('running')
  expect(known('Its door')).toContain('says it is well')
  const html = await home()
  expect(html).toContain('Qwen3 8B is stuck')
  expect(html).toContain('How we know')
  expect(html).toContain(`href="/swaps/new?model=${encodeURIComponent(small)}"`)
  const told = life.stores.events.recent(10, ['engine_state_changed'])
  expect(told[0]?.payload).toMatchObject({ state: 'degraded', verdict: 'wedged' })
  expect(told[0]?.payload['evidence']).toContain('vLLM process: running')

  await life.clock.advance(1_800_000)
  expect(engine().verdict).toBe('wedged')
  expect(canaries()).toBeLessThan(8)

  life.world.clearFault('F13')
  expect(await life.outcome(await life.ask(small))).toMatchObject({ state: 'succeeded' })
  await life.clock.advance(60_000)
  expect(engine()).toMatchObject({ state: 'answering', verdict: 'answering' })
})

test('F13 while a switch warms it up: it is never ready, and what was seen stays with the switch', async () => {
  life.graph.settings.change('swap.canarySeconds', 20, undefined, 'owner')
  life.world.setFault({ name: 'F13' })
  const swap = await life.outcome(await life.ask(small))
  expect(swap).toMatchObject({ state: 'failed', error: { code: 'no_answer' } })
  expect(swap.evidence.map((fact) => fact.what)).toContain('Test request of one token')
  expect(await page(`/swaps/${swap.id}`)).toContain('How we know')
})

test('F11: an engine whose process ends is called dead within two looks, in a container that is still up', async () => {
  await serve()
  await life.clock.advance(20_000)
  life.world.setFault({ name: 'F11', node: 'spark-1' })
  await life.clock.advance(11_000)
  expect(engine()).toMatchObject({ state: 'degraded', verdict: 'dead' })
  expect(known('vLLM process')).toBe('ended, in a container that is still up')
  expect(await home()).toContain('Start Qwen3 8B again')
})

test('F10: a load that stands still is told from one that moves, with what was seen', async () => {
  life.graph.settings.change('swap.stallSeconds', 40, undefined, 'owner')
  life.world.setFault({ name: 'F10' })
  const id = await life.ask(small)
  await life.phase(id, 'load')
  await life.clock.advance(4_000)
  expect(life.graph.swaps.find(id).evidence.map((fact) => fact.what)).toContain('Last line of the log')
  const swap = await life.outcome(id)
  expect(swap).toMatchObject({ state: 'failed', error: { code: 'load_stalled' } })
  expect(swap.evidence.find((fact) => fact.what === 'vLLM process')?.value).toBe('running')
  expect(swap.evidence.map((fact) => fact.what)).toContain('Nothing has moved for')
})

test('F10 by hand: a start that is not ours and does not move is not "starting" for ever', async () => {
  life.graph.settings.change('swap.stallSeconds', 60, undefined, 'owner')
  life.world.setFault({ name: 'F10' })
  life.world.startForeign('spark-1', { name: 'vllm_node', image: 'vllm-node', command: ['vllm', 'serve', small, '--port', '8000'] })
  await life.clock.advance(12_000)
  expect(engine().state).toBe('starting')
  await life.clock.advance(120_000)
  expect(engine().state).toBe('degraded')
  expect(engine().sentence).toContain('Nothing has moved there for')
})

test('memory that runs out under a serving engine is said at the first look that shows it, and not after it came back', async () => {
  await serve()
  const { probe } = life.sparks
  let availableGiB = 29
  Object.assign(life.sparks, {
    probe: async (...asked: Parameters<typeof probe>) => {
      const seen = await probe(...asked)
      const low = { ...seen.memory, availableBytes: availableGiB * 1024 ** 3, freeBytes: 1024 ** 3 }
      return seen.hostname !== 'spark-1' ? seen : { ...seen, memory: low }
    },
  })
  const warned = (): boolean => life.graph.status.status().attention.some((row) => row.code === 'memory_danger')
  await life.clock.advance(15_000)
  expect(warned()).toBe(false)
  availableGiB = 14
  await life.clock.advance(6_000)
  expect(warned()).toBe(true)
  expect(await home()).toContain('Memory of spark-1 fell from 31 GB to 15 GB free')
  availableGiB = 2.5
  await life.clock.advance(60_000)
  expect(warned()).toBe(true)
  availableGiB = 27
  await life.clock.advance(6_000)
  expect(warned()).toBe(false)
})

test('a switch that takes most of the memory in one step raises no alarm', async () => {
  let warned = false
  life.graph.events.subscribe(() => {
    warned ||= life.graph.status.status().attention.some((row) => row.code === 'memory_danger')
  })
  await serve()
  await life.clock.advance(30_000)
  expect(warned).toBe(false)
})
