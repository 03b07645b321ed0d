import { describe, expect, test } from 'vitest'
import type { JobOrder } from '../../server/app/ports.ts'
import { SparkError } from '../../server/contract/errors.ts'
import type { Machine } from '../../server/domain/machine.ts'
import { createFakeClock } from '../fakes/clock.ts'
import { gptOss, qwen3Small } from './core/demo-models.ts'
import { demoNodes } from './core/demo-world.ts'
import { createWorld } from './core/world.ts'
import { createMemoryEngines, createMemorySparks } from './doors/memory.ts'

const machine = (number: number): Machine => ({
  id: `m${number}`,
  name: `Spark ${number}`,
  address: `127.0.1.${number}`,
  port: 22,
  user: 'spark',
  hostKey: null,
  fabricAddress: null,
  launcherPath: null,
  cachePath: null,
  modelFolders: [],
  addedAt: 0,
})
const [first, second] = [machine(1), machine(2)]
const engine = { address: '127.0.1.1', port: 8000 }
const launcher = '/home/spark/spark-vllm-docker/launch-cluster.sh'

const order = (fence: number, swap: string, step: string, ...argv: readonly string[]): JobOrder => ({
  appliance: 'a',
  fence,
  swap,
  step,
  argv,
  cwd: null,
  env: {},
})
const start = (fence: number, swap: string, step = 'start'): JobOrder =>
  order(fence, swap, step, launcher, '--solo', '-d', 'exec', 'vllm', 'serve', qwen3Small.repo)
const stop = (fence: number, swap: string): JobOrder => order(fence, swap, 'stop', launcher, '--solo', 'stop')

function bench() {
  const clock = createFakeClock()
  const world = createWorld({ clock, seed: 9, timeScale: 1, nodes: demoNodes() })
  return { clock, world, sparks: createMemorySparks(world), engines: createMemoryEngines(world) }
}

/** Settled or not, and how, without waiting for it. */
function watch<T>(promise: Promise<T>): { state: 'open' | 'done' | 'failed'; code: string | null } {
  const seen: { state: 'open' | 'done' | 'failed'; code: string | null } = { state: 'open', code: null }
  promise.then(
    () => {
      seen.state = 'done'
    },
    (error: unknown) => {
      seen.state = 'failed'
      seen.code = error instanceof SparkError ? error.code : String(error)
    },
  )
  return seen
}

describe('looking at a machine', () => {
  test('a probe tells what a GB10 tells', async () => {
    const { sparks, world } = bench()
    world.startForeign('spark-1', { name: 'comfy', image: 'comfyui', command: ['python3', 'main.py'] })
    const seen = await sparks.probe(first, ['vllm_node'])
    expect(seen).toMatchObject({
      hostname: 'spark-1',
      gpuName: 'NVIDIA GB10',
      fabricAddress: '192.168.177.11',
      cachePath: '/home/spark/.cache/huggingface/hub',
      launcher: { era: 'E3', commit: '013cd2e', date: '2026-09-15', carriesQuotes: true, flags: { solo: true, ray: true } },
      containers: [{ name: 'comfy', state: 'running', serving: null }],
      memory: { totalBytes: 127_600_748 * 1024, availableBytes: 118_566_368 * 1024 },
      fence: null,
    })
  })

  test('a scan lists complete, interrupted and other folders with what inference reads', async () => {
    const { sparks } = bench()
    const found = await sparks.scan(first)
    const byId = new Map(found.map((one) => [one.id, one]))
    const small = byId.get(qwen3Small.repo)
    expect(small?.indexFiles).toHaveLength(4)
    expect(small?.files.filter((file) => file.path.endsWith('.safetensors'))).toHaveLength(4)
    expect(JSON.parse(small?.texts['config.json'] ?? '')).toMatchObject({ model_type: 'qwen3' })
    expect(small?.unfinished).toBeNull()
    const cut = byId.get('Qwen/Qwen3-32B')
    expect(cut?.unfinished?.count).toBe(1)
    expect(cut?.files.filter((file) => file.path.endsWith('.safetensors')).length).toBeLessThan(cut?.indexFiles?.length ?? 0)
    expect(byId.get('example/qwen3-8b-support-lora')?.texts['adapter_config.json']).toContain('Qwen/Qwen3-8B')
    expect((await sparks.scan({ ...first, cachePath: '/mnt/other' })).length).toBe(0)
  })

  test('a survey names what is missing and the command that mends it', async () => {
    const { sparks } = bench()
    const survey = await sparks.survey(first, 'vllm-node-tf5', ['192.168.177.12', '192.0.2.9'])
    expect(survey.rows.filter((row) => row.state !== 'good').map((row) => row.id)).toEqual(['image', 'ssh-192.0.2.9'])
    expect(survey.rows.find((row) => row.id === 'image')?.mend).toBe('./build-and-copy.sh')
  })
})

describe('a job', () => {
  test('runs the launcher to its end, and the engine answers only when it has loaded', async () => {
    const { sparks, engines, clock, world } = bench()
    await sparks.startJob(first, start(1, 's1'))
    const key = { swap: 's1', step: 'start' }
    expect((await sparks.readJob(first, key, 0)).state).toBe('running')
    await clock.advance(5_000)
    const reading = await sparks.readJob(first, key, 0)
    expect(reading).toMatchObject({ state: 'ended', exitCode: 0 })
    expect(reading.text).toContain('Command dispatched in background')
    expect(await engines.look(engine)).toMatchObject({ reachable: false, models: [] })
    const early = await sparks.watch(first, { containerName: 'vllm_node', logOffset: 0, job: { key, offset: reading.nextOffset } })
    expect(early).toMatchObject({ container: 'running', serving: `vllm serve ${qwen3Small.repo}`, job: { state: 'ended', text: '' } })
    await clock.until(() => world.serving().length > 0)
    const later = await sparks.watch(first, { containerName: 'vllm_node', logOffset: early.nextLogOffset, job: null })
    expect(later.log).toContain('Application startup complete.')
    expect(later.availableBytes).toBeLessThan(early.availableBytes)
    expect(await engines.look(engine)).toMatchObject({ reachable: true, healthy: true, models: [qwen3Small.repo] })
    expect(await engines.complete(engine, qwen3Small.repo, 60_000)).toEqual({ ok: true, reason: null })
    expect((await engines.complete(engine, gptOss.repo, 60_000)).reason).toContain('does not exist')
  })

  test('of the same swap and step is started once', async () => {
    const { sparks, clock, world } = bench()
    await sparks.startJob(first, start(1, 's1'))
    await clock.advance(10_000)
    await sparks.startJob(first, start(1, 's1'))
    await clock.advance(10_000)
    expect(world.argvLog).toHaveLength(1)
  })

  test('with a lower fence is refused and starts nothing', async () => {
    const { sparks, world } = bench()
    await sparks.takeFence(first, { appliance: 'b', fence: 7, swap: 'x' })
    await expect(sparks.startJob(first, start(6, 's1'))).rejects.toMatchObject({
      code: 'fence_refused',
      facts: { appliance: 'b', fence: 7 },
    })
    await expect(sparks.takeFence(first, { appliance: 'a', fence: 6, swap: 's1' })).rejects.toMatchObject({ code: 'fence_refused' })
    expect(world.argvLog).toEqual([])
    expect((await sparks.probe(first, [])).fence).toEqual({ appliance: 'b', fence: 7, swap: 'x' })
    await expect(sparks.startJob(first, start(8, 's1'))).rejects.toMatchObject({ code: 'fence_refused', facts: { appliance: 'b' } })
  })

  test('ends a live job of a lower fence before it starts', async () => {
    const { sparks, clock, world } = bench()
    await sparks.startJob(first, start(1, 's1'))
    await clock.advance(100)
    await sparks.startJob(first, start(2, 's2'))
    expect((await sparks.readJob(first, { swap: 's1', step: 'start' }, 0)).state).toBe('lost')
    await clock.until(() => world.argvLog.length === 2)
    await clock.advance(5_000)
    expect((await sparks.readJob(first, { swap: 's2', step: 'start' }, 0)).state).toBe('ended')
  })

  test('that waited while a later order came does nothing and says so with exit code 79', async () => {
    const { sparks, clock, world } = bench()
    await sparks.startJob(first, start(1, 's1'))
    await sparks.takeFence(first, { appliance: 'a', fence: 2, swap: 's1' })
    await clock.advance(1_000)
    expect(await sparks.readJob(first, { swap: 's1', step: 'start' }, 0)).toMatchObject({ state: 'ended', exitCode: 79 })
    expect(world.argvLog).toEqual([])
  })

  test('that was on its way to a frozen node arrives when it thaws, though whoever sent it has given up', async () => {
    const { sparks, clock, world } = bench()
    world.freeze('spark-1', 60_000)
    const gaveUp = new AbortController()
    const sent = sparks.startJob(first, start(1, 's1'), gaveUp.signal)
    gaveUp.abort(new Error('given up'))
    await expect(sent).rejects.toThrow('given up')
    expect(world.argvLog).toEqual([])
    await clock.until(() => world.argvLog.length === 1)
  })

  test('of the same fence waits for the lock while another one lives', async () => {
    const { sparks, clock, world } = bench()
    await sparks.startJob(first, start(1, 's1'))
    await sparks.startJob(first, stop(1, 's1'))
    await clock.advance(1_000)
    expect(world.argvLog).toHaveLength(1)
    await clock.until(() => world.argvLog.length === 2)
    expect((await sparks.readJob(first, { swap: 's1', step: 'start' }, 0)).state).toBe('ended')
  })

  test('is lost without an exit code when it is ended or the machine restarts', async () => {
    const { sparks, clock, world } = bench()
    await sparks.startJob(first, start(1, 's1'))
    await sparks.endJob(first, { swap: 's1', step: 'start' })
    expect(await sparks.readJob(first, { swap: 's1', step: 'start' }, 0)).toMatchObject({ state: 'lost', exitCode: null })
    await sparks.startJob(first, start(2, 's2'))
    await sparks.startJob(first, stop(2, 's2'))
    await clock.advance(1_000)
    world.reboot('spark-1', 10_000)
    await clock.advance(11_000)
    expect(await sparks.readJob(first, { swap: 's2', step: 'start' }, 0)).toMatchObject({ state: 'lost', exitCode: null })
    expect(await sparks.readJob(first, { swap: 's2', step: 'stop' }, 0)).toMatchObject({ state: 'lost', exitCode: null })
    expect(await sparks.readJob(first, { swap: 's3', step: 'start' }, 0)).toMatchObject({ state: 'absent' })
  })

  test('survives the appliance: the next life reads it at the same desk', async () => {
    const { world, clock } = bench()
    const life = new AbortController()
    const old = createMemorySparks(world, { life: life.signal })
    await old.startJob(first, start(1, 's1'))
    life.abort(new Error('crash'))
    const late = watch(old.startJob(first, start(1, 's2')))
    const next = createMemorySparks(world, { desk: old.desk, lines: old.lines })
    await clock.advance(10_000)
    expect((await next.readJob(first, { swap: 's1', step: 'start' }, 0)).state).toBe('ended')
    expect([late.state, (await next.readJob(first, { swap: 's2', step: 'start' }, 0)).state]).toEqual(['open', 'absent'])
  })
})

describe('the line to a machine', () => {
  test('that hangs is a timeout, one that is refused is unreachable, and the other machine still answers', async () => {
    const { sparks, clock } = bench()
    sparks.cut('spark-1', 'hanging')
    const hung = watch(sparks.probe(first, []))
    await clock.advance(14_000)
    expect(hung.state).toBe('open')
    await clock.advance(2_000)
    expect(hung).toEqual({ state: 'failed', code: 'machine_timeout' })
    expect((await sparks.probe(second, [])).hostname).toBe('spark-2')
    sparks.cut('spark-1', 'refused')
    await expect(sparks.probe(first, [])).rejects.toMatchObject({ code: 'machine_unreachable', facts: { why: 'connection refused' } })
    sparks.mend('spark-1')
    expect((await sparks.probe(first, [])).hostname).toBe('spark-1')
    await expect(sparks.probe({ ...first, address: '192.0.2.77' }, [])).rejects.toMatchObject({ code: 'machine_unreachable' })
  })

  test('that loses an answer has carried the order', async () => {
    const { sparks } = bench()
    sparks.loseAnswers('spark-1', 1)
    await expect(sparks.startJob(first, start(1, 's1'))).rejects.toMatchObject({
      code: 'machine_unreachable',
      facts: { why: 'connection lost' },
    })
    expect((await sparks.readJob(first, { swap: 's1', step: 'start' }, 0)).state).toBe('running')
  })

  test('to a frozen or dead host fails the same way', async () => {
    const { sparks, engines, clock, world } = bench()
    world.freeze('spark-1', 60_000)
    const frozen = watch(sparks.probe(first, []))
    const look = engines.look(engine)
    await clock.advance(16_000)
    expect(frozen.code).toBe('machine_timeout')
    expect((await look).reachable).toBe(false)
    await clock.advance(60_000)
    expect((await sparks.probe(first, [])).hostname).toBe('spark-1')
    world.reboot('spark-1')
    await expect(sparks.probe(first, [])).rejects.toMatchObject({ code: 'machine_unreachable' })
  })

  test('refuses a changed host key before anything else', async () => {
    const { sparks } = bench()
    const hostKey = await sparks.hostKey('127.0.1.1', 22)
    const pinned = { ...first, hostKey }
    expect((await sparks.probe(pinned, [])).hostname).toBe('spark-1')
    sparks.presentKey('spark-1', 'SHA256:other')
    await expect(sparks.probe(pinned, [])).rejects.toMatchObject({ code: 'host_key_changed', facts: { pinned: hostKey } })
    sparks.refuseKey('spark-1', true)
    await expect(sparks.probe(first, [])).rejects.toMatchObject({ code: 'machine_refused_key' })
  })
})

describe('an engine', () => {
  test('that is wedged looks healthy and completes nothing', async () => {
    const { sparks, engines, clock, world } = bench()
    await sparks.startJob(first, start(1, 's1'))
    await clock.until(() => world.serving().length > 0)
    world.setFault({ name: 'F13' })
    expect(await engines.look(engine)).toMatchObject({ healthy: true, models: [qwen3Small.repo] })
    const answer = engines.complete(engine, qwen3Small.repo, 120_000)
    const seen = watch(answer)
    await clock.advance(119_000)
    expect(seen.state).toBe('open')
    await clock.advance(2_000)
    expect(await answer).toEqual({ ok: false, reason: 'no answer within 120 s' })
  })

  test('answers requests that are passed on, streamed ones too', async () => {
    const { sparks, engines, clock, world } = bench()
    const post = (body: Record<string, unknown>) =>
      engines.pass(engine, {
        method: 'POST',
        path: '/v1/chat/completions',
        headers: {},
        body: new TextEncoder().encode(JSON.stringify(body)),
        signal: new AbortController().signal,
      })
    await expect(post({})).rejects.toMatchObject({ code: 'engine_unreachable' })
    await sparks.startJob(first, start(1, 's1'))
    await clock.until(() => world.serving().length > 0)
    const whole = await post({ model: qwen3Small.repo, messages: [] })
    expect(await new Response(whole.body).json()).toMatchObject({ object: 'chat.completion', choices: [{ finish_reason: 'stop' }] })
    const streamed = await post({ model: qwen3Small.repo, messages: [], stream: true })
    expect(await new Response(streamed.body).text()).toMatch(/^data: \{[\s\S]*data: \[DONE\]\n\n$/)
    expect((await post({ model: 'other' })).status).toBe(404)
  })
})
