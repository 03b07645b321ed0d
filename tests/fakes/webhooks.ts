// Webhooks of the appliance in memory behind the UseCases interface.
import type { UseCases } from '../../server/app/use-cases.ts'
import { SparkError } from '../../server/contract/errors.ts'
import { deliverySample, webhookSample, webhookSecretSample } from '../../server/contract/operations/webhook-samples.ts'
import type { WebhookView } from '../../server/contract/operations/webhook-shapes.ts'

export function fakeWebhooks(note: (what: string, ask: unknown) => void): Pick<UseCases, 'webhooks'> {
  const all = new Map<string, WebhookView>([[webhookSample.id, webhookSample]])
  const found = (id: string): WebhookView => {
    const hook = all.get(id)
    if (hook === undefined) throw new SparkError('webhook_unknown', { webhook: id })
    return hook
  }
  const keep = (hook: WebhookView): WebhookView => {
    all.set(hook.id, hook)
    return hook
  }
  return {
    webhooks: {
      list: () => [...all.values()],
      find: found,
      async add({ url, description, events }, by) {
        note('webhooks.add', { url, description, events, by })
        const id = `webhook${all.size}`
        const told = events === 'all' ? ('all' as const) : [...events]
        const webhook = keep({ ...webhookSample, id, url, description, name: description, events: told, last: null })
        return { webhook, secret: webhookSecretSample }
      },
      async edit(id, change, by) {
        note('webhooks.edit', { id, change, by })
        return keep({ ...found(id), ...(change.description === undefined ? {} : { description: change.description }) })
      },
      remove(id, by) {
        note('webhooks.remove', { id, by })
        all.delete(found(id).id)
      },
      newSecret(id, overlapHours, by) {
        note('webhooks.newSecret', { id, overlapHours, by })
        return { webhook: { ...found(id), oldSecretUntil: '2026-01-02T00:00:00.000Z' }, secret: webhookSecretSample }
      },
      pause(id, by) {
        note('webhooks.pause', { id, by })
        return keep({ ...found(id), state: 'paused', paused: { at: '2026-01-01T00:00:00.000Z', reason: 'owner', why: null } })
      },
      resume(id, from, by) {
        note('webhooks.resume', { id, from, by })
        return keep({ ...found(id), state: 'delivering', paused: null })
      },
      tryNow(id) {
        note('webhooks.tryNow', { id })
        return found(id)
      },
      async test(id) {
        note('webhooks.test', { id })
        found(id)
        return { ...deliverySample, event: null, type: 'test' }
      },
      deliveries(id) {
        found(id)
        return [deliverySample]
      },
      sendAgain(id, range) {
        note('webhooks.sendAgain', { id, range })
        return { webhook: { ...found(id), sendingAgain: 1 }, events: 1 }
      },
      isOwn: (headers) => headers.get('spark-control-appliance') === 'this one',
    },
  }
}
