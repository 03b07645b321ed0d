// What apps registered, and the looks at the clock that make sure of a model where the owner approved it.
import type { Events } from './app/events.ts'
import { createScheduleRuns } from './app/schedule-runs.ts'
import { createSchedules } from './app/schedules.ts'
import type { LockUse, SettingsUse, StatusUse, SwapsUse } from './app/use-cases.ts'
import type { Model } from './domain/model.ts'
import { modelName } from './domain/model-name.ts'
import type { Adapters } from './world.ts'

export interface SchedulesGround {
  readonly world: Adapters
  readonly events: Events
  readonly settings: SettingsUse
  readonly models: { domainModel(id: string): Model | null }
  readonly swaps: SwapsUse
  readonly lock: LockUse
  readonly status: StatusUse
}

export function composeSchedules({ world, events, settings, models, swaps, lock, status }: SchedulesGround) {
  const { clock, ids, log, stores: store, cronTimes: cron } = world
  const nameOf = (model: string | null): string => (model === null ? 'nothing' : (models.domainModel(model)?.name ?? modelName(model)))
  const isKnown = (model: string): boolean => models.domainModel(model) !== null
  const schedules = createSchedules({ clock, ids, store, cron, settings, events, nameOf, isKnown })
  const runs = createScheduleRuns({ clock, store, cron, events, log, swaps, lock, engine: () => status.engine(), nameOf })
  return { schedules, runs }
}
