// What is known of a machine over time: its line, and an hour and a day of how it was.
import { z } from 'zod'
import { outageCauses } from '../../domain/connectivity.ts'
import { historyMetrics } from '../../domain/history.ts'
import { operation } from '../define.ts'
import { Of, Time } from './shapes.ts'

const Figures = z
  .object({
    percent: z.number().nullable().describe('Of the time it was watched, 0 to 100; null: it was not watched'),
    watchedSeconds: z.number(),
    outSeconds: z.number(),
    outages: z.int(),
    sentence: z.string(),
  })
  .meta({ id: 'Availability' })

const Connectivity = z
  .object({
    machine: z.string(),
    state: z.enum(['connected', 'out', 'unwatched']),
    since: Time.nullable(),
    day: Figures,
    week: Figures,
    outages: z
      .array(
        z.object({
          from: Time.describe('The last that was heard before'),
          to: Time.nullable().describe('The first that was heard after; null: it goes on'),
          seconds: z.number(),
          cause: z.enum(outageCauses),
          seenEnd: z.boolean().describe('false: nobody watched any longer when it ended'),
          sentence: z.string(),
        }),
      )
      .describe('Newest first, at most 200, of the last 30 days'),
    unwatched: z
      .array(z.object({ from: Time, to: Time, seconds: z.number(), sentence: z.string() }))
      .describe('Time in which nobody watched: it counts neither way'),
  })
  .meta({ id: 'Connectivity' })
export type ConnectivityShapeView = z.output<typeof Connectivity>

const Piece = z.array(z.object({ at: Time, least: z.number(), mean: z.number(), most: z.number() }))
const Line = z.array(Piece).describe('Pieces without a gap between their points')
const series = Object.fromEntries(historyMetrics.map((metric) => [metric, Line])) as Record<(typeof historyMetrics)[number], typeof Line>

const HistoryOf = z
  .object({
    machine: z.string(),
    span: z.enum(['hour', 'day']),
    from: Time,
    to: Time,
    stepSeconds: z.number().describe('Usual time between two points'),
    series: z.object(series),
  })
  .meta({ id: 'History' })
export type HistoryShapeView = z.output<typeof HistoryOf>

const machine = 'm1a2b3c4d5e6'
const at = (minutes: number): string => new Date(Date.UTC(2026, 0, 1, 12, minutes)).toISOString()

export const connectivitySample: ConnectivityShapeView = {
  machine,
  state: 'connected',
  since: at(0),
  day: {
    percent: 99.99,
    watchedSeconds: 86_400,
    outSeconds: 8.2,
    outages: 1,
    sentence: 'Reached 99.990 % of the 24 h 0 min it was watched in the last day: one outage, 8 s in all.',
  },
  week: {
    percent: 99.99,
    watchedSeconds: 86_400,
    outSeconds: 8.2,
    outages: 1,
    sentence: 'Reached 99.990 % of the 24 h 0 min it was watched in the last 7 days: one outage, 8 s in all.',
  },
  outages: [
    {
      from: at(0),
      to: new Date(Date.parse(at(0)) + 8200).toISOString(),
      seconds: 8.2,
      cause: 'held_up',
      seenEnd: true,
      sentence: '8 s without a word. It went on, but its words were held up on the way.',
    },
  ],
  unwatched: [],
}

const point = (minutes: number, value: number) => ({ at: at(minutes), least: value, mean: value, most: value })
export const historySample: HistoryShapeView = {
  machine,
  span: 'hour',
  from: at(-60),
  to: at(0),
  stepSeconds: 5,
  series: {
    availableBytes: [[point(-2, 41e9), point(-1, 40.5e9)]],
    waitsPercent: [[point(-2, 0), point(-1, 0)]],
    gpuLoadPercent: [[point(-2, 12), point(-1, 38)]],
    powerW: [[point(-2, 11), point(-1, 44)]],
    temperatureC: [[point(-2, 52), point(-1, 58)]],
    diskFreeBytes: [[point(-2, 900e9), point(-1, 900e9)]],
  },
}

export const connectivityOperations = {
  'machines.connectivity': operation({
    kind: 'json',
    method: 'get',
    path: '/api/machines/:id/connectivity',
    summary: 'When a machine could not be reached, to one second, with causes where known',
    input: { params: Of },
    output: Connectivity,
    status: 200,
    errors: ['invalid_request', 'not_found'],
    right: 'see',
    risk: 'read',
    examples: [{ title: 'one short outage', params: { id: machine }, out: connectivitySample }],
  }),
  'machines.history': operation({
    kind: 'json',
    method: 'get',
    path: '/api/machines/:id/history',
    summary: 'How a machine was in the last hour or day',
    input: { params: Of, query: z.object({ span: z.enum(['hour', 'day']).default('hour') }) },
    output: HistoryOf,
    status: 200,
    errors: ['invalid_request', 'not_found'],
    right: 'see',
    risk: 'read',
    examples: [{ title: 'the last hour', params: { id: machine }, query: { span: 'hour' }, out: historySample }],
  }),
}
