import { afterEach, describe, expect, test } from 'vitest'
import type { ServiceEdit } from '../../server/app/service-use.ts'
import type { ServiceView } from '../../server/contract/operations/service-shapes.ts'
import type { ServiceKind } from '../../server/domain/service.ts'
import { type Life, owner, startLife } from '../fakes/appliance.ts'
import { demoNodes } from '../sim/core/demo-world.ts'
import type { SimService } from '../sim/core/service.ts'

const voices: SimService = { name: 'kokoro', kind: 'tts', image: 'example/kokoro:1', port: 8880, bytes: 3_000_000_000 }
const vectors: SimService = { name: 'qdrant', kind: 'qdrant', image: 'qdrant/qdrant:v1.19', port: 6333, bytes: 500_000_000 }
const embeddings: SimService = { name: 'bge-m3', kind: 'embed', image: 'example/embed:1', port: 8002, bytes: 4_000_000_000 }

let life: Life
afterEach(() => life?.close())

const begin = async (...services: readonly SimService[]): Promise<void> => {
  life = await startLife(demoNodes().map((node, at) => (at === 1 ? { ...node, services } : node)))
}
const second = (): string => life.graph.machines.list()[1]?.id ?? ''
const services = () => life.graph.services
const add = (kind: ServiceKind, edit: ServiceEdit = {}): Promise<ServiceView> =>
  services().add({ kind, machine: second(), ...edit }, 'owner')
const until = (id: string, what: (service: ServiceView) => boolean, limitMs = 900_000): Promise<void> =>
  life.clock.until(() => what(services().find(id)), limitMs)
/** Looks at the outcome only now and then: for stories of half an hour. */
const inStrides = async (done: () => boolean): Promise<void> => {
  life.graph.settings.change('machines.pollSeconds', 30, undefined, 'test')
  for (let strides = 0; strides < 120 && !done(); strides += 1) await life.clock.advance(15_000)
  expect(done()).toBe(true)
}
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
const told = (): string[] => life.graph.events.recent(50, 'service').map(({ type }) => type)
const dockerCalls = (): string[] =>
  life.world.argvLog.filter(({ tool, argv }) => tool === 'docker' && argv[0] !== 'ps').map(({ argv }) => argv.join(' '))

describe('a service', () => {
  test('is told as answering only after a real request, with what it rests on', async () => {
    await begin(voices)
    const { id, state } = await add('tts', { container: 'kokoro' })
    expect(state).toBe('unknown')
    await until(id, (one) => one.state === 'answering')
    const seen = services().find(id)
    expect(seen).toMatchObject({ url: 'http://127.0.1.2:8880', models: ['kokoro'], sentence: 'Text to speech is answering.' })
    expect(seen.evidence.map(({ what }) => what)).toContain('Real request to /v1/audio/speech')
    expect(told()).not.toContain('service_state_changed')
  })

  test('that is asked at another port than its container publishes says so', async () => {
    await begin(voices)
    const { id } = await add('tts', { container: 'kokoro', port: 8003 })
    await until(id, (one) => one.state === 'unreachable')
    expect(services().find(id).sentence).toMatch(
      /^Text to speech does not answer: .+\. Its container publishes port 8880, and it is asked at 8003: change that on its page\.$/,
    )
  })

  test('that says it is healthy and does not do its work is degraded', async () => {
    await begin(embeddings)
    const { id } = await add('embed', { container: 'bge-m3' })
    await until(id, (one) => one.state === 'answering')
    life.world.setFault({ name: 'F32', node: 'spark-2' })
    await until(id, (one) => one.state === 'degraded')
    expect(told()).toContain('service_state_changed')
    life.world.clearFault('F32')
    await until(id, (one) => one.state === 'answering')
  })

  test('that hangs is unreachable after three looks, not after one, and its history says when', async () => {
    await begin(voices)
    const { id } = await add('tts', { container: 'kokoro', heal: 'manual' })
    await until(id, (one) => one.state === 'answering')
    life.world.setFault({ name: 'F31', node: 'spark-2' })
    await life.clock.advance(12_000)
    expect(services().find(id).state).toBe('answering')
    await until(id, (one) => one.state === 'unreachable')
    expect(
      services()
        .history(id)
        .changes.map(({ state }) => state),
    ).toEqual(['unreachable', 'answering'])
    expect(dockerCalls()).toEqual([])
  })

  test('whose container was stopped by hand is stopped, and is left stopped', async () => {
    await begin(voices)
    const { id } = await add('tts', { container: 'kokoro' })
    await until(id, (one) => one.state === 'answering')
    const io = { out: () => undefined, err: () => undefined, signal: new AbortController().signal }
    await settled(life.world.run({ node: 'spark-2', tool: 'docker', argv: ['stop', 'kokoro'], env: {}, cwd: '/' }, io))
    await until(id, (one) => one.state === 'stopped')
    await life.clock.advance(90_000)
    expect(services().find(id).state).toBe('stopped')
    expect(dockerCalls()).toEqual(['stop kokoro'])
  })
})

describe('acts', () => {
  test('a restart is one command on its machine and is done when a real request was answered', async () => {
    await begin(voices, vectors)
    const { id } = await add('tts', { container: 'kokoro' })
    await until(id, (one) => one.state === 'answering')
    const begun = await act(id, 'restart')
    expect([begun.state, begun.sentence]).toEqual(['running', 'Restarting Text to speech.'])
    await until(id, (one) => one.act === null)
    expect(services().history(id).acts[0]).toMatchObject({
      state: 'succeeded',
      exitCode: 0,
      sentence: 'Text to speech was restarted and answers.',
    })
    expect(services().find(id).state).toBe('answering')
    expect(dockerCalls()).toEqual(['restart -t 20 kokoro'])
    expect(told()).toContain('service_act_done')
  })

  test('a stop and a start, and what is offered in between', async () => {
    await begin(vectors)
    const { id } = await add('qdrant', { container: 'qdrant' })
    await until(id, (one) => one.state === 'answering')
    await act(id, 'stop')
    await until(id, (one) => one.act === null)
    expect(services().find(id)).toMatchObject({ state: 'stopped', sentence: 'Vector store is stopped.' })
    expect(
      services()
        .find(id)
        .acts.map(({ kind }) => kind),
    ).toEqual(['start'])
    await act(id, 'start')
    await until(id, (one) => one.act === null)
    expect(services().find(id)).toMatchObject({ state: 'answering' })
  })

  test('a stop gives its kind the time it needs, and says when docker had to end it', async () => {
    await begin({ ...vectors, deaf: true })
    const { id } = await add('qdrant', { container: 'qdrant' })
    await until(id, (one) => one.state === 'answering')
    expect(services().find(id).acts[0]?.consequence).toContain('It gets 60 seconds to end by itself.')
    await act(id, 'stop')
    await until(id, (one) => one.act === null)
    const sentence = 'Vector store was stopped. It did not end by itself within 60 seconds, so docker ended it.'
    expect(services().history(id).acts[0]).toMatchObject({ state: 'succeeded', sentence })
    expect(life.graph.events.recent(1, 'service')[0]?.sentence).toContain('so docker ended it')
    await act(id, 'stop')
    await until(id, (one) => one.act === null)
    expect(services().history(id).acts[0]?.sentence).toBe('Vector store was stopped.')
    expect(dockerCalls()).toEqual(['stop -t 60 qdrant', 'stop -t 60 qdrant'])
  })

  test('exit code 0 proves nothing: one that dies right after its start has failed', async () => {
    await begin({ ...voices, state: 'exited', restarts: false })
    const { id } = await add('tts', { container: 'kokoro', heal: 'manual' })
    await until(id, (one) => one.state === 'stopped')
    life.world.setFault({ name: 'F34', node: 'spark-2' })
    await act(id, 'start')
    await until(id, (one) => one.act === null)
    expect(services().history(id).acts[0]).toMatchObject({ state: 'failed', exitCode: 0, error: { code: 'service_ended_again' } })
    expect(told()).toContain('service_act_failed')
  })

  test('nothing is started where the memory is not there, nor beside a switch, nor twice at once', async () => {
    await begin({ ...voices, state: 'exited' })
    const { id } = await add('tts', { container: 'kokoro', footprintBytes: 125e9 })
    await expect(act(id, 'start')).rejects.toMatchObject({ code: 'service_no_memory' })
    await services().edit(id, { footprintBytes: null }, 'owner')
    const first = act(id, 'start')
    const both = await Promise.allSettled([first, act(id, 'start')])
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    await until(id, (one) => one.act === null)
    expect(services().find(id).state).toBe('answering')
    expect(dockerCalls()).toEqual(['start kokoro'])
  })

  test("a container that is not there is never made, and the model's own is never touched", async () => {
    await begin(voices)
    const { id } = await add('tts', { container: 'kokoro-2' })
    await expect(act(id, 'start')).rejects.toMatchObject({ code: 'service_container_missing' })
    await expect(add('stt', { container: 'vllm_node' })).rejects.toThrow('It cannot be used')
    const bare = await add('stt', {})
    await expect(act(bare.id, 'restart')).rejects.toMatchObject({ code: 'service_act_impossible' })
    expect(dockerCalls()).toEqual([])
  })

  test('a reservation stands in the way of an act, until it is released', async () => {
    await begin(voices)
    const { id } = await add('tts', { container: 'kokoro' })
    life.graph.lock.take({ holder: 'recap', reason: 'nightly', ttlSeconds: 600 })
    await expect(act(id, 'restart')).rejects.toMatchObject({ code: 'swap_locked' })
    await settled(services().act(id, { kind: 'restart', breakLock: true, requestedBy: owner }))
    await until(id, (one) => one.act === null)
    expect(life.graph.lock.find().locked).toBe(false)
  })
})

describe('healing', () => {
  test('a service that hangs is restarted by itself, and left to its owner after three times', async () => {
    await begin(voices)
    const { id } = await add('tts', { container: 'kokoro' })
    await until(id, (one) => one.state === 'answering')
    life.world.setFault({ name: 'F31', node: 'spark-2' })
    await inStrides(() => told().includes('heal_exhausted'))
    await life.clock.advance(180_000)
    expect(dockerCalls()).toEqual(Array.from({ length: 3 }, () => 'restart -t 20 kokoro'))
    expect(told().filter((type) => type === 'heal_exhausted')).toHaveLength(1)
  })

  test('one that mends by a restart is mended once', async () => {
    await begin(voices)
    const { id } = await add('tts', { container: 'kokoro' })
    await until(id, (one) => one.state === 'answering')
    life.world.setFault({ name: 'F31', node: 'spark-2', forMs: 400_000 })
    await until(id, (one) => one.state === 'unreachable')
    expect(life.graph.status.status().attention.map(({ code }) => code)).toContain('service_unwell')
    await life.clock.until(() => dockerCalls().length > 0, 600_000)
    await until(id, (one) => one.act === null && one.state === 'answering', 3_600_000)
    expect(told()).not.toContain('heal_exhausted')
  })

  test("never under somebody else's reservation", async () => {
    await begin(voices)
    const { id } = await add('tts', { container: 'kokoro' })
    await until(id, (one) => one.state === 'answering')
    life.graph.lock.take({ holder: 'recap', reason: 'nightly', ttlSeconds: 3600 })
    life.world.setFault({ name: 'F31', node: 'spark-2' })
    await life.clock.advance(180_000)
    expect(services().find(id).state).toBe('unreachable')
    expect(dockerCalls()).toEqual([])
  })
})

describe('the list', () => {
  test('finds what looks like a service, and adds it as it was found', async () => {
    await begin(voices, vectors)
    const found = await settled(services().candidates())
    expect(found.map(({ kind, container, machine, port }) => [kind, container, machine.name, port])).toEqual([
      ['tts', 'kokoro', 'spark-2', 8880],
      ['qdrant', 'qdrant', 'spark-2', 6333],
    ])
    await add('tts', { container: 'kokoro' })
    expect((await settled(services().candidates())).map(({ kind }) => kind)).toEqual(['qdrant'])
    await expect(add('stt', { port: 8880 })).rejects.toThrow('is in the list already')
  })

  test('takes a model server by its address, and only at home', async () => {
    await begin()
    const { id } = await services().add({ kind: 'vllm', address: '192.168.7.9', port: 8000 }, 'owner')
    expect(services().find(id)).toMatchObject({ machine: null, acts: [], url: 'http://192.168.7.9:8000' })
  })

  test('what is switched off is not looked at, and what is removed leaves nothing behind', async () => {
    await begin(voices)
    const { id } = await add('tts', { container: 'kokoro', enabled: false })
    await life.clock.advance(60_000)
    expect(services().find(id)).toMatchObject({ state: 'unknown', checkedAt: null })
    await services().edit(id, { enabled: true }, 'owner')
    await until(id, (one) => one.state === 'answering')
    services().remove(id, 'owner')
    expect(services().list()).toEqual([])
    expect(() => services().find(id)).toThrow('There is no')
    await life.clock.advance(60_000)
  })

  test('an act that was under way when the appliance died is taken up, and its command runs once', async () => {
    await begin({ ...voices, loadMs: 60_000 })
    const { id } = await add('tts', { container: 'kokoro' })
    await until(id, (one) => one.state === 'answering')
    await act(id, 'restart')
    await life.clock.advance(500)
    life = await life.rise()
    await until(id, (one) => one.act === null && one.state === 'answering', 3_600_000)
    expect(
      services()
        .history(id)
        .acts.map(({ state }) => state),
    ).toEqual(['succeeded'])
    expect(dockerCalls()).toEqual(['restart -t 20 kokoro'])
  })
})
