// Events of settings.
import { z } from 'zod'
import { capital } from '../domain/words.ts'
import { event } from './define.ts'
import { who } from './event-words.ts'

export const settingEvents = {
  setting_changed: event({
    payload: z.object({ key: z.string(), by: z.string() }),
    sample: { key: 'engine.port', by: 'owner' },
    sentence: (p) => `${capital(who(p.by))} changed ${p.key}.`,
    stale: ['settings', 'activity'],
    webhook: false,
    kind: 'setting',
  }),
} as const
