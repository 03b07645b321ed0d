import { afterEach, beforeEach, expect, test } from 'vitest'
import type { LevelChange } from '../../server/app/pressure.ts'
import { createServicePressure } from '../../server/app/service-pressure.ts'
import type { ServiceActAsk } from '../../server/app/service-use.ts'
import type { PressureLevel } from '../../server/domain/pressure-level.ts'
import { type Service, type ServiceKind, serviceKindRows } from '../../server/domain/service.ts'
import type { ServiceAct } from '../../server/domain/service-act.ts'
import { createFakeClock } from '../fakes/clock.ts'
import { createFakeLog } from '../fakes/log.ts'

const serviceOf = (kind: ServiceKind): Service => ({
  id: kind,
  kind,
  name: serviceKindRows[kind].word,
  machine: 'm1',
  address: null,
  secure: false,
  port: 1,
  container: kind,
  path: null,
  enabled: true,
  heal: 'manual',
  mayShed: true,
  footprintBytes: 4e9,
  updateProgram: null,
  addedAt: 0,
})

const clock = createFakeClock()
let life: AbortController
let level: PressureLevel
let available: number
let done: { kind: string; service: string; ask: ServiceActAsk }[]
let told: string[]
let tell: (to: PressureLevel) => void

/** `frees`: what a stop gives back, bytes. */
function begin(kinds: readonly ServiceKind[], frees: number): void {
  const acts = new Map<string, ServiceAct>()
  const listeners: ((change: LevelChange) => void)[] = []
  const services = kinds.map(serviceOf)
  const isUp = (id: string): boolean => acts.get(id)?.kind !== 'stop'
  const relief = createServicePressure({
    clock,
    log: createFakeLog(),
    events: { append: (type) => void told.push(type) },
    fleet: { views: () => [], onObserved: () => () => undefined },
    watch: { state: ({ id }) => (isUp(id) ? 'answering' : 'stopped') },
    store: { list: () => services, liveActs: () => [], acts: (id) => [acts.get(id)].filter((act) => act !== undefined) },
    pressure: {
      levelOf: () => level,
      readingOf: () => ({ availableBytes: available }) as never,
      onChange: (listener) => void listeners.push(listener),
    },
    acts: {
      begin: async (service, ask) => {
        const act = { kind: ask.kind, requestedBy: ask.requestedBy, state: 'succeeded' } as ServiceAct
        acts.set(service.id, act)
        done.push({ kind: ask.kind, service: service.id, ask })
        if (ask.kind === 'stop') available += frees
        return act
      },
    },
  })
  relief.start(life.signal)
  tell = (to) => {
    const from = level
    level = to
    for (const listener of listeners) listener({ machine: 'm1', from, to, at: clock.now(), why: [] })
  }
}

beforeEach(() => {
  life = new AbortController()
  level = 'normal'
  available = 2e9
  done = []
  told = []
})
afterEach(() => life.abort())

const stopped = (): string[] => done.filter(({ kind }) => kind === 'stop').map(({ service }) => service)

test('the least important goes first, one at a time, and nothing more once the machine has breath', async () => {
  begin(['tts', 'stt', 'embed', 'qdrant', 'redact', 'vllm'], 4e9)
  tell('critical')
  await clock.advance(1000)
  expect(stopped()).toEqual(['embed'])
  expect(done[0]?.ask).toMatchObject({ despiteLock: true, requestedBy: { kind: 'system' } })
  tell('high')
  await clock.advance(60_000)
  expect(stopped()).toEqual(['embed'])
  expect(told).toEqual(['service_shed'])
})

test('what stays critical takes the next, and never what is kept', async () => {
  begin(['tts', 'embed', 'qdrant', 'redact', 'vllm', 'audio'], 4e9)
  tell('critical')
  await clock.advance(120_000)
  expect(stopped()).toEqual(['embed', 'tts'])
})

test('a stop that gives nothing back is said, once an episode', async () => {
  begin(['tts', 'stt', 'embed'], 0)
  tell('critical')
  await clock.advance(120_000)
  expect(told.filter((type) => type === 'shed_ineffective')).toHaveLength(1)
})

test('no level below critical stops anything, and a level that is not known does not either', async () => {
  begin(['tts', 'embed'], 4e9)
  for (const to of ['warning', 'high', 'unknown', 'normal'] as const) tell(to)
  await clock.advance(60_000)
  expect(done).toEqual([])
})

test('what was stopped for its memory comes back when the machine is well, and not before', async () => {
  begin(['embed'], 4e9)
  tell('critical')
  await clock.advance(30_000)
  tell('warning')
  await clock.advance(30_000)
  expect(done.map(({ kind }) => kind)).toEqual(['stop'])
  tell('normal')
  await clock.advance(1000)
  expect(done.map(({ kind }) => kind)).toEqual(['stop', 'start'])
  expect(done[1]?.ask.despiteLock).toBeUndefined()
})
