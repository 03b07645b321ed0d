// Shapes of webhooks and of what was sent by them.
import { z } from 'zod'
import { Time } from './shapes.ts'

export const WebhookShape = z
  .object({
    id: z.string(),
    name: z.string().describe('Its description, else the host it goes to'),
    url: z.string(),
    description: z.string(),
    events: z.union([z.literal('all'), z.array(z.string())]).describe('Types of events; all: also those of later versions'),
    state: z
      .enum(['delivering', 'failing', 'paused'])
      .describe('failing: the delivery at the head is not accepted and is tried again. paused: nothing is sent'),
    sentence: z.string(),
    waiting: z.int().min(0).describe('Events that are not delivered yet'),
    sendingAgain: z.int().min(0).describe('Events that were asked for once more and are not delivered yet'),
    failing: z.object({ since: Time, attempts: z.int(), nextAt: Time, why: z.string() }).nullable().describe('The delivery at the head'),
    paused: z
      .object({
        at: Time,
        reason: z
          .enum(['owner', 'failing', 'gone', 'secret'])
          .describe('failing: three days without being accepted. gone: it answered 410. secret: it cannot be opened with the key file'),
        why: z.string().nullable(),
      })
      .nullable(),
    last: z
      .object({ at: Time, accepted: z.boolean(), status: z.int().nullable(), type: z.string() })
      .nullable()
      .describe('The last attempt'),
    oldSecretUntil: Time.nullable().describe('Until then the secret before this one signs as well'),
    createdAt: Time,
    links: z.object({ self: z.string(), page: z.string(), deliveries: z.string() }),
  })
  .meta({ id: 'Webhook' })
export type WebhookView = z.output<typeof WebhookShape>

/** What a webhook carries: the body that is signed. */
export const WebhookMessage = z
  .object({
    type: z.string(),
    timestamp: Time.describe('When it happened'),
    id: z.int().nullable().describe('Number of the event, with which GET /api/events goes on; null: a test'),
    sentence: z.string().describe('What the owner reads in Activity'),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'WebhookMessage' })

/** The headers of a webhook; docs/WEBHOOKS.md says how they are verified. */
export const webhookHeaders = {
  'webhook-id': 'The same in every attempt to tell this event',
  'webhook-timestamp': 'Seconds since 1970, of this attempt',
  'webhook-signature': 'v1, and base64 of HMAC-SHA256 over id.timestamp.body; several with spaces between while a secret is replaced',
  'x-spark-signature': 'As the earlier controller signed: sha256= and hex of HMAC-SHA256 over the body',
} as const

export const DeliveryShape = z
  .object({
    id: z.int(),
    event: z.int().nullable().describe('Number of the event; null: a test'),
    type: z.string(),
    messageId: z.string().describe('Header webhook-id: the same in every attempt to tell one event'),
    at: Time,
    attempt: z.int(),
    again: z.boolean().describe('It was asked for once more'),
    accepted: z.boolean(),
    status: z.int().nullable().describe('null: there was no answer'),
    sentence: z.string(),
    tookMs: z.number(),
    request: z.object({ url: z.string(), headers: z.record(z.string(), z.string()), body: z.string() }),
    answer: z.string().describe('The beginning of what was answered'),
  })
  .meta({ id: 'Delivery' })
export type DeliveryView = z.output<typeof DeliveryShape>
