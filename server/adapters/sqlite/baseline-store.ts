import type { Database } from 'better-sqlite3'
import type { BaselineStore } from '../../app/stream-ports.ts'

interface Row {
  readonly lane: string
  readonly available_bytes: number
  readonly free_bytes: number
}

/** What machines rest at. */
export function createBaselineStore(db: Database): BaselineStore {
  const find = db.prepare<[string], Row>('SELECT lane, available_bytes, free_bytes FROM memory_baselines WHERE machine = ?')
  const set = db.prepare<[string, string, number, number, number]>(
    'INSERT OR REPLACE INTO memory_baselines (machine, lane, available_bytes, free_bytes, at) VALUES (?, ?, ?, ?, ?)',
  )
  return {
    find: (machine) => {
      const row = find.get(machine)
      return row === undefined ? null : { lane: row.lane, availableBytes: row.available_bytes, freeBytes: row.free_bytes }
    },
    set: (machine, { lane, availableBytes, freeBytes }, at) => {
      set.run(machine, lane, Math.round(availableBytes), Math.round(freeBytes), at)
    },
  }
}
