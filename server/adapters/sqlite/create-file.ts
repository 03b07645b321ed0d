// A new database appears under its name whole, or not at all: an empty or half-made file there is never ours.
import { chmodSync, closeSync, openSync, renameSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { removeDatabase, syncFolder } from './database-files.ts'
import { storageFailure } from './storage-failure.ts'

export function createFile(path: string, fill: (db: Database.Database) => void): void {
  const making = `${path}.new`
  try {
    removeDatabase(making)
    closeSync(openSync(making, 'wx', 0o600))
    chmodSync(making, 0o600)
    const db = new Database(making)
    try {
      fill(db)
      db.pragma('wal_checkpoint(TRUNCATE)')
    } finally {
      db.close()
    }
    renameSync(making, path)
    syncFolder(dirname(path))
  } catch (error) {
    throw storageFailure(error, path)
  }
}
