// Events of webhooks themselves. They name where one goes by its host: the path of an address may hold a secret.
import { z } from 'zod'
import { event } from './define.ts'
import { who } from './event-words.ts'

const webhookFacts = z.object({ webhook: z.string(), name: z.string() })
const webhookSample = { webhook: 'k3j9x2m4p7q1', name: 'recap' }

const changes = {
  added: (name: string) => `added a webhook to ${name}`,
  changed: (name: string) => `changed the webhook to ${name}`,
  removed: (name: string) => `removed the webhook to ${name}`,
  new_secret: (name: string) => `gave the webhook to ${name} a new secret`,
  paused: (name: string) => `paused the webhook to ${name}`,
  resumed: (name: string) => `let the webhook to ${name} go on with what waited`,
  resumed_from_now: (name: string) => `let the webhook to ${name} go on from now; what waited was left out`,
} as const
const kinds = Object.keys(changes) as (keyof typeof changes)[]

const whyPaused: Readonly<Record<'failing' | 'gone' | 'secret', string>> = {
  failing: 'it has accepted nothing for three days',
  gone: 'it says that it is gone for good',
  secret: 'its secret cannot be opened with the key file of this appliance',
}

export const webhookEvents = {
  webhook_changed: event({
    payload: webhookFacts.extend({ what: z.enum(kinds), by: z.string() }),
    sample: { ...webhookSample, what: 'added', by: 'owner' },
    sentence: (p) => `${who(p.by)} ${changes[p.what](p.name)}.`,
    stale: ['webhooks', 'activity'],
    webhook: false,
    kind: 'setting',
  }),
  webhook_paused: event({
    payload: webhookFacts.extend({ reason: z.enum(['failing', 'gone', 'secret']) }),
    sample: { ...webhookSample, reason: 'failing' },
    sentence: (p) => `The webhook to ${p.name} is paused: ${whyPaused[p.reason]}. Nothing of what waits for it is lost.`,
    stale: ['webhooks', 'home', 'activity'],
    webhook: true,
    kind: 'setting',
  }),
} as const
