// Shapes of services.
import { z } from 'zod'
import { serviceKinds } from '../../domain/service.ts'
import { serviceActKinds } from '../../domain/service-act.ts'
import { serviceStates } from '../../domain/words.ts'

const Time = z.iso.datetime()
const Bytes = z.number().min(0).describe('Bytes')
const Facts = z.array(z.object({ what: z.string(), value: z.string(), at: Time })).describe('The facts that this rests on, in words')
const ActKind = z.enum(serviceActKinds)

export const ServiceAct = z
  .object({
    id: z.string(),
    service: z.string(),
    kind: ActKind,
    state: z.enum(['running', 'succeeded', 'failed']),
    sentence: z.string(),
    machine: z.string().describe('Name of the machine'),
    requestedBy: z.string(),
    why: z.string().nullable(),
    startedAt: Time,
    endedAt: Time.nullable(),
    exitCode: z.int().nullable().describe('Of the command. It proves nothing: the act has succeeded when a real request was answered'),
    error: z.object({ code: z.string(), happened: z.string(), now: z.string(), next: z.string() }).nullable(),
  })
  .meta({ id: 'ServiceAct' })
export type ServiceActView = z.output<typeof ServiceAct>

/** With the command and what it said, which not everybody who may see may read. */
const ServiceActRecord = ServiceAct.extend({
  argv: z.array(z.string()),
  lines: z.array(z.string()).describe('The last lines it printed'),
}).meta({ id: 'ServiceActRecord' })
export type ServiceActRecordView = z.output<typeof ServiceActRecord>

export const Service = z
  .object({
    id: z.string(),
    kind: z.enum(serviceKinds),
    kindWord: z.string(),
    does: z.string().describe('What it is for, in half a sentence'),
    name: z.string(),
    machine: z.object({ id: z.string(), name: z.string() }).nullable().describe('Null: known by its address alone, and only looked at'),
    address: z.string().nullable().describe('Null: its machine is not in the list any more'),
    port: z.int(),
    url: z.string().nullable(),
    container: z.string().nullable(),
    healthPath: z.string(),
    enabled: z.boolean().describe('False: neither looked at nor shown on Home'),
    state: z.enum(serviceStates),
    sentence: z.string(),
    since: Time.nullable(),
    checkedAt: Time.nullable(),
    latencyMs: z.int().nullable().describe('Of the last answer'),
    usualMs: z.int().nullable(),
    doing: z.string().nullable(),
    models: z.array(z.string()),
    evidence: Facts,
    heal: z.enum(['auto', 'manual']),
    mayShed: z.boolean().describe('It may be stopped when its machine runs out of memory'),
    footprintBytes: Bytes,
    updateProgram: z.string().nullable(),
    trial: z.string().nullable().describe('The small real request that services.try sends, in words'),
    acts: z.array(z.object({ kind: ActKind, label: z.string(), consequence: z.string() })),
    act: ServiceAct.nullable().describe('Under way now'),
    links: z.object({ self: z.string(), page: z.string() }),
  })
  .meta({ id: 'Service' })
export type ServiceView = z.output<typeof Service>

export const ServiceHistory = z
  .object({
    changes: z.array(z.object({ at: Time, state: z.enum(serviceStates), sentence: z.string() })).describe('Newest first'),
    acts: z.array(ServiceActRecord).describe('Newest first'),
  })
  .meta({ id: 'ServiceHistory' })
export type ServiceHistoryView = z.output<typeof ServiceHistory>

export const ServiceTrial = z
  .object({
    ok: z.boolean(),
    sentence: z.string(),
    path: z.string(),
    tookMs: z.int(),
    answer: z.string().nullable().describe('Its beginning, as text'),
  })
  .meta({ id: 'ServiceTrial' })
export type ServiceTrialView = z.output<typeof ServiceTrial>

export const ServiceCandidate = z
  .object({
    kind: z.enum(serviceKinds),
    kindWord: z.string(),
    name: z.string(),
    machine: z.object({ id: z.string(), name: z.string() }),
    port: z.int(),
    container: z.string().nullable(),
    image: z.string().nullable(),
    why: z.string(),
  })
  .meta({ id: 'ServiceCandidate' })
export type ServiceCandidateView = z.output<typeof ServiceCandidate>
