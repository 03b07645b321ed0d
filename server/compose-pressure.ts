// What is watched of the machines from second to second, and what it says of them.
import { createConnectivity } from './app/connectivity.ts'
import type { EngineWatch } from './app/engine-watch.ts'
import type { Events } from './app/events.ts'
import type { Fleet } from './app/fleet.ts'
import type { Health } from './app/health.ts'
import { createHistory } from './app/history.ts'
import { createPressure } from './app/pressure.ts'
import { createPressureGround } from './app/pressure-ground.ts'
import type { WatchingUse } from './app/pressure-use.ts'
import type { ServicesUse } from './app/service-use.ts'
import { createStreams } from './app/streams.ts'
import type { measuredBy } from './app/swap-measure.ts'
import type { SettingsUse } from './app/use-cases.ts'
import { whenAborted } from './app/when-aborted.ts'
import type { Declared } from './domain/plan-facts.ts'
import type { Adapters } from './world.ts'

export interface PressureGroundNeeds {
  readonly world: Adapters
  readonly events: Events
  readonly fleet: Fleet
  readonly watch: EngineWatch
  readonly health: Health
  readonly settings: Pick<SettingsUse, 'get'>
  readonly measured: ReturnType<typeof measuredBy>
}

export function composePressure({ world, events, fleet, watch, health, settings, measured }: PressureGroundNeeds) {
  const { clock, log, stores, sparks } = world
  const streams = createStreams({ clock, sparks, store: stores.machines, log })
  const groundOf = createPressureGround({ clock, fleet, watch, health, store: stores, measured })
  const pressure = createPressure({ clock, streams, store: stores, groundOf, events, log })
  const answeredHttp = (machine: string, from: number, to: number): boolean =>
    watch.sites().some((site) => {
      const goodAt = watch.signsAt(site).good?.at ?? Number.NEGATIVE_INFINITY
      return site.machine.id === machine && goodAt >= from && goodAt <= to
    })
  const own = world.ownWatch ?? { between: () => [] }
  const connectivity = createConnectivity({ clock, streams, store: stores.connectivity, own, answeredHttp })
  const viewOf = (machine: string) => fleet.views().find((view) => view.machine.id === machine)
  const pollMs = (): number => settings.get('machines.pollSeconds') * 1000
  const history = createHistory({ clock, store: stores.history, streams, viewOf, pollMs })
  const watching: WatchingUse = {
    connectivity: (machine) => connectivity.view(fleet.view(machine).machine.id),
    history: (machine, span) => history.view(fleet.view(machine).machine.id, span),
  }
  /** Streams begin after what an earlier life left open is closed. */
  const start = (signal: AbortSignal): void => {
    connectivity.start(signal)
    whenAborted(signal, history.close)
    streams.start(signal)
  }
  fleet.onObserved((machine) => {
    history.observe(machine)
    connectivity.keep()
  })
  // A look pins the key of a new machine; from then on it can be followed.
  fleet.onObserved(streams.sync)
  return { streams: { start }, pressure, watching }
}

/** Without one of these words it holds no memory, or nobody knows. */
const holdsMemory: ReadonlySet<string> = new Set(['answering', 'busy', 'starting', 'degraded'])

/** What runs beside the model on a machine and counts on memory there: for the ledger of plans. */
export function declaredBy(services: Pick<ServicesUse, 'list'>, machine: string): readonly Declared[] {
  return services
    .list()
    .filter((one) => one.machine?.id === machine && one.enabled && holdsMemory.has(one.state))
    .map(({ name, footprintBytes, state, act }) => ({
      name,
      steadyBytes: footprintBytes,
      coming: state === 'starting' || (act !== null && act.kind !== 'stop'),
    }))
}
