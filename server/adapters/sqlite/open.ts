// Opens the database, or refuses with a sentence and leaves the file as it is.
import { chmodSync, closeSync, openSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import type { Ids, Log, Stores } from '../../app/ports.ts'
import { createEventStore } from './event-store.ts'
import { createMachineStore } from './machine-store.ts'
import { migrate, readMigrations, schemaVersion } from './migrate.ts'
import { createModelStore } from './model-store.ts'
import { createRecipeStore } from './recipe-store.ts'
import { createReservationStore } from './reservation-store.ts'
import { createServingStore } from './serving-store.ts'
import { createSettingStore } from './setting-store.ts'
import { StorageError } from './storage-error.ts'
import { createSwapStore } from './swap-store.ts'

/** Marks a file as ours ("Sprk"), so that somebody else's database is never migrated. */
const applicationId = 0x5370726b

export interface Needs {
  /** A file, `:memory:`, or the bytes of serialize(): a database as a crash left it. */
  readonly path: string | Buffer
  readonly ids: Pick<Ids, 'next'>
  readonly log: Log
  /** Folder of the numbered .sql files; only tests name another. */
  readonly migrations?: string
  /** How long to wait for another process that holds the file. */
  readonly busyMs?: number
}

export type OpenStores = Stores & {
  /** The whole database as bytes, as a crash at this instant would leave it. */
  serialize(): Buffer
}

/** Opens and, where needed, migrates the database. Throws StorageError when it cannot be used; it is then left untouched. */
export function openStores({ path, ids, log, migrations, busyMs = 5000 }: Needs): OpenStores {
  const steps = readMigrations(migrations ?? fileURLToPath(new URL('./migrations/', import.meta.url)))
  const name = typeof path === 'string' ? path : 'the given bytes'
  const db = connect(path, busyMs)
  try {
    db.pragma(`busy_timeout = ${busyMs}`)
    // One process a database: two would walk the same live swap. The lock is the system's and goes with the process.
    db.pragma('locking_mode = EXCLUSIVE')
    refuseUnusable(db, name, steps.length)
    prepare(db)
    migrate(db, steps)
    const appliance = ownId(db, ids)
    log.info('database opened', { database: name, version: schemaVersion(db) })
    return assemble(db, appliance)
  } catch (error) {
    db.close()
    throw told(error, name)
  }
}

function assemble(db: Database.Database, appliance: string): OpenStores {
  return {
    machines: createMachineStore(db),
    swaps: createSwapStore(db),
    serving: createServingStore(db),
    reservations: createReservationStore(db),
    events: createEventStore(db),
    settings: createSettingStore(db),
    models: createModelStore(db),
    recipes: createRecipeStore(db),
    appliance,
    close: () => {
      db.close()
    },
    serialize: () => db.serialize(),
  }
}

function connect(path: string | Buffer, busyMs: number): Database.Database {
  if (typeof path !== 'string') return new Database(rollbackFormat(path))
  try {
    if (path !== ':memory:') keepPrivate(path)
    return new Database(path, { timeout: busyMs })
  } catch (cause) {
    throw told(cause, path)
  }
}

/** The file holds the appliance's private key: for its user only. SQLite gives its side files the same rights. */
function keepPrivate(path: string): void {
  closeSync(openSync(path, 'a', 0o600))
  chmodSync(path, 0o600)
}

/** Bytes 18 and 19 say "WAL", which a database in memory cannot be; the content is the same either way. */
function rollbackFormat(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes)
  if (copy.length >= 20) copy.fill(1, 18, 20)
  return copy
}

/** Only reads: nothing has been written when this refuses. */
function refuseUnusable(db: Database.Database, name: string, newest: number): void {
  const owner = Number(db.pragma('application_id', { simple: true }))
  const isEmpty = db.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined
  if (owner !== applicationId && !(owner === 0 && isEmpty)) {
    throw new StorageError(
      `${name} is a database of another program. It was left as it is. Name another data folder, or move the file away.`,
    )
  }
  const version = schemaVersion(db)
  if (version > newest) {
    throw new StorageError(
      `${name} was written by a newer Spark Control (its version ${version}, this one knows ${newest}). It was left as it is. Install the newer version again.`,
    )
  }
  const check = db.pragma('quick_check(1)', { simple: true })
  if (check !== 'ok') throw damaged(name, check)
}

function prepare(db: Database.Database): void {
  db.pragma('journal_mode = WAL')
  // FULL, for every table: a fence that a machine has seen, an outcome and an event number that were told must be there after a
  // power cut, and nothing here is written often enough (tens of rows a minute) for the price, one fsync a commit, to matter.
  db.pragma('synchronous = FULL')
  db.pragma('foreign_keys = ON')
  db.pragma(`application_id = ${applicationId}`)
}

function ownId(db: Database.Database, ids: Pick<Ids, 'next'>): string {
  db.prepare('INSERT INTO appliance (one, id) VALUES (1, ?) ON CONFLICT DO NOTHING').run(ids.next())
  const row = db.prepare<[], { id: string }>('SELECT id FROM appliance').get()
  if (row === undefined) throw new Error('the database did not keep the appliance id')
  return row.id
}

function damaged(name: string, cause: unknown): StorageError {
  return new StorageError(
    `${name} is damaged and cannot be used. It was left as it is. Put a copy from a backup in its place, or move it away to start empty.`,
    { cause },
  )
}

function told(error: unknown, name: string): unknown {
  if (error instanceof StorageError) return error
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT')) return damaged(name, error)
  if (code === 'SQLITE_BUSY') {
    return new StorageError(
      `${name} is in use by another process, most likely a second Spark Control. Stop that one, or name another data folder.`,
      {
        cause: error,
      },
    )
  }
  if (code === 'ENOSPC' || code === 'SQLITE_FULL') {
    return new StorageError(`The disk of ${name} is full. Free some space and start again.`, { cause: error })
  }
  if (/^(E[A-Z]+|SQLITE_(CANTOPEN|READONLY|IOERR|PERM).*)$/.test(code)) {
    return new StorageError(`${name} cannot be opened or written (${code}). Check that its folder is there and belongs to this user.`, {
      cause: error,
    })
  }
  return error
}
