// Services of an earlier installation: the names of its environment, a whole house, virtual time, restarts.
import { afterEach, expect, test } from 'vitest'
import type { ServiceView } from '../../server/contract/operations/service-shapes.ts'
import { type Life, startLife } from '../fakes/appliance.ts'
import { demoNodes } from '../sim/core/demo-world.ts'
import type { SimService } from '../sim/core/service.ts'

const voices: SimService = { name: 'kokoro', kind: 'tts', image: 'example/kokoro:1', port: 8880, bytes: 3e9 }
const speech: SimService = { name: 'parakeet', kind: 'stt', image: 'example/parakeet:1', port: 9001, bytes: 3e9, hostNetwork: true }
const vectors: SimService = { name: 'qdrant', kind: 'qdrant', image: 'qdrant/qdrant:v1.19', port: 6333, bytes: 5e8 }

let life: Life
afterEach(() => life?.close())

const begin = async (env: Record<string, string>, first: readonly SimService[], second: readonly SimService[]): Promise<void> => {
  life = await startLife(
    demoNodes().map((node, at) => ({ ...node, services: at === 0 ? first : second })),
    { env },
  )
}
const list = (): ServiceView[] => life.graph.services.list()
const rows = () => list().map(({ kind, machine, port, container }) => [kind, machine?.name, port, container])
const told = (): string[] => life.graph.events.recent(50, 'service').map(({ sentence }) => sentence)

test('each becomes one row where it is found, is announced, and is looked at like any other', async () => {
  await begin({ PARAKEET_PORT: '9001', KOKORO_PORT: '8880', QDRANT_PORT: '6333' }, [vectors], [voices, speech])
  await life.clock.until(() => list().length === 3 && list().every(({ state }) => state === 'answering'), 120_000)
  expect(rows().toSorted()).toEqual([
    ['qdrant', 'spark-1', 6333, 'qdrant'],
    ['stt', 'spark-2', 9001, 'parakeet'],
    ['tts', 'spark-2', 8880, 'kokoro'],
  ])
  expect(told()).toContain(
    'Text to speech was taken over from an earlier installation (KOKORO_PORT): it is at port 8880 of spark-2. It is restarted or stopped by itself only if you allow that on its page.',
  )
  expect(life.graph.settings.get('services.speechPort')).toBe(9001)
  expect(list().map(({ heal, mayShed }) => [heal, mayShed])).toEqual(Array.from({ length: 3 }, () => ['manual', false]))
})

test('once: what the owner removed or moved stays so, also after a restart', async () => {
  await begin({ KOKORO_PORT: '8880', QDRANT_PORT: '6333' }, [vectors], [voices])
  await life.clock.until(() => list().length === 2, 120_000)
  const [tts, qdrant] = ['tts', 'qdrant'].map((kind) => list().find((one) => one.kind === kind)?.id ?? '')
  life.graph.services.remove(tts ?? '', 'owner')
  await life.graph.services.edit(qdrant ?? '', { port: 6335, enabled: false }, 'owner')
  life = await life.rise()
  await life.clock.advance(300_000)
  expect(rows()).toEqual([['qdrant', 'spark-1', 6335, 'qdrant']])
})

test('what is found nowhere is told so and put on the first Spark, but only once every Spark was asked', async () => {
  await begin({ KOKORO_PORT: '8880' }, [], [])
  await life.clock.advance(60_000)
  expect(rows()).toEqual([])
  await life.clock.until(() => list().length === 1, 300_000)
  expect(rows()).toEqual([['tts', 'spark-1', 8880, null]])
  expect(told().join()).toContain('nothing answers at port 8880 anywhere, so spark-1 is taken to be its place.')
})

test('a Spark that is off, or has no address yet, may be the one: nothing is assumed', async () => {
  await begin({ KOKORO_PORT: '8880', SPARK3_HOST: 'spark-3.local' }, [], [])
  await life.clock.advance(300_000)
  expect(rows()).toEqual([])
  life.world.freeze('spark-2', 6_000_000)
  await life.clock.advance(60_000)
  life.graph.namedMachines.forget(life.graph.namedMachines.list()[0]?.id ?? '')
  await life.clock.advance(300_000)
  expect(rows()).toEqual([])
})

test('what stands still is found by its container, and what was not wanted is never made', async () => {
  const env = { KOKORO_PORT: '8880', QDRANT_PORT: '6333', DISABLED_SERVICES: 'qdrant, some-bot' }
  await begin(env, [vectors], [{ ...voices, state: 'exited' }])
  await life.clock.until(() => list().length === 1, 120_000)
  expect(rows()).toEqual([['tts', 'spark-2', 8880, 'kokoro']])
  life.graph.settings.change('services.notWanted', [], undefined, 'owner')
  life = await life.rise()
  await life.clock.advance(300_000)
  expect(rows()).toHaveLength(1)
})

test('a kind that is there already, and one that nobody named, are left alone', async () => {
  await begin({ KOKORO_PORT: '8880' }, [], [voices, vectors])
  const machine = life.graph.machines.list()[1]?.id ?? ''
  if (list().length === 0) await life.graph.services.add({ kind: 'tts', machine, port: 8881 }, 'owner')
  await life.clock.advance(300_000)
  expect(list().map(({ kind }) => kind)).toEqual(['tts'])
})

test("somebody's container that only publishes the port is looked at, and is not named as the one to start or stop", async () => {
  await begin({ KOKORO_PORT: '8880' }, [], [{ ...voices, name: 'comfy', image: 'example/comfy:1' }])
  await life.clock.until(() => list().length === 1, 120_000)
  expect(rows()).toEqual([['tts', 'spark-2', 8880, null]])
  expect(list()[0]?.acts).toEqual([])
})
