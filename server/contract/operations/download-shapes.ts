// Shapes of downloads, deletions and disks.
import { z } from 'zod'

const Time = z.iso.datetime()
const Bytes = z.number().min(0).describe('Bytes')
const OnMachine = z.object({ machine: z.string(), name: z.string() })

export const Download = z
  .object({
    id: z.string(),
    repo: z.string(),
    name: z.string(),
    revision: z.string().nullable(),
    commit: z.string().nullable(),
    state: z.enum(['running', 'succeeded', 'failed', 'cancelled']),
    phase: z.enum(['fetch', 'copy', 'verify']),
    sentence: z.string(),
    stalled: z.boolean(),
    bytes: Bytes,
    totalBytes: Bytes.nullable(),
    percent: z.number().nullable(),
    bytesPerSecond: z.number().nullable(),
    etaSeconds: z.number().nullable(),
    machines: z.array(OnMachine).describe('The first fetches, the others get a copy'),
    withToken: z.boolean(),
    cancelling: z.boolean(),
    attempt: z.int(),
    lines: z.array(z.string()).describe('The last lines it printed'),
    error: z
      .object({
        code: z.string(),
        happened: z.string(),
        now: z.string(),
        next: z.string(),
        line: z.string().nullable(),
        machine: z.string().nullable(),
        run: z.string().nullable(),
      })
      .nullable(),
    startedAt: Time,
    endedAt: Time.nullable(),
    links: z.object({ self: z.string(), page: z.string() }),
  })
  .meta({ id: 'Download' })
export type DownloadView = z.output<typeof Download>

export const Ground = z
  .object({
    repo: z.string(),
    name: z.string(),
    revision: z.string().nullable(),
    commit: z.string().nullable(),
    verdict: z.enum(['ready', 'blocked', 'here']),
    checks: z.array(
      z.object({
        id: z.string(),
        machine: z.string().nullable(),
        state: z.enum(['good', 'warning', 'bad']),
        sentence: z.string(),
        mend: z.string().nullable(),
      }),
    ),
    totalBytes: Bytes.nullable(),
    machines: z.array(OnMachine.extend({ hereBytes: Bytes, needBytes: Bytes.nullable(), freeBytes: Bytes.nullable() })),
    wantsToken: z.boolean(),
    argv: z.array(z.string()),
    from: z
      .object({ machine: z.string(), name: z.string(), why: z.string() })
      .nullable()
      .describe('The machine whose version the others get over the cable; null: it comes from the Hub'),
  })
  .meta({ id: 'DownloadCheck' })
export type GroundView = z.output<typeof Ground>

export const DeletionPlan = z
  .object({
    model: z.string(),
    name: z.string(),
    bytes: Bytes,
    machines: z.array(OnMachine.extend({ bytes: Bytes, path: z.string() })),
    refusal: z.object({ why: z.string(), unblock: z.string() }).nullable(),
  })
  .meta({ id: 'DeletionPlan' })
export type DeletionView = z.output<typeof DeletionPlan>

export const Disks = z
  .object({
    machines: z.array(
      OnMachine.extend({
        totalBytes: Bytes.nullable(),
        freeBytes: Bytes.nullable(),
        modelBytes: Bytes,
        models: z.array(z.object({ id: z.string(), name: z.string(), bytes: Bytes, state: z.string() })),
      }),
    ),
    unused: z.array(z.object({ id: z.string(), name: z.string(), bytes: Bytes, lastUsedAt: Time.nullable() })),
    partial: z.array(OnMachine.extend({ id: z.string(), model: z.string(), bytes: Bytes, since: Time, whole: z.boolean() })),
    differing: z.array(
      z.object({ id: z.string(), name: z.string(), copies: z.array(OnMachine.extend({ revision: z.string().nullable() })) }),
    ),
  })
  .meta({ id: 'Disks' })
export type DisksView = z.output<typeof Disks>
