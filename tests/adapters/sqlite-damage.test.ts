// Damage of every kind to a real database: refused with a sentence and left byte for byte, or every row of it can be read.
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { canMoveAside, moveAside } from '../../server/adapters/sqlite/move-aside.ts'
import { type OpenStores, openStores } from '../../server/adapters/sqlite/open.ts'
import { createSystemIds } from '../../server/adapters/system/ids.ts'
import { SparkError } from '../../server/contract/errors.ts'
import { createPrng, type Prng } from '../sim/core/prng.ts'

const ids = createSystemIds()
const log = { info: () => {}, warn: () => {}, error: () => {} }
const open = (path: string): OpenStores => openStores({ path, ids, log, busyMs: 50 })
const machine = (number: number) => ({
  id: `m${number}`,
  name: `spark-${number}`,
  address: `192.0.2.${number}`,
  port: 22,
  user: 'alice',
  hostKey: `SHA256:${number}`,
  fabricAddress: null,
  launcherPath: null,
  cachePath: null,
  modelFolders: ['/srv/models'],
  addedAt: number,
})

let root: string
let folder: string
let path: string
/** A database of some hundred rows: closed (whole), and as kill -9 leaves it (with its log). */
let whole: Buffer
let killed: { readonly file: Buffer; readonly log: Buffer }
let toldEvents: number

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'damage-'))
  const source = join(root, 'source.db')
  const stores = open(source)
  for (let number = 1; number < 40; number += 1) stores.machines.insert(machine(number))
  for (let number = 0; number < 200; number += 1) stores.events.append('machine_back', number, { text: 'x'.repeat(100), number })
  stores.settings.set('engine.port', 8001, 0, 1, 'owner')
  stores.close()
  whole = readFileSync(source)
  const again = open(source)
  for (let number = 0; number < 20; number += 1) again.events.append('machine_back', number, { number })
  toldEvents = again.events.last()
  killed = { file: readFileSync(source), log: readFileSync(`${source}-wal`) }
  again.close()
})
afterAll(() => rmSync(root, { recursive: true, force: true }))
beforeEach(() => {
  folder = mkdtempSync(join(root, 'one-'))
  path = join(folder, 'a.db')
})

const contents = (): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder)
      .sort()
      .map((name) => [name, statSync(join(folder, name)).isDirectory() ? 'a folder' : readFileSync(join(folder, name)).toString('base64')]),
  )

/** The code it is refused with, after making sure that nothing was touched; null when it opens and every row can be read. */
function outcome(): string | null {
  const before = contents()
  let stores: OpenStores
  try {
    stores = open(path)
  } catch (error) {
    if (!(error instanceof SparkError)) throw error
    expect(contents()).toEqual(before)
    return error.code
  }
  stores.machines.list()
  stores.events.after(0, 10_000)
  stores.settings.all()
  stores.models.listings()
  stores.swaps.recent(100)
  stores.serving.find('main')
  stores.close()
  return null
}

/** How many of so many databases with flipped bits were refused. */
function flipped(prng: Prng, rounds: number, within: number, burst: number): number {
  let refused = 0
  for (let round = 0; round < rounds; round += 1) {
    const bytes = Buffer.from(whole)
    const at = Math.floor(prng.next() * within)
    for (let next = at; next < at + burst; next += 1) bytes[next] = (bytes[next] ?? 0) ^ (1 << Math.floor(prng.next() * 8))
    writeFileSync(path, bytes)
    if (outcome() !== null) refused += 1
    rmSync(folder, { recursive: true })
    mkdirSync(folder)
  }
  return refused
}

describe('damage of a database', () => {
  it.each([
    ['an empty file', () => writeFileSync(path, '')],
    ['a folder in its place', () => mkdirSync(path)],
    ['no database', () => writeFileSync(path, 'Dear Alice, '.repeat(1000))],
    ['one cut off in the middle of a page', () => writeFileSync(path, whole.subarray(0, whole.length / 2 + 100))],
    ['one cut off after a page', () => writeFileSync(path, whole.subarray(0, whole.length - 4096))],
    ['one cut off within its first page', () => writeFileSync(path, whole.subarray(0, 60))],
    ['a first page of nothing', () => writeFileSync(path, Buffer.concat([Buffer.alloc(4096), whole.subarray(4096)]))],
    ['a page of nothing', () => writeFileSync(path, Buffer.concat([whole.subarray(0, 8192), Buffer.alloc(4096), whole.subarray(12_288)]))],
    ['a log without its file', () => writeFileSync(`${path}-wal`, killed.log)],
    [
      'a log beside an empty file',
      () => {
        writeFileSync(path, '')
        writeFileSync(`${path}-wal`, killed.log)
      },
    ],
    [
      'a log that is none',
      () => {
        writeFileSync(path, whole)
        writeFileSync(`${path}-wal`, 'garbage '.repeat(2000))
      },
    ],
  ])('%s is refused and left as it is', (_, make) => {
    make()
    expect(outcome()).toBe('storage_damaged')
  })

  it('flipped bits are refused, or every row can still be read', () => {
    const prng = createPrng(20_261_121, 'flips')
    // One bit of the header; a sector elsewhere, for SQLite keeps no sums of its pages, a bit of a text is a text, and a new table is
    // a page of nothing but its head.
    const refused = { header: flipped(prng, 40, 100, 1), pages: flipped(prng, 80, whole.length, 512) }
    expect(refused.header).toBeGreaterThan(10)
    expect(refused.pages).toBeGreaterThan(4)
  })

  it.each([
    "UPDATE events SET payload = '{\"torn' WHERE id = 7",
    "INSERT INTO recipe_drafts (id, model, content, changed_at) VALUES ('d1', 'a/b', '{\"torn', 1)",
    "INSERT INTO recipe_confirmations (recipe, words_digest, at, seen) VALUES ('r1', 'd', 1, '{\"torn')",
    "INSERT INTO downloads (id, repo, state, started_at, content) VALUES ('d1', 'a/b', 'running', 1, '{\"torn')",
  ])('a row whose JSON is torn is found at start and not by a page: %s', (sql) => {
    writeFileSync(path, whole)
    const raw = new Database(path)
    raw.prepare(sql).run()
    raw.close()
    expect(outcome()).toBe('storage_damaged')
  })

  it('a table that is missing is found at start', () => {
    writeFileSync(path, whole)
    const other = new Database(path)
    other.exec('DROP TABLE model_uses')
    other.close()
    expect(outcome()).toBe('storage_damaged')
  })
})

describe('the write-ahead log of a life that was killed', () => {
  const lay = (log: Buffer): void => {
    writeFileSync(path, killed.file)
    writeFileSync(`${path}-wal`, log)
  }

  it('is read whole, and a log that was never written to is nothing', () => {
    lay(killed.log)
    const stores = open(path)
    expect(stores.events.last()).toBe(toldEvents)
    stores.close()
    lay(Buffer.alloc(0))
    expect(outcome()).toBeNull()
    lay(Buffer.alloc(4096))
    expect(outcome()).toBeNull()
  })

  it('may end in what a power cut tore: only what was never told is gone', () => {
    lay(killed.log.subarray(0, killed.log.length - 1000))
    expect(outcome()).toBeNull()
    expect(open(path).events.last()).toBe(toldEvents - 1)
  })

  it('is refused when it is damaged before its end: what was told after that would be taken back in silence', () => {
    for (const at of [3, 20, 40, 60, 5000, Math.floor(killed.log.length / 2)]) {
      const bytes = Buffer.from(killed.log)
      bytes[at] = (bytes[at] ?? 0) ^ 0x40
      lay(bytes)
      expect([at, outcome()]).toEqual([at, 'storage_damaged'])
    }
  })
})

describe('moving a database aside', () => {
  it('keeps every byte under a name with the time in it, and the next start is empty', () => {
    writeFileSync(path, killed.file)
    writeFileSync(`${path}-wal`, Buffer.concat([Buffer.from('garbage!'), killed.log]))
    const aside = moveAside(path, Date.UTC(2026, 10, 21, 9, 5, 7))
    expect(aside).toBe(`${path}.aside-20261121T090507Z`)
    expect(readFileSync(aside)).toEqual(killed.file)
    expect(readFileSync(`${aside}-wal`).length).toBe(killed.log.length + 8)
    const stores = open(path)
    expect(stores.machines.list()).toEqual([])
    stores.close()
    writeFileSync(path, 'again')
    expect(moveAside(path, Date.UTC(2026, 10, 21, 9, 5, 7))).toBe(`${path}.aside-20261121T090507Z-2`)
  })

  it('is refused for a sound one, for none, and for what it would not mend', () => {
    const codeOf = (act: () => unknown): string => {
      try {
        act()
      } catch (error) {
        return error instanceof SparkError ? error.code : String(error)
      }
      return 'moved'
    }
    expect(codeOf(() => moveAside(path, 0))).toBe('storage_sound')
    copyFileSync(join(root, 'source.db'), path)
    expect(codeOf(() => moveAside(path, 0))).toBe('storage_sound')
    const stores = open(path)
    expect(codeOf(() => moveAside(path, 0))).toBe('storage_busy')
    stores.close()
    expect(canMoveAside(new SparkError('storage_full', {}))).toBe(false)
  })
})
