// Programs that want to hear of events over HTTP.
import { z } from 'zod'
import { operation } from '../define.ts'
import { webhookTypes } from '../webhook-types.ts'
import { Of, Time } from './shapes.ts'
import { deliverySample, webhookSample, webhookSecretSample } from './webhook-samples.ts'
import { DeliveryShape, WebhookShape } from './webhook-shapes.ts'

const Url = z.string().min(1).max(2000).describe('http or https, on the network at home unless the setting webhooks.allowPublic is on')
const Description = z.string().max(100).describe('What the owner calls it')
const Types = z
  .union([z.literal('all'), z.array(z.enum(webhookTypes)).min(1).max(webhookTypes.length)])
  .describe('Types of events, or all of them, also those of later versions')
const EventNumber = z.int().min(1).max(Number.MAX_SAFE_INTEGER)
const Secret = z.string().describe('whsec_ and base64; shown this once')
const of = { id: webhookSample.id }
const answers = ['invalid_request', 'webhook_unknown'] as const

export const webhookOperations = {
  'webhooks.list': operation({
    kind: 'json',
    method: 'get',
    path: '/api/webhooks',
    summary: 'Webhooks, the oldest first',
    input: {},
    output: z.object({ webhooks: z.array(WebhookShape) }),
    status: 200,
    errors: [],
    right: 'operate',
    risk: 'read',
    examples: [{ title: 'all', out: { webhooks: [webhookSample] } }],
  }),
  'webhooks.add': operation({
    kind: 'json',
    method: 'post',
    path: '/api/webhooks',
    summary: 'Tell a program of events from now on',
    description:
      'Each event is sent at least once and in order, signed by Standard Webhooks, and tried again for three days. See docs/WEBHOOKS.md.',
    input: { body: z.strictObject({ url: Url, description: Description.default(''), events: Types.default('all') }) },
    output: z.object({ webhook: WebhookShape, secret: Secret }),
    status: 201,
    errors: ['invalid_request', 'webhook_target_refused', 'webhook_limit', 'sealing_key_unusable'],
    right: 'operate',
    risk: 'mutating',
    examples: [
      {
        title: 'two types',
        in: { url: webhookSample.url, description: 'recap', events: ['swap_complete', 'swap_failed'] },
        out: { webhook: webhookSample, secret: webhookSecretSample },
      },
    ],
  }),
  'webhooks.find': operation({
    kind: 'json',
    method: 'get',
    path: '/api/webhooks/:id',
    summary: 'One webhook',
    input: { params: Of },
    output: WebhookShape,
    status: 200,
    errors: answers,
    right: 'operate',
    risk: 'read',
    examples: [{ title: 'one', params: of, out: webhookSample }],
  }),
  'webhooks.edit': operation({
    kind: 'json',
    method: 'put',
    path: '/api/webhooks/:id',
    summary: 'Change where a webhook goes, what it is called, or what it is told',
    description: 'What is left out stays. A new address or list counts for everything that was not delivered yet.',
    input: { params: Of, body: z.strictObject({ url: Url.optional(), description: Description.optional(), events: Types.optional() }) },
    output: WebhookShape,
    status: 200,
    errors: [...answers, 'webhook_target_refused'],
    right: 'operate',
    risk: 'mutating',
    examples: [{ title: 'everything', params: of, in: { events: 'all' }, out: { ...webhookSample, events: 'all' } }],
  }),
  'webhooks.remove': operation({
    kind: 'json',
    method: 'delete',
    path: '/api/webhooks/:id',
    summary: 'Remove a webhook, its log, and what waits for it',
    input: { params: Of },
    output: z.object({ removed: z.literal(true) }),
    status: 200,
    errors: answers,
    right: 'operate',
    risk: 'destructive',
    examples: [{ title: 'remove', params: of, out: { removed: true } }],
  }),
  'webhooks.newSecret': operation({
    kind: 'json',
    method: 'post',
    path: '/api/webhooks/:id/secret',
    summary: 'Make a new secret and show it once',
    description:
      'Until the overlap ends, webhook-signature holds a signature by each of the two secrets. X-Spark-Signature has room for one: the new one.',
    input: {
      params: Of,
      body: z.strictObject({ overlapHours: z.int().min(0).max(168).default(24).describe('Hours; 0: the old one ends now') }).default({
        overlapHours: 24,
      }),
    },
    output: z.object({ webhook: WebhookShape, secret: Secret }),
    status: 201,
    errors: [...answers, 'sealing_key_unusable'],
    right: 'operate',
    risk: 'mutating',
    examples: [
      {
        title: 'a day of overlap',
        params: of,
        in: { overlapHours: 24 },
        out: { webhook: { ...webhookSample, oldSecretUntil: '2026-01-02T00:00:00.000Z' }, secret: webhookSecretSample },
      },
    ],
  }),
  'webhooks.pause': operation({
    kind: 'json',
    method: 'post',
    path: '/api/webhooks/:id/pause',
    summary: 'Send nothing until it is resumed; what happens meanwhile waits',
    input: { params: Of },
    output: WebhookShape,
    status: 200,
    errors: answers,
    right: 'operate',
    risk: 'mutating',
    examples: [{ title: 'pause', params: of, out: { ...webhookSample, state: 'paused' } }],
  }),
  'webhooks.resume': operation({
    kind: 'json',
    method: 'post',
    path: '/api/webhooks/:id/resumption',
    summary: 'Go on, with what waited or from now',
    input: {
      params: Of,
      body: z
        .strictObject({ from: z.enum(['waiting', 'now']).default('waiting').describe('now: what waited is left out for good') })
        .default({ from: 'waiting' }),
    },
    output: WebhookShape,
    status: 200,
    errors: [...answers, 'webhook_not_paused'],
    right: 'operate',
    risk: 'mutating',
    examples: [{ title: 'go on', params: of, in: {}, out: webhookSample }],
  }),
  'webhooks.tryNow': operation({
    kind: 'json',
    method: 'post',
    path: '/api/webhooks/:id/attempt',
    summary: 'Try what was not accepted at once, instead of at its next time',
    input: { params: Of },
    output: WebhookShape,
    status: 202,
    errors: answers,
    right: 'operate',
    risk: 'mutating',
    examples: [{ title: 'try', params: of, out: webhookSample }],
  }),
  'webhooks.test': operation({
    kind: 'json',
    method: 'post',
    path: '/api/webhooks/:id/test',
    summary: 'Send a test now and say what was answered',
    description: 'One attempt of type "test", signed as all are, also while it is paused. It changes nothing else.',
    input: { params: Of },
    output: DeliveryShape,
    status: 200,
    errors: answers,
    right: 'operate',
    risk: 'mutating',
    examples: [{ title: 'test', params: of, out: { ...deliverySample, event: null, type: 'test' } }],
  }),
  'webhooks.deliveries': operation({
    kind: 'json',
    method: 'get',
    path: '/api/webhooks/:id/deliveries',
    summary: 'What was sent and answered, the newest first; the last 200 attempts are kept',
    input: {
      params: Of,
      query: z.object({
        before: z.coerce.number().int().min(1).optional().describe('Id of a delivery: only older ones'),
        limit: z.coerce.number().int().min(1).max(50).default(20),
      }),
    },
    output: z.object({ deliveries: z.array(DeliveryShape), next: z.int().nullable().describe('The next `before`; null: no more') }),
    status: 200,
    errors: answers,
    right: 'operate',
    risk: 'read',
    examples: [{ title: 'the newest', params: of, out: { deliveries: [deliverySample], next: null } }],
  }),
  'webhooks.sendAgain': operation({
    kind: 'json',
    method: 'post',
    path: '/api/webhooks/:id/repeats',
    summary: 'Send events again that were settled before: one, or a range by number or by time',
    description: 'With the same webhook-id as before, after everything that is new. An event that still waits is not sent twice.',
    input: {
      params: Of,
      body: z
        .strictObject({
          event: EventNumber.optional().describe('One event'),
          fromEvent: EventNumber.optional(),
          toEvent: EventNumber.optional().describe('Included'),
          since: Time.optional(),
          until: Time.optional().describe('Included'),
        })
        .refine((range) => Object.values(range).some((bound) => bound !== undefined), 'an event, or a beginning or an end, is needed'),
    },
    output: z.object({ webhook: WebhookShape, events: z.int().describe('How many will be sent') }),
    status: 202,
    errors: [...answers, 'webhook_nothing_again', 'webhook_range_long'],
    right: 'operate',
    risk: 'mutating',
    examples: [
      { title: 'one', params: of, in: { event: 501 }, out: { webhook: { ...webhookSample, sendingAgain: 1 }, events: 1 } },
      {
        title: 'an evening',
        params: of,
        in: { since: '2026-01-01T18:00:00.000Z', until: '2026-01-01T23:00:00.000Z' },
        out: { webhook: { ...webhookSample, sendingAgain: 12 }, events: 12 },
      },
    ],
  }),
}
