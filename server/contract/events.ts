// Every event. Rows are numbered, kept, and said in one sentence; fragments named in `stale` are drawn again.
import type { z } from 'zod'
import { botEvents } from './events-of-bots.ts'
import { downloadEvents } from './events-of-downloads.ts'
import { engineEvents } from './events-of-engines.ts'
import { lockEvents } from './events-of-locks.ts'
import { machineActEvents } from './events-of-machine-acts.ts'
import { machineEvents } from './events-of-machines.ts'
import { pressureEvents } from './events-of-pressure.ts'
import { recipeEvents } from './events-of-recipes.ts'
import { scheduleEvents } from './events-of-schedules.ts'
import { serviceEvents } from './events-of-services.ts'
import { settingEvents } from './events-of-settings.ts'
import { swapEvents } from './events-of-swaps.ts'
import { webhookEvents } from './events-of-webhooks.ts'

export const events = {
  ...swapEvents,
  ...lockEvents,
  ...machineEvents,
  ...pressureEvents,
  ...machineActEvents,
  ...engineEvents,
  ...downloadEvents,
  ...recipeEvents,
  ...scheduleEvents,
  ...serviceEvents,
  ...settingEvents,
  ...webhookEvents,
  ...botEvents,
} as const

type Events = typeof events
export type EventType = keyof Events
export type EventPayload<Type extends EventType> = z.output<Events[Type]['payload']>
/** Types too frequent for Activity. They nudge pages but are not stored (machine_observed) or not listed (swap_progressed). */
export const quietEvents: readonly EventType[] = [
  'machine_observed',
  'swap_progressed',
  'download_progressed',
  'speed_measured',
  'service_observed',
  'bot_observed',
]
