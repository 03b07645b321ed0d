import type { Database } from 'better-sqlite3'
import type { ConnectivityStore } from '../../app/stream-ports.ts'
import { type Outage, type OutageCause, outageCauses, type Watch, type WatchEnd, watchEnds } from '../../domain/connectivity.ts'

interface OutageRow {
  readonly began_at: number
  readonly ended_at: number | null
  readonly cause: string
  readonly unseen_end: number
}
interface WatchRow {
  readonly began_at: number
  readonly until: number
  readonly ended: string | null
}

/** Of all machines together so many are kept: a line that breaks every few seconds must not fill the disk. */
const mostRows = 20_000

const causeOf = (text: string): OutageCause => outageCauses.find((one) => one === text) ?? 'unknown'
const endOf = (text: string | null): WatchEnd | null => (text === null ? null : (watchEnds.find((one) => one === text) ?? 'off'))
const outageOf = (row: OutageRow): Outage => ({
  from: row.began_at,
  to: row.ended_at,
  cause: causeOf(row.cause),
  seenEnd: row.unseen_end === 0,
})
const watchOf = (row: WatchRow): Watch => ({ from: row.began_at, until: row.until, ended: endOf(row.ended) })

/** Outages of machines, and when they were watched. */
export function createConnectivityStore(db: Database): ConnectivityStore {
  const closeOutages = db.prepare(
    `UPDATE outages SET unseen_end = 1, ended_at =
       MAX(began_at, COALESCE((SELECT MAX(until) FROM watches WHERE watches.machine = outages.machine), began_at))
     WHERE ended_at IS NULL`,
  )
  const closeWatches = db.prepare("UPDATE watches SET ended = 'off' WHERE ended IS NULL")
  const beginWatch = db.prepare<[string, number, number]>('INSERT INTO watches (machine, began_at, until) VALUES (?, ?, ?)')
  const watched = db.prepare<[number]>('UPDATE watches SET until = ? WHERE ended IS NULL')
  const endWatch = db.prepare<[number, string, number]>('UPDATE watches SET until = MAX(began_at, ?), ended = ? WHERE id = ?')
  const beginOutage = db.prepare<[string, number, string]>('INSERT INTO outages (machine, began_at, cause) VALUES (?, ?, ?)')
  const endOutage = db.prepare<[number, string, number, number]>(
    'UPDATE outages SET ended_at = MAX(began_at, ?), cause = ?, unseen_end = ? WHERE id = ?',
  )
  const removeOutage = db.prepare<[number]>('DELETE FROM outages WHERE id = ?')
  const outages = db.prepare<[string, number], OutageRow>(
    'SELECT * FROM outages WHERE machine = ? AND (ended_at IS NULL OR ended_at > ?) ORDER BY began_at, id',
  )
  const watches = db.prepare<[string, number], WatchRow>('SELECT * FROM watches WHERE machine = ? AND until > ? ORDER BY began_at, id')
  const pruning = [
    db.prepare<[number]>('DELETE FROM outages WHERE ended_at < ?'),
    db.prepare<[number]>('DELETE FROM watches WHERE ended IS NOT NULL AND until < ?'),
  ]
  const capping = [
    db.prepare(`DELETE FROM outages WHERE ended_at IS NOT NULL AND id <= (SELECT MAX(id) FROM outages) - ${mostRows}`),
    db.prepare(`DELETE FROM watches WHERE ended IS NOT NULL AND id <= (SELECT MAX(id) FROM watches) - ${mostRows}`),
  ]
  return {
    closeEarlier: db.transaction(() => {
      closeOutages.run()
      closeWatches.run()
    }),
    beginWatch: (machine, at) => Number(beginWatch.run(machine, at, at).lastInsertRowid),
    watched: (until) => void watched.run(until),
    endWatch: (id, at, why) => void endWatch.run(at, why, id),
    beginOutage: (machine, from, cause) => Number(beginOutage.run(machine, from, cause).lastInsertRowid),
    endOutage: (id, to, cause, seenEnd) => void endOutage.run(to, cause, seenEnd ? 0 : 1, id),
    removeOutage: (id) => void removeOutage.run(id),
    outages: (machine, since) => outages.all(machine, since).map(outageOf),
    watches: (machine, since) => watches.all(machine, since).map(watchOf),
    prune: db.transaction((before: number) => {
      for (const one of pruning) one.run(before)
      for (const one of capping) one.run()
    }),
  }
}
