// What is said of schedules and of the calendar.
import { z } from 'zod'
import { Id, Time } from './shapes.ts'

export const ScheduleShape = z
  .object({
    id: Id,
    app: z.string(),
    model: z.string().nullable(),
    modelName: z.string().nullable(),
    cron: z.string().nullable(),
    intervalSeconds: z.int().nullable(),
    at: Time.nullable().describe('The one time, or the first of an interval'),
    timeZone: z.string(),
    durationSeconds: z.int(),
    contact: z.string(),
    note: z.string(),
    ensure: z.boolean(),
    approved: z.object({ at: Time, by: z.string() }).nullable(),
    digest: z.string().describe('Of what the owner approves; to be sent with the approval'),
    state: z
      .enum(['planned', 'waits_for_approval', 'approved', 'over'])
      .describe('planned: nothing is done by the appliance. over: its one time has passed'),
    rule: z.string().describe('When, in words'),
    next: Time.nullable(),
    last: z
      .object({
        at: Time,
        state: z.enum(['waiting', 'switching', 'ready', 'missed']),
        swap: z.string().nullable(),
        code: z.string().nullable(),
        why: z.string().nullable(),
      })
      .nullable()
      .describe('The last time that the appliance had something to do for it'),
    registeredAt: Time,
    changedAt: Time,
  })
  .meta({ id: 'Schedule' })
export type ScheduleView = z.output<typeof ScheduleShape>

export const OverlapShape = z
  .object({
    kind: z.enum(['models', 'together', 'reserved']),
    schedules: z.array(Id),
    apps: z.array(z.string()),
    from: Time,
    until: Time,
    times: z.int(),
    contested: z.boolean().describe('Both are approved to have their model switched to'),
    sentence: z.string(),
  })
  .meta({ id: 'Overlap' })
export type OverlapView = z.output<typeof OverlapShape>

export const CalendarShape = z
  .object({
    timeZone: z.string(),
    from: Time,
    until: Time,
    days: z.array(
      z.object({
        date: z.iso.date(),
        weekday: z.string(),
        times: z.array(
          z.object({
            schedule: Id,
            app: z.string(),
            model: z.string().nullable(),
            modelName: z.string().nullable(),
            from: Time,
            until: Time,
            clock: z.string().describe('From and until as a clock of the time zone shows them'),
            count: z.int().describe('More than one: so many times that day, from the first until the last'),
            ensured: z.boolean(),
            asked: z.boolean().describe('It asks to be switched to, and the owner has not said yes'),
          }),
        ),
      }),
    ),
    overlaps: z.array(OverlapShape),
  })
  .meta({ id: 'Calendar' })
export type CalendarView = z.output<typeof CalendarShape>

export const scheduleSample: ScheduleView = {
  id: 'k3j9x2m4p7q1',
  app: 'recap',
  model: 'Qwen/Qwen3-8B',
  modelName: 'Qwen3 8B',
  cron: '0 2 * * *',
  intervalSeconds: null,
  at: null,
  timeZone: 'Europe/Berlin',
  durationSeconds: 3600,
  contact: 'Alice, alice@example.org',
  note: 'Summaries of the day',
  ensure: true,
  approved: { at: '2026-01-01T12:00:00.000Z', by: 'owner' },
  digest: 'b51f0c2a9d7e',
  state: 'approved',
  rule: 'every day at 02:00',
  next: '2026-01-02T01:00:00.000Z',
  last: { at: '2026-01-01T01:00:00.000Z', state: 'ready', swap: null, code: null, why: null },
  registeredAt: '2025-12-30T09:00:00.000Z',
  changedAt: '2025-12-30T09:00:00.000Z',
}

export const overlapSample: OverlapView = {
  kind: 'models',
  schedules: ['k3j9x2m4p7q1', 'a1b2c3d4e5f6'],
  apps: ['recap', 'indexer'],
  from: '2026-01-02T01:30:00.000Z',
  until: '2026-01-02T02:00:00.000Z',
  times: 1,
  contested: false,
  sentence: 'recap (Qwen3 8B) and indexer (bge m3) want different models: tomorrow from 02:30 until 03:00.',
}

export const calendarSample: CalendarView = {
  timeZone: 'Europe/Berlin',
  from: '2026-01-01T14:30:00.000Z',
  until: '2026-01-08T14:30:00.000Z',
  days: [
    {
      date: '2026-01-02',
      weekday: 'Friday',
      times: [
        {
          schedule: 'k3j9x2m4p7q1',
          app: 'recap',
          model: 'Qwen/Qwen3-8B',
          modelName: 'Qwen3 8B',
          from: '2026-01-02T01:00:00.000Z',
          until: '2026-01-02T02:00:00.000Z',
          clock: '02:00 - 03:00',
          count: 1,
          ensured: true,
          asked: false,
        },
      ],
    },
  ],
  overlaps: [overlapSample],
}
