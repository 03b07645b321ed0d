// A new database appears under its name whole, or not at all: an empty or half-made file there is never ours.
import { chmodSync, closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { storageFailure } from './storage-failure.ts'

export function createFile(path: string, fill: (db: Database.Database) => void): void {
  const making = `${path}.new`
  try {
    for (const end of ['', '-wal', '-shm', '-journal']) rmSync(`${making}${end}`, { force: true })
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

/** A rename is kept over a power cut once its folder is synced. */
export function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
