import type { Database } from 'better-sqlite3'
import type { EventStore } from '../../app/ports.ts'
import type { EventType } from '../../contract/events.ts'
import { dayMs } from '../../domain/durations.ts'
import { toColumn } from './columns.ts'
import { type EventRow, toEvent } from './event-rows.ts'

/** Progress of a swap is news for a month; everything else is kept for good. */
const passing: EventType = 'swap_progressed'
const passingKeptMs = 30 * dayMs
/** How often old progress is dropped: at every event whose number divides by this. */
const dropEvery = 500

/** Numbered events. Dropping old progress leaves gaps in the numbers, never a number twice. */
export function createEventStore(db: Database): EventStore {
  const insert = db.prepare<[string, number, string], { id: number }>(
    'INSERT INTO events (type, at, payload) VALUES (?, ?, ?) RETURNING id',
  )
  const after = db.prepare<[number, number], EventRow>('SELECT * FROM events WHERE id > ? ORDER BY id LIMIT ?')
  const afterOf = db.prepare<[string, number, number], EventRow>(
    'SELECT * FROM events WHERE type IN (SELECT value FROM json_each(?)) AND id > ? ORDER BY id LIMIT ?',
  )
  const find = db.prepare<[number], EventRow>('SELECT * FROM events WHERE id = ?')
  const count = db.prepare<[number, number], { kept: number }>('SELECT count(*) AS kept FROM events WHERE id > ? AND id <= ?')
  const recent = db.prepare<[number, number], EventRow>('SELECT * FROM events WHERE id < ? ORDER BY id DESC LIMIT ?')
  const recentOf = db.prepare<[string, number, number], EventRow>(
    'SELECT * FROM events WHERE type IN (SELECT value FROM json_each(?)) AND id < ? ORDER BY id DESC LIMIT ?',
  )
  // sqlite_sequence, not max(id): the newest row may have been dropped.
  const last = db.prepare<[], { seq: number }>("SELECT seq FROM sqlite_sequence WHERE name = 'events'")
  const drop = db.prepare<[string, number]>('DELETE FROM events WHERE type = ? AND at < ?')

  return {
    append: (type, at, payload) => {
      // all(), not get(): get() stops at the row and swallows a commit that fails after it, as on a full disk.
      const row = insert.all(type, at, toColumn(payload))[0]
      if (row === undefined) throw new Error('an event was not stored')
      if (row.id % dropEvery === 0) drop.run(passing, at - passingKeptMs)
      return { id: row.id, type, at, payload }
    },
    after: (id, limit, types) => (types === undefined ? after.all(id, limit) : afterOf.all(JSON.stringify(types), id, limit)).map(toEvent),
    find: (id) => {
      const row = find.get(id)
      return row === undefined ? null : toEvent(row)
    },
    count: (from, upTo) => count.get(from, upTo)?.kept ?? 0,
    recent: (limit, types, before = Number.MAX_SAFE_INTEGER) =>
      (types === undefined ? recent.all(before, limit) : recentOf.all(JSON.stringify(types), before, limit)).map(toEvent),
    last: () => last.get()?.seq ?? 0,
  }
}
