// What was read stays true until this process writes: no other one has the file open (locking_mode EXCLUSIVE).
import type { Database } from 'better-sqlite3'

export interface Held<Key, Value> {
  /** An answer of `undefined` is never kept. */
  of(key: Key): Value
  /** What is there now by a write that has just been made. */
  keep(key: Key, value: Value): void
  /** Before every write that may change it; without a key, all. */
  forget(key?: Key): void
}

/** Reads once a key. Inside of a transaction, which may yet be undone, nothing is kept. `most`: then it begins anew. */
export function createHeld<Key, Value>(db: Database, read: (key: Key) => Value, most = 200): Held<Key, Value> {
  const held = new Map<Key, Value>()
  const keep = (key: Key, value: Value): void => {
    if (db.inTransaction) return
    if (held.size >= most) held.clear()
    held.set(key, value)
  }
  return {
    of(key) {
      const known = held.get(key)
      if (known !== undefined) return known
      const value = read(key)
      keep(key, value)
      return value
    },
    keep,
    forget(key) {
      if (key === undefined) held.clear()
      else held.delete(key)
    },
  }
}
