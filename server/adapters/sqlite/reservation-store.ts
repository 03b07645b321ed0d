import type { Database } from 'better-sqlite3'
import type { Reservation, ReservationStore } from '../../app/ports.ts'
import { createHeld } from './held.ts'

/** Reservations, one a cluster. Whether one is still good is the app's to say: this file knows no clock. */
export function createReservationStore(db: Database): ReservationStore {
  const find = db.prepare<[string], Reservation>(
    'SELECT cluster, holder, reason, token_hash AS tokenHash, since, until FROM reservations WHERE cluster = ?',
  )
  const set = db.prepare<Reservation>(
    `INSERT OR REPLACE INTO reservations (cluster, holder, reason, token_hash, since, until)
     VALUES (@cluster, @holder, @reason, @tokenHash, @since, @until)`,
  )
  const clear = db.prepare<[string]>('DELETE FROM reservations WHERE cluster = ?')
  const held = createHeld(db, (cluster: string): Reservation | null => find.get(cluster) ?? null)
  return {
    find: held.of,
    set: (reservation) => {
      held.forget()
      set.run(reservation)
    },
    clear: (cluster) => {
      held.forget()
      clear.run(cluster)
    },
  }
}
