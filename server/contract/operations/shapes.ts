// Shapes that several operations share. Times ISO 8601 UTC, sizes bytes, absent values null.
import { z } from 'zod'
import { verdicts } from '../../domain/verdict.ts'
import { phases, serviceStates } from '../../domain/words.ts'
import { ActShape } from '../acts.ts'
import { machineFactFields } from './machine-fact-shapes.ts'
import { PressureShape } from './pressure-shapes.ts'
import { ModShape, SpeedShape } from './recipe-shapes.ts'

export const Id = z
  .string()
  .regex(/^[a-z0-9_-]{1,64}$/)
  .describe('Identifier')
/** What names one of a list in a path. */
export const Of = z.object({ id: Id })
export const Time = z.iso.datetime().describe('ISO 8601, UTC')
const Bytes = z.number().min(0).describe('Bytes')
export const ModelId = z.string().min(1).max(300).describe('Hub id such as Qwen/Qwen3-8B, or local:<name>')
const StateWord = z.enum(serviceStates)
const Evidence = z
  .array(z.object({ what: z.string(), value: z.string(), at: Time.describe('When it was seen') }).meta({ id: 'Fact' }))
  .describe('The facts that this rests on, in words')

const SwapTrouble = z
  .object({
    code: z.string(),
    happened: z.string(),
    now: z.string(),
    next: z.string(),
    line: z.string().nullable().describe('The line of the log that told it'),
    machine: z.string().nullable().describe('Name of the machine it is about'),
    run: z.string().nullable().describe('A command that helps, to be run on that machine'),
    act: ActShape.nullable().describe('The one act of this appliance that helps'),
  })
  .meta({ id: 'SwapTrouble' })

export const Swap = z
  .object({
    id: z.string(),
    cluster: z.string(),
    engine: z.string(),
    model: z.string().nullable(),
    modelName: z.string(),
    previousModel: z.string().nullable(),
    previousModelName: z.string().nullable(),
    recipe: z.string().nullable(),
    state: z.enum(['running', 'succeeded', 'failed', 'cancelled']),
    phase: z.enum(phases),
    restored: z.boolean().nullable(),
    removes: z.string().nullable().describe('A removal by force: what it removes, e.g. vllm_node on spark-1'),
    progress: z.object({ percent: z.number().nullable(), sentence: z.string() }),
    evidence: Evidence,
    etaSeconds: z.number().nullable().describe('Seconds still to go; null when there is no history'),
    overdue: z.boolean().describe('Past the slowest tenth of earlier switches'),
    startedAt: Time,
    endedAt: Time.nullable(),
    durationMs: z.number(),
    requestedBy: z.object({ kind: z.enum(['owner', 'app', 'system']), name: z.string(), address: z.string().nullable() }),
    why: z.string().nullable(),
    steps: z.array(z.object({ phase: z.enum(phases), startedAt: Time, endedAt: Time.nullable() })),
    machines: z.array(z.string()).describe('Names of the machines it runs on'),
    cancel: z.object({ possible: z.boolean(), sentence: z.string() }),
    error: SwapTrouble.nullable(),
    links: z.object({ self: z.string(), page: z.string(), log: z.string() }),
  })
  .meta({ id: 'Swap' })
export type SwapView = z.output<typeof Swap>

export const Lock = z
  .object({
    locked: z.boolean(),
    by: z.enum(['swap', 'reservation']).nullable(),
    holder: z.string().nullable(),
    reason: z.string().nullable(),
    since: Time.nullable(),
    until: Time.nullable(),
    swap: z.string().nullable(),
    renewals: z.object({ count: z.int(), lastAt: Time.nullable() }).describe('How often the reservation was kept longer'),
    waiting: z
      .array(z.object({ holder: z.string(), since: Time }))
      .describe('Programs that were refused and still ask, first in line first. The first is let in first.'),
  })
  .meta({ id: 'Lock' })
export type LockView = z.output<typeof Lock>

export const StartMemory = z
  .object({
    weightsBytes: Bytes,
    cacheBytes: Bytes,
    startUpBytes: Bytes,
    headroomBytes: Bytes,
    needBytes: Bytes,
    context: z.int().describe('Tokens of the longest request'),
    requests: z.int().describe('Requests of that length that the counted cache holds'),
    formula: z.string().nullable(),
    weightsFrom: z.string(),
    measuredStarts: z.int().describe('Finished starts here that the sum rests on; 0: worked out from the files'),
  })
  .meta({ id: 'StartMemory' })
export type StartMemoryView = z.output<typeof StartMemory>

export const Plan = z
  .object({
    fingerprint: z.string(),
    cluster: z.string(),
    engine: z.string(),
    verdict: z.enum(['ready', 'blocked']),
    model: z.string().nullable(),
    modelName: z.string(),
    reasons: z.array(z.object({ code: z.string(), sentence: z.string(), unblock: z.string() })),
    stops: z.array(
      z.object({
        model: z.string().nullable(),
        name: z.string(),
        container: z.string(),
        machines: z.array(z.string()),
        argv: z.array(z.string()),
      }),
    ),
    starts: z
      .object({
        model: z.string(),
        recipe: z.string(),
        source: z.enum(['owner', 'shipped', 'launcher', 'inferred']),
        digest: z.string().describe('Of the recipe, to be sent with its confirmation'),
        machines: z.array(z.string()),
        argv: z.array(z.string()),
        flags: z.array(
          z.object({ name: z.string(), value: z.union([z.string(), z.number(), z.literal(true)]), reason: z.string(), source: z.string() }),
        ),
        mods: z.array(ModShape).describe('Scripts that run as root in the container before vLLM starts'),
      })
      .nullable(),
    memory: z.array(z.object({ machine: z.string(), needBytes: Bytes, haveBytes: Bytes, totalBytes: Bytes, sum: StartMemory.nullable() })),
    etaSeconds: z.number().nullable(),
    etaFrom: z.enum(['history', 'family', 'none']),
    pastMs: z.array(z.number()),
    wayBack: z.object({ kind: z.enum(['none', 'previous']), model: z.string().nullable(), sentence: z.string() }),
    warnings: z.array(z.string()),
    inFlight: z.int(),
    needsConfirmation: z.boolean().describe('The recipe was inferred, or came with the launcher, and nobody has confirmed it yet'),
  })
  .meta({ id: 'Plan' })
export type PlanView = z.output<typeof Plan>

export const Flag = z
  .object({
    name: z.string(),
    value: z.union([z.string(), z.number(), z.literal(true)]),
    reason: z.string(),
    source: z.string(),
  })
  .meta({ id: 'Flag' })

export const RecipeShape = z
  .object({
    id: z.string(),
    source: z.enum(['owner', 'shipped', 'launcher', 'inferred']),
    model: z.string(),
    title: z.string(),
    description: z.string().nullable(),
    image: z.string().nullable(),
    port: z.int().nullable(),
    nodes: z.int(),
    flags: z.array(Flag),
    env: z.record(z.string(), z.string()),
    mods: z.array(ModShape).describe('Scripts that run as root in the container before vLLM starts'),
    digest: z.string().describe('Of all that a start with it would run: what a confirmation is given to'),
    confirmed: z.boolean(),
    file: z.string().nullable(),
    speed: SpeedShape.nullable().describe('One short answer after a switch with it; null: not yet'),
  })
  .meta({ id: 'Recipe' })
export type RecipeView = z.output<typeof RecipeShape>

const ModelMemory = z
  .object({
    sum: StartMemory,
    totalBytes: Bytes.describe('Memory of the machine that the sum is held against'),
    sentence: z.string(),
    fits: z.array(
      z.object({
        nodes: z.int(),
        fits: z.boolean(),
        needBytes: Bytes.describe('Of each machine, for a short conversation'),
        roomBytes: Bytes.describe('What a recipe may take of each machine'),
        longest: z.int().nullable().describe('Longest context that fits, tokens'),
      }),
    ),
  })
  .meta({ id: 'ModelMemory' })

export const Model = z
  .object({
    id: z.string(),
    repo: z.string().nullable(),
    name: z.string(),
    revision: z.string().nullable(),
    state: z.enum(['complete', 'downloading', 'interrupted', 'incomplete', 'config_only', 'not_a_model']),
    stateSentence: z.string(),
    complete: z.boolean(),
    revisionsDiffer: z.boolean(),
    sizeBytes: Bytes,
    machines: z.array(
      z.object({ machine: z.string(), name: z.string(), state: z.string(), bytes: Bytes, revision: z.string().nullable() }),
    ),
    servable: z.boolean().nullable(),
    as: z.string().nullable(),
    reason: z.string().nullable(),
    family: z.string().nullable(),
    quantization: z.string(),
    capabilities: z.array(z.string()),
    evidence: z
      .array(z.object({ what: z.string(), says: z.string(), because: z.string() }))
      .describe('Each conclusion about the model with the file, field or name it came from'),
    memory: ModelMemory.nullable().describe('What its recipe needs of each machine; null where vLLM does not serve it'),
    recipe: z.object({ id: z.string(), source: z.string(), confirmed: z.boolean() }).nullable(),
    canRun: z.object({ verdict: z.enum(['now', 'needs_room', 'needs_setup', 'no']), why: z.string() }),
    serving: z.string().nullable(),
    lastUsedAt: Time.nullable(),
    typicalSwapSeconds: z.number().nullable(),
    speed: SpeedShape.nullable().describe('Of the recipe that a switch uses; null: not yet'),
  })
  .meta({ id: 'Model' })
export type ModelView = z.output<typeof Model>

const nullableNumber = z.number().nullable()

export const Machine = z
  .object({
    id: z.string(),
    name: z.string(),
    address: z.string(),
    port: z.int(),
    user: z.string(),
    hostKey: z.string().nullable(),
    state: z.enum(['reachable', 'unreachable', 'unknown']),
    trouble: z.object({ code: z.string(), sentence: z.string(), now: z.string(), next: z.string() }).nullable(),
    observedAt: Time.nullable(),
    stale: z.boolean(),
    memory: z
      .object({ totalBytes: Bytes, availableBytes: Bytes, freeBytes: Bytes, cachedBytes: Bytes, pressure: nullableNumber })
      .nullable(),
    gpu: z.object({ loadPercent: nullableNumber, temperatureC: nullableNumber, powerW: nullableNumber, smMHz: nullableNumber }).nullable(),
    gpuName: z.string().nullable(),
    disk: z.object({ path: z.string(), freeBytes: Bytes, totalBytes: Bytes }).nullable(),
    driver: z.string().nullable(),
    bootId: z.string().nullable(),
    uptimeSeconds: nullableNumber,
    rebootedAt: Time.nullable(),
    vpnAddress: z.string().nullable(),
    fabricAddress: z.string().nullable(),
    launcher: z
      .object({ path: z.string(), era: z.enum(['E1', 'E2', 'E3']), commit: z.string().nullable(), date: z.string().nullable() })
      .nullable(),
    cachePath: z.string().nullable(),
    modelFolders: z.array(z.string()),
    containers: z
      .array(
        z.object({
          name: z.string(),
          image: z.string(),
          state: z.string(),
          status: z.string(),
          ours: z.boolean().describe('It serves the model'),
          service: z.object({ id: z.string(), name: z.string() }).nullable().describe('The service whose container the owner said it is'),
        }),
      )
      .nullable(),
    dockerProblem: z.enum(['permission', 'not_running', 'missing']).nullable(),
    pressure: PressureShape.nullable(),
    ...machineFactFields,
  })
  .meta({ id: 'Machine' })
export type MachineShape = z.output<typeof Machine>

const EngineShape = z
  .object({
    id: z.string(),
    state: StateWord,
    sentence: z.string(),
    verdict: z
      .enum(verdicts)
      .nullable()
      .describe(
        'Finer than the state: wedged and dead are both degraded, slow is busy. null: a switch runs, or nothing is stored as serving',
      ),
    evidence: Evidence,
    model: z.string().nullable(),
    modelName: z.string().nullable(),
    since: Time.nullable(),
    machines: z.array(z.string()),
    url: z.string().nullable(),
    recipe: z.string().nullable(),
    adopted: z.boolean(),
    observed: z.boolean().describe('Serves here but was not started by this appliance; never stopped without an explicit act'),
    capabilities: z.array(z.string()),
    runningRequests: nullableNumber,
    speed: SpeedShape.nullable().describe('Measured once after its switch; null: not measured'),
  })
  .meta({ id: 'Engine' })
export type EngineView = z.output<typeof EngineShape>

export const Status = z
  .object({
    version: z.string(),
    sentence: z.string(),
    checkedAt: Time.nullable(),
    clusters: z.array(z.object({ id: z.string(), engines: z.array(EngineShape), swap: Swap.nullable(), lock: Lock })),
    machines: z.array(z.object({ id: z.string(), name: z.string(), state: z.string() })),
    attention: z.array(z.object({ code: z.string(), sentence: z.string(), link: z.string() })),
  })
  .meta({ id: 'Status' })
export type StatusView = z.output<typeof Status>

export const EventShape = z
  .object({
    id: z.int(),
    type: z.string(),
    at: Time,
    kind: z.string(),
    sentence: z.string(),
    payload: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'Event' })
export type EventView = z.output<typeof EventShape>

export const LogLine = z.object({ number: z.int(), at: Time, text: z.string() }).meta({ id: 'LogLine' })
export type LogLineView = z.output<typeof LogLine>

export const SurveyShape = z
  .object({
    machine: z.string(),
    rows: z.array(
      z.object({
        id: z.string(),
        title: z.string(),
        state: z.enum(['good', 'warning', 'missing']),
        sentence: z.string(),
        mend: z.string().nullable(),
      }),
    ),
    peers: z.array(z.string()),
  })
  .meta({ id: 'Survey' })
export type SurveyView = z.output<typeof SurveyShape>
