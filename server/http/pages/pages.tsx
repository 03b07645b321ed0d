// Every page, mounted by http/app.ts.
import { Hono } from 'hono'
import type { Clock } from '../../app/ports.ts'
import type { UseCases } from '../../app/use-cases.ts'
import type { EdgeEnv } from '../edge.ts'
import { accessPages } from './access.tsx'
import { activityPages } from './activity.tsx'
import { backupPages } from './backup.ts'
import { botPages } from './bots.tsx'
import { downloadPages } from './downloads.tsx'
import { type EntranceNeeds, entrancePages } from './entrance.tsx'
import { homePages } from './home.tsx'
import { joiningPages } from './joining.tsx'
import { libraryPages } from './library.tsx'
import { livePages } from './live.tsx'
import { logPages } from './logs.tsx'
import { machinePages } from './machines.tsx'
import { namedMachinePages } from './named-machines.tsx'
import { recipePages } from './recipes.tsx'
import { reservationPages } from './reservation.ts'
import { schedulePages } from './schedule.tsx'
import { servicePages } from './services.tsx'
import { settingPages } from './settings.tsx'
import { settingsFilePages } from './settings-file.tsx'
import { createShow } from './shell.tsx'
import { swapPages } from './swaps.tsx'
import { webhookPages } from './webhooks.tsx'

export interface PagesNeeds extends Pick<EntranceNeeds, 'assets'> {
  readonly useCases: UseCases
  readonly clock: Clock
  /** Aborted when the server stops: open streams end. */
  readonly ending?: AbortSignal
}

export function createPages({ useCases, clock, assets, ending = new AbortController().signal }: PagesNeeds): Hono<EdgeEnv> {
  const show = createShow(useCases.version)
  const needs = { useCases, clock, show }
  const app = new Hono<EdgeEnv>()
  app.route('/', entrancePages({ assets, access: useCases.access, show }))
  app.route('/', homePages(needs))
  app.route('/', joiningPages(needs))
  app.route('/', downloadPages(needs))
  app.route('/', libraryPages(needs))
  app.route('/', recipePages(needs))
  app.route('/', swapPages(needs))
  app.route('/', reservationPages(needs))
  app.route('/', schedulePages(needs))
  app.route('/', machinePages(needs))
  app.route('/', servicePages(needs))
  app.route('/', logPages(needs))
  app.route('/', botPages(needs))
  app.route('/', activityPages(needs))
  app.route('/', backupPages(useCases))
  app.route('/', accessPages(needs))
  app.route('/', webhookPages(needs))
  app.route('/', settingPages(needs))
  app.route('/', namedMachinePages(needs))
  app.route('/', settingsFilePages(needs))
  app.route('/', livePages({ useCases, clock, ending }))
  return app
}
