// Events of bots.
import { z } from 'zod'
import { event } from './define.ts'

export const botEvents = {
  bot_act_ended: event({
    payload: z.object({ bot: z.string(), name: z.string(), kind: z.string(), succeeded: z.boolean(), sentence: z.string() }),
    sample: {
      bot: 'main',
      name: 'Bot',
      kind: 'update',
      succeeded: true,
      sentence: 'It was brought from 1a2b3c4 to 5d6e7f8, restarted, and runs.',
    },
    sentence: (p) => `${p.name}: ${p.sentence}`,
    stale: ['bots', 'activity'],
    webhook: true,
    kind: 'machine',
  }),
  bot_state_changed: event({
    payload: z.object({ bot: z.string(), name: z.string(), state: z.string(), sentence: z.string() }),
    sample: { bot: 'main', name: 'Bot', state: 'stopped', sentence: 'It does not run on spark-1: exited (1).' },
    sentence: (p) => `${p.name}: ${p.sentence}`,
    stale: ['bots', 'activity'],
    webhook: true,
    kind: 'machine',
  }),
} as const
