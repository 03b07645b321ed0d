// Webhooks: who is told of events, kept and changed here; the telling itself is app/webhook-lanes.ts. Nothing happens, and nothing is
// read, while there are none.
import { SparkError } from '../contract/errors.ts'
import type { StatusView } from '../contract/operations/shapes.ts'
import type { WebhookView } from '../contract/operations/webhook-shapes.ts'
import { typesToldOf, webhookTypes } from '../contract/webhook-types.ts'
import { hourMs } from '../domain/durations.ts'
import { readTarget, type TargetRules } from '../domain/target-address.ts'
import { hurried, type Pause, signingSecrets, type Webhook, webhookName } from '../domain/webhook.ts'
import { aboutDuration } from '../domain/words.ts'
import type { Clock, EventStore, Ids, Log } from './ports.ts'
import type { Sealer } from './sealing-ports.ts'
import type { EventsUse, SettingsUse } from './use-cases.ts'
import { createLanes, deliveryOf, sealedFor } from './webhook-lanes.ts'
import { senderHeader, testMessage } from './webhook-message.ts'
import type { WebhookChange, WebhookSender, WebhookStore } from './webhook-ports.ts'
import type { WebhookAsk, WebhooksUse } from './webhook-use.ts'
import { deliveryView, webhookView } from './webhook-view.ts'
import { whenAborted } from './when-aborted.ts'

export interface WebhooksNeeds {
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Pick<Log, 'error'>
  readonly appliance: string
  readonly store: { readonly webhooks: WebhookStore; readonly events: Pick<EventStore, 'last'> }
  readonly sender: WebhookSender
  readonly sealer: Sealer
  readonly settings: Pick<SettingsUse, 'get'>
  readonly events: Pick<EventsUse, 'append' | 'stage' | 'subscribe'>
  readonly writable: (signal: AbortSignal) => Promise<void>
  readonly shutdown: AbortSignal
}

export type Webhooks = WebhooksUse & {
  /** Tells what waits, and from now on what happens. Ends when aborted. */
  start(signal: AbortSignal): void
  /** What Home says of them. */
  attention(): StatusView['attention'][number][]
  settled(): Promise<void>
}

/** Each may have one request under way, so this is also how many there are at once. */
const most = 50
const mostRepeats = 10_000
/** What was written down without a word, as after a full disk, is found within this time, ms. */
const lookMs = 30_000
/** From then on Home says that a webhook is not accepted, ms. */
const troubleMs = hourMs

export function createWebhooks(needs: WebhooksNeeds): Webhooks {
  const { clock, ids, events, sender, sealer } = needs
  const { webhooks: store } = needs.store
  const testing = new Map<string, ReturnType<WebhooksUse['test']>>()

  const rules = (): TargetRules => ({
    allowPublic: needs.settings.get('webhooks.allowPublic'),
    ownNames: needs.settings.get('access.hosts'),
  })
  const lanes = createLanes({
    ...needs,
    store,
    rules,
    lastEvent: () => needs.store.events.last(),
    told: (hook, pause) => tellPaused(hook, pause),
  })

  const tellPaused = (hook: Webhook, { reason }: Pause): (() => void) => {
    if (reason === 'owner') return () => undefined
    return events.stage('webhook_paused', { webhook: hook.id, name: webhookName(hook), reason }).nudge
  }

  const found = (id: string): Webhook => store.find(id) ?? missing(id)

  const waitingOf = (hook: Webhook): number => store.countEvents(hook.cursor, typesToldOf(hook.events))

  const view = (hook: Webhook): WebhookView =>
    webhookView(hook, {
      now: clock.now(),
      waiting: waitingOf(hook),
      sendingAgain: store.countRepeats(hook.id),
      last: store.deliveries(hook.id, 1)[0] ?? null,
    })

  const tellChange = (
    hook: Webhook,
    what: 'added' | 'changed' | 'removed' | 'new_secret' | 'paused' | 'resumed' | 'resumed_from_now',
    by: string,
  ): void => events.append('webhook_changed', { webhook: hook.id, name: webhookName(hook), what, by })

  /** Writes, and has the lane look again at once. */
  const change = (id: string, wanted: WebhookChange): Webhook => {
    if (!store.write(id, wanted)) missing(id)
    lanes.hurry(id)
    return found(id)
  }

  const targetOf = async (typed: string): Promise<string> => {
    const target = readTarget(typed)
    const why = 'refused' in target ? target.refused : await sender.refusal(target.url, rules())
    if ('refused' in target || why !== null) throw new SparkError('webhook_target_refused', { why: why ?? '' })
    return target.url
  }

  const makeSecret = (id: string): { readonly shown: string; readonly sealed: string } => {
    const shown = `whsec_${Buffer.from(ids.secret(), 'hex').toString('base64')}`
    return { shown, sealed: sealer.seal(sealedFor(id), shown) }
  }

  const testNow = async (hook: Webhook): ReturnType<WebhooksUse['test']> => {
    const at = clock.now()
    const message = testMessage(at, { ids, appliance: needs.appliance })
    const secrets = signingSecrets(hook, at).flatMap((sealed) => sealer.open(sealedFor(hook.id), sealed) ?? [])
    const answered = await sender.send({ ...message, url: hook.url, at, secrets, rules: rules() }, needs.shutdown)
    const delivery = deliveryOf({ event: null, again: false, attempt: 1, at, message, url: hook.url, answered })
    if (!store.write(hook.id, {}, delivery)) missing(hook.id)
    return deliveryView(store.deliveries(hook.id, 1)[0] ?? { ...delivery, id: 0 })
  }

  /** Only what was asked for: somebody else may change the rest while the name is looked up. */
  const editOf = async (id: string, { url, description, events: told }: Partial<WebhookAsk>): Promise<WebhookChange> => {
    const target = url === undefined ? {} : { url: await targetOf(url) }
    const hook = found(id)
    // What the old list left out stays left out: only what waited under it waits on.
    const place = waitingOf(hook) === 0 ? { cursor: needs.store.events.last() } : {}
    return {
      ...target,
      ...place,
      ...(description === undefined ? {} : { description: description.trim() }),
      ...(told === undefined ? {} : { events: listOf(told) }),
      failing: null,
    }
  }

  return {
    list: () => store.list().map(view),
    find: (id) => view(found(id)),
    async add({ url, description, events: told }, by) {
      const target = await targetOf(url)
      if (store.list().length >= most) throw new SparkError('webhook_limit', { most })
      const id = ids.next()
      const { shown, sealed } = makeSecret(id)
      const hook: Webhook = {
        id,
        url: target,
        description: description.trim(),
        events: listOf(told),
        secret: sealed,
        oldSecret: null,
        cursor: needs.store.events.last(),
        failing: null,
        paused: null,
        createdAt: clock.now(),
      }
      store.insert(hook)
      tellChange(hook, 'added', by)
      return { webhook: view(hook), secret: shown }
    },
    async edit(id, asked, by) {
      const wanted = await editOf(found(id).id, definedOf(asked))
      const hook = change(id, wanted)
      tellChange(hook, 'changed', by)
      return view(hook)
    },
    remove(id, by) {
      const hook = found(id)
      store.remove(id)
      lanes.hurry(id)
      tellChange(hook, 'removed', by)
    },
    newSecret(id, overlapHours, by) {
      const hook = found(id)
      const { shown, sealed } = makeSecret(id)
      const until = clock.now() + overlapHours * hourMs
      const isOver = overlapHours === 0 || sealer.open(sealedFor(id), hook.secret) === null
      const oldSecret = isOver ? null : { sealed: hook.secret, until }
      const readable = hook.paused?.reason === 'secret' ? { paused: null } : {}
      const changed = change(id, { secret: sealed, oldSecret, ...readable })
      tellChange(changed, 'new_secret', by)
      return { webhook: view(changed), secret: shown }
    },
    pause(id, by) {
      const hook = found(id)
      if (hook.paused?.reason === 'owner') return view(hook)
      const paused = change(id, { paused: { reason: 'owner', at: clock.now(), why: null }, failing: null })
      tellChange(paused, 'paused', by)
      return view(paused)
    },
    resume(id, from, by) {
      const hook = found(id)
      if (hook.paused === null) throw new SparkError('webhook_not_paused', { name: webhookName(hook) })
      if (from === 'now') store.dropRepeats(id)
      const moved = from === 'now' ? { cursor: needs.store.events.last() } : {}
      const resumed = change(id, { paused: null, failing: null, ...moved })
      tellChange(resumed, from === 'now' ? 'resumed_from_now' : 'resumed', by)
      return view(resumed)
    },
    tryNow(id) {
      const { failing } = found(id)
      return view(change(id, failing === null ? {} : { failing: hurried(failing, clock.now()) }))
    },
    test(id) {
      const hook = found(id)
      const running = testing.get(id) ?? testNow(hook).finally(() => testing.delete(id))
      testing.set(id, running)
      return running
    },
    deliveries: (id, limit, before) => store.deliveries(found(id).id, limit, before).map(deliveryView),
    sendAgain(id, range) {
      const hook = found(id)
      // One that is named is sent, whatever the list says now; a range follows the list.
      const one = range.fromEvent !== undefined && range.fromEvent === range.toEvent
      const count = store.repeat(id, range, one ? webhookTypes : typesToldOf(hook.events), mostRepeats)
      if (count === 0) throw new SparkError('webhook_nothing_again', {})
      if (count > mostRepeats) throw new SparkError('webhook_range_long', { count, most: mostRepeats })
      lanes.kick(id)
      return { webhook: view(hook), events: count }
    },
    isOwn: (headers) => headers.get(senderHeader) === needs.appliance,
    start(signal) {
      const kickAll = (): void => {
        for (const hook of store.list()) if (hook.paused === null) lanes.kick(hook.id)
      }
      whenAborted(signal, events.subscribe(kickAll))
      clock.every(
        () => lookMs,
        async () => kickAll(),
        signal,
      )
      kickAll()
    },
    attention: () => store.list().flatMap((hook) => attentionOf(hook, waitingOf(hook), clock.now())),
    settled: lanes.settled,
  }
}

function attentionOf(hook: Webhook, waiting: number, now: number): StatusView['attention'][number][] {
  const { failing, paused } = hook
  const link = `/webhooks/${hook.id}`
  const waits = waiting === 1 ? '1 event waits' : `${waiting} events wait`
  if (paused !== null && paused.reason !== 'owner') {
    return [{ code: 'webhook_paused', sentence: `The webhook to ${webhookName(hook)} is paused. ${waits} for it.`, link }]
  }
  if (failing === null || now - failing.since < troubleMs) return []
  const since = aboutDuration(now - failing.since)
  return [{ code: 'webhook_failing', sentence: `${webhookName(hook)} has accepted no webhook for ${since}. ${waits} for it.`, link }]
}

const listOf = (events: WebhookAsk['events']): readonly string[] | null => (events === 'all' ? null : [...new Set(events)])

function definedOf<Part extends object>(change: Part): { [Key in keyof Part]?: Exclude<Part[Key], undefined> } {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as never
}

function missing(id: string): never {
  throw new SparkError('webhook_unknown', { webhook: id.slice(0, 100) })
}
