// Looks at every service by the clock, each by itself: one that hangs delays no other. Keeps what the looks showed, and tells of changes.

import { type Service, serviceKindRows } from '../domain/service.ts'
import { containerSight } from '../domain/service-container.ts'
import { afterSight, type DoorSight, noHealth, type Sight, wordOf } from '../domain/service-health.ts'
import { type KindRequests, kindRequests } from '../domain/service-requests.ts'
import type { ServiceState } from '../domain/words.ts'
import { everyBySetting } from './clockwork.ts'
import type { Fleet } from './fleet.ts'
import { managedServices } from './managed-services.ts'
import type { Clock, Log } from './ports.ts'
import type { Proof, ServiceKnown } from './service-looks.ts'
import type { ServiceDoors, ServiceStore } from './service-ports.ts'
import { serviceSentence } from './service-words.ts'
import type { EventsUse, SettingsUse } from './use-cases.ts'

export interface ServiceWatchNeeds {
  readonly clock: Clock
  readonly doors: ServiceDoors
  readonly fleet: Pick<Fleet, 'views' | 'onObserved'>
  readonly store: Pick<ServiceStore, 'list' | 'changes' | 'addChange'>
  readonly settings: Pick<SettingsUse, 'get' | 'watch'>
  readonly events: Pick<EventsUse, 'append'>
  readonly log: Log
}

interface Watched {
  known: ServiceKnown
  readonly life: AbortController
  looking: Promise<void> | null
  /** The word that was last written down. */
  told: ServiceState | null
}

interface Deeper {
  readonly service: Service
  readonly address: string
  readonly watched: Watched
  readonly health: DoorSight
  readonly more: { readonly models?: readonly string[]; readonly says: string | null }
}

const nothingKnown: ServiceKnown = { signs: noHealth, models: [], says: null, proof: null, provedAt: null }
/** States that last; the others are on the way to one of these, and busy is no news. */
const lasting: Readonly<Partial<Record<ServiceState, ServiceState>>> = {
  answering: 'answering',
  busy: 'answering',
  degraded: 'degraded',
  stopped: 'stopped',
  unreachable: 'unreachable',
}
const leastFreshMs = 45_000

export type ServiceWatch = ReturnType<typeof createServiceWatch>

export function createServiceWatch(needs: ServiceWatchNeeds) {
  const { clock, store, fleet, events } = needs
  const all = new Map<string, Watched>()
  const listeners = new Set<(service: Service) => void>()
  let running: AbortSignal | null = null

  const freshMs = (): number => Math.max(leastFreshMs, needs.settings.get('services.pollSeconds') * 4000)
  const rowOf = (id: string): Service | undefined => store.list().find((one) => one.id === id)
  const knownOf = (id: string): ServiceKnown => all.get(id)?.known ?? nothingKnown
  const stateOf = (service: Service): ServiceState => wordOf(knownOf(service.id).signs, clock.now(), freshMs())

  const machineOf = (service: Service) => fleet.views().find((view) => view.machine.id === service.machine)

  /** Where its door is; null: its machine is not in the list any more. */
  const addressOf = (service: Service): string | null =>
    service.machine === null ? service.address : (machineOf(service)?.machine.address ?? null)

  const tellChange = (service: Service, watched: Watched): void => {
    const word = lasting[stateOf(service)]
    if (word === undefined || word === watched.told) return
    watched.told ??= store.changes(service.id, 1)[0]?.state ?? null
    const before = watched.told
    if (word === before) return
    const sentence = serviceSentence({ service, known: watched.known, state: word, machine: machineOf(service) })
    store.addChange(service.id, { at: clock.now(), state: word, sentence })
    watched.told = word
    // That something answers which nobody had seen before is no news; everything else is.
    if (before === null && word === 'answering') return
    events.append('service_state_changed', { service: service.id, name: service.name, kind: service.kind, state: word, sentence })
  }

  const see = (service: Service, watched: Watched, sight: Sight, more: Partial<Omit<ServiceKnown, 'signs'>> = {}): void => {
    const { startMs } = serviceKindRows[service.kind]
    watched.known = { ...watched.known, ...more, signs: afterSight(watched.known.signs, sight, { startMs }) }
    try {
      tellChange(service, watched)
    } finally {
      for (const listener of listeners) listener(service)
      events.append('service_observed', { service: service.id, name: service.name })
    }
  }

  /** A service that was never proved, or was not well, owes a real request: a health answer alone says too little. */
  const owesProof = (service: Service, { known }: Watched): boolean => {
    const { proveEveryMs }: KindRequests = kindRequests[service.kind]
    if (proveEveryMs === null) return false
    const { provedAt, signs } = known
    return provedAt === null || signs.failures > 0 || signs.door?.end !== 'answered' || clock.now() - provedAt >= proveEveryMs
  }

  const look = async (id: string, watched: Watched): Promise<void> => {
    const service = rowOf(id)
    const signal = watched.life.signal
    const address = service === undefined ? null : addressOf(service)
    if (service === undefined || address === null || signal.aborted) return
    const owed = owesProof(service, watched)
    const { sight, models, says } = await managedServices[service.kind].probe(needs, { service, address }, signal)
    if (signal.aborted) return
    const more = { ...(models.length > 0 ? { models } : {}), says }
    if (owed && sight.end === 'answered') await lookDeeper({ service, address, watched, health: sight, more })
    else see(service, watched, { of: 'door', door: sight }, more)
  }

  /** The figures are the health look's, the verdict is the real request's. */
  const lookDeeper = async ({ service, address, watched, health, more }: Deeper): Promise<void> => {
    const { signal } = watched.life
    const model = more.models?.[0] ?? watched.known.models[0] ?? null
    const proof = await managedServices[service.kind].prove(needs, { service, address, model }, signal)
    if (signal.aborted) return
    const well = proof.sight.end === 'answered'
    const { counter, running: inProgress, waiting } = health
    const door = well ? { ...health, at: proof.sight.at } : { ...proof.sight, counter, running: inProgress, waiting }
    see(service, watched, { of: 'door', door }, { ...more, proof, ...(well ? { provedAt: proof.sight.at } : {}) })
  }

  /** Looks that run at the same time are one. */
  const lookOnce = (id: string, watched: Watched): Promise<void> => {
    watched.looking ??= look(id, watched)
      .catch((error: unknown) => needs.log.error('looking at a service failed', { service: id, error }))
      .finally(() => {
        watched.looking = null
      })
    return watched.looking
  }

  const seeContainer = (service: Service): void => {
    const watched = all.get(service.id)
    const view = machineOf(service)
    const sight = view === undefined ? null : containerSight(view, service.container)
    if (watched === undefined || sight === null || !service.enabled || watched.known.signs.container?.at === sight.at) return
    see(service, watched, { of: 'container', container: sight })
  }

  const follow = (service: Service): void => {
    if (running === null || running.aborted) return
    all.get(service.id)?.life.abort()
    const watched: Watched = { known: nothingKnown, life: new AbortController(), looking: null, told: null }
    all.set(service.id, watched)
    if (!service.enabled) {
      see(service, watched, { of: 'switch', at: clock.now(), enabled: false })
      return
    }
    seeContainer(service)
    void lookOnce(service.id, watched)
    everyBySetting(needs, 'services.pollSeconds', () => lookOnce(service.id, watched), AbortSignal.any([running, watched.life.signal]))
  }

  return {
    known: knownOf,
    state: stateOf,
    addressOf,
    freshMs,

    /** A row is new or another one: what was known of it counts no more. */
    follow,

    forget(id: string): void {
      all.get(id)?.life.abort()
      all.delete(id)
    },

    /** One look that begins now. */
    async lookNow(service: Service): Promise<void> {
      const watched = all.get(service.id)
      if (watched === undefined) return
      await watched.looking
      await lookOnce(service.id, watched)
    },

    /** One real request now; what it shows counts as a look. */
    async prove(service: Service, signal: AbortSignal): Promise<Proof | null> {
      const watched = all.get(service.id)
      const address = addressOf(service)
      if (watched === undefined || address === null) return null
      const managed = managedServices[service.kind]
      const model = watched.known.models[0] ?? (await managed.probe(needs, { service, address }, signal)).models[0] ?? null
      const proof = await managed.prove(needs, { service, address, model }, AbortSignal.any([signal, watched.life.signal]))
      if (signal.aborted || watched.life.signal.aborted) return proof
      const provedAt = proof.sight.end === 'answered' ? proof.sight.at : watched.known.provedAt
      if (service.enabled) see(service, watched, { of: 'door', door: proof.sight }, { proof, provedAt })
      return proof
    },

    /** Somebody started or stopped it from here. */
    acted(service: Service, what: 'start' | 'stop'): void {
      const watched = all.get(service.id)
      if (watched !== undefined && service.enabled) see(service, watched, { of: 'act', at: clock.now(), what }, { provedAt: null })
    },

    start(signal: AbortSignal): void {
      running = signal
      for (const service of store.list()) follow(service)
      const off = fleet.onObserved((machine) => {
        for (const service of store.list()) if (service.machine === machine) seeContainer(service)
      })
      signal.addEventListener(
        'abort',
        () => {
          off()
          for (const { life } of all.values()) life.abort()
        },
        { once: true },
      )
    },

    /** Called after everything that was seen of a service. */
    onSeen(listener: (service: Service) => void): () => void {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
