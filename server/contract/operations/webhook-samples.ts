// One sample of every shape of webhooks.
import type { DeliveryView, WebhookView } from './webhook-shapes.ts'

export const webhookSample: WebhookView = {
  id: 'k3j9x2m4p7q1',
  name: 'recap',
  url: 'http://192.168.1.20:8080/hooks/spark',
  description: 'recap',
  events: ['swap_complete', 'swap_failed'],
  state: 'delivering',
  sentence: 'Up to date: nothing waits.',
  waiting: 0,
  sendingAgain: 0,
  failing: null,
  paused: null,
  last: { at: '2026-01-01T00:00:00.000Z', accepted: true, status: 200, type: 'swap_complete' },
  oldSecretUntil: null,
  createdAt: '2025-12-01T00:00:00.000Z',
  links: {
    self: '/api/webhooks/k3j9x2m4p7q1',
    page: '/webhooks/k3j9x2m4p7q1',
    deliveries: '/api/webhooks/k3j9x2m4p7q1/deliveries',
  },
}

export const webhookSecretSample = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo='

export const deliverySample: DeliveryView = {
  id: 12,
  event: 501,
  type: 'swap_complete',
  messageId: 'evt_501_5d41402abc4b2a76',
  at: '2026-01-01T00:00:00.000Z',
  attempt: 1,
  again: false,
  accepted: true,
  status: 200,
  sentence: 'Accepted.',
  tookMs: 14,
  request: {
    url: 'http://192.168.1.20:8080/hooks/spark',
    headers: {
      'content-type': 'application/json',
      'webhook-id': 'evt_501_5d41402abc4b2a76',
      'webhook-timestamp': '1767225600',
      'webhook-signature': 'v1,5L5xXz3yF2m0J0gq2bD0yVJ1mJwYh1mFq0aZ6m0yq9k=',
      'x-spark-signature': 'sha256=2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
    },
    body: '{"type":"swap_complete","timestamp":"2026-01-01T00:00:00.000Z","id":501,"sentence":"Qwen3 8B is answering.","data":{"swap":"k3j9x2m4p7q1"}}',
  },
  answer: 'ok',
}
