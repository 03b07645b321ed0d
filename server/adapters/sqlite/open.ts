// Opens the database, or refuses with a sentence and leaves the file as it is.
import { chmodSync } from 'node:fs'
import Database from 'better-sqlite3'
import type { Ids, Log, Stores } from '../../app/ports.ts'
import { failureCode } from '../../domain/failure-code.ts'
import { createAccessStore } from './access-store.ts'
import { createAuditStore } from './audit-store.ts'
import { createBackups } from './backups.ts'
import { createBaselineStore } from './baseline-store.ts'
import { createBotStore } from './bot-store.ts'
import { applicationId, checkFile, refuseUnusable } from './check-file.ts'
import { createConnectivityStore } from './connectivity-store.ts'
import { createFile } from './create-file.ts'
import { createDownloadStore } from './download-store.ts'
import { createEventStore } from './event-store.ts'
import { createHistoryStore } from './history-store.ts'
import { createMachineStore } from './machine-store.ts'
import { createMeasuredStore } from './measured-store.ts'
import { type Migration, migrate, readMigrations, schemaVersion, shippedSteps } from './migrate.ts'
import { createModelStore } from './model-store.ts'
import { createNamedMachineStore } from './named-machine-store.ts'
import { createRecipeStore } from './recipe-store.ts'
import { createReservationStore } from './reservation-store.ts'
import { createScheduleStore } from './schedule-store.ts'
import { createServiceStore } from './service-store.ts'
import { createServingStore } from './serving-store.ts'
import { createSettingStore } from './setting-store.ts'
import { createSpeedStore } from './speed-store.ts'
import { storageFailure } from './storage-failure.ts'
import { createSwapStore } from './swap-store.ts'
import { createWebhookStore } from './webhook-store.ts'
import { createWriting, type Writing } from './writing.ts'

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

/** Opens and, where needed, makes or migrates the database. Raises storage_* when it cannot be used; it is then left untouched. */
export function openStores({ path, ids, log, migrations = shippedSteps, busyMs = 5000 }: Needs): OpenStores {
  const steps = readMigrations(migrations)
  const name = typeof path === 'string' ? path : 'the given bytes'
  const checked = typeof path !== 'string' || path === ':memory:' ? 'sound' : checkFile(path, steps, busyMs)
  if (checked === 'none') createFile(name, (fresh) => prepare(fresh, steps))
  const db = connect(path, busyMs)
  try {
    db.pragma(`busy_timeout = ${busyMs}`)
    // One process a database: two would walk the same live swap. The lock is the system's and goes with the process.
    db.pragma('locking_mode = EXCLUSIVE')
    if (checked === 'unread') refuseUnusable(db, name, steps)
    prepare(db, steps)
    startLogAnew(db)
    const appliance = ownId(db, ids)
    log.info('database opened', { database: name, version: schemaVersion(db) })
    return assemble(db, appliance, createWriting(db, name, log), name)
  } catch (error) {
    db.close()
    throw storageFailure(error, name)
  }
}

function assemble(db: Database.Database, appliance: string, writing: Writing, name: string): OpenStores {
  return {
    access: writing.guard(createAccessStore(db)),
    audit: writing.guard(createAuditStore(db)),
    machines: writing.guard(createMachineStore(db)),
    namedMachines: writing.guard(createNamedMachineStore(db)),
    swaps: writing.guard(createSwapStore(db)),
    serving: writing.guard(createServingStore(db)),
    reservations: writing.guard(createReservationStore(db)),
    schedules: writing.guard(createScheduleStore(db)),
    events: writing.guard(createEventStore(db)),
    settings: writing.guard(createSettingStore(db)),
    models: writing.guard(createModelStore(db)),
    recipes: writing.guard(createRecipeStore(db)),
    downloads: writing.guard(createDownloadStore(db)),
    measured: writing.guard(createMeasuredStore(db)),
    speeds: writing.guard(createSpeedStore(db)),
    webhooks: writing.guard(createWebhookStore(db)),
    baselines: writing.guard(createBaselineStore(db)),
    services: writing.guard(createServiceStore(db)),
    bots: writing.guard(createBotStore(db)),
    connectivity: writing.guard(createConnectivityStore(db)),
    history: writing.guard(createHistoryStore(db)),
    appliance,
    writing,
    backups: createBackups(db, name),
    close: () => {
      db.close()
    },
    serialize: () => db.serialize(),
  }
}

function connect(path: string | Buffer, busyMs: number): Database.Database {
  if (typeof path !== 'string') return new Database(rollbackFormat(path))
  try {
    // The file holds the appliance's private key: for its user only. SQLite gives its side files the same rights.
    if (path !== ':memory:') chmodSync(path, 0o600)
    return new Database(path, { timeout: busyMs })
  } catch (cause) {
    throw storageFailure(cause, path)
  }
}

/** Bytes 18 and 19 say "WAL", which a database in memory cannot be; the content is the same either way. */
function rollbackFormat(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes)
  if (copy.length >= 20) copy.fill(1, 18, 20)
  return copy
}

/** Writes nothing where all is as it should be: a sound database opens on a full disk too. */
function prepare(db: Database.Database, steps: readonly Migration[]): void {
  db.pragma('journal_mode = WAL')
  // FULL, for every table: a fence that a machine has seen, an outcome and an event number that were told must be there after a
  // power cut, and nothing here is written often enough (tens of rows a minute) for the price, one fsync a commit, to matter.
  db.pragma('synchronous = FULL')
  db.pragma('foreign_keys = ON')
  if (db.pragma('application_id', { simple: true }) !== applicationId) db.pragma(`application_id = ${applicationId}`)
  migrate(db, steps)
}

/** What is in the log goes into the file, so that a new log never lies over frames of an older life (see write-ahead-log.ts). */
function startLogAnew(db: Database.Database): void {
  try {
    db.pragma('wal_checkpoint(TRUNCATE)')
  } catch (error) {
    // A full disk: the log stays and is read on.
    if (failureCode(error) !== 'SQLITE_FULL') throw error
  }
}

function ownId(db: Database.Database, ids: Pick<Ids, 'next'>): string {
  const find = db.prepare<[], { id: string }>('SELECT id FROM appliance')
  if (find.get() === undefined) db.prepare('INSERT INTO appliance (one, id) VALUES (1, ?)').run(ids.next())
  const row = find.get()
  if (row === undefined) throw new Error('the database did not keep the appliance id')
  return row.id
}
