import type { WebhookView } from '../../../server/contract/operations/webhook-shapes.ts'
import { Badge } from './badge.tsx'

export function WebhookBadge({ webhook }: { readonly webhook: Pick<WebhookView, 'state' | 'paused'> }) {
  if (webhook.state === 'delivering') return <Badge shape="done" word="Delivering" />
  if (webhook.state === 'failing') return <Badge shape="degraded" word="Not accepted" />
  return <Badge shape={webhook.paused?.reason === 'owner' ? 'cancelled' : 'failed'} word="Paused" />
}
