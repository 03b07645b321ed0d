// Operations of bots.
import { z } from 'zod'
import { botActKinds, botPhases, botStates } from '../../domain/bot.ts'
import { operation } from '../define.ts'

const BotProgress = z.object({
  id: z.string(),
  kind: z.enum(botActKinds),
  state: z.enum(['running', 'succeeded', 'failed']),
  phase: z.enum(botPhases),
  percent: z.number().nullable(),
  sentence: z.string(),
  line: z.string().nullable().describe('The last thing it printed, where it failed'),
})

const Bot = z
  .object({
    id: z.string(),
    name: z.string(),
    machine: z.object({ id: z.string(), name: z.string() }).nullable(),
    user: z.string(),
    runs: z.enum(['container', 'unit']),
    unit: z.string(),
    folder: z.string().nullable(),
    state: z.enum(botStates),
    sentence: z.string(),
    observedAt: z.iso.datetime().nullable(),
    version: z.object({ commit: z.string(), date: z.string(), subject: z.string(), behind: z.number().nullable() }).nullable(),
    act: BotProgress.nullable().describe('The newest update or restart, running or over'),
    trouble: z.object({ code: z.string(), happened: z.string(), now: z.string(), next: z.string() }).nullable(),
  })
  .meta({ id: 'Bot' })
export type BotView = z.output<typeof Bot>

export const botSample: BotView = {
  id: 'main',
  name: 'Bot',
  machine: { id: 'm1a2b3c4d5e6', name: 'spark-1' },
  user: 'bridge',
  runs: 'unit',
  unit: 'matrix-bridge.service',
  folder: '/home/bridge/matrix-bridge',
  state: 'running',
  sentence: 'It runs on spark-1: active (running).',
  observedAt: '2026-01-01T00:00:00.000Z',
  version: { commit: '1a2b3c4', date: '2025-12-30', subject: 'Answer in threads', behind: 0 },
  act: null,
  trouble: null,
}

const Of = z.object({ id: z.string().regex(/^[a-z0-9_-]{1,32}$/, 'the id of a bot is needed') })
const params = { id: botSample.id }
const reach = ['machine_unreachable', 'machine_timeout', 'machine_refused_key', 'host_key_changed', 'machine_answer_unreadable'] as const

export const botOperations = {
  'bots.list': operation({
    kind: 'json',
    method: 'get',
    path: '/api/bots',
    summary: 'Bots that run as users of their own; none where no user is set',
    input: {},
    output: z.object({ bots: z.array(Bot) }),
    status: 200,
    errors: [],
    right: 'see',
    risk: 'read',
    examples: [{ title: 'one', out: { bots: [botSample] } }],
  }),
  'bots.find': operation({
    kind: 'json',
    method: 'get',
    path: '/api/bots/:id',
    summary: 'One bot',
    input: { params: Of },
    output: Bot,
    status: 200,
    errors: ['invalid_request', 'not_found'],
    right: 'see',
    risk: 'read',
    examples: [{ title: 'one', params, out: botSample }],
  }),
  'bots.update': operation({
    kind: 'json',
    method: 'post',
    path: '/api/bots/:id/update',
    summary: 'Bring its checkout up to date and restart it',
    description:
      'git fetch, then fast-forward only, then a restart. Where the new version does not stay up, the one before is brought back.',
    input: { params: Of },
    output: Bot,
    status: 202,
    errors: ['invalid_request', 'not_found', 'bot_busy', 'bot_no_folder', ...reach],
    right: 'operate',
    risk: 'disruptive',
    examples: [{ title: 'update it', params, out: botSample }],
  }),
  'bots.restart': operation({
    kind: 'json',
    method: 'post',
    path: '/api/bots/:id/restart',
    summary: 'End it and start it again',
    input: { params: Of },
    output: Bot,
    status: 202,
    errors: ['invalid_request', 'not_found', 'bot_busy', ...reach],
    right: 'operate',
    risk: 'disruptive',
    examples: [{ title: 'restart it', params, out: botSample }],
  }),
}
