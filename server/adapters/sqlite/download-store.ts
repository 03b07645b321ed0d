import type { Database } from 'better-sqlite3'
import type { DownloadStore } from '../../app/ports.ts'
import type { Download } from '../../domain/download.ts'
import { failureCode } from '../../domain/failure-code.ts'
import { fromColumn, toColumn } from './columns.ts'

type Row = [id: string, repo: string, state: string, startedAt: number, endedAt: number | null, content: string]

/** Rows that ended beyond this many are forgotten. */
const kept = 200

/** Downloads. That a model is downloaded once at a time is the index one_live_download's doing. */
export function createDownloadStore(db: Database): DownloadStore {
  const insert = db.prepare<Row>('INSERT INTO downloads (id, repo, state, started_at, ended_at, content) VALUES (?, ?, ?, ?, ?, ?)')
  const write = db.prepare<[string, number | null, string, string]>(
    'UPDATE downloads SET state = ?, ended_at = ?, content = ? WHERE id = ?',
  )
  const find = db.prepare<[string], { content: string }>('SELECT content FROM downloads WHERE id = ?')
  const live = db.prepare<[], { content: string }>('SELECT content FROM downloads WHERE ended_at IS NULL ORDER BY started_at, rowid')
  const recent = db.prepare<[number], { content: string }>('SELECT content FROM downloads ORDER BY started_at DESC, rowid DESC LIMIT ?')
  const dropOld = db.prepare<[number]>(
    `DELETE FROM downloads WHERE ended_at IS NOT NULL
       AND rowid NOT IN (SELECT rowid FROM downloads ORDER BY started_at DESC, rowid DESC LIMIT ?)`,
  )
  const read = (row: { content: string }): Download => fromColumn<Download>(row.content)

  return {
    insert: (download) =>
      unlessRunning(() => {
        insert.run(download.id, download.repo, download.state, download.startedAt, download.endedAt, toColumn(download))
        dropOld.run(kept)
      }),
    update: (download) =>
      unlessRunning(() => {
        write.run(download.state, download.endedAt, toColumn(download), download.id)
      }),
    find: (id) => {
      const row = find.get(id)
      return row === undefined ? null : read(row)
    },
    live: () => live.all().map(read),
    recent: (limit) => recent.all(limit).map(read),
  }
}

function unlessRunning(write: () => void): boolean {
  try {
    write()
    return true
  } catch (error) {
    if (failureCode(error) === 'SQLITE_CONSTRAINT_UNIQUE') return false
    throw error
  }
}
