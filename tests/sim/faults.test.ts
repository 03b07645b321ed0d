import { expect, test } from 'vitest'
import { createFakeClock, type FakeClock } from '../fakes/clock.ts'
import { qwen3Large, qwen3Small } from './core/demo-models.ts'
import { demoNodes } from './core/demo-world.ts'
import type { ContainerLook, Fault, World } from './core/types.ts'
import { createWorld } from './core/world.ts'
import { type Session, type } from './terminal.ts'

const small = ['vllm', 'serve', qwen3Small.repo, '--port', '8000']
const large = ['vllm', 'serve', qwen3Large.repo, '-tp', '2', '--gpu-memory-utilization', '0.8']
const both = ['-n', '192.168.177.11,192.168.177.12', '-d', 'exec', ...large]
const solo = ['--solo', '-d', 'exec', ...small]

interface Scene {
  readonly clock: FakeClock
  readonly world: World
  launch(argv: readonly string[]): Promise<Session>
  /** Until the log of vllm_node on a node holds the text. */
  says(text: string, node?: string): Promise<void>
  inside(node?: string): ContainerLook | undefined
}

function scene(...faults: readonly Fault[]): Scene {
  const clock = createFakeClock()
  const world = createWorld({ clock, seed: 11, timeScale: 1, nodes: demoNodes() })
  for (const fault of faults) world.setFault(fault)
  const inside = (node = 'spark-1') => world.look(node).containers.find((one) => one.name === 'vllm_node')
  return {
    clock,
    world,
    inside,
    async launch(argv) {
      const session = type(world, 'spark-1', 'launch-cluster.sh', ...argv)
      await clock.until(() => session.code !== null)
      return session
    },
    says: (text, node) => clock.until(() => inside(node)?.log.includes(text) === true),
  }
}

const deadInside = { state: 'running', serving: null }

test('F3: a missing image is denied by the registry, and the launcher says success', async () => {
  const { launch, world } = scene({ name: 'F3', node: 'spark-1' })
  const session = await launch(solo)
  expect(session.err).toContain("Unable to find image 'vllm-node:latest' locally")
  expect(session.err).toContain('pull access denied for vllm-node')
  expect(session.err).toContain('Error response from daemon: No such container: vllm_node')
  expect(session.out).toContain('Command dispatched in background')
  expect([session.code, world.look('spark-1').containers]).toEqual([0, []])
})

test('F4: another image on the worker aborts before any container', async () => {
  const { launch, world } = scene({ name: 'F4', node: 'spark-2' })
  const session = await launch(both)
  expect(session.out).toContain("Error: Cluster launch aborted because image 'vllm-node' is not in sync.")
  expect([session.code, world.look('spark-1').containers]).toEqual([1, []])
})

test('F5: a worker without SSH ends the launch after five seconds', async () => {
  const { launch, world, clock } = scene({ name: 'F5', node: 'spark-2' })
  const from = clock.now()
  const session = await launch(both)
  expect(session.out).toMatch(/Error: Passwordless SSH to 192\.168\.177\.12 failed\.\n$/)
  expect(clock.now() - from).toBeGreaterThanOrEqual(5_000)
  expect([session.code, world.look('spark-1').containers]).toEqual([1, []])
})

test('F7: the engine gives up 10 to 14 seconds after dispatch, and the container stays up', async () => {
  const { launch, says, inside, clock, world } = scene({ name: 'F7', times: 1 })
  await launch(solo)
  const from = clock.now()
  await says('Engine core initialization failed. See root cause above. Failed core proc(s): {}')
  expect(clock.now() - from).toBeGreaterThanOrEqual(10_000)
  expect(clock.now() - from).toBeLessThanOrEqual(14_100)
  await clock.advance(600_000)
  expect(inside()).toMatchObject(deadInside)
  expect(world.serving()).toEqual([])
})

test('F8: page cache counts as used, and the check before loading says how much', async () => {
  const { launch, says, inside } = scene({ name: 'F8' })
  await launch(solo)
  await says('(74.8/121.7 GiB) on startup is less than desired GPU memory utilization (0.9, 109.5 GiB)')
  expect(inside()).toMatchObject(deadInside)
})

test('F9: nothing is left for the KV cache', async () => {
  const { launch, says, inside, clock } = scene({ name: 'F9', model: qwen3Small.repo })
  await launch(solo)
  await says('Available KV cache memory: -2.26 GiB')
  await clock.advance(1_000)
  expect(inside()).toMatchObject(deadInside)
})

test('F10: the weights stop between 40 and 80 percent, alive and silent for ever', async () => {
  const { launch, says, inside, clock, world } = scene({ name: 'F10' })
  await launch(solo)
  await says('Loading safetensors')
  await clock.advance(200_000)
  const log = inside()?.log ?? ''
  const percent = Number([...log.matchAll(/(\d+)% Completed/g)].at(-1)?.[1])
  expect(percent).toBeGreaterThanOrEqual(40)
  expect(percent).toBeLessThanOrEqual(80)
  await clock.advance(7_200_000)
  expect(inside()?.log).toBe(log)
  expect(inside()?.serving).toBe(small.join(' '))
  expect(world.serving()).toEqual([])
})

test('F11: the engine dies while serving; the port closes, the container and the other rank stay', async () => {
  const { launch, says, inside, clock, world } = scene()
  await launch(both)
  await clock.until(() => world.serving().length > 0)
  world.setFault({ name: 'F11', node: 'spark-1', times: 1 })
  await says('EngineDeadError')
  expect(world.serving()).toEqual([])
  expect(inside()).toMatchObject(deadInside)
  expect(inside('spark-2')?.serving).toContain('--headless')
})

test('F12: memory stays low after a stop until the machine restarts', async () => {
  const { launch, clock, world } = scene({ name: 'F12', node: 'spark-1' })
  const idle = world.look('spark-1').memory.availableBytes
  await launch(solo)
  await clock.until(() => world.serving().length > 0)
  await launch(['--solo', 'stop'])
  await clock.advance(3_600_000)
  expect(world.look('spark-1').memory.availableBytes).toBeLessThan(idle / 4)
  world.reboot('spark-1', 1_000)
  expect(world.look('spark-1').memory.availableBytes).toBe(idle)
})

test('F13: a wedged engine still serves its port, with the GPU spinning at low power', async () => {
  const { launch, clock, world } = scene({ name: 'F13' })
  await launch(solo)
  await clock.until(() => world.serving().length > 0)
  expect(world.serving()).toMatchObject([{ wedged: true }])
  expect(world.look('spark-1').gpu).toMatchObject({ loadPercent: 96, powerW: 20.04 })
})

test('F14: the host freezes during a load and goes on later with the same boot id', async () => {
  const { launch, clock, world, inside } = scene({ name: 'F14', node: 'spark-1', times: 1, forMs: 1_800_000 })
  const { bootId } = world.look('spark-1')
  await launch(solo)
  await clock.until(() => world.reach('spark-1') === 'frozen')
  const log = inside()?.log
  await clock.advance(1_700_000)
  expect([world.isReachable('spark-1'), inside()?.log]).toEqual([false, log])
  await clock.until(() => world.serving().length > 0)
  expect([world.reach('spark-1'), world.look('spark-1').bootId]).toEqual(['up', bootId])
})

test('F15: the power goes during a load; the machine comes back empty with a new boot id', async () => {
  const { launch, clock, world } = scene({ name: 'F15', node: 'spark-1', times: 1 })
  const { bootId } = world.look('spark-1')
  await launch(solo)
  await clock.until(() => world.reach('spark-1') === 'down')
  await clock.until(() => world.reach('spark-1') === 'up')
  const after = world.look('spark-1')
  expect(after.bootId).not.toBe(bootId)
  expect(after.containers).toEqual([])
  expect(after.uptimeSeconds).toBeLessThan(1)
})

test('F15: a tool that runs when the power goes ends without its last words', async () => {
  const { clock, world } = scene()
  const session = type(world, 'spark-1', 'launch-cluster.sh', ...solo)
  await clock.advance(1_000)
  world.reboot('spark-1')
  await clock.until(() => session.code !== null)
  expect(session.code).toBe(137)
  expect(session.out).not.toContain('Command dispatched')
})

test('F1: a stale worker skips the launch, and a rank without a head is left on it', async () => {
  const { launch, world, inside } = scene()
  world.startForeign('spark-2', { name: 'vllm_node', image: 'vllm-node', command: ['sleep', 'infinity'] })
  const session = await launch(both)
  expect(session.out).toContain(
    "Warning: Container 'vllm_node' is already running on worker node (192.168.177.12).\nCluster containers are already running. Skipping launch.\n",
  )
  expect(session.err).toContain('No such container: vllm_node')
  expect(session.code).toBe(1)
  expect(inside('spark-2')?.serving).toContain('--node-rank 1')
})

test('F22: a shard that is missing on the worker fails the worker, and with it the head', async () => {
  const { launch, says, world } = scene()
  world.addModel('spark-2', { ...qwen3Large, state: 'interrupted' })
  await launch(both)
  await says('FileNotFoundError', 'spark-2')
  await says('Failed core proc(s)')
  expect(world.serving()).toEqual([])
})

test('F9: on the worker alone takes the head down with it', async () => {
  const { launch, says, inside, world } = scene({ name: 'F9', node: 'spark-2' })
  await launch(both)
  await says('RuntimeError: Worker proc VllmWorker-1 died unexpectedly, shutting down executor.')
  expect(inside('spark-2')).toMatchObject(deadInside)
  expect(world.serving()).toEqual([])
})

test('F27: nvidia-smi cannot talk to the driver', async () => {
  const { world, clock } = scene({ name: 'F27', times: 1 })
  const failed = type(world, 'spark-1', 'nvidia-smi')
  await clock.until(() => failed.code !== null)
  expect(failed.code).toBe(9)
  const next = type(world, 'spark-1', 'nvidia-smi', '--query-gpu=name,memory.total,power.draw', '--format=csv,noheader')
  await clock.until(() => next.code !== null)
  expect([next.code, next.out]).toEqual([0, 'NVIDIA GB10, [N/A], 11.17 W\n'])
})

const end = (scene: Scene, session: Session): Promise<void> => scene.clock.until(() => session.code !== null)

test('F16: the system takes the memory of the engine back, and says so in the log', async () => {
  const { launch, says, inside, clock, world } = scene({ name: 'F16', times: 1 })
  await launch(solo)
  await says('sending SIGTERM to process')
  await clock.advance(1_000)
  expect(inside()?.log).toContain('"VLLM::EngineCor"')
  expect(inside()).toMatchObject(deadInside)
  expect([world.serving(), world.faults()]).toEqual([[], []])
})

test('F16: while it serves, the same lines stand before the end of the engine', async () => {
  const { launch, says, inside, world } = scene({ name: 'F16', at: 'serving', times: 1 })
  await launch(solo)
  await says('EngineDeadError')
  expect(inside()?.log).toMatch(/Application startup complete[\s\S]*sending SIGTERM to process[\s\S]*EngineDeadError/)
  expect(world.serving()).toEqual([])
})

test('F26: a mod that fails stops the containers again', async () => {
  const { launch, world } = scene({ name: 'F26', node: 'spark-2' })
  const session = await launch(['-n', '192.168.177.11,192.168.177.12', '--apply-mod', 'mods/one', '-d', 'exec', ...large])
  expect(session.out).toContain('Error: Patch script failed on 192.168.177.12\n\nStopping cluster...')
  expect([session.code, world.look('spark-1').containers, world.look('spark-2').containers]).toEqual([1, [], []])
})

test('F28: a stop hangs for more than a minute, fails, and the container is still there', async () => {
  const all = scene({ name: 'F28', node: 'spark-1', times: 1 })
  await all.launch(solo)
  const from = all.clock.now()
  const stop = type(all.world, 'spark-1', 'docker', 'stop', 'vllm_node')
  await end(all, stop)
  expect(all.clock.now() - from).toBeGreaterThanOrEqual(60_000)
  expect([stop.code, stop.err]).toEqual([1, expect.stringContaining('tried to kill container, but did not receive an exit event')])
  expect(all.inside()).toMatchObject({ state: 'running' })
  const again = type(all.world, 'spark-1', 'docker', 'stop', 'vllm_node')
  await end(all, again)
  expect([again.code, all.inside()]).toEqual([0, undefined])
})

test('F25: with three cables in use nothing is started, unless the ports are named', async () => {
  const { launch, world } = scene({ name: 'F25', node: 'spark-1' })
  const session = await launch(both)
  expect(session.out).toContain('Error: Unexpected number of active CX7 interfaces (3). Expected 2 (non-mesh) or 4 (mesh).')
  expect([session.code, world.look('spark-1').containers]).toEqual([1, []])
  const named = ['--eth-if', 'enp1s0f1np1', '--ib-if', 'rocep1s0f1,roceP2p1s0f1']
  expect((await launch([...named, ...both])).code).toBe(0)
})

const lost = 'example/Not-There-Yet'
function downloads(...faults: readonly Fault[]): Scene & { fetch(): Promise<Session> } {
  const clock = createFakeClock()
  const world = createWorld({ clock, seed: 11, timeScale: 1, nodes: demoNodes(), hub: [{ ...qwen3Small, repo: lost }] })
  for (const fault of faults) world.setFault(fault)
  const all = { ...scene(), clock, world }
  return {
    ...all,
    async fetch() {
      const session = type(world, 'spark-1', 'hf-download.sh', lost)
      await end(all, session)
      return session
    },
  }
}
const found = (world: World): unknown => world.models('spark-1').find((model) => model.repo === lost)?.state

test('F17: without uvx no download begins', async () => {
  const { fetch, world } = downloads({ name: 'F17' })
  expect(await fetch()).toMatchObject({ code: 1, out: expect.stringContaining("Error: 'uvx' command not found.") })
  expect([found(world), world.look('spark-1').uvx]).toEqual([undefined, false])
})

test('F18: a gated model is told with the number of the refusal', async () => {
  const { fetch, world } = downloads({ name: 'F18', times: 1 })
  const session = await fetch()
  expect(session).toMatchObject({ code: 1, err: expect.stringContaining('401 Client Error') })
  expect(session.out).toContain(`Error: Failed to download model '${lost}'.`)
  expect(found(world)).toBeUndefined()
  expect((await fetch()).code).toBe(0)
})

test('F19: a full disk leaves a part of the model, and the next try goes on from there', async () => {
  const { fetch, world } = downloads({ name: 'F19', times: 1 })
  expect(await fetch()).toMatchObject({ code: 1, err: expect.stringContaining('[Errno 28] No space left on device') })
  expect(found(world)).toBe('interrupted')
  expect((await fetch()).code).toBe(0)
  expect(found(world)).toBe('complete')
})

test('F20: a cache of another user can be read and not written', async () => {
  const { fetch, world } = downloads({ name: 'F20', node: 'spark-1' })
  expect(await fetch()).toMatchObject({ code: 1, err: expect.stringMatching(/\[Errno 13\] Permission denied: '.*\/hub\/models--example/) })
  expect([world.look('spark-1').cacheWritable, world.look('spark-2').cacheWritable]).toEqual([false, true])
  world.clearFault('F20')
  expect((await fetch()).code).toBe(0)
})

test('F21: a download stands still at its last file, without an end', async () => {
  const all = downloads({ name: 'F21' })
  const session = type(all.world, 'spark-1', 'hf-download.sh', lost)
  await all.clock.advance(7_200_000)
  const files = Number(/Fetching (\d+) files/.exec(session.err)?.[1])
  expect(session.err.split('\r').at(-1)).toContain(`| ${files - 1}/${files} [`)
  expect([session.code, found(all.world)]).toEqual([null, 'downloading'])
  session.hangUp()
  await end(all, session)
  expect(found(all.world)).toBe('interrupted')
})
