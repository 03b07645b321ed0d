// Migrations: numbered .sql files beside this module, forward only, each in one transaction together with its version number.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Database } from 'better-sqlite3'
import { SparkError } from '../../contract/errors.ts'

/** The folder of this version's steps. */
export const shippedSteps = fileURLToPath(new URL('./migrations/', import.meta.url))

export interface Migration {
  readonly version: number
  readonly name: string
  readonly sql: string
}

/** Reads every migration of a folder, in order. The numbers must run from 1 without a gap, or a database could skip one. */
export function readMigrations(folder: string): readonly Migration[] {
  const names = listFolder(folder)
    .filter((name) => /^\d{4}-[a-z0-9-]+\.sql$/.test(name))
    .sort()
  const migrations = names.map((name) => ({ version: Number(name.slice(0, 4)), name, sql: readFileSync(join(folder, name), 'utf8') }))
  const gap = migrations.find((migration, index) => migration.version !== index + 1)
  if (migrations.length === 0 || gap !== undefined) {
    throw new SparkError('storage_incomplete', { why: `database steps are missing in ${folder}` })
  }
  return migrations
}

/** Brings the database to the newest version. A step that fails leaves the version before it, whole. */
export function migrate(db: Database, migrations: readonly Migration[]): void {
  const done = schemaVersion(db)
  for (const migration of migrations.slice(done)) {
    const step = db.transaction(() => {
      // Read inside the transaction: another process may have done this step while we waited for the lock.
      if (schemaVersion(db) >= migration.version) return
      db.exec(migration.sql)
      db.pragma(`user_version = ${migration.version}`)
    })
    step.immediate()
  }
}

export function schemaVersion(db: Database): number {
  return Number(db.pragma('user_version', { simple: true }))
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (cause) {
    throw new SparkError('storage_incomplete', { why: `${folder} cannot be read` }, { cause })
  }
}
