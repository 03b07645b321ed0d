import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSealer } from '../../server/adapters/system/sealer.ts'
import type { Sealer } from '../../server/app/sealing-ports.ts'
import { createFakeLog } from '../fakes/log.ts'
import { createFakeSealer } from '../fakes/sealer.ts'
import { openSmallDisk } from '../fakes/small-disk.ts'

let folder: string
let log: ReturnType<typeof createFakeLog>
const keyFile = (): string => join(folder, 'secrets-key')
const make = (path = keyFile()): Sealer => createSealer({ path, log })

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sealer-'))
  log = createFakeLog()
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('a sealer', () => {
  it('opens what it sealed, also in the next life, and never shows it', () => {
    const sealer = make()
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.string({ maxLength: 40 }), (text, what) => {
        const whole = text.toWellFormed()
        const sealed = sealer.seal(what.toWellFormed(), whole)
        expect(make().open(what.toWellFormed(), sealed)).toBe(whole)
        if (whole.length > 3) expect(Buffer.from(sealed.split('.')[3] ?? '', 'base64url').includes(whole)).toBe(false)
      }),
      { numRuns: 100 },
    )
  })

  it('seals the same text differently each time', () => {
    const sealer = make()
    expect(new Set(Array.from({ length: 50 }, () => sealer.seal('a', 'same'))).size).toBe(50)
  })

  it('opens nothing at another place, with a byte changed, cut short, or in another form', () => {
    const sealer = make()
    const sealed = sealer.seal('setting:a', 'hush')
    expect(sealer.open('setting:b', sealed)).toBeNull()
    const [version, key, nonce, body = ''] = sealed.split('.')
    const bytes = Buffer.from(body, 'base64url')
    for (let at = 0; at < bytes.length; at += 1) {
      const turned = Buffer.from(bytes)
      turned[at] = (turned[at] ?? 0) ^ 1
      expect(sealer.open('setting:a', [version, key, nonce, turned.toString('base64url')].join('.'))).toBeNull()
    }
    for (const wrong of [
      '',
      'hush',
      'v1',
      'v1...',
      `v2.${key}.${nonce}.${body}`,
      `${sealed}.x`,
      sealed.slice(0, -1),
      `v1.${key}.AA.${body}`,
    ]) {
      expect(sealer.open('setting:a', wrong), wrong).toBeNull()
    }
    expect(sealer.open('setting:a', sealed)).toBe('hush')
  })

  it('makes its key at the first sealing, for its user alone, and leaves nothing beside it', () => {
    const sealer = make()
    expect(sealer.open('a', 'v1.x.x.x')).toBeNull()
    expect(existsSync(keyFile())).toBe(false)
    sealer.seal('a', 'hush')
    expect(statSync(keyFile()).mode & 0o777).toBe(0o600)
    expect(readdirSync(folder)).toEqual(['secrets-key'])
    const key = readFileSync(keyFile(), 'utf8')
    make().seal('a', 'more')
    expect(readFileSync(keyFile(), 'utf8')).toBe(key)
  })

  it('takes back rights that others were given to the key', () => {
    const sealed = make().seal('a', 'hush')
    chmodSync(keyFile(), 0o644)
    expect(make().open('a', sealed)).toBe('hush')
    expect(statSync(keyFile()).mode & 0o777).toBe(0o600)
  })

  it('with another key opens nothing, says so once, and opens again when the right key is back', () => {
    const sealed = make().seal('a', 'hush')
    renameSync(keyFile(), `${keyFile()}.kept`)
    const later = make()
    expect(later.open('a', sealed)).toBeNull()
    expect(later.open('a', sealed)).toBeNull()
    expect(log.lines.filter((line) => line.level === 'warn').length).toBe(1)
    const another = later.seal('b', 'new')
    expect(later.open('a', sealed)).toBeNull()
    renameSync(`${keyFile()}.kept`, keyFile())
    expect(later.open('a', sealed)).toBe('hush')
    expect(later.open('b', another)).toBeNull()
  })

  it('puts a key back that was deleted under it, for what it sealed must open after a restart', () => {
    const sealer = make()
    const first = sealer.seal('a', 'hush')
    rmSync(keyFile())
    const second = sealer.seal('b', 'more')
    expect(make().open('a', first)).toBe('hush')
    expect(make().open('b', second)).toBe('more')
  })

  it.each(['', 'not a key', 'ab'.repeat(31), 'zz'.repeat(32)])(
    'never writes over a key file that holds %j, and says why it cannot seal',
    (text) => {
      const sealed = make().seal('a', 'hush')
      writeFileSync(keyFile(), text)
      expect(() => make().seal('a', 'hush')).toThrow(
        expect.objectContaining({
          code: 'sealing_key_unusable',
          facts: { file: keyFile(), why: expect.stringContaining('64 hex digits') },
        }),
      )
      expect(make().open('a', sealed)).toBeNull()
      expect(readFileSync(keyFile(), 'utf8')).toBe(text)
    },
  )

  it('says so where the folder of its key is not there', () => {
    expect(() => make(join(folder, 'nowhere', 'key')).seal('a', 'hush')).toThrow(
      expect.objectContaining({ code: 'sealing_key_unusable', facts: expect.objectContaining({ why: 'it cannot be made (ENOENT)' }) }),
    )
  })

  it('takes no secret on a full disk, leaves no half a key, and goes on when there is room', () => {
    const disk = openSmallDisk()
    try {
      const sealer = make(join(disk.path, 'key'))
      writeFileSync(join(disk.path, 'ballast-0'), 'x')
      disk.fill()
      expect(() => sealer.seal('a', 'hush')).toThrow(expect.objectContaining({ code: 'storage_full' }))
      expect(readdirSync(disk.path).filter((name) => name.startsWith('key'))).toEqual([])
      disk.free()
      expect(sealer.open('a', sealer.seal('a', 'hush'))).toBe('hush')
    } finally {
      disk.free()
      disk.close()
    }
  })
})

describe('the sealer of tests', () => {
  it('keeps the same promises', () => {
    const sealer = createFakeSealer()
    const sealed = sealer.seal('a', 'hush')
    expect(sealer.open('a', sealed)).toBe('hush')
    expect(sealer.open('b', sealed)).toBeNull()
    expect(createFakeSealer('other').open('a', sealed)).toBeNull()
    expect(sealed).not.toContain('hush')
  })
})
