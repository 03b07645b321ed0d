// A copy of the database that is taken while it is written, and an appliance that starts from it.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkDatabase } from '../../server/adapters/sqlite/check-file.ts'
import { type OpenStores, openStores } from '../../server/adapters/sqlite/open.ts'
import { createSystemIds } from '../../server/adapters/system/ids.ts'
import { storageCommand } from '../../server/storage-words.ts'
import { other, small, startLife } from '../fakes/appliance.ts'
import { createHouse } from '../fakes/house.ts'
import { openSmallDisk } from '../fakes/small-disk.ts'

const log = { info: () => {}, warn: () => {}, error: () => {} }
let folder: string
let path: string
const open = (at = path): OpenStores => openStores({ path: at, ids: createSystemIds(), log, busyMs: 50 })
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'backup-'))
  path = join(folder, 'spark-control.sqlite')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('a backup', () => {
  it('is the database of one instant, though every tick wrote to it meanwhile', async () => {
    const stores = open()
    for (let n = 0; n < 3000; n += 1) stores.events.append('machine_back', n, { text: 'x'.repeat(300) })
    let done = false
    // Each pair is one transaction: half of one in the copy would be torn.
    const writing = (async () => {
      let pairs = 0
      for (; !done; pairs += 1) {
        stores.events.append('lock_taken', pairs, {})
        stores.settings.set('engine.port', 8000 + pairs, pairs, pairs, 'owner')
        await new Promise((resolve) => setImmediate(resolve))
      }
      return pairs
    })()
    const backup = await stores.backups.take(Date.UTC(2026, 0, 2, 3, 4, 5), 10)
    done = true
    expect(await writing).toBeGreaterThan(3)
    expect(backup).toMatchObject({ name: 'spark-control-20260102T030405Z.sqlite', sizeBytes: statSync(backup.path).size })
    expect(statSync(backup.path).mode & 0o077).toBe(0)
    expect(readdirSync(join(folder, 'backups'))).toEqual([backup.name])
    const copy = open(backup.path)
    const taken = copy.events.recent(10_000, ['lock_taken']).length
    expect(copy.appliance).toBe(stores.appliance)
    expect(copy.events.recent(10_000, ['machine_back'])).toHaveLength(3000)
    expect(Math.abs((copy.settings.all()['engine.port']?.version ?? 0) - taken)).toBeLessThanOrEqual(1)
    copy.close()
    stores.close()
  })

  it('keeps the newest of one second, whose names do not sort by age', async () => {
    const stores = open()
    for (let n = 0; n < 12; n += 1) await stores.backups.take(0, 3)
    const kept = readdirSync(join(folder, 'backups')).map((name) => /Z-(\d+)\.sqlite$/.exec(name)?.[1])
    expect(kept.sort()).toEqual(['10', '11', '12'])
    stores.close()
  })

  it('keeps the newest ten, and leaves nothing behind on a full disk', async () => {
    const stores = open()
    for (let n = 0; n < 13; n += 1) await stores.backups.take(n * 60_000, 10)
    expect(readdirSync(join(folder, 'backups'))).toHaveLength(10)
    expect(readdirSync(join(folder, 'backups')).sort()[0]).toContain('T000300Z')
    stores.close()
    const disk = openSmallDisk(1)
    const tight = open(join(disk.path, 'a.sqlite'))
    disk.fill()
    if (disk.kind === 'mounted') await expect(tight.backups.take(0, 10)).rejects.toMatchObject({ code: 'storage_full' })
    disk.free()
    expect(readdirSync(join(disk.path, 'backups')).filter((name) => !name.endsWith('.sqlite'))).toEqual([])
    tight.close()
    disk.close()
  })

  it('brings an appliance back whose fence is above what the machines have seen', async () => {
    const life = await startLife(undefined, { path })
    expect((await life.outcome(await life.ask(small))).state).toBe('succeeded')
    const backup = await life.stores.backups.take(life.clock.now(), 10)
    for (const model of [other, small]) expect((await life.outcome(await life.ask(model))).state).toBe('succeeded')
    const seen = life.stores.swaps.highestFence()
    const left = life.crash()
    life.stores.close()
    const before = left?.before
    if (before === undefined) throw new Error('no world is left')
    const restored = await createHouse({ from: { bytes: readFileSync(backup.path), before }, idPrefix: 'r' })
    expect(restored.stores.swaps.highestFence()).toBeLessThan(seen)
    const started = restored.graph.start()
    await restored.clock.advance(20_000)
    await started
    expect(restored.graph.machines.list()).toHaveLength(2)
    expect(restored.graph.status.engine()).toMatchObject({ state: 'answering', model: small })
    const begun = restored.graph.swaps.start({ model: other, requestedBy: { kind: 'owner', name: 'owner', address: null } })
    await restored.clock.advance(5000)
    const swap = await begun
    await restored.clock.until(() => restored.graph.swaps.find(swap.id).state !== 'running', 600_000)
    expect(restored.graph.swaps.find(swap.id)).toMatchObject({ state: 'succeeded', error: null })
    expect(restored.stores.swaps.highestFence()).toBeGreaterThan(seen)
    await restored.close()
  })
})

describe('the commands backup, restore and move-aside', () => {
  const run = (...words: string[]) => storageCommand(words, { DATA_DIR: folder, PORT: '9' }, Date.UTC(2026, 0, 2, 3, 4, 5))

  it('copy and put back, each file kept, also over the log of a life that was killed', async () => {
    const stores = open()
    stores.settings.set('engine.port', 8001, 0, 1, 'owner')
    stores.close()
    const copy = join(folder, 'copy.sqlite')
    expect(await run('backup', copy)).toMatchObject({ code: 0, text: expect.stringContaining(copy) })
    expect(await run('backup', copy)).toMatchObject({ code: 73, text: expect.stringContaining('there already') })
    const later = open()
    later.settings.set('engine.port', 8002, 1, 2, 'owner')
    const log = readFileSync(`${path}-wal`)
    later.close()
    writeFileSync(`${path}-wal`, log)
    expect(await run('restore', copy)).toMatchObject({ code: 0, text: expect.stringContaining('is kept as') })
    const back = open()
    expect(back.settings.all()['engine.port']?.value).toBe(8001)
    back.close()
    const aside = readdirSync(folder).filter((name) => name.includes('.aside-'))
    expect(aside.sort()).toEqual(['spark-control.sqlite.aside-20260102T030405Z', 'spark-control.sqlite.aside-20260102T030405Z-wal'])
  })

  it('refuse what would lose something', async () => {
    writeFileSync(join(folder, 'bad.sqlite'), 'not a database, but somebody wants it')
    const stores = open()
    expect(await run('restore', join(folder, 'bad.sqlite'))).toMatchObject({ code: 73, text: expect.stringContaining('damaged') })
    stores.close()
    expect(await run('move-aside')).toMatchObject({ code: 73, text: expect.stringContaining('Nothing is wrong with') })
    expect(await run('backup')).toMatchObject({ code: 2 })
    expect(await run('restore', join(folder, 'none'))).toMatchObject({ code: 73, text: expect.stringContaining('There is no') })
    checkDatabase(path)
    writeFileSync(path, '')
    expect(await run('move-aside')).toMatchObject({ code: 0, text: expect.stringContaining('It is kept as') })
    expect(readdirSync(folder).filter((name) => name.startsWith('spark-control.sqlite'))).toHaveLength(1)
  })
})
