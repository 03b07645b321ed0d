// Webhooks as the edge sees them.
import type { DeliveryView, WebhookView } from '../contract/operations/webhook-shapes.ts'
import type { EventRange } from './webhook-ports.ts'

export interface WebhookAsk {
  readonly url: string
  readonly description: string
  readonly events: 'all' | readonly string[]
}

/** Every one but `list` and `add` raises webhook_unknown. `by`: who asks, for Activity. */
export interface WebhooksUse {
  list(): WebhookView[]
  find(id: string): WebhookView
  /** The secret is shown this once. Raises webhook_target_refused, webhook_limit. */
  add(ask: WebhookAsk, by: string): Promise<{ webhook: WebhookView; secret: string }>
  /** Raises webhook_target_refused. */
  edit(id: string, change: { readonly [Part in keyof WebhookAsk]?: WebhookAsk[Part] | undefined }, by: string): Promise<WebhookView>
  remove(id: string, by: string): void
  newSecret(id: string, overlapHours: number, by: string): { webhook: WebhookView; secret: string }
  pause(id: string, by: string): WebhookView
  /** Raises webhook_not_paused. `now`: what waited is left out for good. */
  resume(id: string, from: 'waiting' | 'now', by: string): WebhookView
  /** What was not accepted is tried at once. */
  tryNow(id: string): WebhookView
  /** One attempt, whatever the state. */
  test(id: string): Promise<DeliveryView>
  /** Newest first. */
  deliveries(id: string, limit: number, before?: number): DeliveryView[]
  /** Raises webhook_nothing_again, webhook_range_long. */
  sendAgain(id: string, range: EventRange): { webhook: WebhookView; events: number }
  /** True for a request that a webhook of this appliance made: an address that leads back here. */
  isOwn(headers: Headers): boolean
}
