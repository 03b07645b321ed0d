import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type OpenStores, openStores } from '../../server/adapters/sqlite/open.ts'
import { createSystemIds } from '../../server/adapters/system/ids.ts'
import type { Log } from '../../server/app/ports.ts'
import type { Serving } from '../../server/domain/engine.ts'
import type { Machine } from '../../server/domain/machine.ts'
import type { FolderListing } from '../../server/domain/model.ts'

const log: Log = { info: () => {}, warn: () => {}, error: () => {} }
let stores: OpenStores

const machine: Machine = {
  id: 'm1',
  name: 'spark-1',
  address: '192.0.2.1',
  port: 22,
  user: 'alice',
  hostKey: null,
  fabricAddress: null,
  launcherPath: '/home/alice/it\'s "here"',
  cachePath: null,
  modelFolders: ['/srv/модели', "/srv/o'brien"],
  addedAt: 5,
}

beforeEach(() => {
  stores = openStores({ path: ':memory:', ids: createSystemIds(), log })
})
afterEach(() => {
  stores.close()
})

describe('measured speeds', () => {
  it('are kept by recipe and number of machines; a reason beside them does not wipe them out', () => {
    const none = { tokensPerSecond: null, firstTokenMs: null, measuredAt: null }
    expect(stores.speeds.find('words', 1)).toBeNull()
    stores.speeds.setSkipped('words', 1, 'busy', 4)
    expect(stores.speeds.find('words', 1)).toEqual({ ...none, skipped: { why: 'busy', at: 4 } })
    stores.speeds.setMeasured('words', 1, { tokensPerSecond: 38.5, firstTokenMs: 210 }, 5)
    const measured = { tokensPerSecond: 38.5, firstTokenMs: 210, measuredAt: 5 }
    expect(stores.speeds.find('words', 1)).toEqual({ ...measured, skipped: null })
    stores.speeds.setSkipped('words', 1, 'busy', 6)
    expect(stores.speeds.find('words', 1)).toEqual({ ...measured, skipped: { why: 'busy', at: 6 } })
    expect(stores.speeds.find('words', 2)).toBeNull()
  })
})

describe('measured starts', () => {
  it('are told by the words of the recipe and the size of the machine', () => {
    const start = { peakBytes: 9, steadyBytes: 8, leftBytes: 7, starts: 1 }
    expect(stores.measured.find('words', 128)).toBeNull()
    stores.measured.set('words', 128, start, 5)
    stores.measured.set('words', 64, { ...start, starts: 2 }, 5)
    stores.measured.set('words', 64, { ...start, peakBytes: 10, starts: 3 }, 6)
    expect(stores.measured.find('words', 128)).toEqual(start)
    expect(stores.measured.find('words', 64)).toEqual({ ...start, peakBytes: 10, starts: 3 })
    expect(stores.measured.find('other', 64)).toBeNull()
  })
})

describe('machines', () => {
  it('come back as they were told, in the order they were added', () => {
    stores.machines.insert({ ...machine, id: 'm2', address: '192.0.2.2', addedAt: 9 })
    stores.machines.insert(machine)
    expect(stores.machines.list().map((one) => one.id)).toEqual(['m1', 'm2'])
    const pinned = { ...machine, hostKey: 'SHA256:abc', modelFolders: [], port: 2222 }
    stores.machines.update(pinned)
    expect(stores.machines.find('m1')).toEqual(pinned)
    stores.machines.remove('m1')
    expect(stores.machines.find('m1')).toBeNull()
  })

  it('are one an address and port, also when an edit moves one onto another', () => {
    stores.machines.insert(machine)
    expect(() => stores.machines.insert({ ...machine, id: 'm2' })).toThrow(expect.objectContaining({ code: 'machine_exists' }))
    stores.machines.insert({ ...machine, id: 'm3', port: 2222 })
    expect(() => stores.machines.update({ ...machine, id: 'm3' })).toThrow(expect.objectContaining({ code: 'machine_exists' }))
    expect(stores.machines.list().length).toBe(2)
  })

  it('share one key pair of the appliance', () => {
    expect(stores.machines.keyPair()).toBeNull()
    stores.machines.setKeyPair({ privateKey: 'private', publicKey: 'public' })
    expect(stores.machines.keyPair()).toEqual({ privateKey: 'private', publicKey: 'public' })
  })
})

describe('events', () => {
  it('are numbered from 1 without a gap, and read forwards from a number', () => {
    for (const n of [1, 2, 3]) expect(stores.events.append('machine_back', n, { n }).id).toBe(n)
    expect(stores.events.after(1, 10)).toEqual([
      { id: 2, type: 'machine_back', at: 2, payload: { n: 2 } },
      { id: 3, type: 'machine_back', at: 3, payload: { n: 3 } },
    ])
    expect(stores.events.after(0, 1).map((event) => event.id)).toEqual([1])
    expect(stores.events.last()).toBe(3)
  })

  it('are read backwards by type and page', () => {
    for (const type of ['lock_taken', 'machine_back', 'lock_released', 'machine_back']) stores.events.append(type, 1, {})
    expect(stores.events.recent(2).map((event) => event.id)).toEqual([4, 3])
    expect(stores.events.recent(9, ['lock_taken', 'lock_released']).map((event) => event.id)).toEqual([3, 1])
    expect(stores.events.recent(9, ['machine_back'], 4).map((event) => event.id)).toEqual([2])
    expect(stores.events.recent(9, []).length).toBe(0)
  })

  it('drop progress older than a month, keep the rest, and never give a number twice', () => {
    const day = 86_400_000
    stores.events.append('swap_started', 0, {})
    for (let n = 0; n < 498; n += 1) stores.events.append('swap_progressed', n, {})
    expect(stores.events.after(0, 1000).length).toBe(499)
    expect(stores.events.append('swap_progressed', 31 * day, {}).id).toBe(500)
    expect(stores.events.after(0, 1000).map((event) => event.id)).toEqual([1, 500])
    const left = stores.serialize()
    stores.close()
    stores = openStores({ path: left, ids: createSystemIds(), log })
    expect(stores.events.last()).toBe(500)
    expect(stores.events.append('machine_back', 31 * day, {}).id).toBe(501)
  })
})

describe('settings', () => {
  it('are written only over the version that was read', () => {
    expect(stores.settings.set('engine.port', 8001, 0, 10, 'owner')).toBe(true)
    expect(stores.settings.set('engine.port', 8002, 0, 11, 'bob')).toBe(false)
    expect(stores.settings.set('engine.port', 8002, 2, 11, 'bob')).toBe(false)
    expect(stores.settings.set('engine.port', ['a'], 1, 12, 'bob')).toBe(true)
    expect(stores.settings.all()).toEqual({ 'engine.port': { value: ['a'], version: 2, setAt: 12, setBy: 'bob' } })
  })

  it('count on after a removal, so that an older form stays stale', () => {
    stores.settings.set('engine.port', 8001, 0, 10, 'owner')
    expect(stores.settings.set('engine.port', undefined, 1, 11, 'owner')).toBe(true)
    expect(stores.settings.all()['engine.port']).toEqual({ value: undefined, version: 2, setAt: 11, setBy: 'owner' })
    expect(stores.settings.set('engine.port', 8003, 1, 12, 'bob')).toBe(false)
    expect(stores.settings.set('engine.port', 8003, 2, 12, 'bob')).toBe(true)
  })
})

describe('what serves, who reserved, what is on the disks, what was confirmed', () => {
  it('keeps one serving an engine, adopted or started', () => {
    const serving: Serving = {
      engine: 'main',
      model: 'Qwen/Qwen3-8B',
      recipeId: null,
      plan: null,
      machines: ['m1', 'm2'],
      port: 8000,
      servedName: 'qwen',
      since: 4,
      adopted: true,
    }
    stores.serving.set(serving)
    expect(stores.serving.find('main')).toEqual(serving)
    stores.serving.set({ ...serving, adopted: false, machines: ['m2'] })
    expect(stores.serving.find('main')).toEqual({ ...serving, adopted: false, machines: ['m2'] })
    stores.serving.clear('main')
    expect(stores.serving.find('main')).toBeNull()
  })

  it('keeps one reservation a cluster', () => {
    const reservation = {
      cluster: 'default',
      holder: 'recap',
      reason: 'night',
      tokenHash: 'h',
      since: 1,
      until: 2,
      renewals: 0,
      renewedAt: null,
    }
    stores.reservations.set(reservation)
    const renewed = { ...reservation, until: 9, renewals: 1, renewedAt: 3 }
    stores.reservations.set(renewed)
    expect(stores.reservations.find('default')).toEqual(renewed)
    const over = { tokenHash: 'h', cluster: 'default', holder: 'recap', endedAt: 9, how: 'expired', by: 'recap' } as const
    stores.reservations.end(over)
    expect(stores.reservations.find('default')).toBeNull()
    expect(stores.reservations.ended('h')).toEqual(over)
    expect(stores.reservations.ended('other')).toBeNull()
  })

  it('keeps the last scan of every machine and the latest use of every model', () => {
    const folder: FolderListing = {
      id: 'Qwen/Qwen3-8B',
      kind: 'hub',
      path: '/hub/models--Qwen--Qwen3-8B',
      revision: 'abc',
      files: [{ path: 'config.json', sizeBytes: null }],
      texts: { 'config.json': '{"a":"\u0000 ü"}' },
      indexFiles: null,
      unfinished: { count: 1, bytes: 2, newestAt: 3 },
      diskBytes: 4,
      lastUsedAt: null,
    }
    stores.models.setListings('m1', 1, [])
    stores.models.setListings('m1', 2, [folder])
    stores.models.setListings('m2', 3, [])
    stores.models.removeListings('m2')
    expect(stores.models.listings()).toEqual([{ machine: 'm1', at: 2, folders: [folder] }])
    stores.models.markUsed('Qwen/Qwen3-8B', 9)
    stores.models.markUsed('Qwen/Qwen3-8B', 7)
    expect(stores.models.lastUsed()).toEqual({ 'Qwen/Qwen3-8B': 9 })
  })

  it('keeps the words a recipe had when it was confirmed', () => {
    stores.recipes.confirm('inferred:a', 'one', 1, { 'mods/a/run.sh': 'd1' })
    stores.recipes.confirm('inferred:a', 'two', 2, { 'mods/a/run.sh': 'd2' })
    expect(stores.recipes.confirmations()).toEqual({ 'inferred:a': 'two' })
    expect(stores.recipes.seenFiles()).toEqual({ 'inferred:a': { 'mods/a/run.sh': 'd2' } })
  })
})
