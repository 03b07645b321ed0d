import type { Database } from 'better-sqlite3'
import type { AuditRow, AuditStore } from '../../app/access-ports.ts'

/** Newest rows that are kept of each kind. Refusals have their own number: a stranger cannot push out what was done. */
const kept = { refused: 1000, others: 5000 }
/** How often older ones are dropped: at every row whose number divides by this. */
const dropEvery = 50

export function createAuditStore(db: Database): AuditStore {
  const insert = db.prepare<Omit<AuditRow, 'id'>, { id: number }>(
    `INSERT INTO audit (at, kind, who, address, operation, subject, outcome, code, times)
     VALUES (@at, @kind, @who, @address, @operation, @subject, @outcome, @code, @times) RETURNING id`,
  )
  const drop = db.prepare<[number, number, number]>(
    `DELETE FROM audit WHERE (outcome = 'refused') = ?
     AND id <= (SELECT id FROM audit WHERE (outcome = 'refused') = ? ORDER BY id DESC LIMIT 1 OFFSET ?)`,
  )
  const recent = db.prepare<[number, number], AuditRow>('SELECT * FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?')
  return {
    append(row) {
      // all(), not get(): see event-store.ts.
      const id = insert.all(row)[0]?.id ?? 0
      if (id % dropEvery !== 0) return
      drop.run(1, 1, kept.refused)
      drop.run(0, 0, kept.others)
    },
    recent: (limit, before = Number.MAX_SAFE_INTEGER) => recent.all(before, limit),
  }
}
