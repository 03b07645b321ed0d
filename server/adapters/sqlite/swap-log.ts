import type { Database } from 'better-sqlite3'
import type { SwapStore } from '../../app/ports.ts'

/** Lines kept of one swap. A load writes some hundred; a crash loop must not fill the disk. */
const linesKept = 2000
/** Swaps whose log is kept. Rows, steps and outcomes of swaps are kept for good; their log lines are not needed after months. */
const logsKept = 300

export interface SwapLog {
  readonly append: SwapStore['appendLog']
  readonly read: SwapStore['log']
  /** Drops the logs of all but the newest swaps; part of the caller's transaction. */
  dropOld(): void
}

/** The log ring of every swap: numbers go on from 1 for the swap's whole life, old lines fall off the front. */
export function createSwapLog(db: Database): SwapLog {
  const last = db.prepare<[string], { number: number }>('SELECT coalesce(max(number), 0) AS number FROM swap_log WHERE swap = ?')
  const insert = db.prepare<[string, number, number, string]>('INSERT INTO swap_log (swap, number, at, text) VALUES (?, ?, ?, ?)')
  const trim = db.prepare<[string, number]>('DELETE FROM swap_log WHERE swap = ? AND number <= ?')
  const read = db.prepare<[string, number, number], { number: number; at: number; text: string }>(
    'SELECT number, at, text FROM swap_log WHERE swap = ? AND number > ? ORDER BY number DESC LIMIT ?',
  )
  const dropOld = db.prepare<[number]>(
    `DELETE FROM swap_log WHERE swap IN (
       SELECT id FROM swaps WHERE ended_at IS NOT NULL ORDER BY started_at DESC, rowid DESC LIMIT -1 OFFSET ?)`,
  )
  const append = db.transaction((id: string, lines: Parameters<SwapStore['appendLog']>[1]): void => {
    let number = last.get(id)?.number ?? 0
    for (const line of lines) {
      number += 1
      insert.run(id, number, line.at, line.text)
    }
    if (number > linesKept) trim.run(id, number - linesKept)
  })
  return {
    append: (id, lines) => {
      if (lines.length > 0) append.immediate(id, lines)
    },
    read: (id, after, limit) => read.all(id, after, limit).reverse(),
    dropOld: () => {
      dropOld.run(logsKept)
    },
  }
}
