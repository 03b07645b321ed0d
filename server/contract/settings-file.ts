// The file of settings, as it is exported and taken over. Which keys and values count is the table's (settings.ts).
import { z } from 'zod'

export const settingsFile = z.strictObject({
  'spark-control': z.literal('settings', 'it must say "settings"'),
  version: z.literal(1, 'this Spark Control reads version 1'),
  settings: z.record(z.string(), z.unknown()),
})
