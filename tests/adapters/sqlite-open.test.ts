import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readMigrations } from '../../server/adapters/sqlite/migrate.ts'
import { type OpenStores, openStores } from '../../server/adapters/sqlite/open.ts'
import { createSystemIds } from '../../server/adapters/system/ids.ts'
import type { Log } from '../../server/app/ports.ts'
import { SparkError, tellError } from '../../server/contract/errors.ts'

const ids = createSystemIds()
const log: Log = { info: () => {}, warn: () => {}, error: () => {} }
let folder: string
let opened: OpenStores[]

const open = (path: string, more: { migrations?: string } = {}): OpenStores => {
  const stores = openStores({ path, ids, log, busyMs: 50, ...more })
  opened.push(stores)
  return stores
}
const refusal = (act: () => unknown): { code: string; sentence: string } => {
  try {
    act()
  } catch (error) {
    if (!(error instanceof SparkError)) throw error
    const { happened, now } = tellError(error.code, error.facts)
    return { code: error.code, sentence: `${happened} ${now}` }
  }
  throw new Error('it was not refused')
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'storage-'))
  opened = []
})
afterEach(() => {
  for (const stores of opened) stores.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('opening the database', () => {
  it('makes a new one that only its user can read, and keeps the appliance id for good', () => {
    const path = join(folder, 'new.db')
    const first = open(path)
    const id = first.appliance
    expect(id).toMatch(/^[a-z0-9]{12}$/)
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o077, name).toBe(0)
    first.close()
    expect(open(path).appliance).toBe(id)
  })

  it('commits through the write-ahead log, with every commit on the disk before it is told', () => {
    const path = join(folder, 'wal.db')
    open(path).events.append('machine_back', 1, {})
    expect(readdirSync(folder)).toContain('wal.db-wal')
    expect(readFileSync(path).subarray(18, 20)).toEqual(Buffer.from([2, 2]))
  })

  it('refuses a file that is no database, and leaves it byte for byte', () => {
    const path = join(folder, 'text.db')
    writeFileSync(path, 'This is a letter to Alice. '.repeat(400))
    const before = readFileSync(path)
    expect(refusal(() => open(path)).sentence).toMatch(
      /is damaged and cannot be used: it is not a database\. The file was left exactly as it is\./,
    )
    expect(readFileSync(path)).toEqual(before)
  })

  it('refuses a database with a torn page, and leaves it byte for byte', () => {
    const path = join(folder, 'torn.db')
    const stores = open(path)
    for (let n = 0; n < 400; n += 1) stores.events.append('machine_back', n, { text: 'x'.repeat(100) })
    stores.close()
    const bytes = readFileSync(path)
    bytes.fill(0x5a, bytes.length - 8192)
    writeFileSync(path, bytes)
    expect(refusal(() => open(path)).sentence).toContain('damaged')
    expect(readFileSync(path)).toEqual(bytes)
  })

  it('refuses a database of a newer version with both versions named, and leaves it byte for byte', () => {
    const path = join(folder, 'newer.db')
    open(path).close()
    const raw = new Database(path)
    raw.pragma('user_version = 99')
    raw.close()
    const before = readFileSync(path)
    expect(refusal(() => open(path)).sentence).toMatch(
      /written by a newer Spark Control \(its database is version 99; this one knows up to version \d+\)/,
    )
    expect(readFileSync(path)).toEqual(before)
  })

  it('refuses the database of another program', () => {
    const path = join(folder, 'other.db')
    const raw = new Database(path)
    raw.exec('CREATE TABLE photos (id INTEGER)')
    raw.close()
    const before = readFileSync(path)
    expect(refusal(() => open(path)).sentence).toContain('another program')
    expect(readFileSync(path)).toEqual(before)
  })

  it('refuses a folder that is not there, and a second process on the same file', () => {
    expect(refusal(() => open(join(folder, 'nowhere', 'a.db'))).sentence).toContain('cannot write its database (ENOENT)')
    const path = join(folder, 'twice.db')
    const first = open(path)
    expect(refusal(() => open(path)).sentence).toContain('in use by another process')
    first.close()
    expect(open(path).appliance).toBe(first.appliance)
  })
})

describe('a process that is killed while it writes', () => {
  /** Appends events for ever and says each number once the append has returned. */
  const writer = (path: string): string => `
    import { openStores } from ${JSON.stringify(new URL('../../server/adapters/sqlite/open.ts', import.meta.url).href)}
    import { writeSync } from 'node:fs'
    const quiet = () => {}
    const stores = openStores({ path: ${JSON.stringify(path)}, ids: { next: () => 'a' }, log: { info: quiet, warn: quiet, error: quiet } })
    for (;;) writeSync(1, stores.events.append('machine_back', 1, { text: 'x'.repeat(200) }).id + '\\n')
  `

  it('loses nothing that it was told was written, and the next one can open the file', async () => {
    const path = join(folder, 'killed.db')
    const child = spawn(process.execPath, ['--input-type=module', '-e', writer(path)], { stdio: ['ignore', 'pipe', 'inherit'] })
    let said = ''
    const ended = new Promise((resolve) => child.on('close', resolve))
    child.stdout.on('data', (chunk) => {
      said += String(chunk)
      if (said.split('\n').length > 300) child.kill('SIGKILL')
    })
    await ended
    expect(child.signalCode).toBe('SIGKILL')
    const told = said.slice(0, said.lastIndexOf('\n')).split('\n').map(Number)
    const kept = new Set(
      open(path)
        .events.after(0, 1_000_000)
        .map((event) => event.id),
    )
    expect(told.length).toBeGreaterThanOrEqual(300)
    expect(told.filter((id) => !kept.has(id))).toEqual([])
  })
})

describe('migrations', () => {
  it('lets a step that fails leave the version before it, whole', () => {
    const path = join(folder, 'step.db')
    const steps = join(folder, 'steps')
    const shipped = new URL('../../server/adapters/sqlite/migrations/', import.meta.url).pathname
    rmSync(steps, { recursive: true, force: true })
    const all = Object.fromEntries(readMigrations(shipped).map(({ name, sql }) => [name, sql]))
    const next = `${String(Object.keys(all).length + 1).padStart(4, '0')}-more.sql`
    writeSteps(steps, all)
    const stores = open(path, { migrations: steps })
    stores.events.append('machine_back', 1, { a: 1 })
    stores.close()

    writeSteps(steps, { ...all, [next]: 'CREATE TABLE more (a INTEGER) STRICT; INSERT INTO nowhere VALUES (1);' })
    expect(() => open(path, { migrations: steps })).toThrow('no such table: nowhere')

    writeSteps(steps, { ...all, [next]: 'CREATE TABLE more (a INTEGER) STRICT;' })
    expect(open(path, { migrations: steps }).events.last()).toBe(1)
  })

  it('refuses an installation whose steps are missing or have a gap', () => {
    expect(refusal(() => readMigrations(join(folder, 'nowhere'))).sentence).toMatch(/installation .* is incomplete/)
    const steps = join(folder, 'gap')
    writeSteps(steps, { '0001-a.sql': '', '0003-c.sql': '' })
    expect(refusal(() => readMigrations(steps)).sentence).toContain('database steps are missing')
  })

  it('makes only STRICT tables', () => {
    const db = new Database(':memory:')
    for (const step of readMigrations(new URL('../../server/adapters/sqlite/migrations/', import.meta.url).pathname)) db.exec(step.sql)
    const tables = db.prepare("SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite_%'").all()
    expect(tables.length).toBeGreaterThan(8)
    expect(tables.filter((table) => (table as { strict: number }).strict !== 1)).toEqual([])
    db.close()
  })
})

function writeSteps(at: string, files: Record<string, string>): void {
  rmSync(at, { recursive: true, force: true })
  mkdirSync(at)
  for (const [name, sql] of Object.entries(files)) writeFileSync(join(at, name), sql)
}
