// The contract: its tables. Routes, OpenAPI, the typed client, forms and docs are loops over these.
import { errors } from './errors.ts'
import { events } from './events.ts'
import { accessOperations } from './operations/access.ts'
import { botOperations } from './operations/bots.ts'
import { connectivityOperations } from './operations/connectivity.ts'
import { downloadOperations } from './operations/downloads.ts'
import { flatStatusOperations } from './operations/flat-status.ts'
import { houseOperations } from './operations/house.ts'
import { logOperations } from './operations/logs.ts'
import { machineActOperations } from './operations/machine-acts.ts'
import { machineOperations } from './operations/machines.ts'
import { modelOperations } from './operations/models.ts'
import { namedMachineOperations } from './operations/named-machines.ts'
import { scheduleOperations } from './operations/schedules.ts'
import { serviceOperations } from './operations/services.ts'
import { settingOperations } from './operations/settings.ts'
import { swapOperations } from './operations/swaps.ts'
import { webhookOperations } from './operations/webhooks.ts'
import { settings } from './settings.ts'

export const operations = {
  ...accessOperations,
  ...houseOperations,
  ...settingOperations,
  ...machineOperations,
  ...machineActOperations,
  ...flatStatusOperations,
  ...namedMachineOperations,
  ...logOperations,
  ...botOperations,
  ...connectivityOperations,
  ...modelOperations,
  ...downloadOperations,
  ...serviceOperations,
  ...swapOperations,
  ...webhookOperations,
  ...scheduleOperations,
}
export type Operations = typeof operations
export type OperationId = keyof Operations

export const contract = { operations, events, settings, errors } as const
