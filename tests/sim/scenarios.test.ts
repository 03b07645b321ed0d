// One set of stories through all three doors, so that the doors cannot drift apart.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { generateKeyPair } from '../../server/adapters/ssh/key-pair.ts'
import { createSparks } from '../../server/adapters/ssh/sparks.ts'
import type { Sparks } from '../../server/app/ports.ts'
import type { Machine } from '../../server/domain/machine.ts'
import { createFakeClock } from '../fakes/clock.ts'
import { createFakeLog } from '../fakes/log.ts'
import { qwen3Small } from './core/demo-models.ts'
import { demoNodes } from './core/demo-world.ts'
import { type SimNodeOptions, smallUnitBytes, type World } from './core/types.ts'
import { createWorld } from './core/world.ts'
import { createMemorySparks } from './doors/memory.ts'
import type { Door, DoorOptions } from './doors/node-site.ts'
import { openSsh2Door } from './doors/ssh2-door.ts'
import { openSshdDoor } from './doors/sshd-door.ts'
import { openBench } from './doors-bench.ts'

interface Stage {
  readonly world: World
  readonly sparks: Sparks
  readonly machines: readonly Machine[]
  /** Lets time pass until it is so. */
  until(so: () => Promise<boolean>): Promise<void>
  close(): Promise<void>
}

const machineOf = (one: { name: string; address: string; port: number; user: string; hostKey: string }): Machine => ({
  ...one,
  id: one.name,
  fabricAddress: null,
  launcherPath: null,
  cachePath: null,
  modelFolders: [],
  addedAt: 0,
})

/** Beside the two at home: what else is in use, with the oldest launcher, half the memory and a shell that is no bash. */
const others = ([three = '', four = '']: readonly string[]): readonly SimNodeOptions[] => [
  { name: 'spark-3', address: three, era: 'E1', totalBytes: smallUnitBytes, loginShell: 'fish', banner: true, models: [qwen3Small] },
  { name: 'spark-4', address: four, era: 'E2', models: [], diskBytesPerSecond: 50_000_000 },
]

async function memoryStage(): Promise<Stage> {
  const clock = createFakeClock()
  const world = createWorld({ nodes: [...demoNodes(), ...others(['127.0.1.3', '127.0.1.4'])], clock, timeScale: 0.01, seed: 7 })
  const sparks = createMemorySparks(world)
  const machines: Machine[] = []
  for (const { name, address } of world.options.nodes) {
    machines.push(machineOf({ name, address, port: 22, user: 'spark', hostKey: await sparks.hostKey(address, 22) }))
  }
  const until = async (so: () => Promise<boolean>): Promise<void> => {
    for (let turn = 0; !(await so()); turn += 1) {
      if (turn > 600) throw new Error('it does not come to that')
      await clock.advance(50)
    }
  }
  return { world, sparks, machines, until, close: async () => undefined }
}

async function realStage(open: (options: DoorOptions) => Promise<Door>): Promise<Stage> {
  const pair = generateKeyPair()
  const bench = await openBench(
    async (options) => {
      const door = await open(options)
      door.authorize(pair.publicKey)
      return door
    },
    { more: others },
  )
  const sparks = createSparks({ privateKey: () => pair.privateKey, log: createFakeLog() })
  return {
    world: bench.world,
    sparks,
    machines: [0, 1, 2, 3].map((at) => machineOf(bench.machine(at))),
    until: (so) => expect.poll(so, { timeout: 20_000, interval: 100 }).toBe(true),
    close: async () => {
      sparks.close()
      await bench.close()
    },
  }
}

describe.each([
  ['in memory', memoryStage],
  ['the ssh2 server', () => realStage(openSsh2Door)],
  ['a real sshd', () => realStage(openSshdDoor)],
] as const)('through the door %s', (_name, open) => {
  let stage: Stage
  let order = 0
  beforeAll(async () => {
    stage = await open()
  })
  afterAll(() => stage.close())

  const head = (): Machine => stage.machines[0] as Machine
  const watch = (machine = head()) => stage.sparks.watch(machine, { containerName: 'vllm_node', logOffset: 0, job: null })
  /** Runs the launcher as one job to its end; gives the job's exit code and what it printed. */
  async function launch(...words: string[]): Promise<{ exitCode: number | null; text: string }> {
    order += 1
    const launcher = (await stage.sparks.probe(head(), [])).launcher?.path ?? ''
    const key = { swap: `swap${order}`, step: 'start' }
    const argv = [`${launcher}/launch-cluster.sh`, ...words]
    await stage.sparks.startJob(head(), { ...key, appliance: 'us', fence: order, argv, cwd: null, env: {} })
    await stage.until(async () => (await stage.sparks.readJob(head(), key, 0)).state === 'ended')
    return stage.sparks.readJob(head(), key, 0)
  }
  const serve = (...words: string[]) => launch('--solo', '-t', 'vllm-node', '-d', 'exec', 'vllm', 'serve', ...words)
  const stop = async (...where: string[]): Promise<void> => {
    await launch(...where, 'stop')
    await stage.until(async () => (await watch()).container === 'absent')
  }

  test('a model starts, answers, and is gone after the stop', async () => {
    expect((await serve('Qwen/Qwen3-8B', '--port', '8000')).exitCode).toBe(0)
    await stage.until(async () => stage.world.serving().some((one) => one.model === 'Qwen/Qwen3-8B'))
    expect(await watch()).toMatchObject({ container: 'running', serving: expect.stringContaining('vllm serve Qwen/Qwen3-8B') })
    await stop('--solo')
    expect(stage.world.serving()).toEqual([])
  }, 60_000)

  test('F3: the launcher exits 0 and nothing was started', async () => {
    stage.world.setFault({ name: 'F3' })
    const ran = await serve('Qwen/Qwen3-8B')
    stage.world.clearFault('F3')
    expect(ran.exitCode).toBe(0)
    expect(ran.text).toContain('pull access denied')
    expect((await watch()).container).toBe('absent')
  }, 60_000)

  test('F7: the container stays up with a dead engine, and the log says why', async () => {
    stage.world.setFault({ name: 'F7' })
    await serve('Qwen/Qwen3-8B')
    await stage.until(async () => (await watch()).log.includes('Engine core initialization failed'))
    await stage.until(async () => (await watch()).serving === null)
    expect((await watch()).container).toBe('running')
    stage.world.clearFault('F7')
    await stop('--solo')
  }, 60_000)

  test('two Sparks start together, by the addresses the launcher calls local', async () => {
    const nodes = ['-n', '192.168.177.11,192.168.177.12']
    const ran = await launch(...nodes, '-t', 'vllm-node', '-d', 'exec', 'vllm', 'serve', 'nvidia/Qwen3-235B-A22B-NVFP4', '-tp', '2')
    expect(ran).toMatchObject({ exitCode: 0, text: expect.stringContaining('Launching worker (rank 1) on 192.168.177.12') })
    for (const machine of stage.machines.slice(0, 2)) expect((await watch(machine)).container).toBe('running')
    await stop(...nodes)
    expect((await watch(stage.machines[1])).container).toBe('absent')
  }, 60_000)

  test('a lower fence starts nothing, and the same step never runs twice', async () => {
    const calls = (): number => stage.world.argvLog.filter((call) => call.tool.endsWith('ibdev2netdev')).length
    const key = { swap: 'once', step: 'start' }
    order = 1000
    const again = { ...key, appliance: 'us', fence: order, argv: ['ibdev2netdev'], cwd: null, env: {} }
    const before = calls()
    await stage.sparks.startJob(head(), again)
    await stage.until(async () => (await stage.sparks.readJob(head(), key, 0)).state === 'ended')
    await stage.sparks.startJob(head(), again)
    expect(calls() - before).toBe(1)
    await expect(stage.sparks.startJob(head(), { ...again, step: 'late', fence: 5 })).rejects.toMatchObject({ code: 'fence_refused' })
  }, 60_000)

  const machineAt = (at: number): Machine => stage.machines[at] as Machine
  const cacheRow = async (): Promise<unknown> =>
    (await stage.sparks.survey(head(), 'vllm-node', [])).rows.find((row) => row.id === 'cache')?.state

  test('each era of the launcher is known by its help, through a login shell that is no bash and talks', async () => {
    const seen = await Promise.all([0, 2, 3].map(async (at) => (await stage.sparks.probe(machineAt(at), [])).launcher))
    expect(seen.map((one) => [one?.era, one?.carriesQuotes, one?.flags.solo])).toEqual([
      ['E3', true, true],
      ['E1', false, false],
      ['E2', true, true],
    ])
  }, 60_000)

  test('a unit of 64 GB tells its own memory', async () => {
    expect((await stage.sparks.probe(machineAt(2), [])).memory.totalBytes).toBe(smallUnitBytes)
    expect((await stage.sparks.probe(head(), [])).memory.totalBytes).toBeGreaterThan(2 * smallUnitBytes - 1)
  }, 60_000)

  test('F30: fish, a banner and "stdin is not a tty" come in the way, and everything is read and started as before', async () => {
    stage.world.setFault({ name: 'F30' })
    await stage.until(async () => stage.world.look('spark-1').loginShell === 'fish')
    const known = (await stage.sparks.scan(machineAt(2))).map((one) => one.id)
    expect(known).toEqual([qwen3Small.repo])
    expect((await serve('Qwen/Qwen3-8B', '--port', '8000')).exitCode).toBe(0)
    expect(await watch()).toMatchObject({ container: 'running' })
    await stop('--solo')
    stage.world.clearFault('F30')
  }, 60_000)

  test('F20: a model folder of another user is seen by the set-up check', async () => {
    expect(await cacheRow()).toBe('good')
    stage.world.setFault({ name: 'F20', node: 'spark-1' })
    await stage.until(async () => (await cacheRow()) !== 'good')
    stage.world.clearFault('F20')
    await stage.until(async () => (await cacheRow()) === 'good')
  }, 60_000)

  test('F23: the launcher is gone with the line, and its containers are found asleep when SSH is back', async () => {
    stage.world.setFault({ name: 'F23', times: 1, forMs: 50_000 })
    order += 1
    const key = { swap: `swap${order}`, step: 'start' }
    const launcher = (await stage.sparks.probe(head(), [])).launcher?.path ?? ''
    const argv = [`${launcher}/launch-cluster.sh`, '--solo', '-d', 'exec', 'vllm', 'serve', 'Qwen/Qwen3-8B']
    await stage.sparks.startJob(head(), { ...key, appliance: 'us', fence: order, argv, cwd: null, env: {} })
    await stage.until(async () => stage.world.faults().length === 0)
    await stage.until(async () => (await watch().catch((error: { code: string }) => error.code)) === 'machine_unreachable')
    await stage.until(async () => (await watch().catch(() => null)) !== null)
    expect(await stage.sparks.readJob(head(), key, 0)).toMatchObject({ state: 'ended', exitCode: 129 })
    expect(await watch()).toMatchObject({ container: 'running', serving: null })
    await stop('--solo')
  }, 60_000)

  test('F2 and F29: what was left by others is seen as it is, and goes when it is mended', async () => {
    stage.world.setFault({ name: 'F29', node: 'spark-1' })
    stage.world.setFault({ name: 'F2', node: 'spark-1' })
    await stage.until(async () => (await watch()).serving !== null)
    const names = (await stage.sparks.probe(head(), [])).containers?.map((one) => one.name) ?? []
    expect(names).toContain('vllm_node')
    expect(names.filter((name) => /^(sparkrun_[0-9a-f]{12}_(head|solo)|comfyui)$/.test(name))).toHaveLength(3)
    stage.world.clearFault('F2')
    stage.world.clearFault('F29')
    expect((await stage.sparks.probe(head(), [])).containers).toEqual([])
  }, 60_000)
})
