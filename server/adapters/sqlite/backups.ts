// Copies of the database, taken while it is written. SQLite's backup carries every later change of this connection into the copy,
// so what lies there in the end is the database of one instant. Each copy is read whole before it is called one.
import { closeSync, fsyncSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import type { Backup, Backups } from '../../app/storage-ports.ts'
import { checkDatabase } from './check-file.ts'
import { nameStamp, removeDatabase, syncFolder } from './database-files.ts'
import { storageFailure } from './storage-failure.ts'

const namePattern = /^spark-control-(\d{8}T\d{6}Z)(-(\d{1,9}))?\.sqlite$/

export function createBackups(db: Database.Database, name: string): Backups {
  let folder: string | null = null
  const place = (): string => {
    if (folder === null) {
      folder = name.includes('/') ? join(dirname(name), 'backups') : mkdtempSync(join(tmpdir(), 'spark-control-backups-'))
      mkdirSync(folder, { recursive: true, mode: 0o700 })
    }
    return folder
  }
  const listed = (): string[] =>
    readdirSync(place())
      .filter((one) => namePattern.test(one))
      .sort(byAge)
  return {
    async take(now, kept): Promise<Backup> {
      const stamp = nameStamp(now)
      try {
        // Above all of this second that are there: a number that is free again would be taken for an old one.
        const numbers = listed().map((one) => (partsOf(one).stamp === stamp ? partsOf(one).number : 0))
        const number = Math.max(0, ...numbers) + 1
        const file = `spark-control-${stamp}${number === 1 ? '' : `-${number}`}.sqlite`
        const path = join(place(), file)
        await copyTo(db, path)
        // A disk that fills up with copies would end the writing.
        for (const old of listed().slice(0, -kept)) rmSync(join(place(), old), { force: true })
        return { name: file, path, sizeBytes: statSync(path).size }
      } catch (error) {
        throw storageFailure(error, name)
      }
    },
    read(file) {
      if (!namePattern.test(file)) throw new RangeError('that is not the name of a backup')
      return readFileSync(join(place(), file))
    },
  }
}

/** Oldest first. Of one second the numbered ones came later, and the tenth after the ninth. */
function byAge(a: string, b: string): number {
  const [first, second] = [partsOf(a), partsOf(b)]
  return first.stamp === second.stamp ? first.number - second.number : first.stamp < second.stamp ? -1 : 1
}

function partsOf(name: string): { readonly stamp: string; readonly number: number } {
  const [, stamp = '', , number = '1'] = namePattern.exec(name) ?? []
  return { stamp, number: Number(number) }
}

/** The same of a database that no process has open; storage_busy where one has. */
export async function copyFile(from: string, to: string): Promise<void> {
  checkDatabase(from)
  try {
    const db = new Database(from, { readonly: true })
    try {
      await copyTo(db, to)
    } finally {
      db.close()
      rmSync(`${from}-shm`, { force: true })
    }
  } catch (error) {
    throw storageFailure(error, to)
  }
}

/** Appears under its name whole, checked and synced. */
async function copyTo(db: Database.Database, path: string): Promise<void> {
  const making = `${path}.part`
  try {
    closeSync(openSync(making, 'w', 0o600))
    await db.backup(making)
    const copy = new Database(making)
    try {
      // One file, with no log beside it.
      copy.pragma('journal_mode = DELETE')
    } finally {
      copy.close()
    }
    checkDatabase(making)
    const handle = openSync(making, 'r')
    fsyncSync(handle)
    closeSync(handle)
    renameSync(making, path)
    syncFolder(dirname(path))
  } catch (error) {
    removeDatabase(making)
    throw error
  }
}
