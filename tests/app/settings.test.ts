import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type OpenStores, openStores } from '../../server/adapters/sqlite/open.ts'
import { createEvents } from '../../server/app/events.ts'
import { createSettings, type SettingsNeeds } from '../../server/app/settings.ts'
import type { SettingsUse } from '../../server/app/use-cases.ts'
import { setting } from '../../server/contract/define.ts'
import { type SettingKey, settings as table } from '../../server/contract/settings.ts'
import { createFakeClock } from '../fakes/clock.ts'
import { createFakeIds } from '../fakes/ids.ts'
import { createFakeLog } from '../fakes/log.ts'
import { createFakeSealer } from '../fakes/sealer.ts'

const clock = createFakeClock()
const keys = Object.keys(table) as SettingKey[]
/** Another value that each row allows; a row without one here fails its test. */
const others: Readonly<Record<SettingKey, unknown>> = {
  'engine.containerName': 'other_node',
  'engine.image': 'registry.example/vllm:2',
  'engine.port': 8001,
  'swap.restorePrevious': false,
  'swap.startAfterReboot': true,
  'swap.drainSeconds': 0,
  'swap.stallSeconds': 60,
  'swap.silenceMinutes': 5,
  'swap.memoryBackSeconds': 9,
  'swap.canarySeconds': 10,
  'downloads.stallSeconds': 60,
  'memory.headroomGigabytes': 0,
  'machines.pollSeconds': 7,
  'models.scanSeconds': 31,
  'access.hosts': ['spark.example'],
  'access.corsOrigins': ['https://app.example'],
  'webhooks.allowPublic': true,
}
let stores: OpenStores
let log: ReturnType<typeof createFakeLog>

const make = (env: Record<string, string> = {}, more: Partial<SettingsNeeds> = {}): SettingsUse =>
  createSettings({
    store: stores.settings,
    clock,
    env,
    sealer: createFakeSealer(),
    log,
    events: createEvents({ store: stores.events, clock, log, checkPayloads: true }),
    ...more,
  })

beforeEach(() => {
  log = createFakeLog()
  stores = openStores({ path: ':memory:', ids: createFakeIds(), log })
})
afterEach(() => {
  stores.close()
})

describe('every setting', () => {
  it.each(keys)('%s is read at the moment of use: default, then what was set, then the default again', (key) => {
    const settings = make()
    expect(settings.get(key)).toEqual(table[key].default)
    settings.change(key, others[key], 0, 'owner')
    expect(settings.get(key)).toEqual(others[key])
    expect(make().get(key)).toEqual(others[key])
    settings.reset(key, 'owner')
    expect(settings.get(key)).toEqual(table[key].default)
  })

  it('an origin is one that a browser could send', () => {
    const origins = (value: string): unknown => make().change('access.corsOrigins', [value], undefined, 'owner').value
    expect(origins('http://192.0.2.9:3000')).toEqual(['http://192.0.2.9:3000'])
    for (const never of [
      'https://app.example/',
      'https://app.example/chat',
      'https://App.example',
      'https://app.example:443',
      'null',
      '*',
    ]) {
      expect(() => origins(never), never).toThrow(expect.objectContaining({ code: 'setting_invalid' }))
    }
  })

  it.each(keys)('%s is also taken as the text that a form sends', (key) => {
    const value = others[key]
    const text = Array.isArray(value) ? value.join('\n') : String(value)
    expect(make().change(key, text, undefined, 'owner').value).toEqual(value)
  })

  it.each(keys.filter((key) => table[key].env !== null))('%s is seeded by its environment variable until it is set', (key) => {
    const value = others[key]
    const env = { [table[key].env as string]: Array.isArray(value) ? value.join(',') : String(value) }
    const settings = make(env)
    expect(settings.get(key)).toEqual(value)
    expect(settings.list().find((view) => view.key === key)).toMatchObject({
      value,
      default: value,
      version: 0,
      setBy: `the environment (${table[key].env})`,
      setAt: null,
    })
    settings.change(key, table[key].default, 0, 'owner')
    expect(settings.get(key)).toEqual(table[key].default)
    expect(settings.reset(key, 'owner').value).toEqual(value)
  })
})

describe('the environment', () => {
  it('stops the start with the variable and the reason when it says what cannot be', () => {
    expect(() => make({ VLLM_PORT: '80 00' })).toThrow(/engine\.port cannot be set: the environment says VLLM_PORT=80 00: /)
    expect(() => make({ VLLM_PORT: '70000' })).toThrow(/VLLM_PORT=70000/)
    expect(() => make({ VLLM_IMAGE: '$(reboot)' })).toThrow(/only letters, digits/)
    expect(() => make({ ALLOWED_HOSTS: 'ok.example, Not Ok!' })).toThrow(/entry 2: host names in small letters/)
  })

  it('says nothing by a variable that is empty', () => {
    expect(make({ VLLM_PORT: ' ' }).get('engine.port')).toBe(8000)
  })
})

describe('changing a setting', () => {
  it('is refused with both values when somebody else changed it first, and theirs stays', () => {
    const settings = make()
    settings.change('engine.port', 8001, 0, 'alice')
    expect(() => settings.change('engine.port', 8002, 0, 'bob')).toThrow(
      expect.objectContaining({ code: 'setting_changed', facts: { key: 'engine.port', theirs: '8001', yours: '8002' } }),
    )
    expect(settings.get('engine.port')).toBe(8001)
    settings.reset('engine.port', 'alice')
    expect(() => settings.change('engine.port', 8002, 1, 'bob')).toThrow(expect.objectContaining({ code: 'setting_changed' }))
    expect(settings.change('engine.port', 8002, 2, 'bob')).toMatchObject({ value: 8002, version: 3, setBy: 'bob' })
  })

  it('goes through without a version: the last write wins', () => {
    const settings = make()
    settings.change('engine.port', 8001, undefined, 'alice')
    expect(settings.change('engine.port', 8002, undefined, 'bob')).toMatchObject({ value: 8002, version: 2 })
  })

  it.each([
    ['engine.port', 0],
    ['engine.port', '8000.5'],
    ['engine.port', null],
    ['engine.image', 'a b'],
    ['engine.image', `x'"; rm -rf /`],
    ['engine.containerName', 'x'.repeat(10_000)],
    ['swap.restorePrevious', 'perhaps'],
    ['access.hosts', 'a.example, B'],
  ])('refuses %s = %j with a reason and keeps the old value', (key, value) => {
    const settings = make()
    const before = settings.list()
    expect(() => settings.change(key, value, undefined, 'owner')).toThrow(expect.objectContaining({ code: 'setting_invalid' }))
    expect(settings.list()).toEqual(before)
    expect(stores.events.last()).toBe(0)
  })

  it.each(['nothing.here', 'constructor', '__proto__', ''])('knows no setting "%s"', (key) => {
    const unknown = expect.objectContaining({ code: 'setting_unknown' })
    expect(() => make().change(key, 1, undefined, 'owner')).toThrow(unknown)
    expect(() => make().reset(key, 'owner')).toThrow(unknown)
  })

  it('is told once to Activity and to whoever watches that key, until they stop', () => {
    const settings = make()
    const heard: unknown[] = []
    const stop = settings.watch('engine.port', () => heard.push(settings.get('engine.port')))
    settings.watch('engine.image', () => heard.push('image'))
    settings.change('engine.port', 8001, 0, 'alice')
    settings.reset('engine.port', 'bob')
    settings.reset('engine.port', 'bob')
    stop()
    settings.change('engine.port', 8003, undefined, 'alice')
    expect(heard).toEqual([8001, 8000])
    expect(stores.events.after(0, 10).map((event) => event.payload)).toEqual([
      { key: 'engine.port', by: 'alice' },
      { key: 'engine.port', by: 'bob' },
      { key: 'engine.port', by: 'alice' },
    ])
  })

  it('stands even when a watcher fails', () => {
    const settings = make()
    settings.watch('engine.port', () => {
      throw new Error('watcher')
    })
    settings.change('engine.port', 8001, 0, 'alice')
    expect(settings.get('engine.port')).toBe(8001)
    expect(log.lines.filter((line) => line.level === 'error').length).toBe(1)
  })

  it('falls back when the stored value is one that this version no longer allows', () => {
    stores.settings.set('engine.port', 'eight thousand', 0, 1, 'an older version')
    expect(make().get('engine.port')).toBe(8000)
  })
})

describe('a secret setting', () => {
  const rows = {
    'hook.key': setting({
      schema: z.string().min(3),
      default: '',
      label: 'Key',
      help: 'Signs.',
      group: 'Hooks',
      secret: true,
      env: null,
      control: 'secret',
      unit: null,
    }),
  }

  it('is never shown, and its mask sent back changes nothing', () => {
    const settings = make({}, { rows })
    expect(settings.change('hook.key', 'the-key', 0, 'owner').value).toBe('********')
    expect(JSON.stringify(settings.list())).not.toContain('the-key')
    expect(settings.change('hook.key', '********', 1, 'owner').version).toBe(1)
    expect(stores.serialize().includes('the-key')).toBe(false)
    expect(settings.get('hook.key' as SettingKey)).toBe('the-key')
    const stale = (): unknown => settings.change('hook.key', 'another', 0, 'owner')
    expect(stale).toThrow(expect.objectContaining({ facts: { key: 'hook.key', theirs: '********', yours: '********' } }))
  })

  it('counts as not set with another key, stays where it is, and is there again with the right one', () => {
    make({}, { rows }).change('hook.key', 'the-key', 0, 'owner')
    const other = make({}, { rows, sealer: createFakeSealer('another') })
    expect(other.get('hook.key' as SettingKey)).toBe('')
    expect(make({}, { rows }).get('hook.key' as SettingKey)).toBe('the-key')
  })
})
