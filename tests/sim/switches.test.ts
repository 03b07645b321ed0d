// Switches that put the situation there by themselves, and switches that wait for a moment of a start.
import { expect, test } from 'vitest'
import { createFakeClock, type FakeClock } from '../fakes/clock.ts'
import { gptOss, qwen3Large, qwen3Small } from './core/demo-models.ts'
import { demoNodes } from './core/demo-world.ts'
import { switches } from './core/switches.ts'
import { type ContainerLook, type Fault, type SimNodeOptions, smallUnitBytes, type World } from './core/types.ts'
import { createWorld } from './core/world.ts'
import { type Session, type } from './terminal.ts'

const small = ['vllm', 'serve', qwen3Small.repo, '--port', '8000']
const large = ['vllm', 'serve', qwen3Large.repo, '-tp', '2', '--gpu-memory-utilization', '0.8']
const both = ['-n', '192.168.177.11,192.168.177.12', '-d', 'exec', ...large]
const solo = ['--solo', '-d', 'exec', ...small]

interface Stage {
  readonly clock: FakeClock
  readonly world: World
  launch(argv: readonly string[]): Promise<Session>
  inside(node?: string): ContainerLook | undefined
  names(node: string): readonly string[]
}

function stage(faults: readonly Fault[] = [], nodes: readonly SimNodeOptions[] = demoNodes()): Stage {
  const clock = createFakeClock()
  const world = createWorld({ clock, seed: 11, timeScale: 1, nodes })
  for (const fault of faults) world.setFault(fault)
  return {
    clock,
    world,
    async launch(argv) {
      const session = type(world, 'spark-1', 'launch-cluster.sh', ...argv)
      await clock.until(() => session.code !== null)
      return session
    },
    inside: (node = 'spark-1') => world.look(node).containers.find((one) => one.name === 'vllm_node'),
    names: (node) => world.look(node).containers.map((one) => one.name),
  }
}

test('every switch of the reference has its words', () => {
  const numbers = switches.map((one) => Number(one.name.slice(1))).toSorted((one, two) => one - two)
  expect(numbers).toEqual(Array.from({ length: 38 }, (_, at) => at + 1))
  for (const { words, moment, moments } of switches) {
    expect(words).toMatch(/^[A-Za-z].{14,}[^.]$/)
    expect(moments.length === 0 || moments.includes(moment) || moment === 'containers').toBe(true)
  }
})

test('F1: a container is left on the worker alone; mended, it is gone', async () => {
  const { launch, inside, names, world } = stage([{ name: 'F1' }])
  expect([names('spark-1'), names('spark-2')]).toEqual([[], ['vllm_node']])
  const session = await launch(both)
  expect([session.code, inside('spark-2')?.serving]).toEqual([1, expect.stringContaining('--node-rank 1')])
  world.clearFault('F1')
  expect(names('spark-2')).toEqual([])
})

test('F1: it appears only when the launcher begins, too late for a look before', async () => {
  const { launch, names } = stage([{ name: 'F1', at: 'launcher' }])
  expect(names('spark-2')).toEqual([])
  expect((await launch(both)).out).toContain("'vllm_node' is already running on worker node (192.168.177.12).")
})

test('F2: the containers of before are still there, and another model answers on the port', async () => {
  const { launch, inside, world, clock } = stage([{ name: 'F2' }])
  await clock.advance(0)
  expect(world.serving()).toMatchObject([{ node: 'spark-1', model: qwen3Small.repo, port: 8000 }])
  expect([inside()?.serving, inside('spark-2')?.serving]).toEqual([
    expect.stringContaining('--node-rank 0'),
    expect.stringContaining('--headless'),
  ])
  const session = await launch(['--solo', '-d', 'exec', 'vllm', 'serve', gptOss.repo])
  expect(session).toMatchObject({ code: 0, out: expect.stringContaining('Skipping launch') })
  await clock.until(() => inside()?.log.includes('Address already in use') === true)
  expect(world.serving().map((one) => one.model)).toEqual([qwen3Small.repo])
  world.clearFault('F2')
  expect([world.serving(), inside('spark-2')]).toEqual([[], undefined])
})

test('F2: on one node it is a solo engine, of a model that was not asked for', async () => {
  const { launch, world } = stage([{ name: 'F2', node: 'spark-1', at: 'launcher' }])
  expect(world.serving()).toEqual([])
  await launch(solo)
  expect(world.serving()).toHaveLength(1)
  expect(world.serving()[0]?.model).not.toBe(qwen3Small.repo)
})

test('F22: a part is missing on one node alone, and is back when it is mended', async () => {
  const { launch, inside, world, clock } = stage([{ name: 'F22', node: 'spark-2', model: qwen3Large.repo }])
  const stateOn = (node: string): unknown => world.models(node).find((model) => model.repo === qwen3Large.repo)?.state ?? 'complete'
  expect([stateOn('spark-1'), stateOn('spark-2')]).toEqual(['complete', 'interrupted'])
  await launch(both)
  await clock.until(() => /FileNotFoundError: .*"model-\d+-of-\d+\.safetensors"/.test(inside('spark-2')?.log ?? ''))
  world.clearFault('F22')
  expect(stateOn('spark-2')).toBe('complete')
})

test('F23: SSH is refused once the containers are up, the launcher is gone, and the containers sleep', async () => {
  const { launch, inside, world, clock } = stage([{ name: 'F23', times: 1, forMs: 30_000 }])
  const session = await launch(solo)
  expect([session.code, session.out.includes('Executing command')]).toEqual([129, false])
  expect([world.reach('spark-1'), world.sshReach('spark-1')]).toEqual(['up', 'down'])
  await clock.advance(31_000)
  expect(world.sshReach('spark-1')).toBe('up')
  await clock.advance(600_000)
  expect(inside()).toMatchObject({ state: 'running', serving: null })
})

test('F24: another controller is through first, and ours ends in its container', async () => {
  const { launch, inside, world, clock } = stage([{ name: 'F24' }])
  const session = await launch(solo)
  expect(session.out).toContain('Cluster containers are already running. Skipping launch.')
  await clock.until(() => inside()?.log.includes('Address already in use') === true)
  await clock.until(() => world.serving().length > 0)
  expect(world.serving()[0]?.model).not.toBe(qwen3Small.repo)
})

test('F29: containers of others run, a start and a stop leave them alone, and mending takes them away', async () => {
  const { launch, names, world } = stage([{ name: 'F29' }])
  const strangers = names('spark-1')
  expect(strangers.join()).toMatch(/^sparkrun_[0-9a-f]{12}_head,sparkrun_[0-9a-f]{12}_solo,comfyui$/)
  expect(names('spark-2').join()).toContain('_node_1')
  await launch(solo)
  await launch(['--solo', 'stop'])
  expect(names('spark-1')).toEqual(strangers)
  world.clearFault('F29')
  expect(names('spark-1')).toEqual([])
})

test('F10: loading stops where it is told to', async () => {
  const { launch, inside, clock } = stage([{ name: 'F10', at: 'weights', percent: 90 }])
  await launch(['--solo', '-d', 'exec', 'vllm', 'serve', gptOss.repo])
  await clock.advance(7_200_000)
  expect(Number([...(inside()?.log ?? '').matchAll(/(\d+)% Completed/g)].at(-1)?.[1])).toBeGreaterThanOrEqual(90)
  expect(inside()?.serving).toContain(gptOss.repo)
})

test.each(['launcher', 'containers', 'serving'] as const)('F14: a freeze strikes at the moment it is told: %s', async (at) => {
  const { launch, clock, world, inside } = stage([{ name: 'F14', at, times: 1, forMs: 60_000 }])
  const started = launch(solo)
  await clock.until(() => world.reach('spark-1') === 'frozen')
  expect([inside() !== undefined, world.serving().length > 0]).toEqual([at !== 'launcher', at === 'serving'])
  expect((await started).code).toBe(0)
  await clock.until(() => world.serving().length > 0)
})

test('F15: the worker loses its power when the containers are up', async () => {
  const { launch, world } = stage([{ name: 'F15', node: 'spark-2', at: 'containers', times: 1 }])
  await launch(both)
  expect([world.reach('spark-1'), world.reach('spark-2')]).toEqual(['up', 'down'])
})

test('F6: docker is refused only from its moment on, and is back after its time', async () => {
  const { launch, world, clock } = stage([{ name: 'F6', node: 'spark-1', at: 'weights', percent: 1, forMs: 30_000 }])
  const session = await launch(solo)
  expect(session.err).toBe('')
  await clock.until(() => !world.look('spark-1').dockerAllowed)
  await clock.advance(30_000)
  expect([world.look('spark-1').dockerAllowed, world.faults()]).toEqual([true, []])
})

test('a switch with a delay strikes after it, unless it was mended before', async () => {
  const { world, clock } = stage([
    { name: 'F14', at: 'now', node: 'spark-1', afterMs: 5_000, times: 1 },
    { name: 'F14', at: 'now', node: 'spark-2', afterMs: 5_000, times: 1 },
  ])
  world.clearFault('F14', 'spark-2')
  await clock.advance(4_900)
  expect(world.reach('spark-1')).toBe('up')
  await clock.advance(200)
  expect([world.reach('spark-1'), world.reach('spark-2')]).toEqual(['frozen', 'up'])
})

test('a slow disk loads the same weights in so much longer', async () => {
  const loadMs = async (nodes: readonly SimNodeOptions[]): Promise<number> => {
    const { launch, clock, world } = stage([], nodes)
    await launch(['--solo', '-d', 'exec', 'vllm', 'serve', gptOss.repo])
    const from = clock.now()
    await clock.until(() => world.serving().length > 0)
    return clock.now() - from
  }
  const usual = await loadMs(demoNodes())
  const slow = await loadMs(demoNodes().map((node) => ({ ...node, diskBytesPerSecond: 25_000_000 })))
  expect(slow / usual).toBeGreaterThan(3)
})

test('a unit of 64 GB has half the memory and refuses what fits the other', async () => {
  const unit = demoNodes().map((node) => ({ ...node, totalBytes: smallUnitBytes }))
  const { launch, inside, clock, world } = stage([], unit)
  expect(world.proc('spark-1')['meminfo']).toMatch(/^MemTotal: +63000000 kB\n/)
  await launch(['--solo', '-d', 'exec', 'vllm', 'serve', qwen3Large.repo, '--gpu-memory-utilization', '0.8'])
  await clock.until(() => inside()?.serving === null)
  expect(inside()?.log).toMatch(/No available memory for the cache blocks|CUDA out of memory/)
  expect(world.serving()).toEqual([])
})
