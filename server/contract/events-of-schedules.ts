// Events of what apps registered, and of what the appliance did for it.
import { z } from 'zod'
import { event } from './define.ts'
import { named, who } from './event-words.ts'

const facts = z.object({
  schedule: z.string(),
  app: z.string(),
  model: z.string().nullable(),
  /** When, in words. */
  rule: z.string(),
  ensure: z.boolean(),
})
const sample = { schedule: 'k3j9x2m4p7q1', app: 'recap', model: 'Qwen/Qwen3-8B', rule: 'every day at 02:00', ensure: true }
const dueFacts = z.object({ schedule: z.string(), app: z.string(), model: z.string(), at: z.string(), until: z.string() })
const dueSample = {
  schedule: 'k3j9x2m4p7q1',
  app: 'recap',
  model: 'Qwen/Qwen3-8B',
  at: '2026-01-02T01:00:00.000Z',
  until: '2026-01-02T02:00:00.000Z',
}
const stale = ['home', 'schedule', 'activity'] as const
const kind = 'schedule' as const

export const scheduleEvents = {
  schedule_registered: event({
    payload: facts,
    sample,
    sentence: (p) =>
      `${p.app} registered ${p.rule}${p.model === null ? '' : ` with ${named(p.model)}`}${p.ensure ? ' and asks for it to be switched to' : ''}.`,
    stale,
    webhook: true,
    kind,
  }),
  schedule_changed: event({
    payload: facts.extend({ needsApproval: z.boolean() }),
    sample: { ...sample, needsApproval: true },
    sentence: (p) => `${p.app} changed its entry: ${p.rule}${p.needsApproval ? '. It needs a new approval' : ''}.`,
    stale,
    webhook: true,
    kind,
  }),
  schedule_removed: event({
    payload: facts.extend({ by: z.string() }),
    sample: { ...sample, by: 'owner' },
    sentence: (p) =>
      p.by === p.app ? `${p.app} took its entry back: ${p.rule}.` : `${who(p.by)} removed the entry of ${p.app}: ${p.rule}.`,
    stale,
    webhook: true,
    kind,
  }),
  schedule_approved: event({
    payload: facts.extend({ by: z.string() }),
    sample: { ...sample, by: 'owner' },
    sentence: (p) => `${who(p.by)} approved that ${named(p.model)} is switched to for ${p.app}, ${p.rule}.`,
    stale,
    webhook: true,
    kind,
  }),
  schedule_approval_withdrawn: event({
    payload: facts.extend({ by: z.string() }),
    sample: { ...sample, by: 'owner' },
    sentence: (p) => `${who(p.by)} withdrew the approval for ${p.app}, ${p.rule}.`,
    stale,
    webhook: true,
    kind,
  }),
  schedule_due: event({
    payload: dueFacts,
    sample: dueSample,
    sentence: (p) => `It is time for ${p.app}: ${named(p.model)} is made ready.`,
    stale,
    webhook: true,
    kind,
  }),
  schedule_waiting: event({
    payload: dueFacts.extend({ code: z.string(), why: z.string() }),
    sample: { ...dueSample, code: 'swap_locked', why: 'Alice has reserved the Sparks: a benchmark.' },
    sentence: (p) => `${p.app} waits for ${named(p.model)}. ${p.why}`,
    stale,
    webhook: true,
    kind,
  }),
  schedule_ready: event({
    payload: dueFacts.extend({ swap: z.string().nullable() }),
    sample: { ...dueSample, swap: 'a1b2c3d4e5f6' },
    sentence: (p) => `${named(p.model)} is answering for ${p.app}${p.swap === null ? '; nothing had to be switched' : ''}.`,
    stale,
    webhook: true,
    kind,
  }),
  schedule_missed: event({
    payload: dueFacts.extend({ code: z.string(), why: z.string(), times: z.int(), swap: z.string().nullable() }),
    sample: { ...dueSample, code: 'swap_locked', why: 'Alice has reserved the Sparks: a benchmark.', times: 1, swap: null },
    sentence: (p) => `${p.times === 1 ? 'A time' : `${p.times} times`} of ${p.app} passed without ${named(p.model)}. ${p.why}`,
    stale,
    webhook: true,
    kind,
  }),
} as const
