// One small answer for boards and alarms. Keys are never renamed or taken away: docs/MONITORING.md shows what is built on them.
import { z } from 'zod'
import { serviceStates } from '../../domain/words.ts'
import { operation } from '../define.ts'

const maybe = z.number().nullable()
const Time = z.iso.datetime()

export const FlatStatus = z
  .object({
    ok: z.boolean().describe('Everything was seen just now, every machine answers, the engine is not in trouble, and nothing needs a hand'),
    sentence: z.string().describe('The same sentence as on Home'),
    version: z.string(),
    checkedAt: Time.nullable().describe('The newest look at any machine'),
    stale: z.boolean().describe('That look is older than three polls'),
    engine: z.enum(serviceStates).describe('State of the main engine'),
    answering: z.boolean().describe('Something of ours answers requests now: the engine is answering or busy'),
    model: z.string().nullable().describe('Name of what it serves'),
    modelId: z.string().nullable(),
    switching: z.boolean(),
    switchingTo: z.string().nullable(),
    switchPercent: maybe,
    reserved: z.boolean().describe('An app holds the Sparks'),
    reservedBy: z.string().nullable(),
    attention: z.int().describe('How many things need a hand'),
    attentionFirst: z.string().nullable().describe('The most urgent of them'),
    machines: z.int(),
    machinesReachable: z.int(),
    memoryUsedPercent: maybe.describe('Of the machine that has the least left'),
    temperatureC: maybe.describe('Of the hottest GPU'),
    powerW: maybe.describe('Of all GPUs together'),
    diskFreePercent: maybe.describe('Of the fullest file system that matters'),
    sparks: z.array(
      z.object({
        name: z.string(),
        reachable: z.boolean(),
        well: z.enum(['well', 'look', 'unwell', 'unknown']),
        memoryUsedPercent: maybe,
        gpuLoadPercent: maybe,
        temperatureC: maybe,
        powerW: maybe,
        diskFreePercent: maybe,
        uptimeSeconds: maybe,
      }),
    ),
  })
  .meta({ id: 'FlatStatus' })
export type FlatStatusView = z.output<typeof FlatStatus>

export const flatStatusSample: FlatStatusView = {
  ok: true,
  sentence: 'Qwen3 8B is answering.',
  version: '0.1.0',
  checkedAt: '2026-01-01T00:00:00.000Z',
  stale: false,
  engine: 'answering',
  answering: true,
  model: 'Qwen3 8B',
  modelId: 'Qwen/Qwen3-8B',
  switching: false,
  switchingTo: null,
  switchPercent: null,
  reserved: false,
  reservedBy: null,
  attention: 0,
  attentionFirst: null,
  machines: 1,
  machinesReachable: 1,
  memoryUsedPercent: 76,
  temperatureC: 61,
  powerW: 44,
  diskFreePercent: 48,
  sparks: [
    {
      name: 'spark-1',
      reachable: true,
      well: 'well',
      memoryUsedPercent: 76,
      gpuLoadPercent: 38,
      temperatureC: 61,
      powerW: 44,
      diskFreePercent: 48,
      uptimeSeconds: 777_600,
    },
  ],
}

export const flatStatusOperations = {
  'status.flat': operation({
    kind: 'json',
    method: 'get',
    path: '/status.json',
    summary: 'The state of everything, small and flat, for boards and alarms',
    description: 'Always 200 while the appliance runs: whether all is well is told by `ok`. See docs/MONITORING.md.',
    input: {},
    output: FlatStatus,
    status: 200,
    errors: [],
    right: 'see',
    risk: 'read',
    examples: [{ title: 'all is well', out: flatStatusSample }],
  }),
}
