// The outbox of webhooks under everything at once: a real appliance as a process of its own, its database a file, real receivers on
// loopback of which some accept nothing, and kill -9 in the middle. Every event must reach every receiver, in order.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Client, createClient } from '../../server/contract/client.ts'
import type { EventView } from '../../server/contract/operations/shapes.ts'
import { type Closing, pause } from '../bench/ground.ts'
import { beginLife, type Life } from '../e2e/life.ts'
import type { PartOptions } from './parts.ts'
import { failures, openReceiver, type Receiver } from './receivers.ts'
import type { PartResult } from './record.ts'

export interface OutboxOrder {
  /** Even: each reservation is two events. */
  readonly events: number
  readonly receivers: number
  /** How many of them accept nothing until every event has happened. */
  readonly failing: number
  readonly built: boolean
  readonly say?: (line: string) => void
}

export interface OutboxResult {
  /** Events that must be told: all that are in the feed. */
  readonly events: number
  /** Changes that the appliance had answered; each must be among the events. */
  readonly acknowledged: number
  readonly killedAfter: number
  /** Messages that were accepted, repeated ones included. */
  readonly accepted: number
  /** Messages that one receiver accepted twice, which "at least once" allows. */
  readonly twice: number
  /** From the last event until every receiver that was well had all, ms. */
  readonly behindMs: number
  /** From the moment the others got well until they had all, ms. */
  readonly caughtUpMs: number
}

const patienceMs = 40 * 60_000
const inSeconds = (ms: number): string => (ms / 1000).toFixed(1)

export async function runOutbox(closing: Closing, { seed, count = 10_000, say }: PartOptions): Promise<PartResult> {
  // One reservation may fall into the kill and never happen: two events more than wanted are tried.
  const all = await tellOverKill(closing, { events: count + 4, receivers: 20, failing: 5, built: true, say })
  return {
    command: `make soak ONLY=outbox COUNT=${count} SEED=${seed}`,
    measured: [
      {
        what: 'Events, each told to 20 receivers of which 5 accept nothing until all have happened',
        target: '10,000',
        value: String(all.events),
        met: all.events >= 10_000,
      },
      { what: 'kill -9 of the appliance in the middle', target: 'one', value: `after ${all.killedAfter} events`, met: all.killedAfter > 0 },
      { what: 'Changes that were answered and left no event', target: 'none', value: `0 of ${all.acknowledged}`, met: true },
      { what: 'Events that one of the 20 receivers was never told', target: 'none', value: '0', met: true },
      { what: 'Messages out of order at any receiver', target: 'none', value: `0 of ${all.accepted}`, met: true },
      { what: 'Messages with a wrong signature', target: 'none', value: '0', met: true },
      { what: 'Messages that one receiver accepted twice', target: null, value: String(all.twice), met: null },
      { what: 'From the last event until the 15 that were well had all, s', target: null, value: inSeconds(all.behindMs), met: null },
      { what: 'From their recovery until the 5 others had all, s', target: null, value: inSeconds(all.caughtUpMs), met: null },
    ],
  }
}

/** Throws when a promise is broken, with what was lost, late or forged. */
export async function tellOverKill(closing: Closing, order: OutboxOrder): Promise<OutboxResult> {
  const dataDir = mkdtempSync(join(tmpdir(), 'spark-outbox-'))
  closing.add(() => rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 }))
  let life: Life = await beginLife({ dataDir, built: order.built })
  closing.add(() => life.stop())
  const client = createClient(fetch, life.url)
  const receivers: Receiver[] = []
  for (let at = 0; at < order.receivers; at += 1) {
    const receiver = await openReceiver(closing, at < order.failing ? (failures[at % failures.length] ?? null) : null)
    const { webhook, secret } = await client['webhooks.add']({ body: { url: receiver.url, events: ['lock_taken', 'lock_released'] } })
    receiver.expect(webhook.id, secret)
    receivers.push(receiver)
  }
  const before = (await feed(life.url, 0)).at(-1)?.id ?? 0

  const acknowledged = new Set<string>()
  const half = Math.floor(order.events / 4)
  await reserve(client, 0, half, acknowledged)
  // Killed while a change is under way and deliveries are in the air.
  const ending = reserve(client, half, half + 1, acknowledged).catch(() => undefined)
  await life.kill()
  await ending
  const killedAfter = acknowledged.size
  order.say?.(`killed after ${killedAfter} events, ${receivers.reduce((sum, one) => sum + one.accepted.length, 0)} messages accepted`)
  life = await beginLife({ dataDir, built: order.built, port: life.port })
  await client['lock.release']({ query: {}, body: { breakLock: true } }).catch(() => undefined)
  await reserve(client, half + 1, order.events / 2, acknowledged)

  const events = (await feed(life.url, before)).filter((event) => event.type.startsWith('lock_'))
  const happened = new Set(events.map((event) => `${event.type} ${String(event.payload['holder'])}`))
  const lost = [...acknowledged].filter((one) => !happened.has(one))
  if (lost.length > 0) throw new Error(`${lost.length} changes were answered and left no event: ${lost.slice(0, 3).join(', ')}`)

  const ids = events.map((event) => event.id)
  const well = receivers.filter((one) => one.failure === null)
  const allHappened = performance.now()
  await until(life, () => well.every((one) => one.accepted.at(-1) === ids.at(-1)))
  const behindMs = performance.now() - allHappened
  order.say?.(`every well receiver had all ${Math.round(behindMs / 1000)} s after the last event`)
  for (const one of receivers)
    if (one.failure !== null && one.accepted.length > 0) throw new Error(`a receiver that fails accepted something`)
  for (const one of receivers) one.become(null)
  const gotWell = performance.now()
  await until(life, async () => {
    const late = receivers.filter((one) => one.accepted.at(-1) !== ids.at(-1))
    for (const one of late) await client['webhooks.tryNow']({ params: { id: one.id } })
    return late.length === 0
  })
  const caughtUpMs = performance.now() - gotWell

  for (const receiver of receivers) checkReceived(receiver, ids)
  const { webhooks } = await client['webhooks.list']()
  const odd = webhooks.filter((one) => one.state !== 'delivering' || one.waiting !== 0)
  if (odd.length > 0) throw new Error(`the appliance says that ${odd.length} webhooks are not done: ${odd[0]?.sentence}`)
  const accepted = receivers.reduce((sum, one) => sum + one.accepted.length, 0)
  return {
    events: ids.length,
    acknowledged: acknowledged.size,
    killedAfter,
    accepted,
    twice: accepted - ids.length * receivers.length,
    behindMs,
    caughtUpMs,
  }
}

/** At least once, in order, nothing forged. */
function checkReceived(receiver: Receiver, ids: readonly number[]): void {
  const { accepted, forged, url } = receiver
  if (forged > 0) throw new Error(`${url} got ${forged} messages with a wrong signature`)
  const back = accepted.findIndex((id, at) => at > 0 && id < (accepted[at - 1] ?? 0))
  if (back >= 0) throw new Error(`${url} was told of event ${accepted[back]} after ${accepted[back - 1]}`)
  const got = new Set(accepted)
  const missing = ids.filter((id) => !got.has(id))
  if (missing.length > 0) throw new Error(`${url} was never told of ${missing.length} events, the first is ${missing[0]}`)
}

/** Reservations by number, each taken and given back; what was answered is noted. */
async function reserve(client: Client, from: number, to: number, acknowledged: Set<string>): Promise<void> {
  for (let at = from; at < to; at += 1) {
    const holder = `app-${at}`
    const { token } = await client['lock.take']({ body: { holder, reason: '', ttlSeconds: 600 } })
    acknowledged.add(`lock_taken ${holder}`)
    await client['lock.release']({ query: {}, body: { token } })
    acknowledged.add(`lock_released ${holder}`)
  }
}

/** Everything that happened after this number, by the events feed. */
async function feed(url: string, after: number): Promise<EventView[]> {
  const all: EventView[] = []
  for (;;) {
    const last = all.at(-1)?.id ?? after
    const answer = await fetch(`${url}/api/events?after=${last}&limit=1000`, { headers: { accept: 'application/json' } })
    const { events } = (await answer.json()) as { readonly events: readonly EventView[] }
    if (events.length === 0) return all
    all.push(...events)
  }
}

async function until(life: Life, done: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + patienceMs
  while (!(await done())) {
    if (performance.now() > end) throw new Error(`not told within ${patienceMs / 60_000} minutes\n${life.log().slice(-2000)}`)
    await pause(200)
  }
}
