// Everything that runs by itself, in the order in which it begins. Each has one owner, which also knows its period.
import type { Discovery } from './app/discovery.ts'
import type { EngineWatch } from './app/engine-watch.ts'
import type { Fleet } from './app/fleet.ts'
import type { Health } from './app/health.ts'
import type { Inspections } from './app/inspections.ts'
import type { Observed } from './app/observed.ts'
import type { Clock } from './app/ports.ts'
import type { Recipes } from './app/recipes.ts'
import type { createScheduleRuns } from './app/schedule-runs.ts'
import type { Schedules } from './app/schedules.ts'
import type { Status } from './app/status.ts'
import type { Storage } from './app/storage.ts'
import type { LockUse } from './app/use-cases.ts'
import type { Webhooks } from './app/webhooks.ts'

export interface Job {
  readonly owner: string
  readonly does: string
  /** Setting in force at each round, or a fixed period in words. */
  readonly every: string
  /** Ends when the signal aborts; resolves once the first round no longer keeps others waiting. */
  readonly start: (signal: AbortSignal) => void | Promise<void>
}

interface Owners {
  readonly clock: Clock
  readonly recipes: Recipes
  readonly fleet: Fleet
  readonly inspections: Inspections
  readonly discovery: Discovery
  readonly watch: EngineWatch
  readonly health: Health
  readonly streams: { start(signal: AbortSignal): void }
  readonly observed: Observed
  readonly status: Status
  readonly lock: LockUse
  readonly storage: Storage
  readonly webhooks: Pick<Webhooks, 'start'>
  readonly schedules: Schedules
  readonly runs: ReturnType<typeof createScheduleRuns>
}

/** How soon after its time a schedule is taken up, ms. */
const scheduleMs = 5000

/** A reservation that ran out is told within this time, even when nobody asks, ms. */
const reservationMs = 5000

/** Listeners come before what they listen to, so that no first look goes unheard. */
export function jobsOf({
  clock,
  recipes,
  fleet,
  inspections,
  discovery,
  watch,
  health,
  streams,
  observed,
  status,
  lock,
  storage,
  webhooks,
  schedules,
  runs,
}: Owners): readonly Job[] {
  const endReservations = (signal: AbortSignal): void =>
    clock.every(
      () => reservationMs,
      async () => void lock.find(),
      signal,
    )
  const lookAtSchedules = (signal: AbortSignal): void =>
    clock.every(
      () => scheduleMs,
      async () => {
        schedules.tidy()
        await runs.look()
      },
      signal,
    )
  return [
    { owner: 'storage', does: 'notices that it can write again', every: '3 seconds', start: storage.start },
    { owner: 'webhooks', does: 'tells programs what happened', every: 'after each event', start: webhooks.start },
    { owner: 'recipes', does: 'reads recipe files that changed', every: '3 seconds', start: recipes.start },
    { owner: 'inspections', does: 'looks at what changes seldom', every: 'machines.inspectMinutes', start: inspections.start },
    { owner: 'observed', does: 'adopts what serves, forgets what is gone', every: 'after each look', start: observed.start },
    { owner: 'status', does: 'tells of changes of the engine', every: 'after each look', start: status.start },
    { owner: 'health', does: 'sends a test request where something is suspicious', every: 'after each look', start: health.start },
    { owner: 'discovery', does: 'reads the disks', every: 'models.scanSeconds', start: discovery.start },
    { owner: 'engine-watch', does: 'looks at engines over HTTP', every: 'machines.pollSeconds', start: watch.start },
    { owner: 'fleet', does: 'looks at every machine', every: 'machines.pollSeconds', start: fleet.start },
    { owner: 'streams', does: 'hears of the memory of every machine', every: '1 second, over one open channel each', start: streams.start },
    { owner: 'lock', does: 'ends reservations that ran out', every: '5 seconds', start: endReservations },
    { owner: 'schedules', does: 'makes sure of models whose time has come', every: '5 seconds', start: lookAtSchedules },
  ]
}
