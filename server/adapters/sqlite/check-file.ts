// Looks at a database file before anything is opened for writing. What it refuses is byte for byte as it was.
import { existsSync, readFileSync, rmSync, type Stats, statSync } from 'node:fs'
import Database from 'better-sqlite3'
import { SparkError } from '../../contract/errors.ts'
import { failureCode } from '../../domain/failure-code.ts'
import { type Migration, readMigrations, schemaVersion, shippedSteps } from './migrate.ts'
import { storageFailure } from './storage-failure.ts'
import { faultOfLog } from './write-ahead-log.ts'

/** Marks a file as ours ("Sprk"), so that somebody else's database is never migrated. */
export const applicationId = 0x5370726b

/** The smallest page of SQLite: a shorter file passes for an empty database. */
const leastBytes = 512

/** Columns that hold JSON where the table does not say so itself by CHECK (json_valid(...)), which SQLite's own check reads. */
const jsonColumns: readonly (readonly [string, readonly string[]])[] = [
  ['machines', ['model_folders']],
  ['swaps', ['plan', 'way_back', 'progress', 'requested_by', 'trouble']],
  ['serving', ['plan', 'machines']],
  ['events', ['payload']],
  ['settings', ['value', 'before']],
  ['model_listings', ['folders']],
  ['schedules', ['content']],
  ['schedule_runs', ['content']],
  ['machine_minutes', ['summary', 'samples']],
  ['downloads', ['content']],
  ['recipe_confirmations', ['seen']],
  ['recipe_drafts', ['content']],
  ['webhooks', ['events', 'old_secret', 'failing', 'paused']],
  ['webhook_deliveries', ['content']],
  ['services', ['content']],
  ['service_acts', ['content']],
  ['bots', ['content']],
  ['bot_acts', ['content']],
]

/**
 * `sound`: a database that can be used is there. `none`: there is none, and nothing that was one. `unread`: nothing speaks against it,
 * but on a full disk it cannot be read without being opened for writing: refuseUnusable then comes after that. Raises storage_damaged, storage_newer and their like. */
export function checkFile(path: string, steps: readonly Migration[], busyMs: number): 'sound' | 'none' | 'unread' {
  const damaged = (why: string): SparkError => new SparkError('storage_damaged', { file: path, why })
  const log = logOf(path)
  const file = statOf(path)
  if (file === null) {
    // SQLite would make an empty database and delete the log, which may hold all there was.
    if (log.length > 0) throw damaged('the file is gone, but the log that belongs to it is there')
    return 'none'
  }
  if (file.isDirectory()) throw damaged('it is a folder')
  if (!file.isFile()) throw damaged('it is not a file')
  // A database of ours appears whole under its name (create-file.ts): an empty one has lost what it held.
  if (file.size === 0) throw damaged('it is empty')
  if (file.size < leastBytes) throw damaged('it is no database, or cut off within its first page')
  const fault = faultOfLog(log)
  if (fault !== null) throw damaged(fault)
  return checkContent(path, steps, busyMs)
}

/** The same for a database of this version of Spark Control. */
export function checkDatabase(path: string, busyMs = 1000): void {
  checkFile(path, readMigrations(shippedSteps), busyMs)
}

/** Through a connection that cannot write: not even the log is put into the file when it closes. */
function checkContent(path: string, steps: readonly Migration[], busyMs: number): 'sound' | 'unread' {
  const made = ['-wal', '-shm'].filter((end) => !existsSync(`${path}${end}`))
  try {
    const db = new Database(path, { readonly: true, timeout: busyMs })
    try {
      refuseUnusable(db, path, steps)
      return 'sound'
    } finally {
      db.close()
      for (const end of made) rmSync(`${path}${end}`, { force: true })
    }
  } catch (error) {
    // Reading a log wants an index of it in a file; a connection that holds the database alone has it in memory.
    if (failureCode(error).startsWith('SQLITE_IOERR_SHM')) return 'unread'
    throw storageFailure(error, path)
  }
}

export function refuseUnusable(db: Database.Database, name: string, steps: readonly Migration[]): void {
  const owner = Number(db.pragma('application_id', { simple: true }))
  if (owner !== applicationId) throw new SparkError('storage_foreign', { file: name })
  const version = schemaVersion(db)
  if (version > steps.length) throw new SparkError('storage_newer', { file: name, version, known: steps.length })
  const damaged = (why: string): SparkError => new SparkError('storage_damaged', { file: name, why })
  const check = String(db.pragma('integrity_check(1)', { simple: true }))
  if (check !== 'ok') throw damaged(check.split('\n')[0]?.slice(0, 200) ?? '')
  if (JSON.stringify(shapeOf(db)) !== JSON.stringify(shapeAfter(steps, version))) throw damaged('its tables are not as they were made')
  const there = new Set(db.prepare("SELECT m.name || '.' || c.name FROM sqlite_schema m, pragma_table_info(m.name) c").pluck().all())
  for (const [table, all] of jsonColumns) {
    // A database of an earlier version has fewer.
    const columns = all.filter((column) => there.has(`${table}.${column}`))
    if (columns.length === 0) continue
    const test = columns.map((column) => `(${column} IS NOT NULL AND NOT json_valid(${column}))`).join(' OR ')
    if (db.prepare(`SELECT 1 FROM ${table} WHERE ${test} LIMIT 1`).get() !== undefined) throw damaged(`a row of ${table} cannot be read`)
  }
}

function shapeOf(db: Database.Database): unknown[] {
  return db.prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY type, name").all()
}

function shapeAfter(steps: readonly Migration[], version: number): unknown[] {
  const db = new Database(':memory:')
  try {
    for (const step of steps.slice(0, version)) db.exec(step.sql)
    return shapeOf(db)
  } finally {
    db.close()
  }
}

function statOf(path: string): Stats | null {
  try {
    return statSync(path)
  } catch (error) {
    if (failureCode(error) === 'ENOENT') return null
    throw storageFailure(error, path)
  }
}

function logOf(path: string): Buffer {
  try {
    return readFileSync(`${path}-wal`)
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(failureCode(error))) return Buffer.alloc(0)
    throw storageFailure(error, path)
  }
}
