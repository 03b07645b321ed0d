// Events: written down first, then told. A listener that fails never reaches the one who wrote.

import { SparkError } from '../contract/errors.ts'
import { type EventPayload, type EventType, quietEvents, events as table } from '../contract/events.ts'
import type { EventView } from '../contract/operations/shapes.ts'
import { cursorOf, isOf, readCursor } from '../domain/feed-cursor.ts'
import { isoTime } from './iso-time.ts'
import type { Clock, EventStore, Log, StoredEvent } from './ports.ts'
import { isStorageTrouble } from './storage.ts'
import type { EventsUse } from './use-cases.ts'

export interface EventsNeeds {
  readonly store: EventStore
  readonly clock: Pick<Clock, 'now'>
  readonly log: Pick<Log, 'error'>
  /** Tests: a payload that is not as its row says is raised. Types say so already, but not of texts and numbers. */
  readonly checkPayloads?: boolean
}

/** So frequent, and so soon untrue, that they are never written down. They reach listeners with the number 0. */
const unstored: readonly EventType[] = ['machine_observed', 'download_progressed', 'service_observed', 'bot_observed']
/** News kept in memory while nothing can be written; the oldest fall away. */
const mostHeld = 1000

export interface Events extends EventsUse {
  /** Writes down what happened while nothing could be written. */
  catchUp(): void
}

export function createEvents({ store, clock, log, checkPayloads = false }: EventsNeeds): Events {
  const listeners = new Set<(event: StoredEvent) => void>()
  let held: StoredEvent[] = []

  const nudge = (event: StoredEvent): void => {
    for (const listener of [...listeners]) {
      try {
        listener(event)
      } catch (error) {
        log.error('a listener of events failed', { type: event.type, id: event.id, error })
      }
    }
  }

  const stage = <Type extends EventType>(type: Type, payload: EventPayload<Type>): { nudge(): void } => {
    if (checkPayloads) table[type].payload.parse(payload)
    const at = clock.now()
    const event = unstored.includes(type) ? { id: 0, type, at, payload } : store.append(type, at, payload)
    let isTold = false
    return {
      nudge: () => {
        if (isTold) return
        isTold = true
        nudge(event)
      },
    }
  }

  /** News of what has happened already: on a full disk it is told now and written down later. */
  const append: EventsUse['append'] = (type, payload) => {
    try {
      stage(type, payload).nudge()
    } catch (error) {
      if (!isStorageTrouble(error)) throw error
      const event = { id: 0, type, at: clock.now(), payload }
      held = [...held, event].slice(-mostHeld)
      nudge(event)
    }
  }

  const cursorAt = (id: number): string => {
    const event = id === 0 ? null : store.find(id)
    return event === null ? String(id) : cursorOf(event)
  }

  const placeOf = (text: string): number => {
    const cursor = readCursor(text)
    if (cursor === null) throw new SparkError('invalid_request', { why: 'after: a cursor as it was answered in next, or a number' })
    const last = store.last()
    const event = cursor.mark === null ? null : store.find(cursor.id)
    const isOther = cursor.id > last || (event !== null && !isOf(cursor, event))
    if (isOther) throw new SparkError('events_cursor_unknown', { cursor: text, end: cursorAt(last) })
    return cursor.id
  }

  return {
    append,
    stage,
    catchUp: () => {
      while (held[0] !== undefined) {
        const { type, at, payload } = held[0]
        store.append(type, at, payload)
        held = held.slice(1)
      }
    },
    subscribe: (listener) => {
      // Its own entry each time: the same function subscribed twice is told twice and leaves twice.
      const own = (event: StoredEvent): void => listener(event)
      listeners.add(own)
      return () => {
        listeners.delete(own)
      }
    },
    after: (id, limit, types) => store.after(id, limit, types).map((event) => ({ ...eventView(event), cursor: cursorOf(event) })),
    placeOf,
    page: (cursor, limit, types) => {
      const from = placeOf(cursor)
      const found = store.after(from, limit, types)
      // A page that is not full goes to the end: what a filter left out is not read again.
      const end = found.length === limit ? (found.at(-1)?.id ?? from) : Math.max(from, store.last())
      return { events: found.map(eventView), next: cursorAt(end), dropped: end - from - store.count(from, end) }
    },
    recent: (limit, kind, before) => store.recent(limit, listedTypes(kind), before).map(eventView),
    last: () => store.last(),
  }
}

/** Types that Activity lists, of one kind or all. */
function listedTypes(kind: string | undefined): readonly EventType[] {
  const types = Object.keys(table) as EventType[]
  return types.filter((type) => !quietEvents.includes(type) && (kind === undefined || table[type].kind === kind))
}

/** An event as it is told. */
export function eventView(event: StoredEvent): EventView {
  return { id: event.id, type: event.type, at: isoTime(event.at), ...wordsOf(event), payload: event.payload }
}

/** A row whose type or payload another version wrote is still listed, under its type's name. */
function wordsOf({ type, payload }: StoredEvent): { kind: string; sentence: string } {
  const row = Object.hasOwn(table, type) ? table[type as EventType] : undefined
  if (row === undefined) return { kind: 'other', sentence: type }
  const read = row.payload.safeParse(payload)
  const sentence = row.sentence as (payload: unknown) => string
  return { kind: row.kind, sentence: read.success ? sentence(read.data) : type }
}
