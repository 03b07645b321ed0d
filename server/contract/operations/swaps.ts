// Switching: plan, start, watch, cancel, and the lock.
import { z } from 'zod'
import { operation } from '../define.ts'
import { freeLockSample, lockSample, planSample, removalPlanSample, swapSample } from './samples.ts'
import { Id, Lock, LogLine, ModelId, Plan, Swap } from './shapes.ts'

/** A start would leave these out in silence: better refused than not done. */
const decidedByPlan: ReadonlySet<string> = new Set(['model', 'host', 'port', 'tensor-parallel-size', 'nnodes', 'node-rank', 'headless'])
const Overrides = z
  .record(z.string().regex(/^[a-z][a-z0-9-]{0,63}$/), z.union([z.string().max(10_000), z.number(), z.boolean()]))
  .refine((flags) => !Object.keys(flags).some((name) => decidedByPlan.has(name)), {
    error: `${[...decidedByPlan].join(', ')} follow from the recipe and its machines and cannot be overridden`,
  })
  .describe('Flags of vllm serve by long name without dashes; false takes one away')
const Ask = z.strictObject({
  model: ModelId,
  recipe: z.string().max(400).optional(),
  engine: Id.optional(),
  overrides: Overrides.optional(),
})
const Flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((word) => word === 'true')])
/**
 * Earlier spellings stay (token, force, dry_run), and so does every other way to write the same word: a misspelt dryrun that was
 * dropped in silence would start a real switch.
 */
const spellings: Readonly<Record<string, string>> = {
  token: 'lockToken',
  locktoken: 'lockToken',
  force: 'breakLock',
  breaklock: 'breakLock',
  dryrun: 'dryRun',
}
const respeltBy =
  (words: Readonly<Record<string, string>>) =>
  (body: unknown): unknown => {
    if (typeof body !== 'object' || body === null || Array.isArray(body)) return body
    const respelt = (key: string): string => {
      const plain = key.replaceAll(/[_-]/g, '').toLowerCase()
      return Object.hasOwn(words, plain) ? (words[plain] ?? key) : key
    }
    return Object.fromEntries(Object.entries(body).map(([key, value]) => [respelt(key), value]))
  }
const respell = respeltBy(spellings)
const StopBody = z.preprocess(
  respell,
  z.strictObject({ lockToken: z.string().max(200).optional(), breakLock: Flag.optional(), by: z.string().max(100).optional() }).optional(),
)
/** The reservation's own operations call the token `token`; whoever learned `lockToken` is understood as well. */
const plainToken = respeltBy({ token: 'token', locktoken: 'token', force: 'force', breaklock: 'breakLock', ttlseconds: 'ttlSeconds' })

export const swapOperations = {
  'plans.make': operation({
    kind: 'json',
    method: 'post',
    path: '/api/plan',
    summary: 'What a switch would do, without doing it',
    input: { body: Ask },
    output: Plan,
    status: 200,
    errors: ['invalid_request', 'model_unknown', 'recipe_unknown', 'recipe_invalid', 'engine_unknown'],
    right: 'see',
    risk: 'read',
    examples: [{ title: 'a plan', in: { model: 'Qwen/Qwen3-8B' }, out: planSample }],
  }),
  'swaps.start': operation({
    kind: 'json',
    method: 'post',
    path: '/api/swap',
    summary: 'Switch to a model',
    description:
      'Without a fingerprint: whatever is true now. A blocked plan is never forced through; breakLock breaks a reservation, never a running switch.',
    input: {
      body: z.preprocess(
        respell,
        Ask.extend({
          fingerprint: z.string().max(128).optional(),
          lockToken: z.string().max(200).optional(),
          breakLock: Flag.optional(),
          dryRun: Flag.optional(),
          why: z.string().max(500).optional(),
          by: z.string().max(100).optional(),
        }),
      ),
    },
    output: z.union([Swap, Plan]),
    status: 202,
    alsoStatus: 200,
    errors: [
      'invalid_request',
      'model_unknown',
      'recipe_unknown',
      'recipe_invalid',
      'recipe_unconfirmed',
      'plan_stale',
      'plan_blocked',
      'swap_running',
      'swap_locked',
      'lock_turn',
      'lock_token_wrong',
      'engine_unknown',
    ],
    right: 'operate',
    orScope: 'switch',
    risk: 'disruptive',
    examples: [
      { title: 'switch', in: { model: 'Qwen/Qwen3-8B', by: 'recap', why: 'nightly batch' }, out: swapSample },
      { title: 'only the plan', in: { model: 'Qwen/Qwen3-8B', dryRun: true }, out: planSample },
    ],
  }),
  'swaps.list': operation({
    kind: 'json',
    method: 'get',
    path: '/api/swap',
    summary: 'The running switch and earlier ones',
    input: { query: z.object({ limit: z.coerce.number().int().min(1).max(200).default(50), before: z.coerce.number().int().optional() }) },
    output: z.object({ current: Swap.nullable(), swaps: z.array(Swap), next: z.string().optional() }),
    status: 200,
    errors: ['invalid_request'],
    right: 'see',
    risk: 'read',
    examples: [{ title: 'the newest ten', query: { limit: '10' }, out: { current: swapSample, swaps: [swapSample] } }],
  }),
  'lock.find': operation({
    kind: 'json',
    method: 'get',
    path: '/api/swap/lock',
    summary: 'Who holds the cluster',
    input: {},
    output: Lock,
    status: 200,
    errors: [],
    right: 'see',
    risk: 'read',
    examples: [{ title: 'reserved', out: lockSample }],
  }),
  'lock.take': operation({
    kind: 'json',
    method: 'post',
    path: '/api/swap/lock',
    summary: 'Reserve the cluster',
    input: {
      body: z.strictObject({
        holder: z.string().min(1).max(100),
        reason: z.string().max(500).default(''),
        ttlSeconds: z.int().min(1).max(86_400).default(3600),
      }),
    },
    output: Lock.extend({ token: z.string() }),
    status: 201,
    errors: ['invalid_request', 'swap_locked', 'lock_turn', 'swap_running'],
    right: 'operate',
    risk: 'mutating',
    examples: [
      { title: 'reserve', in: { holder: 'recap', reason: 'nightly batch', ttlSeconds: 3600 }, out: { ...lockSample, token: 'f00d' } },
    ],
  }),
  'lock.renew': operation({
    kind: 'json',
    method: 'put',
    path: '/api/swap/lock',
    summary: 'Keep a reservation longer',
    input: {
      body: z.preprocess(
        plainToken,
        z.strictObject({ token: z.string().min(1).max(200), ttlSeconds: z.int().min(1).max(86_400).default(3600) }),
      ),
    },
    output: Lock,
    status: 200,
    errors: ['invalid_request', 'lock_token_wrong', 'lock_ended', 'lock_not_held'],
    right: 'operate',
    risk: 'mutating',
    examples: [{ title: 'another hour', in: { token: 'f00d', ttlSeconds: 3600 }, out: lockSample }],
  }),
  'lock.release': operation({
    kind: 'json',
    method: 'delete',
    path: '/api/swap/lock',
    summary: 'Give a reservation back, or break it',
    description: 'The token may come in the body or in the query; in the body it is in no address that a proxy writes down.',
    input: {
      query: z.object({ token: z.string().max(200).optional(), breakLock: z.stringbool().optional(), force: z.stringbool().optional() }),
      body: z.preprocess(
        plainToken,
        z.strictObject({ token: z.string().max(200).optional(), breakLock: Flag.optional(), force: Flag.optional() }).optional(),
      ),
    },
    output: Lock,
    status: 200,
    errors: ['invalid_request', 'lock_token_wrong', 'lock_ended', 'lock_not_held'],
    right: 'operate',
    risk: 'mutating',
    examples: [
      { title: 'give it back', in: { token: 'f00d' }, out: freeLockSample },
      { title: 'the same by the query', query: { token: 'f00d' }, out: freeLockSample },
      { title: 'the owner breaks it', query: { breakLock: 'true' }, out: freeLockSample },
    ],
  }),
  'swaps.find': operation({
    kind: 'json',
    method: 'get',
    path: '/api/swap/:id',
    summary: 'One switch',
    input: { params: z.object({ id: Id }) },
    output: Swap,
    status: 200,
    errors: ['invalid_request', 'not_found'],
    right: 'see',
    risk: 'read',
    examples: [{ title: 'one switch', params: { id: swapSample.id }, out: swapSample }],
  }),
  'swaps.cancel': operation({
    kind: 'json',
    method: 'post',
    path: '/api/swap/:id/cancellation',
    summary: 'Cancel a running switch',
    input: { params: z.object({ id: Id }) },
    output: Swap,
    status: 202,
    errors: ['invalid_request', 'not_found', 'swap_not_cancellable'],
    right: 'operate',
    risk: 'disruptive',
    examples: [{ title: 'cancel', params: { id: swapSample.id }, out: swapSample }],
  }),
  'swaps.log': operation({
    kind: 'json',
    method: 'get',
    path: '/api/swap/:id/log',
    summary: 'Lines of its log',
    input: {
      params: z.object({ id: Id }),
      query: z.object({ after: z.coerce.number().int().min(0).default(0), limit: z.coerce.number().int().min(1).max(2000).default(200) }),
    },
    output: z.object({ lines: z.array(LogLine), next: z.string().optional() }),
    status: 200,
    errors: ['not_found', 'invalid_request'],
    right: 'operate',
    risk: 'read',
    examples: [
      {
        title: 'lines after the tenth',
        params: { id: swapSample.id },
        query: { after: '10' },
        out: { lines: [{ number: 11, at: '2026-01-01T00:00:30.000Z', text: 'Loading safetensors checkpoint shards: 43 %' }], next: '11' },
      },
    ],
  }),
  'engine.stop': operation({
    kind: 'json',
    method: 'post',
    path: '/api/engine/stop',
    summary: 'Stop the model of the engine main',
    input: {
      body: StopBody,
    },
    output: Swap,
    status: 202,
    errors: ['invalid_request', 'engine_stopped', 'swap_running', 'swap_locked', 'lock_turn', 'lock_token_wrong', 'plan_blocked'],
    right: 'operate',
    risk: 'disruptive',
    examples: [{ title: 'stop', in: { by: 'recap' }, out: { ...swapSample, model: null } }],
  }),
  'engines.stop': operation({
    kind: 'json',
    method: 'post',
    path: '/api/engines/:id/stop',
    summary: 'Stop the model of an engine',
    input: {
      params: z.object({ id: Id }),
      body: StopBody,
    },
    output: Swap,
    status: 202,
    errors: [
      'invalid_request',
      'engine_unknown',
      'engine_stopped',
      'swap_running',
      'swap_locked',
      'lock_turn',
      'lock_token_wrong',
      'plan_blocked',
    ],
    right: 'operate',
    risk: 'disruptive',
    examples: [{ title: 'stop', params: { id: 'main' }, in: {}, out: { ...swapSample, model: null } }],
  }),
  'engines.removal': operation({
    kind: 'json',
    method: 'get',
    path: '/api/engines/:id/removal',
    summary: 'What a removal by force would remove now',
    input: { params: z.object({ id: Id }), query: z.object({ machine: Id.optional() }) },
    output: Plan,
    status: 200,
    errors: ['invalid_request', 'engine_unknown'],
    right: 'operate',
    risk: 'read',
    examples: [{ title: 'what it would do', params: { id: 'main' }, out: removalPlanSample }],
  }),
  'engines.remove': operation({
    kind: 'json',
    method: 'post',
    path: '/api/engines/:id/removal',
    summary: "Remove the engine's containers by force",
    description:
      'For a container that does not stop when it is told to: docker rm -f on every machine that has it, or on those named. It takes the lock and the fence like every change, and is a switch that ends in one outcome. Containers of other names are never touched.',
    input: {
      params: z.object({ id: Id }),
      body: z.preprocess(
        respell,
        z
          .strictObject({
            machines: z.array(Id).max(64).optional(),
            lockToken: z.string().max(200).optional(),
            breakLock: Flag.optional(),
            by: z.string().max(100).optional(),
          })
          .optional(),
      ),
    },
    output: Swap,
    status: 202,
    errors: ['invalid_request', 'engine_unknown', 'swap_running', 'swap_locked', 'lock_turn', 'lock_token_wrong', 'plan_blocked'],
    right: 'operate',
    risk: 'destructive',
    examples: [
      { title: 'everywhere', params: { id: 'main' }, in: {}, out: { ...swapSample, model: null, removes: 'vllm_node on spark-1' } },
    ],
  }),
}
