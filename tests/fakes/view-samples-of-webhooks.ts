// Webhooks in their states.
import { deliverySample, webhookSample } from '../../server/contract/operations/webhook-samples.ts'
import type { DeliveryView, WebhookView } from '../../server/contract/operations/webhook-shapes.ts'

const url = 'http://192.168.1.31:1880/endpoint/spark-events-of-the-house?token=0f3c'
const why = 'answered with status 502'

export const delivering: WebhookView = webhookSample

export const failing: WebhookView = {
  ...webhookSample,
  id: 'failing00001',
  name: 'Node-RED in the cellar',
  description: 'Node-RED in the cellar',
  url,
  events: 'all',
  state: 'failing',
  sentence: `Not accepted for about 2 hours, tried 14 times. It ${why}. 3 events wait.`,
  waiting: 3,
  failing: { since: '2025-12-31T22:00:00.000Z', attempts: 14, nextAt: '2026-01-01T00:16:00.000Z', why },
  last: { at: '2026-01-01T00:01:00.000Z', accepted: false, status: 502, type: 'swap_complete' },
}

export const paused: WebhookView = {
  ...failing,
  id: 'paused000001',
  name: '192.168.1.40:8123',
  description: '',
  url: 'http://192.168.1.40:8123/api/webhook/spark',
  state: 'paused',
  sentence: 'Paused: it has accepted nothing for three days. 212 events wait.',
  waiting: 212,
  failing: null,
  paused: { at: '2025-12-30T00:00:00.000Z', reason: 'failing', why: 'refused the connection' },
}

export const pausedByOwner: WebhookView = {
  ...webhookSample,
  id: 'paused000002',
  state: 'paused',
  sentence: 'Paused on purpose.',
  paused: { at: '2026-01-01T00:00:00.000Z', reason: 'owner', why: null },
}

export const withoutSecret: WebhookView = {
  ...paused,
  id: 'paused000003',
  sentence: 'Paused: its secret cannot be opened with the key file of this appliance. Make a new secret. 1 event waits.',
  waiting: 1,
  paused: { at: '2026-01-01T00:00:00.000Z', reason: 'secret', why: null },
}

export const refusedDelivery: DeliveryView = {
  ...deliverySample,
  id: 14,
  event: 502,
  accepted: false,
  status: 502,
  attempt: 14,
  sentence: `Not accepted: it ${why}.`,
  tookMs: 31,
  answer: '<html>\n<head><title>502 Bad Gateway</title></head>\n</html>',
}

export const unanswered: DeliveryView = {
  ...refusedDelivery,
  id: 13,
  status: null,
  attempt: 13,
  sentence: 'Not accepted: it did not answer within 15 s.',
  tookMs: 15_002,
  answer: '',
}

export const testDelivery: DeliveryView = { ...deliverySample, id: 15, event: null, type: 'test', messageId: 'test_a1b2c3d4e5f6' }
