// What is watched of the machines from second to second, and what it says of them.
import type { EngineWatch } from './app/engine-watch.ts'
import type { Events } from './app/events.ts'
import type { Fleet } from './app/fleet.ts'
import type { Health } from './app/health.ts'
import { createPressure } from './app/pressure.ts'
import { createPressureGround } from './app/pressure-ground.ts'
import { createStreams } from './app/streams.ts'
import type { measuredBy } from './app/swap-measure.ts'
import type { Adapters } from './world.ts'

export interface PressureGroundNeeds {
  readonly world: Adapters
  readonly events: Events
  readonly fleet: Fleet
  readonly watch: EngineWatch
  readonly health: Health
  readonly measured: ReturnType<typeof measuredBy>
}

export function composePressure({ world, events, fleet, watch, health, measured }: PressureGroundNeeds) {
  const { clock, log, stores, sparks } = world
  const streams = createStreams({ clock, sparks, store: stores.machines, log })
  const groundOf = createPressureGround({ clock, fleet, watch, health, store: stores, measured })
  const pressure = createPressure({ clock, streams, store: stores, groundOf, events, log })
  // A look pins the key of a new machine; from then on it can be followed.
  fleet.onObserved(streams.sync)
  return { streams, pressure }
}
