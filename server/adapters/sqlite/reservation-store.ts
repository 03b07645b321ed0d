import type { Database } from 'better-sqlite3'
import type { EndedReservation, Reservation, ReservationStore } from '../../app/ports.ts'
import { createHeld } from './held.ts'

const endedKept = 50

/** Reservations, one a cluster. Whether one is still good is the app's to say: this file knows no clock. */
export function createReservationStore(db: Database): ReservationStore {
  const find = db.prepare<[string], Reservation>(
    `SELECT cluster, holder, reason, token_hash AS tokenHash, since, until, renewals, renewed_at AS renewedAt
     FROM reservations WHERE cluster = ?`,
  )
  const set = db.prepare<Reservation>(
    `INSERT OR REPLACE INTO reservations (cluster, holder, reason, token_hash, since, until, renewals, renewed_at)
     VALUES (@cluster, @holder, @reason, @tokenHash, @since, @until, @renewals, @renewedAt)`,
  )
  const clear = db.prepare<[string]>('DELETE FROM reservations WHERE cluster = ?')
  const remember = db.prepare<EndedReservation>(
    `INSERT OR REPLACE INTO ended_reservations (token_hash, cluster, holder, ended_at, how, ended_by)
     VALUES (@tokenHash, @cluster, @holder, @endedAt, @how, @by)`,
  )
  const dropOld = db.prepare<[number]>(
    'DELETE FROM ended_reservations WHERE rowid NOT IN (SELECT rowid FROM ended_reservations ORDER BY rowid DESC LIMIT ?)',
  )
  const ended = db.prepare<[string], EndedReservation>(
    'SELECT token_hash AS tokenHash, cluster, holder, ended_at AS endedAt, how, ended_by AS by FROM ended_reservations WHERE token_hash = ?',
  )
  const end = db.transaction((over: EndedReservation) => {
    clear.run(over.cluster)
    remember.run(over)
    dropOld.run(endedKept)
  })
  const held = createHeld(db, (cluster: string): Reservation | null => find.get(cluster) ?? null)
  return {
    find: held.of,
    set: (reservation) => {
      held.forget()
      set.run(reservation)
    },
    end: (over) => {
      held.forget()
      end(over)
    },
    ended: (tokenHash) => ended.get(tokenHash) ?? null,
  }
}
