import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { settingsText } from '../../server/adapters/files/settings-text.ts'
import { type OpenStores, openStores } from '../../server/adapters/sqlite/open.ts'
import { createSystemIds } from '../../server/adapters/system/ids.ts'
import { createSettings, type Settings } from '../../server/app/settings.ts'
import { createSettingsFile } from '../../server/app/settings-file.ts'
import type { SettingsFileUse } from '../../server/app/settings-use.ts'
import { type SettingKey, settings as table } from '../../server/contract/settings.ts'
import { createFakeClock } from '../fakes/clock.ts'
import { createFakeIds } from '../fakes/ids.ts'
import { createFakeLog } from '../fakes/log.ts'
import { createFakeSealer } from '../fakes/sealer.ts'

const clock = createFakeClock()
const ids = createSystemIds()
const open: OpenStores[] = []
let here: { settings: Settings; file: SettingsFileUse }

function begin(env: Record<string, string> = {}): typeof here {
  const stores = openStores({ path: ':memory:', ids: createFakeIds(), log: createFakeLog() })
  open.push(stores)
  const settings = createSettings({ store: stores.settings, clock, env, sealer: createFakeSealer() })
  return { settings, file: createSettingsFile({ settings, text: settingsText, clock, ids, version: '0.1.0' }) }
}
const values = (settings: Settings): unknown => settings.list().map(({ key, value }) => [key, value])
const fileOf = (lines: string): string => `spark-control: settings\nversion: 1\nsettings:\n${lines}\n`

beforeEach(() => {
  here = begin()
})
afterEach(() => {
  for (const stores of open.splice(0)) stores.close()
})

/** Any value that a row takes. */
const anyOf: Readonly<Partial<Record<SettingKey, fc.Arbitrary<unknown>>>> = {
  'engine.port': fc.integer({ min: 1, max: 65_535 }),
  'engine.containerName': fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/),
  'engine.image': fc.stringMatching(/^[A-Za-z0-9_./:=@+,-]{1,200}$/),
  'swap.restorePrevious': fc.boolean(),
  'swap.drainSeconds': fc.integer({ min: 0, max: 600 }),
  'access.hosts': fc.array(fc.stringMatching(/^[a-z0-9.-]{1,60}$/), { maxLength: 5 }),
  'access.corsOrigins': fc.array(fc.constantFrom('https://app.example', 'http://192.0.2.9:3000'), { maxLength: 3 }),
}

describe('a file of settings', () => {
  it('says the same elsewhere: whatever was set, written here and taken over there', () => {
    const model = fc.record(Object.fromEntries(Object.entries(anyOf)), { requiredKeys: [] })
    fc.assert(
      fc.property(model, (chosen) => {
        const [from, to] = [begin(), begin()]
        for (const [key, value] of Object.entries(chosen)) from.settings.change(key, value, undefined, 'owner')
        const { text } = from.file.write()
        to.file.takeOver(text, to.file.compare(text).fingerprint, 'owner')
        expect(values(to.settings)).toEqual(values(from.settings))
        expect(from.file.compare(text)).toMatchObject({ changes: [], invalid: [], unknown: [], pinned: [], secrets: [] })
        for (const stores of open.splice(0)) stores.close()
      }),
      { numRuns: 25 },
    )
  })

  it('holds no secret, and takes none', () => {
    const secret = (Object.keys(table) as SettingKey[]).find((key) => table[key].secret)
    if (secret === undefined) return
    here.settings.change(secret, 'hf_0123456789abcdef', undefined, 'owner')
    expect(here.file.write().text).not.toContain('hf_0123456789abcdef')
    expect(here.file.write().text).not.toContain(secret)
    expect(here.file.compare(fileOf(`  ${secret}: hf_other`))).toMatchObject({ changes: [], secrets: [secret] })
  })

  it('tells what would change, what is not known, what cannot be and what is pinned, and changes nothing by that', () => {
    const { settings, file } = begin({ SPARK_CONTROL_ENGINE_IMAGE: 'pinned:1' })
    const before = values(settings)
    const text = fileOf(
      '  engine.port: 8001\n  engine.prot: 8002\n  swap.drainSeconds: 30\n  swap.stallSeconds: 0\n  engine.image: other:2',
    )
    expect(file.compare(text)).toMatchObject({
      changes: [{ key: 'engine.port', from: 8000, to: 8001 }],
      same: 1,
      unknown: [{ key: 'engine.prot', near: 'engine.port' }],
      invalid: [{ key: 'swap.stallSeconds', why: 'a whole number from 5 to 7200 is needed' }],
      pinned: [{ key: 'engine.image', env: 'SPARK_CONTROL_ENGINE_IMAGE' }],
    })
    expect(values(settings)).toEqual(before)
    const refused = { count: 1, first: 'swap.stallSeconds: a whole number from 5 to 7200 is needed' }
    expect(() => file.takeOver(text, undefined, 'owner')).toThrow(
      expect.objectContaining({ code: 'settings_file_refused', facts: refused }),
    )
    expect(values(settings)).toEqual(before)
  })

  it('takes over exactly what was shown, or says that it is another difference now', () => {
    const { settings, file } = here
    const text = fileOf('  engine.port: 8001')
    const { fingerprint } = file.compare(text)
    settings.change('engine.port', 8005, undefined, 'somebody else')
    expect(() => file.takeOver(text, fingerprint, 'owner')).toThrow(expect.objectContaining({ code: 'settings_file_stale' }))
    expect(settings.get('engine.port')).toBe(8005)
    file.takeOver(text, file.compare(text).fingerprint, 'owner')
    expect(settings.get('engine.port')).toBe(8001)
    expect(settings.list().find((one) => one.key === 'engine.port')).toMatchObject({ setBy: 'owner', before: 8005 })
  })

  it('leaves alone what it does not name', () => {
    here.settings.change('swap.drainSeconds', 5, undefined, 'owner')
    here.file.takeOver(fileOf('  engine.port: 8001'), undefined, 'owner')
    expect(here.settings.get('swap.drainSeconds')).toBe(5)
  })

  const bomb = `a: &a ["x"]\n${'bcdefghij'
    .split('')
    .map((name, at) => `${name}: &${name} [${`*${'abcdefghi'[at]},`.repeat(9)}]`)
    .join('\n')}`
  it.each([
    ['nothing', ''],
    ['another text', 'Hello.'],
    ['another program', 'services: {}'],
    ['a version to come', 'spark-control: settings\nversion: 2\nsettings: {}'],
    ['references', fileOf('  engine.port: &a 8001\n  swap.drainSeconds: *a')],
    ['references without end', bomb],
    ['a tag', fileOf('  engine.image: !!js/function "process.exit()"')],
    ['a tag of bytes', fileOf('  engine.image: !!binary aGVsbG8=')],
    ['a key twice', fileOf('  engine.port: 8001\n  engine.port: 8002')],
    ['two documents', `${fileOf('  engine.port: 8001')}---\na: 1`],
    [
      'a key of objects',
      fileOf('  __proto__: {polluted: 1}\n  ? [a, b]\n  : 1\n  engine.port: 1e999').replace('version: 1', 'version: one'),
    ],
    ['a megabyte', `${fileOf('  engine.port: 8001')}# ${'x'.repeat(1_000_000)}`],
    ['a depth without end', `settings: ${'['.repeat(100_000)}`],
    ['too many names', fileOf(Array.from({ length: 1001 }, (_, at) => `  a${at}: 1`).join('\n'))],
  ])('that holds %s is refused in words, soon, and changes nothing', (_what, text) => {
    const before = values(here.settings)
    expect(() => here.file.takeOver(text, undefined, 'owner')).toThrow(
      expect.objectContaining({ code: 'settings_file_unreadable', facts: { why: expect.stringMatching(/^.{10,400}$/) } }),
    )
    expect(values(here.settings)).toEqual(before)
  })

  it.each(['__proto__', 'constructor', 'toString', '<<'])('knows no setting "%s"', (key) => {
    const difference = here.file.compare(fileOf(`  ${JSON.stringify(key)}: {polluted: 1}`))
    expect(difference.changes).toEqual([])
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })
})
