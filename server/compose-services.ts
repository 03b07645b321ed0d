// The services beside the model: looks, acts, healing, and what is offered of them.
import { elsewhereView } from './app/engine-view.ts'
import type { Fleet } from './app/fleet.ts'
import type { Lock } from './app/lock.ts'
import type { Pressures } from './app/pressure.ts'
import { createServiceActs } from './app/service-acts.ts'
import { createServiceCandidates } from './app/service-candidates.ts'
import { createServiceHealing } from './app/service-healing.ts'
import { createServicePressure } from './app/service-pressure.ts'
import { createServiceSeeds } from './app/service-seeds.ts'
import { createServiceWatch } from './app/service-watch.ts'
import { createServices, type Services } from './app/services.ts'
import type { EventsUse, SettingsUse } from './app/use-cases.ts'
import type { EngineView } from './contract/operations/shapes.ts'
import type { Job } from './jobs.ts'
import type { Adapters } from './world.ts'

export interface ServicesGround {
  readonly world: Adapters
  readonly events: EventsUse
  readonly settings: SettingsUse
  readonly fleet: Fleet
  readonly lock: Lock
  readonly pressure: Pressures
  readonly shutdown: AbortSignal
}

export function composeServices({ world, events, settings, fleet, lock, pressure, shutdown }: ServicesGround) {
  const { clock, env, ids, log, stores, sparks, serviceDoors: doors } = world
  const store = stores.services
  const watch = createServiceWatch({ clock, doors, fleet, store, settings, events, log })
  const acts = createServiceActs({ clock, ids, sparks, store: stores, fleet, watch, lock, settings, events, log, shutdown })
  const healing = createServiceHealing({ clock, ids, store: stores, fleet, watch, acts, lock, events, log })
  const relief = createServicePressure({ clock, store, fleet, watch, acts, pressure, events, log })
  const candidates = createServiceCandidates({ doors, fleet, store, settings })
  const services: Services = createServices({ clock, ids, store, doors, fleet, watch, acts, candidates, settings, events })
  const seeds = createServiceSeeds({ clock, env, store, waiting: stores.namedMachines, fleet, candidates, services, settings, log })
  const jobs: readonly Job[] = [
    { owner: 'service-healing', does: 'restarts services that may be', every: 'after each look', start: healing.start },
    { owner: 'service-pressure', does: 'stops services that may be when memory runs out', every: 'at each level', start: relief.start },
    { owner: 'service-watch', does: 'looks at services', every: 'services.pollSeconds', start: watch.start },
    { owner: 'service-seeds', does: 'takes over services of an earlier installation, once', every: 'after each look', start: seeds.start },
    { owner: 'service-acts', does: 'takes up acts that were under way', every: 'at start', start: () => acts.recover() },
  ]
  /** Model servers that are known by their address alone. */
  const elsewhere = (): EngineView[] =>
    services
      .list()
      .filter(({ kind, machine, address, enabled }) => kind === 'vllm' && machine === null && address !== null && enabled)
      .map(elsewhereView)
  return { services, elsewhere, attention: healing.attention, jobs, settled: acts.settled }
}
