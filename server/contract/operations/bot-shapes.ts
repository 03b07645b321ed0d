// Shapes of bots.
import { z } from 'zod'
import { botActKinds, botPhases, botStates } from '../../domain/bot.ts'
import { Id } from './shapes.ts'

/** What the owner says of one. */
export const botFields = z.strictObject({
  name: z
    .string()
    .trim()
    .regex(/^[\p{L}\p{N} ._-]{1,40}$/u, 'a name of letters, digits, spaces, . _ and - is needed'),
  machine: Id.nullable().describe('Null: the first in the list'),
  user: z
    .string()
    .regex(/^([a-z_][a-z0-9_-]{0,31})?$/i, 'a user name of letters, digits, - and _ is needed, or nothing')
    .describe('Its own user there, who must accept the public key of this appliance. Empty: it is neither looked at nor shown'),
  runs: z.enum(['unit', 'container'], 'unit or container is needed').describe('unit: of its user under systemd. container: docker'),
  unit: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_.@-]{0,99}$/, 'a name of letters, digits, _ . @ and - is needed')
    .describe('The unit or container: its state, its restart and its log are those of this one'),
  folder: z
    .string()
    .max(500)
    .regex(/^\/[^\0\n\r]*$/, 'an absolute path is needed')
    .nullable()
    .describe('The checkout that an update brings up to date by git; null: nothing to update'),
  restartWords: z
    .array(z.string().regex(/^[A-Za-z0-9_./:=@+,%-]{1,500}$/, 'words of letters, digits and _ . / : = @ + , % - are needed'))
    .max(20)
    .describe('Words of a command that starts it anew, read by no shell; none: docker or systemd restarts it'),
  heal: z.enum(['auto', 'manual']).describe('auto: restarted by itself when it has failed and stays down'),
})

export const BotChanges = botFields.partial()

const Progress = z.object({
  id: z.string(),
  kind: z.enum(botActKinds),
  state: z.enum(['running', 'succeeded', 'failed']),
  phase: z.enum(botPhases).nullable().describe('Null: the machine has not said, or does not say any more'),
  percent: z.number().nullable(),
  sentence: z.string(),
  requestedBy: z.string(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
})

export const Bot = botFields
  .extend({
    id: z.string(),
    machine: z.object({ id: z.string(), name: z.string() }).nullable(),
    machineId: z.string().nullable().describe('As the owner said it; null: the first in the list'),
    watched: z.boolean().describe('False: it has no user yet, so that it is not looked at and has no tile'),
    state: z.enum(botStates).describe('Of what runs it. A running program is no proof that the bot does its work'),
    sentence: z.string(),
    observedAt: z.iso.datetime().nullable(),
    version: z.object({ commit: z.string(), date: z.string(), subject: z.string(), behind: z.number().nullable() }).nullable(),
    act: Progress.nullable().describe('The newest update or restart, under way or over'),
    trouble: z.object({ code: z.string(), happened: z.string(), now: z.string(), next: z.string() }).nullable(),
    links: z.object({ self: z.string(), page: z.string() }),
  })
  .meta({ id: 'Bot' })
export type BotView = z.output<typeof Bot>

export const BotHistory = z
  .object({
    changes: z.array(z.object({ at: z.iso.datetime(), state: z.enum(botStates), sentence: z.string() })).describe('Newest first'),
    acts: z
      .array(
        Progress.extend({ why: z.string().nullable(), line: z.string().nullable().describe('The last thing it printed, where it failed') }),
      )
      .describe('Newest first'),
  })
  .meta({ id: 'BotHistory' })
export type BotHistoryView = z.output<typeof BotHistory>

export const botSample: BotView = {
  id: 'b1a2b3c4d5e6',
  name: 'Matrix bridge',
  machine: { id: 'm1a2b3c4d5e6', name: 'spark-1' },
  machineId: 'm1a2b3c4d5e6',
  user: 'bridge',
  runs: 'unit',
  unit: 'matrix-bridge.service',
  folder: '/home/bridge/matrix-bridge',
  restartWords: [],
  heal: 'manual',
  watched: true,
  state: 'running',
  sentence: 'It runs on spark-1: active (running).',
  observedAt: '2026-01-01T00:00:00.000Z',
  version: { commit: '1a2b3c4', date: '2025-12-30', subject: 'Answer in threads', behind: 0 },
  act: null,
  trouble: null,
  links: { self: '/api/bots/b1a2b3c4d5e6', page: '/bots/b1a2b3c4d5e6' },
}

export const botHistorySample: BotHistoryView = {
  changes: [
    { at: '2025-12-31T22:00:10.000Z', state: 'running', sentence: 'It runs on spark-1: active (running).' },
    { at: '2025-12-31T21:58:40.000Z', state: 'stopped', sentence: 'It ended with an error on spark-1: failed (failed).' },
  ],
  acts: [
    {
      id: 'update-a1b2c3d4e5f6',
      kind: 'update',
      state: 'failed',
      phase: null,
      percent: null,
      sentence: 'What is new could not be fetched. The version that ran before runs on, untouched.',
      requestedBy: 'owner',
      startedAt: '2025-12-31T21:00:00.000Z',
      endedAt: '2025-12-31T21:00:20.000Z',
      why: null,
      line: "fatal: unable to access 'https://example.org/bridge.git/': Could not resolve host: example.org",
    },
    {
      id: 'restart-a1b2c3d4e5f5',
      kind: 'restart',
      state: 'succeeded',
      phase: null,
      percent: null,
      sentence: 'It was restarted and runs.',
      requestedBy: 'Spark Control',
      startedAt: '2025-12-31T20:00:00.000Z',
      endedAt: '2025-12-31T20:00:07.000Z',
      why: 'it had ended, failed (failed)',
      line: null,
    },
  ],
}
