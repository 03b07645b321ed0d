// Every setting, in one table. A setting is read at the moment it is used (app/settings.ts), never copied.
import type { z } from 'zod'
import { accessSettings } from './settings-of-access.ts'
import { engineSettings } from './settings-of-engine.ts'
import { keepingSettings } from './settings-of-keeping.ts'
import { machineSettings } from './settings-of-machines.ts'
import { scheduleSettings } from './settings-of-schedules.ts'
import { serviceSettings } from './settings-of-services.ts'
import { switchingSettings } from './settings-of-switching.ts'
import { webhookSettings } from './settings-of-webhooks.ts'

export const settings = {
  ...engineSettings,
  ...switchingSettings,
  ...machineSettings,
  ...keepingSettings,
  ...scheduleSettings,
  ...serviceSettings,
  ...accessSettings,
  ...webhookSettings,
} as const

type Settings = typeof settings
export type SettingKey = keyof Settings
export type SettingValue<Key extends SettingKey> = z.output<Settings[Key]['schema']>
