// The registry of what apps intend: they say when they need the Sparks, the owner sees one calendar.
import { z } from 'zod'
import { farthestDays, leastGapSeconds, longestSeconds, shortestSeconds } from '../../domain/schedule.ts'
import { operation } from '../define.ts'
import { CalendarShape, calendarSample, OverlapShape, overlapSample, ScheduleShape, scheduleSample } from './schedule-shapes.ts'
import { Id, ModelId } from './shapes.ts'

const line = (most: number) =>
  z
    .string()
    .max(most)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not come in
    .regex(/^[^\u0000-\u001f\u007f]*$/, 'one line of text is needed')
const Intent = z.strictObject({
  app: line(60).min(1),
  model: ModelId.nullable().optional(),
  cron: z.string().min(1).max(120).optional().describe('Five fields: minute hour day month weekday'),
  intervalSeconds: z
    .int()
    .min(leastGapSeconds)
    .max(farthestDays * 86_400)
    .optional()
    .describe('Of elapsed time, from `at` or else from the registration'),
  at: z.iso.datetime({ offset: true }).optional().describe('Alone: once. With intervalSeconds: the first time'),
  timeZone: z.string().max(80).default('UTC').describe('IANA name such as Europe/Berlin, for cron'),
  durationSeconds: z.int().min(shortestSeconds).max(longestSeconds),
  contact: line(120).default('').describe('Whom to ask'),
  ensure: z.boolean().default(false).describe('Ask that the model is switched to by then; the owner approves once'),
  note: line(500).default(''),
})
const token = z.string().min(1).max(200)
const Registered = ScheduleShape.extend({ overlaps: z.array(OverlapShape) })
const params = z.object({ id: Id })
const sampleParams = { id: scheduleSample.id }
const intentSample = {
  app: 'recap',
  model: 'Qwen/Qwen3-8B',
  cron: '0 2 * * *',
  timeZone: 'Europe/Berlin',
  durationSeconds: 3600,
  contact: 'Alice, alice@example.org',
  ensure: true,
  note: 'Summaries of the day',
}
const waits = { ...scheduleSample, approved: null, state: 'waits_for_approval' as const, last: null }

export const scheduleOperations = {
  'schedule.list': operation({
    kind: 'json',
    method: 'get',
    path: '/api/schedule',
    summary: 'What apps have registered',
    input: {},
    output: z.object({ schedules: z.array(ScheduleShape) }),
    status: 200,
    errors: [],
    right: 'see',
    risk: 'read',
    examples: [{ title: 'all', out: { schedules: [scheduleSample] } }],
  }),
  'schedule.calendar': operation({
    kind: 'json',
    method: 'get',
    path: '/api/schedule/calendar',
    summary: 'The next days, and who wants the Sparks at the same time',
    input: { query: z.object({ days: z.coerce.number().int().min(1).max(7).default(7) }) },
    output: CalendarShape,
    status: 200,
    errors: ['invalid_request'],
    right: 'see',
    risk: 'read',
    examples: [{ title: 'the next three days', query: { days: '3' }, out: calendarSample }],
  }),
  'schedule.register': operation({
    kind: 'json',
    method: 'post',
    path: '/api/schedule',
    summary: 'Say when an app needs the Sparks',
    description:
      'The appliance runs no jobs: the app comes by itself. The token that is answered changes or removes the entry; it is shown once. The same entry a second time is schedule_known, with its id.',
    input: { body: Intent },
    output: Registered.extend({ token: z.string() }),
    status: 201,
    errors: ['invalid_request', 'model_unknown', 'schedule_unusable', 'schedule_known', 'schedule_full', 'schedule_busy'],
    right: 'use',
    risk: 'mutating',
    examples: [{ title: 'every night', in: intentSample, out: { ...waits, overlaps: [overlapSample], token: 'f00d' } }],
  }),
  'schedule.find': operation({
    kind: 'json',
    method: 'get',
    path: '/api/schedule/:id',
    summary: 'One entry',
    input: { params },
    output: ScheduleShape,
    status: 200,
    errors: ['invalid_request', 'not_found'],
    right: 'see',
    risk: 'read',
    examples: [{ title: 'one entry', params: sampleParams, out: scheduleSample }],
  }),
  'schedule.change': operation({
    kind: 'json',
    method: 'put',
    path: '/api/schedule/:id',
    summary: 'Say it anew',
    description: 'The whole entry, with its token. Another app, model, time or length needs a new approval; contact and note do not.',
    input: { params, body: Intent.extend({ token }) },
    output: Registered,
    status: 200,
    errors: [
      'invalid_request',
      'not_found',
      'model_unknown',
      'schedule_unusable',
      'schedule_known',
      'schedule_busy',
      'schedule_token_wrong',
    ],
    right: 'use',
    risk: 'mutating',
    examples: [
      {
        title: 'half an hour',
        params: sampleParams,
        in: { ...intentSample, durationSeconds: 1800, token: 'f00d' },
        out: { ...waits, overlaps: [] },
      },
    ],
  }),
  'schedule.remove': operation({
    kind: 'json',
    method: 'delete',
    path: '/api/schedule/:id',
    summary: 'Take an entry back',
    input: { params, body: z.strictObject({ token }) },
    output: z.object({ removed: Id }),
    status: 200,
    errors: ['invalid_request', 'not_found', 'schedule_busy', 'schedule_token_wrong'],
    right: 'use',
    risk: 'mutating',
    examples: [{ title: 'no longer', params: sampleParams, in: { token: 'f00d' }, out: { removed: scheduleSample.id } }],
  }),
  'schedule.approve': operation({
    kind: 'json',
    method: 'post',
    path: '/api/schedule/:id/approval',
    summary: 'Allow the appliance to switch to its model at its times',
    input: { params, body: z.strictObject({ digest: z.string().max(128).optional().describe('Of the entry as it was read') }).optional() },
    output: ScheduleShape,
    status: 200,
    errors: ['invalid_request', 'not_found', 'schedule_changed', 'schedule_asks_nothing'],
    right: 'operate',
    // An app that may operate must not say yes to itself.
    ownerOnly: true,
    risk: 'disruptive',
    examples: [{ title: 'yes', params: sampleParams, in: { digest: 'b51f0c2a9d7e' }, out: scheduleSample }],
  }),
  'schedule.withdraw': operation({
    kind: 'json',
    method: 'delete',
    path: '/api/schedule/:id/approval',
    summary: 'Withdraw the approval',
    input: { params },
    output: ScheduleShape,
    status: 200,
    errors: ['invalid_request', 'not_found'],
    right: 'operate',
    risk: 'mutating',
    examples: [{ title: 'no longer', params: sampleParams, out: waits }],
  }),
  'schedule.dismiss': operation({
    kind: 'json',
    method: 'post',
    path: '/api/schedule/:id/dismissal',
    summary: 'Remove an entry without its token, as the owner',
    input: { params },
    output: z.object({ removed: Id }),
    status: 200,
    errors: ['invalid_request', 'not_found'],
    right: 'operate',
    risk: 'mutating',
    examples: [{ title: 'away with it', params: sampleParams, out: { removed: scheduleSample.id } }],
  }),
}
