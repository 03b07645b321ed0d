// Status, events, health: the appliance itself.
import { z } from 'zod'
import { cursorPattern } from '../../domain/feed-cursor.ts'
import { operation } from '../define.ts'
import { statusSample } from './samples.ts'
import { EventShape, Status } from './shapes.ts'

export const houseOperations = {
  'status.find': operation({
    kind: 'json',
    method: 'get',
    path: '/api/status',
    summary: 'What answers, what is switching, what needs attention',
    input: {},
    output: Status,
    status: 200,
    errors: [],
    right: 'see',
    risk: 'read',
    examples: [{ title: 'now', out: statusSample }],
  }),
  'backups.take': operation({
    kind: 'json',
    method: 'post',
    path: '/api/backups',
    summary: 'Copy the database while it is in use',
    description:
      'The copy is of one instant, checked, and kept in the folder `backups` of the data folder; the newest ten stay. It holds the private key of this appliance.',
    input: {},
    output: z.object({ name: z.string(), path: z.string(), sizeBytes: z.number() }),
    status: 201,
    errors: ['storage_full', 'storage_denied'],
    right: 'operate',
    risk: 'mutating',
    examples: [
      {
        title: 'now',
        out: {
          name: 'spark-control-20260101T000000Z.sqlite',
          path: '/data/backups/spark-control-20260101T000000Z.sqlite',
          sizeBytes: 180_224,
        },
      },
    ],
  }),
  'events.list': operation({
    kind: 'sse',
    method: 'get',
    path: '/api/events',
    summary: 'What happened: a stream with ids, or JSON by Accept with ?after=&limit=',
    input: {
      query: z.object({
        after: z.coerce
          .string()
          .regex(cursorPattern, 'a cursor as it was answered in next, or a number')
          .default('0')
          .describe('Cursor of an earlier answer (next), or the number of an event'),
        limit: z.coerce.number().int().min(1).max(1000).default(100),
        types: z
          .string()
          .max(2000)
          .regex(/^[a-z_]+(,[a-z_]+)*$/, 'names of events with commas between them')
          .optional()
          .describe('Only these, such as swap_complete,swap_failed'),
      }),
    },
    output: z.object({
      events: z.array(EventShape),
      next: z.string().describe('Cursor to go on from, also where nothing was found'),
      dropped: z.int().describe('Events within this page that are no longer kept: progress of switches, after 30 days'),
    }),
    status: 200,
    errors: ['invalid_request', 'events_cursor_unknown'],
    right: 'see',
    risk: 'read',
    examples: [
      {
        title: 'the first two',
        query: { after: '0', limit: '2' },
        out: {
          events: [
            {
              id: 1,
              type: 'machine_added',
              at: '2026-01-01T00:00:00.000Z',
              kind: 'machine',
              sentence: 'spark-1 was added.',
              payload: { machine: 'm1a2b3c4d5e6', name: 'spark-1' },
            },
          ],
          next: '1-811c9dc5',
          dropped: 0,
        },
      },
    ],
  }),
  'health.live': operation({
    kind: 'json',
    method: 'get',
    path: '/healthz',
    summary: 'The process is alive',
    input: {},
    output: z.object({ ok: z.literal(true) }),
    status: 200,
    errors: [],
    right: 'anyone',
    risk: 'read',
    examples: [{ title: 'alive', out: { ok: true } }],
  }),
  'health.ready': operation({
    kind: 'json',
    method: 'get',
    path: '/readyz',
    summary: 'The appliance can be used',
    input: {},
    output: z.object({ ok: z.boolean(), version: z.string() }),
    status: 200,
    alsoStatus: 503,
    errors: [],
    right: 'anyone',
    risk: 'read',
    examples: [
      { title: 'ready', out: { ok: true, version: '0.1.0' } },
      { title: 'not yet', out: { ok: false, version: '0.1.0' } },
    ],
  }),
}
