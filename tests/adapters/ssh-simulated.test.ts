import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { generateKeyPair } from '../../server/adapters/ssh/key-pair.ts'
import { createSparks } from '../../server/adapters/ssh/sparks.ts'
import type { Machine } from '../../server/domain/machine.ts'
import { createFakeLog } from '../fakes/log.ts'
import { openSsh2Door } from '../sim/doors/ssh2-door.ts'
import { openSshdDoor } from '../sim/doors/sshd-door.ts'
import { type Bench, launcherRecipeText, openBench } from '../sim/doors-bench.ts'

const byName = (a: { name: string }, b: { name: string }): number => a.name.localeCompare(b.name)
const byDevice = (a: { device: string }, b: { device: string }): number => a.device.localeCompare(b.device)

describe.each([
  ['a real sshd', openSshdDoor],
  ['the ssh2 server', openSsh2Door],
])('a simulated Spark behind %s', (_name, open) => {
  const pair = generateKeyPair()
  let bench: Bench
  let machine: Machine
  let sparks: ReturnType<typeof createSparks>

  beforeAll(async () => {
    bench = await openBench(async (options) => {
      const door = await open(options)
      door.authorize(pair.publicKey)
      return door
    })
    const { name, address, port, user, hostKey } = bench.machine()
    machine = {
      id: name,
      name,
      address,
      port,
      user,
      hostKey,
      fabricAddress: null,
      launcherPath: null,
      cachePath: null,
      modelFolders: [],
      addedAt: 0,
    }
    sparks = createSparks({ privateKey: () => pair.privateKey, log: createFakeLog() })
  })
  afterAll(async () => {
    sparks.close()
    await bench.close()
  })

  it('is seen whole', async () => {
    expect(await sparks.probe(machine, ['vllm_node'])).toMatchObject({
      hostname: machine.name,
      gpuName: 'NVIDIA GB10',
      containers: [],
      dockerProblem: null,
      fabricAddress: '192.168.177.11',
      launcher: {
        era: 'E3',
        date: '2026-09-15',
        carriesQuotes: true,
        flags: { solo: true, noRay: true, ray: true, env: true, volume: true, mod: true },
      },
    })
    const models = await sparks.scan(machine)
    expect(models.map((one) => one.id)).toContain('RedHatAI/Qwen3.6-35B-A3B-NVFP4')
    expect((await sparks.launcherFiles(machine)).recipes).toEqual([{ name: 'example.yaml', text: launcherRecipeText }])
    const { rows, images } = await sparks.survey(machine, 'vllm-node', [])
    expect(rows.filter((row) => row.state === 'missing')).toEqual([])
    expect(images.map((image) => image.ref)).toContain('vllm-node:latest')
  })

  it('tells every fact as the door in memory does', async () => {
    const { facts } = await sparks.probe(machine, [])
    const told = bench.world.look(machine.name).facts
    const wholeSeconds = (boots: typeof facts.boots) => boots?.map((boot) => ({ ...boot, at: Math.floor(boot.at / 1000) }))
    expect({
      ...facts,
      boots: wholeSeconds(facts.boots),
      links: facts.links.toSorted(byName),
      ports: facts.ports.toSorted(byDevice),
    }).toEqual({
      ...told,
      boots: wholeSeconds(told.boots),
      links: told.links.toSorted(byName),
      ports: told.ports.toSorted(byDevice),
    })
    const peer = bench.world.look(bench.machine(1).name).fabricAddress ?? ''
    expect(await sparks.inspect(machine, { images: ['vllm-node'], peers: [peer], askSudo: true })).toMatchObject({
      images: [{ ref: 'vllm-node', id: expect.stringMatching(/^sha256:/) }],
      checkout: { branch: 'main', standing: 'current', localChanges: 0 },
      mayDropCaches: false,
      peers: [{ address: peer, seen: true }],
    })
    bench.world.condition(machine.name, { origin: [{ commit: 'beef001', date: '2026-11-02', subject: 'New' }], mayDropCaches: true })
    expect(await sparks.inspect(machine, { images: [], peers: [], askSudo: true })).toMatchObject({
      checkout: { standing: 'behind' },
      mayDropCaches: true,
    })
    expect(await sparks.launcherChanges(machine)).toMatchObject({
      target: 'beef001'.padEnd(40, '0'),
      forward: true,
      commits: [{ subject: 'New' }],
    })
  })

  it('starts a model by its launcher and is watched until vLLM lives', async () => {
    const launcher = (await sparks.probe(machine, [])).launcher?.path ?? ''
    const key = { swap: 'swap1', step: 'start' }
    const words = [
      '--solo',
      '-d',
      'exec',
      'vllm',
      'serve',
      'Qwen/Qwen3-8B',
      '--port',
      '8000',
      '--mm-processor-kwargs={"max_pixels": 2000000}',
    ]
    await sparks.startJob(machine, {
      ...key,
      appliance: 'abc',
      fence: 1,
      argv: [`${launcher}/launch-cluster.sh`, ...words],
      cwd: null,
      env: {},
    })
    const watch = () => sparks.watch(machine, { containerName: 'vllm_node', logOffset: 0, job: { key, offset: 0 } })
    await expect.poll(watch, { timeout: 15_000 }).toMatchObject({
      job: { state: 'ended', exitCode: 0 },
      container: 'running',
      serving: expect.stringContaining('vllm serve Qwen/Qwen3-8B'),
    })
    expect(bench.world.argvLog.find((call) => call.tool === 'launch-cluster.sh' && call.argv.includes('exec'))?.argv).toEqual(words)
    await expect.poll(async () => (await watch()).log, { timeout: 15_000 }).toContain('Application startup complete.')
    expect((await sparks.probe(machine, ['vllm_node'])).containers).toMatchObject([
      { name: 'vllm_node', state: 'running', serving: expect.any(String) },
    ])
  }, 40_000)
})
