import type { Database, Statement } from 'better-sqlite3'
import type { StoredEvent } from '../../app/ports.ts'
import type { Delivery, EventRange, WebhookChange, WebhookStore } from '../../app/webhook-ports.ts'
import type { Webhook } from '../../domain/webhook.ts'
import { fromColumn, fromNullableColumn, toColumn, toNullableColumn } from './columns.ts'
import { type EventRow, toEvent } from './event-rows.ts'
import { createHeld } from './held.ts'

/** Deliveries kept in the log of each webhook. */
const keptDeliveries = 200

interface Row {
  readonly id: string
  readonly url: string
  readonly description: string
  readonly events: string | null
  readonly secret: string
  readonly old_secret: string | null
  readonly cursor: number
  readonly failing: string | null
  readonly paused: string | null
  readonly created_at: number
}

interface DeliveryRow {
  readonly id: number
  readonly event: number | null
  readonly at: number
  readonly accepted: number
  readonly content: string
}

/** How each part of a webhook is written. The cursor never goes back: a delivery that ends late must not undo what was settled meanwhile. */
const columns: Readonly<Record<keyof WebhookChange, { readonly set: string; readonly of: (value: never) => unknown }>> = {
  url: { set: 'url = @url', of: (url: string) => url },
  description: { set: 'description = @description', of: (text: string) => text },
  events: { set: 'events = @events', of: (events: Webhook['events']) => toNullableColumn(events) },
  secret: { set: 'secret = @secret', of: (secret: string) => secret },
  oldSecret: { set: 'old_secret = @oldSecret', of: (old: Webhook['oldSecret']) => toNullableColumn(old) },
  cursor: { set: 'cursor = max(cursor, @cursor)', of: (cursor: number) => cursor },
  failing: { set: 'failing = @failing', of: (failing: Webhook['failing']) => toNullableColumn(failing) },
  paused: { set: 'paused = @paused', of: (paused: Webhook['paused']) => toNullableColumn(paused) },
}

export function createWebhookStore(db: Database): WebhookStore {
  const list = db.prepare<[], Row>('SELECT * FROM webhooks ORDER BY created_at, id')
  const find = db.prepare<[string], Row>('SELECT * FROM webhooks WHERE id = ?')
  const insert = db.prepare(
    `INSERT INTO webhooks (id, url, description, events, secret, old_secret, cursor, failing, paused, created_at)
     VALUES (@id, @url, @description, @events, @secret, @oldSecret, @cursor, @failing, @paused, @createdAt)`,
  )
  const remove = db.prepare<[string]>('DELETE FROM webhooks WHERE id = ?')
  // +type: by number, not by the index of types, which would sort all that wait at every step.
  const nextEvent = db.prepare<[number, string], EventRow>(
    'SELECT * FROM events WHERE id > ? AND +type IN (SELECT value FROM json_each(?)) ORDER BY id LIMIT 1',
  )
  const countEvents = db.prepare<[string, number], { count: number }>(
    'SELECT count(*) AS count FROM events WHERE type IN (SELECT value FROM json_each(?)) AND id > ?',
  )
  const range = `FROM events WHERE type IN (SELECT value FROM json_each(@types)) AND id <= (SELECT cursor FROM webhooks WHERE id = @id)
    AND id BETWEEN @fromEvent AND @toEvent AND at BETWEEN @since AND @until`
  const countRange = db.prepare<Record<string, unknown>, { count: number }>(`SELECT count(*) AS count ${range}`)
  const addRange = db.prepare(`INSERT INTO webhook_repeats (webhook, event) SELECT @id, id ${range} ON CONFLICT DO NOTHING`)
  const nextRepeat = db.prepare<[string], EventRow>(
    'SELECT events.* FROM webhook_repeats JOIN events ON events.id = event WHERE webhook = ? ORDER BY event LIMIT 1',
  )
  const countRepeats = db.prepare<[string], { count: number }>('SELECT count(*) AS count FROM webhook_repeats WHERE webhook = ?')
  const dropRepeat = db.prepare<[string, number]>('DELETE FROM webhook_repeats WHERE webhook = ? AND event = ?')
  const dropRepeats = db.prepare<[string]>('DELETE FROM webhook_repeats WHERE webhook = ?')
  const keep = db.prepare<[string, number | null, number, number, string]>(
    'INSERT INTO webhook_deliveries (webhook, event, at, accepted, content) VALUES (?, ?, ?, ?, ?)',
  )
  const drop = db.prepare<[string, string, number]>(
    `DELETE FROM webhook_deliveries WHERE webhook = ? AND id <=
       (SELECT id FROM webhook_deliveries WHERE webhook = ? ORDER BY id DESC LIMIT 1 OFFSET ?)`,
  )
  const deliveries = db.prepare<[string, number, number], DeliveryRow>(
    'SELECT id, event, at, accepted, content FROM webhook_deliveries WHERE webhook = ? AND id < ? ORDER BY id DESC LIMIT ?',
  )

  const keepDelivery = (id: string, { event, at, accepted, ...content }: Omit<Delivery, 'id'>): void => {
    keep.run(id, event, at, accepted ? 1 : 0, toColumn(content))
    drop.run(id, id, keptDeliveries)
    if (accepted && content.again && event !== null) dropRepeat.run(id, event)
  }

  const updates = new Map<string, Statement>()
  const updating = (sets: string): Statement => {
    const known = updates.get(sets) ?? db.prepare(`UPDATE webhooks SET ${sets} WHERE id = @id`)
    updates.set(sets, known)
    return known
  }

  const change = (id: string, wanted: WebhookChange): boolean => {
    const parts = (Object.keys(wanted) as (keyof WebhookChange)[]).filter((part) => wanted[part] !== undefined)
    if (parts.length === 0) return find.get(id) !== undefined
    const sets = parts.map((part) => columns[part].set).join(', ')
    const values = Object.fromEntries(parts.map((part) => [part, columns[part].of(wanted[part] as never)]))
    return updating(sets).run({ ...values, id }).changes === 1
  }

  const write = db.transaction(
    (id: string, wanted: WebhookChange, delivery: Omit<Delivery, 'id'> | null, alongside: () => void): boolean => {
      if (!change(id, wanted)) return false
      if (delivery !== null) keepDelivery(id, delivery)
      alongside()
      return true
    },
  )

  const repeat = db.transaction((asked: Record<string, unknown>, most: number): number => {
    const count = countRange.get(asked)?.count ?? 0
    if (count > 0 && count <= most) addRange.run(asked)
    return count
  })

  /** Asked for at every event and every look at Home, and mostly empty. */
  const held = createHeld(db, (): readonly Webhook[] => list.all().map(toWebhook))

  return {
    list: () => held.of('all'),
    find: (id) => {
      const row = find.get(id)
      return row === undefined ? null : toWebhook(row)
    },
    insert: (webhook) => {
      held.forget()
      const written = Object.entries(columns).map(([part, { of }]) => [part, of(webhook[part as keyof WebhookChange] as never)])
      insert.run({ ...Object.fromEntries(written), id: webhook.id, createdAt: webhook.createdAt })
    },
    write: (id, wanted, delivery = null, alongside = () => undefined) => {
      held.forget()
      return write(id, wanted, delivery, alongside)
    },
    remove: (id) => {
      held.forget()
      remove.run(id)
    },
    nextEvent: (after, types) => eventOrNull(nextEvent.get(after, JSON.stringify(types))),
    countEvents: (after, types) => countEvents.get(JSON.stringify(types), after)?.count ?? 0,
    repeat: (id, asked, types, most) => repeat({ id, types: JSON.stringify(types), ...bounds(asked) }, most),
    nextRepeat: (id) => eventOrNull(nextRepeat.get(id)),
    countRepeats: (id) => countRepeats.get(id)?.count ?? 0,
    dropRepeats: (id) => {
      dropRepeats.run(id)
    },
    deliveries: (id, limit, before = Number.MAX_SAFE_INTEGER) => deliveries.all(id, before, limit).map(toDelivery),
  }
}

const eventOrNull = (row: EventRow | undefined): StoredEvent | null => (row === undefined ? null : toEvent(row))

const bounds = ({ fromEvent, toEvent, since, until }: EventRange): Record<keyof EventRange, number> => ({
  fromEvent: fromEvent ?? 0,
  toEvent: toEvent ?? Number.MAX_SAFE_INTEGER,
  since: since ?? 0,
  until: until ?? Number.MAX_SAFE_INTEGER,
})

function toWebhook({ old_secret, created_at, events, failing, paused, ...row }: Row): Webhook {
  return {
    ...row,
    events: fromNullableColumn(events),
    oldSecret: fromNullableColumn(old_secret),
    failing: fromNullableColumn(failing),
    paused: fromNullableColumn(paused),
    createdAt: created_at,
  }
}

function toDelivery({ id, event, at, accepted, content }: DeliveryRow): Delivery {
  return { ...fromColumn<Omit<Delivery, 'id' | 'event' | 'at' | 'accepted'>>(content), id, event, at, accepted: accepted === 1 }
}
