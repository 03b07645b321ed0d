// Events of services.
import { z } from 'zod'
import { event } from './define.ts'
import { who } from './event-words.ts'

const facts = z.object({ service: z.string(), name: z.string() })
const sample = { service: 's1a2b3c4d5e6', name: 'Text to speech' }
const act = facts.extend({
  act: z.string(),
  kind: z.enum(['start', 'stop', 'restart', 'update']),
  machine: z.string(),
  requestedBy: z.string(),
})
const actSample = { ...sample, act: 'a1b2c3d4e5f6', kind: 'restart' as const, machine: 'spark-2', requestedBy: 'owner' }
const doneWords = { start: 'started', stop: 'stopped', restart: 'restarted', update: 'updated' } as const
const stale = ['services', 'home', 'activity'] as const

export const serviceEvents = {
  service_added: event({
    payload: facts.extend({ by: z.string() }),
    sample: { ...sample, by: 'owner' },
    sentence: (p) => `${who(p.by)} added ${p.name} to the services.`,
    stale,
    webhook: false,
    kind: 'service',
  }),
  service_taken_over: event({
    payload: facts.extend({ variable: z.string(), machine: z.string(), port: z.int(), found: z.boolean() }),
    sample: { ...sample, variable: 'KOKORO_PORT', machine: 'spark-2', port: 8880, found: true },
    sentence: (p) =>
      `${p.name} was taken over from an earlier installation (${p.variable}): ${
        p.found
          ? `it is at port ${p.port} of ${p.machine}. It is restarted or stopped by itself only if you allow that on its page.`
          : `nothing answers at port ${p.port} anywhere, so ${p.machine} is taken to be its place. Change or remove it under Services.`
      }`,
    stale,
    webhook: false,
    kind: 'service',
  }),
  service_changed: event({
    payload: facts.extend({ by: z.string() }),
    sample: { ...sample, by: 'owner' },
    sentence: (p) => `${who(p.by)} changed what is known of ${p.name}.`,
    stale,
    webhook: false,
    kind: 'service',
  }),
  service_removed: event({
    payload: facts.extend({ by: z.string() }),
    sample: { ...sample, by: 'owner' },
    sentence: (p) => `${who(p.by)} took ${p.name} off the list of services. Nothing on its machine was touched.`,
    stale,
    webhook: false,
    kind: 'service',
  }),
  service_observed: event({
    payload: facts,
    sample,
    sentence: (p) => `${p.name} was looked at.`,
    stale: ['services', 'home'],
    webhook: false,
    kind: 'service',
  }),
  service_state_changed: event({
    payload: facts.extend({ kind: z.string(), state: z.string(), sentence: z.string() }),
    sample: { ...sample, kind: 'tts', state: 'unreachable', sentence: 'Text to speech does not answer: connection refused.' },
    sentence: (p) => p.sentence,
    stale,
    webhook: true,
    kind: 'service',
  }),
  service_act_started: event({
    payload: act.extend({ why: z.string().nullable() }),
    sample: { ...actSample, why: null },
    sentence: (p) => `${who(p.requestedBy)} asked to ${p.kind} ${p.name} on ${p.machine}${p.why === null ? '' : `: ${p.why}`}.`,
    stale,
    webhook: false,
    kind: 'service',
  }),
  service_act_done: event({
    payload: act.extend({ how: z.string().nullable() }),
    sample: { ...actSample, how: null },
    sentence: (p) =>
      `${p.name} was ${doneWords[p.kind]} on ${p.machine}${p.kind === 'stop' ? '' : ' and answers'}.${p.how === null ? '' : ` ${p.how}`}`,
    stale,
    webhook: true,
    kind: 'service',
  }),
  service_act_failed: event({
    payload: act.extend({ code: z.string(), happened: z.string(), now: z.string() }),
    sample: { ...actSample, code: 'service_not_answering', happened: 'Text to speech does not answer.', now: 'Its container runs.' },
    sentence: (p) => `${p.happened} ${p.now}`,
    stale,
    webhook: true,
    kind: 'service',
  }),
  heal_exhausted: event({
    payload: facts.extend({ machine: z.string(), attempts: z.int() }),
    sample: { ...sample, machine: 'spark-2', attempts: 3 },
    sentence: (p) =>
      `${p.name} on ${p.machine} was restarted ${p.attempts} times in half an hour and does not stay up. It is left alone now.`,
    stale,
    webhook: true,
    kind: 'service',
  }),
  service_shed: event({
    payload: facts.extend({ machine: z.string(), expectedBytes: z.int() }),
    sample: { ...sample, machine: 'spark-2', expectedBytes: 3_000_000_000 },
    sentence: (p) => `${p.machine} ran out of memory, so ${p.name} is stopped there.`,
    stale,
    webhook: true,
    kind: 'service',
  }),
  shed_ineffective: event({
    payload: facts.extend({ machine: z.string(), expectedBytes: z.int(), freedBytes: z.int() }),
    sample: { ...sample, machine: 'spark-2', expectedBytes: 3_000_000_000, freedBytes: 200_000_000 },
    sentence: (p) => `${p.name} was stopped on ${p.machine}, and its memory did not come back.`,
    stale,
    webhook: true,
    kind: 'service',
  }),
} as const
