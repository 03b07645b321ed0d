// The lanes of the outbox: one for each webhook, one request at a time in it, one event after the other. A lane that waits for a silent
// receiver keeps nobody else waiting. What is true is in the store before and after each attempt, so a lane can end at any moment.
import { typesToldOf } from '../contract/webhook-types.ts'
import type { TargetRules } from '../domain/target-address.ts'
import {
  type Attempted,
  type Failing,
  judgeAttempt,
  type Pause,
  restMs,
  retryAfterMs,
  signingSecrets,
  type Webhook,
} from '../domain/webhook.ts'
import type { Clock, Ids, Log, StoredEvent } from './ports.ts'
import type { Sealer } from './sealing-ports.ts'
import { isStorageTrouble } from './storage.ts'
import { type Message, messageOf } from './webhook-message.ts'
import type { Answered, Delivery, WebhookChange, WebhookSender, WebhookStore } from './webhook-ports.ts'

export interface LaneNeeds {
  readonly clock: Clock
  readonly ids: Pick<Ids, 'next' | 'digest'>
  readonly log: Pick<Log, 'error'>
  readonly appliance: string
  readonly store: WebhookStore
  readonly sender: WebhookSender
  readonly sealer: Pick<Sealer, 'open'>
  /** Read at each attempt. */
  readonly rules: () => TargetRules
  /** Resolves when something can be written; rejects with the signal's reason. */
  readonly writable: (signal: AbortSignal) => Promise<void>
  /** Number of the newest event. */
  readonly lastEvent: () => number
  /** Says that a webhook was paused; called inside the transaction, and what it returns after it. */
  readonly told: (hook: Webhook, pause: Pause) => () => void
  readonly shutdown: AbortSignal
}

export interface Lanes {
  /** Something may wait for it. */
  kick(id: string): void
  /** It does not rest any longer. */
  hurry(id: string): void
  settled(): Promise<void>
}

interface Lane {
  running: Promise<void>
  /** Kicked while it ran. */
  kicked: boolean
  /** It waits to try what was asked for again: news does not wait behind that. */
  restsForRepeat: boolean
  rest: AbortController
}

/** One event to tell now, or again. */
interface Work {
  readonly event: StoredEvent
  readonly again: boolean
}

/** Where nothing waits, the place in the outbox moves on after so many events that do not concern it, so that none is looked at for ever. */
const idleStride = 500

/** "webhook:<id>": what a secret is sealed for. */
export const sealedFor = (id: string): string => `webhook:${id}`

export function createLanes(needs: LaneNeeds): Lanes {
  const { clock, ids, store, shutdown } = needs
  const lanes = new Map<string, Lane>()

  /** On a full disk: waits until it can be written. What was delivered meanwhile is not sent a second time. */
  const written = async (
    id: string,
    change: WebhookChange,
    delivery: Omit<Delivery, 'id'> | null,
    pause: Pause | null,
  ): Promise<boolean> => {
    for (;;) {
      let nudge = (): void => undefined
      try {
        const done = store.write(id, change, delivery, () => {
          const hook = pause === null ? null : store.find(id)
          if (hook !== null && pause !== null) nudge = needs.told(hook, pause)
        })
        nudge()
        return done
      } catch (error) {
        if (!isStorageTrouble(error)) throw error
        await needs.writable(shutdown)
      }
    }
  }

  const nextOf = (hook: Webhook): Work | null => {
    const event = store.nextEvent(hook.cursor, typesToldOf(hook.events))
    if (event !== null) return { event, again: false }
    const repeat = store.nextRepeat(hook.id)
    return repeat === null ? null : { event: repeat, again: true }
  }

  const chanceOf = (hook: Webhook, event: number, attempt: number): number =>
    Number.parseInt(ids.digest(`${hook.id}\n${event}\n${attempt}`).slice(0, 8), 16) / 2 ** 32

  const pauseWith = async (hook: Webhook, pause: Pause, delivery: Omit<Delivery, 'id'> | null): Promise<void> => {
    await written(hook.id, { paused: pause, failing: null }, delivery, pause)
  }

  const attempt = async (hook: Webhook, { event, again }: Work): Promise<void> => {
    const secrets = signingSecrets(hook, clock.now()).map((sealed) => needs.sealer.open(sealedFor(hook.id), sealed))
    const [newest = null] = secrets
    if (newest === null) return await pauseWith(hook, { reason: 'secret', at: clock.now(), why: null }, null)
    const message = messageOf(event, { ids, appliance: needs.appliance })
    const at = clock.now()
    const answered = await needs.sender.send(
      { ...message, url: hook.url, at, secrets: secrets.filter((secret) => secret !== null), rules: needs.rules() },
      shutdown,
    )
    shutdown.throwIfAborted()
    const before = hook.failing?.again === again ? hook.failing : null
    const delivery = deliveryOf({ event: event.id, again, attempt: (before?.attempts ?? 0) + 1, at, message, url: hook.url, answered })
    await settle({ ...hook, failing: before }, { event, again }, answered, delivery)
  }

  const settle = async (hook: Webhook, work: Work, answered: Answered, delivery: Omit<Delivery, 'id'>): Promise<void> => {
    const now = clock.now()
    const tried: Attempted = { status: answered.status, why: answered.why, retryAfterMs: retryAfterMs(answered.retryAfter, now) }
    const verdict = judgeAttempt(hook.failing, tried, { now, again: work.again, chance: chanceOf(hook, work.event.id, delivery.attempt) })
    if (verdict.kind === 'delivered') {
      const moved = work.again ? {} : { cursor: work.event.id }
      await written(hook.id, { ...moved, failing: null }, delivery, null)
      return
    }
    // The owner may have paused it, or given another address, while it was being asked.
    const current = store.find(hook.id)
    if (current === null) return
    if (current.paused !== null || current.url !== hook.url) {
      await written(hook.id, {}, delivery, null)
      return
    }
    if (verdict.kind === 'pause') return await pauseWith(hook, verdict.pause, delivery)
    await written(hook.id, { failing: verdict.failing }, delivery, null)
  }

  /** Nothing waits: forgets that something failed, and moves on past what does not concern it. */
  const idle = async (hook: Webhook): Promise<void> => {
    const last = needs.lastEvent()
    const moved = last - hook.cursor >= idleStride ? { cursor: last } : {}
    const over = hook.failing === null ? {} : { failing: null }
    if (Object.keys({ ...moved, ...over }).length > 0) await written(hook.id, { ...moved, ...over }, null, null)
  }

  const rest = async (lane: Lane, failing: Failing): Promise<void> => {
    lane.rest = new AbortController()
    lane.restsForRepeat = failing.again
    await clock.sleep(restMs(failing, clock.now()), AbortSignal.any([shutdown, lane.rest.signal])).catch(() => undefined)
    lane.restsForRepeat = false
  }

  /** A repeat that is not accepted holds back other repeats, never news. */
  const mustRest = (hook: Webhook, work: Work): boolean =>
    hook.failing !== null && hook.failing.again === work.again && restMs(hook.failing, clock.now()) > 0

  /** False: nothing is to be done for now. */
  const step = async (id: string, lane: Lane): Promise<boolean> => {
    const hook = store.find(id)
    if (hook === null || hook.paused !== null) return false
    const work = nextOf(hook)
    if (work === null) await idle(hook)
    else if (hook.failing !== null && mustRest(hook, work)) await rest(lane, hook.failing)
    else await attempt(hook, work)
    return work !== null
  }

  const walk = async (id: string, lane: Lane): Promise<void> => {
    // Never within the call of whoever told of an event.
    await Promise.resolve()
    let more = true
    while (more && !shutdown.aborted) {
      lane.kicked = false
      more = (await step(id, lane)) || lane.kicked
    }
  }

  const kick = (id: string): void => {
    const running = lanes.get(id)
    if (running !== undefined) {
      running.kicked = true
      if (running.restsForRepeat) running.rest.abort()
      return
    }
    if (shutdown.aborted) return
    const lane: Lane = { running: Promise.resolve(), kicked: false, restsForRepeat: false, rest: new AbortController() }
    lanes.set(id, lane)
    lane.running = walk(id, lane)
      .catch((error: unknown) => {
        if (!shutdown.aborted) needs.log.error('a webhook stands still until the next look', { webhook: id, error })
      })
      .finally(() => {
        lanes.delete(id)
        if (lane.kicked) kick(id)
      })
  }

  return {
    kick,
    hurry(id) {
      lanes.get(id)?.rest.abort()
      kick(id)
    },
    async settled() {
      await Promise.all([...lanes.values()].map((lane) => lane.running))
    },
  }
}

interface Tried {
  readonly event: number | null
  readonly again: boolean
  readonly attempt: number
  readonly at: number
  readonly message: Message
  readonly url: string
  readonly answered: Answered
}

export function deliveryOf({ event, again, attempt, at, message, url, answered }: Tried): Omit<Delivery, 'id'> {
  const { messageId, type, body } = message
  const { headers, tookMs, status, why, answer } = answered
  const accepted = status !== null && status >= 200 && status < 300
  return { event, at, accepted, type, messageId, attempt, again, tookMs, status, why: accepted ? '' : why, url, headers, body, answer }
}
