// Services beside a switch, and engines known by their address alone: a whole house, virtual time.
import { afterEach, describe, expect, test } from 'vitest'
import type { ServiceEdit } from '../../server/app/service-use.ts'
import type { ServiceView } from '../../server/contract/operations/service-shapes.ts'
import type { ServiceKind } from '../../server/domain/service.ts'
import { type Life, owner, small, startLife } from '../fakes/appliance.ts'
import { demoNodes } from '../sim/core/demo-world.ts'
import type { SimService } from '../sim/core/service.ts'

const voices: SimService = { name: 'kokoro', kind: 'tts', image: 'example/kokoro:1', port: 8880, bytes: 3_000_000_000 }
const vectors: SimService = { name: 'qdrant', kind: 'qdrant', image: 'qdrant/qdrant:v1.19', port: 6333, bytes: 500_000_000 }

let life: Life
afterEach(() => life?.close())

/** With these on the first Spark. */
const begin = async (...there: readonly SimService[]): Promise<void> => {
  life = await startLife(demoNodes().map((node, at) => (at === 0 ? { ...node, services: there } : node)))
}
const first = (): string => life.graph.machines.list()[0]?.id ?? ''
const services = () => life.graph.services
const add = (kind: ServiceKind, edit: ServiceEdit = {}): Promise<ServiceView> =>
  services().add({ kind, machine: first(), ...edit }, 'owner')
const until = (id: string, what: (service: ServiceView) => boolean, limitMs = 900_000): Promise<void> =>
  life.clock.until(() => what(services().find(id)), limitMs)
const settled = async <T>(work: Promise<T>): Promise<T> => {
  let done = false
  work.then(
    () => (done = true),
    () => (done = true),
  )
  await life.clock.until(() => done)
  return work
}
const act = (id: string, kind: 'start' | 'stop' | 'restart') => settled(services().act(id, { kind, requestedBy: owner }))
const dockerCalls = (): string[] =>
  life.world.argvLog.filter(({ tool, argv }) => tool === 'docker' && argv[0] !== 'ps').map(({ argv }) => argv.join(' '))

describe('beside a switch', () => {
  // Most of the machine is asked for, so that 40 GB decide.
  const overrides = { 'gpu-memory-utilization': 0.8 }
  const plan = () => settled(life.graph.plans.preview({ model: small, overrides }))

  test('a plan counts what a service on its way up will take, says whose it is, and lets go when it answers', async () => {
    await begin({ ...voices, state: 'exited', loadMs: 60_000 })
    const { id } = await add('tts', { container: 'kokoro', footprintBytes: 40e9 })
    await until(id, (one) => one.state === 'stopped')
    expect((await plan()).verdict).toBe('ready')
    await act(id, 'start')
    const held = await plan()
    expect(held).toMatchObject({ verdict: 'blocked', reasons: [{ code: 'memory_short' }] })
    expect(held.reasons[0]?.sentence).toContain('Counted as taken already: 40 GB for Text to speech, on the way up there.')
    await expect(life.ask(small, { overrides })).rejects.toMatchObject({ code: 'plan_blocked' })
    await until(id, (one) => one.state === 'answering' && one.act === null)
    expect((await plan()).verdict).toBe('ready')
  })

  test('nothing is started on the machines of a live switch, and that is said; a stop and another machine are free', async () => {
    await begin({ ...voices, state: 'exited' }, vectors)
    const started = await add('tts', { container: 'kokoro' })
    const stopped = await add('qdrant', { container: 'qdrant' })
    await until(stopped.id, (one) => one.state === 'answering')
    const swap = await life.ask(small)
    await life.phase(swap, 'load')
    await expect(act(started.id, 'start')).rejects.toMatchObject({
      code: 'service_switch_running',
      message: 'A switch is under way on spark-1, and Text to speech would take memory from it.',
      facts: { retryAfterSeconds: 30 },
    })
    await act(stopped.id, 'stop')
    await until(stopped.id, (one) => one.act === null)
    expect(services().find(stopped.id).state).toBe('stopped')
    expect((await life.outcome(swap)).state).toBe('succeeded')
    expect(dockerCalls().filter((call) => call.includes('kokoro'))).toEqual([])
  })
})

describe('an engine at an address without SSH', () => {
  const status = () => life.graph.status.status()
  const foreign = { kind: 'vllm', address: '192.168.7.9', port: 8000, name: 'Attic' } as const

  test('is only observed: in the list of engines, with its state, and never acted on', async () => {
    await begin()
    const { id } = await services().add(foreign, 'owner')
    const engine = (): unknown => status().clusters[0]?.engines.find((one) => one.id === id)
    expect(engine()).toMatchObject({ observed: true, machines: [], url: 'http://192.168.7.9:8000', modelName: 'Attic', state: 'unknown' })
    await until(id, (one) => one.state === 'unreachable')
    expect(engine()).toMatchObject({ state: 'unreachable', sentence: expect.stringContaining('Attic does not answer') })
    for (const kind of ['start', 'stop', 'restart'] as const)
      await expect(act(id, kind)).rejects.toMatchObject({ code: 'service_act_impossible' })
    await services().edit(id, { enabled: false }, 'owner')
    expect(engine()).toBeUndefined()
  })

  test('may be changed and switched off though its name is gone, and not moved to where it is refused', async () => {
    const doors = { refused: null as string | null }
    life = await startLife(demoNodes(), { refusal: () => doors.refused })
    const { id } = await services().add({ ...foreign, address: 'models.home' }, 'owner')
    doors.refused = 'models.home: its name has no address'
    expect(await services().edit(id, { name: 'Loft', enabled: false }, 'owner')).toMatchObject({ name: 'Loft', enabled: false })
    await expect(services().edit(id, { port: 8001 }, 'owner')).rejects.toThrow('its name has no address')
    await expect(services().add({ kind: 'vllm', address: 'spark.local' }, 'owner')).rejects.toThrow('use the IP address')
  })

  test('is kept as a browser reads its address, once, and not where it is refused', async () => {
    await begin()
    const { id } = await services().add({ ...foreign, address: 'Models.Home.', port: 443, secure: true }, 'owner')
    expect(services().find(id).url).toBe('https://models.home:443')
    expect((await services().add({ ...foreign, address: '0x7f.1', port: 9000 }, 'owner')).url).toBe('http://127.0.0.1:9000')
    await expect(services().add({ ...foreign, address: '127.0.0.1', port: 9000 }, 'owner')).rejects.toMatchObject({
      code: 'service_exists',
    })
    for (const address of ['', 'a b', 'alice@models.home', 'models.home/v1', 'models.home:99', '[fe80', 'x'.repeat(300)])
      await expect(services().add({ ...foreign, address }, 'owner')).rejects.toMatchObject({ code: 'service_invalid' })
    life.graph.settings.change('access.hosts', ['spark.home'], undefined, 'owner')
    await expect(services().add({ ...foreign, address: 'spark.home' }, 'owner')).rejects.toThrow('this appliance itself')
    const machine = first()
    await expect(services().add({ kind: 'tts', machine, secure: true }, 'owner')).rejects.toMatchObject({ code: 'service_invalid' })
  })
})
