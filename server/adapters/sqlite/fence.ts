import type { Database } from 'better-sqlite3'
import { createHeld } from './held.ts'

export interface Fence {
  /** Raises the fence by one and returns it; part of the caller's transaction. */
  next(): number
  highest(): number
  raise(floor: number): void
}

/** The number that says which swap is the newest. It only ever rises; a trigger refuses anything else. */
export function createFence(db: Database): Fence {
  const next = db.prepare<[], { highest: number }>('UPDATE fence SET highest = highest + 1 RETURNING highest')
  const highest = db.prepare<[], { highest: number }>('SELECT highest FROM fence')
  const raise = db.prepare<[number]>('UPDATE fence SET highest = max(highest, ?)')
  const only = (row: { highest: number } | undefined): number => {
    if (row === undefined) throw new Error('the fence is missing from the database')
    return row.highest
  }
  const held = createHeld(db, () => only(highest.get()))
  return {
    next: () => {
      held.forget()
      return only(next.get())
    },
    highest: () => held.of('fence'),
    raise: (floor) => {
      held.forget()
      raise.run(floor)
    },
  }
}
