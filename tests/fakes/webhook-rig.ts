// Webhooks in virtual time over real SQLite, with receivers in memory, and the words of a story about them.
import { type OpenStores, openStores } from '../../server/adapters/sqlite/open.ts'
import { createEvents } from '../../server/app/events.ts'
import { createSettings } from '../../server/app/settings.ts'
import type { Dispatch } from '../../server/app/webhook-ports.ts'
import type { WebhookAsk } from '../../server/app/webhook-use.ts'
import { createWebhooks, type Webhooks } from '../../server/app/webhooks.ts'
import { SparkError } from '../../server/contract/errors.ts'
import { createFakeClock, type FakeClock } from './clock.ts'
import { createFakeIds } from './ids.ts'
import { createFakeLog } from './log.ts'
import { createFakeSealer } from './sealer.ts'
import { createFakeWebhookSender, type FakeWebhookSender } from './webhook-sender.ts'

export interface WebhookRig {
  readonly webhooks: Webhooks
  readonly events: ReturnType<typeof createEvents>
  readonly stores: OpenStores
  readonly sender: FakeWebhookSender
  readonly clock: FakeClock
  stop(): void
}

export interface WebhookGround {
  /** A database as an earlier life left it. */
  readonly from?: Buffer
  readonly clock?: FakeClock
  readonly sender?: FakeWebhookSender
  /** Of the file that seals secrets. */
  readonly key?: string
}

export const day = 86_400_000
export const url = 'http://192.168.1.20:8080/hook'
export const other = 'http://192.168.1.21/hook'
let lives = 0

export function openWebhooks({
  from,
  clock = createFakeClock(),
  sender = createFakeWebhookSender(),
  key = 'key',
}: WebhookGround = {}): WebhookRig {
  lives += 1
  const log = createFakeLog()
  const ids = createFakeIds(`${lives}x`)
  const stores = openStores({ path: from ?? ':memory:', ids, log })
  const sealer = createFakeSealer(key)
  const events = createEvents({ store: stores.events, clock, log, checkPayloads: true })
  const settings = createSettings({ store: stores.settings, clock, env: {}, events, sealer })
  const ending = new AbortController()
  const webhooks = createWebhooks({
    clock,
    ids,
    log,
    appliance: stores.appliance,
    store: stores,
    sender,
    sealer,
    settings,
    events,
    writable: async () => undefined,
    shutdown: ending.signal,
  })
  webhooks.start(ending.signal)
  return { webhooks, events, stores, sender, clock, stop: () => ending.abort() }
}

/** Dies at this instant: what it has under way is not written down. */
export function crashOf({ stores, stop, clock, sender }: WebhookRig): WebhookGround {
  const from = stores.serialize()
  stop()
  stores.close()
  return { from, clock, sender }
}

export const bodies = (sent: readonly Dispatch[]): { type: string; id: number; sentence: string; data: { name?: string } }[] =>
  sent.map((one) => JSON.parse(one.body) as never)

export function codeOf(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    if (error instanceof SparkError) return error.code
  }
  return 'nothing was raised'
}

/** Short words for stories about an appliance that may die and rise: `now` is its life at that moment. */
export function wordsOf(now: () => WebhookRig) {
  return {
    add: async (more: Partial<WebhookAsk> = {}): Promise<string> =>
      (await now().webhooks.add({ url, description: '', events: 'all', ...more }, 'owner')).webhook.id,
    happen: (name: string): void => now().events.append('machine_back', { machine: 'm1', name }),
    /** What was sent to an address, by the names in the events. */
    names: (to = url): (string | undefined)[] => bodies(now().sender.sent.filter((one) => one.url === to)).map((body) => body.data.name),
    refuse: (status = 500, more: object = {}): void => now().sender.answer(() => ({ status, ...more })),
  }
}
