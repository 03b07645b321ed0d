// Pages of webhooks in their states.
import { tellError } from '../../server/contract/errors.ts'
import { deliverySample, webhookSecretSample } from '../../server/contract/operations/webhook-samples.ts'
import { type WebhookData, WebhookPage } from '../../web/views/pages/webhook.tsx'
import { NewWebhookPage, WebhookSecretPage, WebhooksPage } from '../../web/views/pages/webhooks.tsx'
import * as sample from '../fakes/view-samples-of-webhooks.ts'
import type { Exhibit } from './exhibit.ts'

const now = Date.parse('2026-01-01T00:02:00.000Z')
const log = [
  deliverySample,
  { ...deliverySample, id: 11, event: 498, type: 'swap_started', again: true, sentence: 'Accepted, sent again.' },
]
const one = (more: Partial<WebhookData>): WebhookData => ({
  webhook: sample.delivering,
  deliveries: log,
  before: null,
  older: false,
  now,
  ...more,
})
const troubleOf = (why: string) => {
  const { happened, now: then, next } = tellError('webhook_target_refused', { why })
  return { happened, now: then, next }
}
const typed = { url: 'http://169.254.169.254/latest', description: 'recap', events: ['swap_complete', 'swap_failed'] }
const refused = troubleOf('169.254.169.254 is where cloud providers keep the secrets of a machine')

export const webhookExhibits: readonly Exhibit[] = [
  { name: 'webhooks-empty', body: <WebhooksPage webhooks={[]} now={now} /> },
  {
    name: 'webhooks',
    body: <WebhooksPage webhooks={[sample.delivering, sample.failing, sample.paused, sample.pausedByOwner]} now={now} />,
  },
  { name: 'webhook-new', body: <NewWebhookPage typed={{ url: '', description: '', events: 'all' }} /> },
  { name: 'webhook-refused', body: <NewWebhookPage typed={typed} trouble={refused} /> },
  { name: 'webhook-added', body: <WebhookSecretPage webhook={sample.delivering} secret={webhookSecretSample} isNew /> },
  {
    name: 'webhook-new-secret',
    body: (
      <WebhookSecretPage
        webhook={{ ...sample.delivering, oldSecretUntil: '2026-01-02T00:00:00.000Z' }}
        secret={webhookSecretSample}
        isNew={false}
      />
    ),
  },
  { name: 'webhook', body: <WebhookPage {...one({ before: 11 })} /> },
  { name: 'webhook-without-log', body: <WebhookPage {...one({ deliveries: [] })} /> },
  { name: 'webhook-tested', body: <WebhookPage {...one({ deliveries: [sample.testDelivery, ...log], tested: sample.testDelivery })} /> },
  {
    name: 'webhook-sending-again',
    body: (
      <WebhookPage
        {...one({ webhook: { ...sample.delivering, sendingAgain: 12, sentence: '12 events are being sent again.' }, asked: 12 })}
      />
    ),
  },
  {
    name: 'webhook-failing',
    body: <WebhookPage {...one({ webhook: sample.failing, deliveries: [sample.refusedDelivery, sample.unanswered, ...log] })} />,
  },
  { name: 'webhook-paused', body: <WebhookPage {...one({ webhook: sample.paused, deliveries: [sample.unanswered] })} /> },
  { name: 'webhook-paused-by-you', body: <WebhookPage {...one({ webhook: sample.pausedByOwner })} /> },
  { name: 'webhook-without-secret', body: <WebhookPage {...one({ webhook: sample.withoutSecret, deliveries: [] })} /> },
  { name: 'webhook-change-refused', body: <WebhookPage {...one({ typed, trouble: refused })} /> },
].map((exhibit) => ({ ...exhibit, place: 'settings' as const }))
