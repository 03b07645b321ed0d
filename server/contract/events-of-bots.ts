// Events of bots.
import { z } from 'zod'
import { botActKinds, botStates } from '../domain/bot.ts'
import { event } from './define.ts'
import { who } from './event-words.ts'

const facts = z.object({ bot: z.string(), name: z.string() })
const sample = { bot: 'b1a2b3c4d5e6', name: 'Matrix bridge' }
const act = facts.extend({ act: z.string(), kind: z.enum(botActKinds), requestedBy: z.string() })
const actSample = { ...sample, act: 'update-a1b2c3d4e5f6', kind: 'update' as const, requestedBy: 'owner' }
const stale = ['bots', 'home', 'activity'] as const
const row = { stale, kind: 'service' } as const

export const botEvents = {
  bot_added: event({
    ...row,
    payload: facts.extend({ by: z.string() }),
    sample: { ...sample, by: 'owner' },
    sentence: (p) => `${who(p.by)} added the bot ${p.name}.`,
    webhook: false,
  }),
  bot_changed: event({
    ...row,
    payload: facts.extend({ by: z.string() }),
    sample: { ...sample, by: 'owner' },
    sentence: (p) => `${who(p.by)} changed what is known of the bot ${p.name}.`,
    webhook: false,
  }),
  bot_removed: event({
    ...row,
    payload: facts.extend({ by: z.string() }),
    sample: { ...sample, by: 'owner' },
    sentence: (p) => `${who(p.by)} took the bot ${p.name} off the list. Nothing on its machine was touched.`,
    webhook: false,
  }),
  bot_observed: event({
    ...row,
    payload: facts,
    sample,
    sentence: (p) => `${p.name} was looked at.`,
    stale: ['bots'],
    webhook: false,
  }),
  bot_state_changed: event({
    ...row,
    payload: facts.extend({ state: z.enum(botStates), sentence: z.string() }),
    sample: { ...sample, state: 'stopped', sentence: 'It ended with an error on spark-1: exited (1).' },
    sentence: (p) => `${p.name}: ${p.sentence}`,
    webhook: true,
  }),
  bot_act_started: event({
    ...row,
    payload: act.extend({ why: z.string().nullable() }),
    sample: { ...actSample, why: null },
    sentence: (p) => `${who(p.requestedBy)} asked to ${p.kind} ${p.name}${p.why === null ? '' : `: ${p.why}`}.`,
    webhook: false,
  }),
  bot_act_ended: event({
    ...row,
    payload: act.extend({ succeeded: z.boolean(), sentence: z.string() }),
    sample: { ...actSample, succeeded: true, sentence: 'It was brought from 1a2b3c4 to 5d6e7f8, restarted, and runs.' },
    sentence: (p) => `${p.name}: ${p.sentence}`,
    webhook: true,
  }),
  bot_heal_exhausted: event({
    ...row,
    payload: facts.extend({ machine: z.string(), attempts: z.int() }),
    sample: { ...sample, machine: 'spark-1', attempts: 3 },
    sentence: (p) =>
      `${p.name} on ${p.machine} was restarted ${p.attempts} times in half an hour and does not stay up. It is left alone now.`,
    webhook: true,
  }),
} as const
