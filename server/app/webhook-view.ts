// Webhooks and deliveries as the contract shows them.
import type { DeliveryView, WebhookView } from '../contract/operations/webhook-shapes.ts'
import { type Webhook, webhookName } from '../domain/webhook.ts'
import { webhookSentence } from '../domain/webhook-words.ts'
import { isoTime, isoTimeOrNull } from './iso-time.ts'
import type { Delivery } from './webhook-ports.ts'

export interface WebhookFacts {
  readonly now: number
  readonly waiting: number
  readonly sendingAgain: number
  readonly last: Delivery | null
}

export function webhookView(hook: Webhook, { now, waiting, sendingAgain, last }: WebhookFacts): WebhookView {
  const { id, url, description, events, failing, paused, oldSecret } = hook
  const self = `/api/webhooks/${id}`
  return {
    id,
    name: webhookName(hook),
    url,
    description,
    events: events === null ? 'all' : [...events],
    state: paused !== null ? 'paused' : failing !== null ? 'failing' : 'delivering',
    sentence: webhookSentence({ now, waiting, sendingAgain, failing, paused, anySent: last !== null }),
    waiting,
    sendingAgain,
    failing:
      failing === null
        ? null
        : { since: isoTime(failing.since), attempts: failing.attempts, nextAt: isoTime(failing.nextAt), why: failing.why },
    paused: paused === null ? null : { at: isoTime(paused.at), reason: paused.reason, why: paused.why },
    last: last === null ? null : { at: isoTime(last.at), accepted: last.accepted, status: last.status, type: last.type },
    oldSecretUntil: isoTimeOrNull(oldSecret !== null && oldSecret.until > now ? oldSecret.until : null),
    createdAt: isoTime(hook.createdAt),
    links: { self, page: `/webhooks/${id}`, deliveries: `${self}/deliveries` },
  }
}

export function deliveryView(delivery: Delivery): DeliveryView {
  const { id, event, type, messageId, at, attempt, again, accepted, status, why, tookMs, url, headers, body, answer } = delivery
  const sentence = accepted ? `Accepted${again ? ', sent again' : ''}.` : `Not accepted: it ${why}.`
  const request = { url, headers: { ...headers }, body }
  return { id, event, type, messageId, at: isoTime(at), attempt, again, accepted, status, sentence, tookMs, request, answer }
}
