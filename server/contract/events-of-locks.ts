// Events of reservations.
import { z } from 'zod'
import { event } from './define.ts'
import { who } from './event-words.ts'

export const lockEvents = {
  lock_taken: event({
    payload: z.object({ cluster: z.string(), holder: z.string(), reason: z.string(), until: z.string() }),
    sample: { cluster: 'default', holder: 'recap', reason: 'nightly batch', until: '2026-01-01T00:00:00.000Z' },
    sentence: (p) => `${p.holder} reserved the Sparks${p.reason === '' ? '' : `: ${p.reason}`}.`,
    stale: ['home', 'library', 'schedule', 'activity'],
    webhook: true,
    kind: 'lock',
  }),
  lock_released: event({
    payload: z.object({ cluster: z.string(), holder: z.string(), how: z.enum(['released', 'expired', 'broken']), by: z.string() }),
    sample: { cluster: 'default', holder: 'recap', how: 'broken', by: 'owner' },
    sentence: (p) => (p.how === 'broken' ? `${who(p.by)} ended the reservation of ${p.holder}.` : `The reservation of ${p.holder} ended.`),
    stale: ['home', 'library', 'schedule', 'activity'],
    webhook: true,
    kind: 'lock',
  }),
} as const
