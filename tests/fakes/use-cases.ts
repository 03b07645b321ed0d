// An appliance in memory behind the UseCases interface: small, honest, enough to see what the edge makes of its answers.
import type { PassedAnswer, PassedRequest } from '../../server/app/engine-ports.ts'
import type { StoredEvent } from '../../server/app/ports.ts'
import type { UseCases } from '../../server/app/use-cases.ts'
import { SparkError } from '../../server/contract/errors.ts'
import { type EventType, events as eventRows, quietEvents } from '../../server/contract/events.ts'
import { connectivitySample, historySample } from '../../server/contract/operations/connectivity.ts'
import {
  freeLockSample,
  machineSample,
  modelSample,
  planSample,
  recipeSample,
  removalPlanSample,
  statusSample,
  swapSample,
  versionSample,
} from '../../server/contract/operations/samples.ts'
import type { EventView, LockView, MachineShape, SwapView } from '../../server/contract/operations/shapes.ts'
import { fakeAccess } from './access.ts'
import { fakeBots } from './bots.ts'
import { createFakeClock } from './clock.ts'
import { fakeDownloads } from './downloads.ts'
import { createFakeIds } from './ids.ts'
import { createFakeLog } from './log.ts'
import { fakeLogs } from './logs.ts'
import { fakeMachineFacts } from './machine-facts.ts'
import { fakeSchedules } from './schedules.ts'
import { fakeServices } from './services.ts'
import { fakeSettings } from './settings.ts'
import { draftSample } from './view-samples-of-recipes.ts'
import { fakeWebhooks } from './webhooks.ts'

export interface FakeUseCases extends UseCases {
  /** What the edge asked for, in order. */
  readonly asked: { readonly what: string; readonly ask: unknown }[]
  /** Thrown by the next call that does something, once. */
  failNextWith(failure: unknown): void
  setReady(ready: boolean): void
  setPlanFingerprint(fingerprint: string): void
  answerChat(answer: (request: PassedRequest) => Promise<PassedAnswer>): void
}

type FakeDoor = Partial<Omit<Parameters<typeof fakeAccess>[0], 'settings'>>

function fakeEvents(): UseCases['events'] {
  const rows: EventView[] = []
  const listeners = new Set<(event: StoredEvent) => void>()
  const keep = (type: EventType, payload: Record<string, unknown>): StoredEvent => {
    const row = eventRows[type] as unknown as { kind: string; sentence: (payload: unknown) => string }
    const id = rows.length + 1
    rows.push({ id, type, at: '2026-01-01T00:00:00.000Z', kind: row.kind, sentence: row.sentence(payload), payload })
    return { id, type, at: 0, payload }
  }
  const nudge = (event: StoredEvent): void => {
    for (const listener of listeners) listener(event)
  }
  return {
    append: (type, payload) => nudge(keep(type, payload)),
    stage(type, payload) {
      const event = keep(type, payload)
      return { nudge: () => nudge(event) }
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    after: (id, limit, types) =>
      rows
        .filter((row) => row.id > id && (types === undefined || types.includes(row.type)))
        .slice(0, limit)
        .map((row) => ({ ...row, cursor: String(row.id) })),
    placeOf(cursor) {
      const id = Number(cursor)
      if (!Number.isInteger(id)) throw new SparkError('invalid_request', { why: 'after' })
      if (id > rows.length) throw new SparkError('events_cursor_unknown', { cursor, end: String(rows.length) })
      return id
    },
    page(cursor, limit, types) {
      const found = this.after(this.placeOf(cursor), limit, types).map(({ cursor: _, ...event }) => event)
      return { events: found, next: String(found.length === limit ? found.at(-1)?.id : rows.length), dropped: 0 }
    },
    recent: (limit) =>
      rows
        .filter((row) => !quietEvents.includes(row.type as EventType))
        .slice(-limit)
        .reverse(),
    last: () => rows.length,
  }
}

function fakeLock(): UseCases['lock'] {
  let held: { view: LockView; token: string } | null = null
  const owned = (token: string | undefined): { view: LockView; token: string } => {
    if (held === null) throw new SparkError('lock_not_held', {})
    if (token !== held.token) throw new SparkError('lock_token_wrong', {})
    return held
  }
  return {
    find: () => held?.view ?? freeLockSample,
    take({ holder, reason }) {
      if (held !== null)
        throw new SparkError('swap_locked', {
          holder: held.view.holder ?? '',
          reason: held.view.reason ?? '',
          until: null,
          retryAfterSeconds: 59.2,
        })
      const since = '2026-01-01T00:00:00.000Z'
      held = { token: 'f00d', view: { ...freeLockSample, locked: true, by: 'reservation', holder, reason, since, until: since } }
      return { ...held.view, token: held.token }
    },
    renew: (token) => owned(token).view,
    release({ token, breakLock }) {
      if (breakLock !== true) owned(token)
      held = null
      return freeLockSample
    },
  }
}

/** A fresh appliance: one machine, one model, nothing switching. Its way in is the real one. */
export function createFakeUseCases(door: FakeDoor = {}): FakeUseCases {
  const kept = fakeSettings()
  const asked: { what: string; ask: unknown }[] = []
  const machines = new Map<string, MachineShape>([[machineSample.id, machineSample]])
  const swaps = new Map<string, SwapView>()
  let failure: unknown
  let ready = true
  let plan = planSample
  let chat: (request: PassedRequest) => Promise<PassedAnswer> = async () => {
    throw new SparkError('engine_stopped', { retryAfterSeconds: 30 })
  }
  const note = (what: string, ask: unknown): void => {
    asked.push({ what, ask })
    const thrown = failure
    failure = undefined
    if (thrown !== undefined) throw thrown
  }
  const machine = (id: string): MachineShape => {
    const found = machines.get(id)
    if (found === undefined) throw new SparkError('not_found', { what: `machine "${id}"` })
    return found
  }
  const swap = (id: string): SwapView => {
    const found = swaps.get(id)
    if (found === undefined) throw new SparkError('not_found', { what: `switch "${id}"` })
    return found
  }
  const live = (): SwapView | null => [...swaps.values()].find((one) => one.state === 'running') ?? null
  const begin = (change: Partial<SwapView>): SwapView => {
    const running = live()
    if (running !== null) throw new SparkError('swap_running', { swap: running.id, model: running.model, retryAfterSeconds: 30 })
    const id = `swap${swaps.size + 1}`
    const begun = { ...swapSample, ...change, id }
    swaps.set(id, begun)
    return begun
  }

  return {
    asked,
    failNextWith: (thrown) => {
      failure = thrown
    },
    setReady: (now) => {
      ready = now
    },
    setPlanFingerprint: (fingerprint) => {
      plan = { ...plan, fingerprint }
    },
    answerChat: (answer) => {
      chat = answer
    },
    access: fakeAccess({ clock: createFakeClock(), ids: createFakeIds('u'), log: createFakeLog(), ...door, settings: kept.settings }),
    ...kept,
    namedMachines: {
      list: () => [],
      place: async () => machineSample,
      forget: (id) => note('namedMachines.forget', id),
    },
    schedules: fakeSchedules(note),
    services: fakeServices(note),
    events: fakeEvents(),
    watching: {
      connectivity: (id) => ({ ...connectivitySample, machine: machine(id).id }),
      history: (id, span) => ({ ...historySample, machine: machine(id).id, span }),
    },
    machines: {
      list: () => [...machines.values()],
      find: machine,
      publicKey: () => 'ssh-ed25519 AAAA spark-control',
      async add(edit) {
        note('machines.add', edit)
        const added = {
          ...machineSample,
          id: `machine${machines.size}`,
          name: edit.name ?? edit.address,
          address: edit.address,
          user: edit.user,
        }
        machines.set(added.id, added)
        return added
      },
      async edit(id, edit) {
        note('machines.edit', edit)
        const edited = { ...machine(id), name: edit.name ?? machine(id).name }
        machines.set(id, edited)
        return edited
      },
      remove(id) {
        note('machines.remove', id)
        machine(id)
        machines.delete(id)
      },
      async check(id) {
        note('machines.check', id)
        return machine(id)
      },
      async survey(id) {
        note('machines.survey', id)
        return { machine: machine(id).id, rows: [], peers: [] }
      },
      async acceptHostKey(id, fingerprint) {
        note('machines.acceptHostKey', { id, fingerprint })
        return { ...machine(id), hostKey: fingerprint }
      },
    },
    machineFacts: fakeMachineFacts(note, machine),
    models: {
      list: () => [modelSample],
      find(id) {
        if (id !== modelSample.id) throw new SparkError('model_unknown', { model: id })
        return modelSample
      },
      scan: async () => [modelSample],
      recipesOf: () => [recipeSample],
    },
    recipes: {
      list: () => ({ recipes: [recipeSample], problems: [], left: [] }),
      async save({ draft, ...how }) {
        note('recipes.save', { ...draft, ...how })
        return { ...recipeSample, id: 'owner:mine', source: 'owner', ...draft, flags: [...draft.flags], env: { ...draft.env } }
      },
      check(model, what) {
        note('recipes.check', { model, what })
        return { troubles: [], memory: null }
      },
      async remove(id, how) {
        note('recipes.remove', { id, how })
      },
      versions: () => [versionSample],
      async goBack(id, to, how) {
        note('recipes.goBack', { id, to, how })
        return { ...recipeSample, id, source: 'owner' }
      },
      gone: () => [],
      drafts: {
        show: () => draftSample,
        edit(ask, change) {
          note('drafts.edit', { ask, change })
          return draftSample
        },
        open: () => [],
        forget: (id) => note('drafts.forget', id),
        async save(id, how) {
          note('drafts.save', { id, how })
          return { ...recipeSample, id: 'owner:mine', source: 'owner' }
        },
      },
      confirm(id, by) {
        note('recipes.confirm', { id, by })
        if (id !== recipeSample.id) throw new SparkError('recipe_unknown', { recipe: id })
        return { ...recipeSample, confirmed: true }
      },
    },
    ...fakeDownloads(note),
    plans: {
      async preview(ask) {
        note('plans.preview', ask)
        return { ...plan, model: ask.model }
      },
      async previewRemoval(engine, machines) {
        note('plans.previewRemoval', { engine, machines })
        return removalPlanSample
      },
    },
    swaps: {
      async start(ask) {
        note('swaps.start', ask)
        if (ask.fingerprint !== undefined && ask.fingerprint !== plan.fingerprint) throw new SparkError('plan_stale', {})
        return begin({ model: ask.model, requestedBy: ask.requestedBy, why: ask.why ?? null })
      },
      async stop(ask) {
        note('swaps.stop', ask)
        return begin({ model: null, modelName: 'Nothing', requestedBy: ask.requestedBy })
      },
      async remove(ask) {
        note('swaps.remove', ask)
        return begin({ model: null, modelName: 'Nothing', removes: 'vllm_node on spark-1', requestedBy: ask.requestedBy })
      },
      find: swap,
      current: () => live(),
      recent: (limit) => [...swaps.values()].reverse().slice(0, limit),
      cancel(id, by) {
        note('swaps.cancel', { id, by })
        const found = swap(id)
        if (found.state !== 'running') throw new SparkError('swap_not_cancellable', { ended: true })
        const cancelled: SwapView = { ...found, state: 'cancelled' }
        swaps.set(id, cancelled)
        return cancelled
      },
      log(id, after) {
        swap(id)
        return [{ number: after + 1, at: '2026-01-01T00:00:00.000Z', text: 'Loading' }]
      },
    },
    lock: fakeLock(),
    status: {
      status: () => statusSample,
      engine(id = 'main') {
        const found = statusSample.clusters[0]?.engines.find((engine) => engine.id === id)
        if (found === undefined) throw new SparkError('engine_unknown', { engine: id })
        return found
      },
    },
    chat: {
      async pass(request) {
        note('chat.pass', { method: request.method, path: request.path, headers: request.headers })
        return chat(request)
      },
      inFlight: () => 0,
    },
    storage: {
      async backUp() {
        note('storage.backUp', null)
        return { name: 'spark-control-20260101T000000Z.sqlite', path: '/data/backups/spark-control-20260101T000000Z.sqlite', sizeBytes: 6 }
      },
      readBackup: () => new TextEncoder().encode('SQLite'),
    },
    ...fakeWebhooks(note),
    logs: fakeLogs(machine),
    bots: fakeBots(note),
    isReady: () => ready,
    version: '0.1.0',
  }
}
