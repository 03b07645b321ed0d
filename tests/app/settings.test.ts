import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type OpenStores, openStores } from '../../server/adapters/sqlite/open.ts'
import { createEvents } from '../../server/app/events.ts'
import { createSettings, type Settings, type SettingsNeeds } from '../../server/app/settings.ts'
import type { SettingsUse } from '../../server/app/use-cases.ts'
import { SparkError } from '../../server/contract/errors.ts'
import { pinName } from '../../server/contract/setting-words.ts'
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
  'models.unusedDays': 7,
  'storage.backupsKept': 3,
  'downloads.hubToken': 'hf_sampletoken',
  'swap.measureSpeed': false,
  'machines.pollSeconds': 7,
  'machines.inspectMinutes': 3,
  'models.scanSeconds': 31,
  'schedule.timeZone': 'Australia/Lord_Howe',
  'access.policy': 'locked',
  'access.homeNetworks': ['100.64.0.0/10'],
  'access.trustedProxies': ['192.0.2.7'],
  'services.pollSeconds': 30,
  'services.speechPort': 9001,
  'services.voicePort': 9002,
  'services.embeddingPort': 9003,
  'services.vectorPort': 9004,
  'services.notWanted': ['qdrant'],
  'access.hosts': ['spark.example'],
  'access.corsOrigins': ['https://app.example'],
  'webhooks.allowPublic': true,
}
const asText = (value: unknown): string => (Array.isArray(value) ? value.join('\n') : String(value))
let stores: OpenStores
let log: ReturnType<typeof createFakeLog>

const make = (env: Record<string, string> = {}, more: Partial<SettingsNeeds> = {}): Settings =>
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
    const settings = make()
    settings.change(key, asText(others[key]), undefined, 'owner')
    expect(settings.get(key)).toEqual(others[key])
  })

  it.each(keys)('%s can be pinned by the environment: it wins, is shown as such, and cannot be changed here', (key) => {
    make().change(key, table[key].default, 0, 'owner')
    const settings = make({ [pinName(key)]: asText(others[key]) })
    expect(settings.get(key)).toEqual(others[key])
    expect(settings.list().find((view) => view.key === key)).toMatchObject({
      pinned: true,
      pin: pinName(key),
      setBy: `the environment (${pinName(key)})`,
      setAt: null,
    })
    const before = stores.settings.all()
    const pinned = expect.objectContaining({ code: 'setting_pinned', facts: { key, env: pinName(key) } })
    expect(() => settings.change(key, table[key].default, undefined, 'owner')).toThrow(pinned)
    expect(() => settings.reset(key, 'owner')).toThrow(pinned)
    expect(() => settings.undo(key, undefined, 'owner')).toThrow(pinned)
    expect(() => settings.changeTogether(new Map([[key, others[key]]]), 'owner')).toThrow(pinned)
    expect(stores.settings.all()).toEqual(before)
    expect(make().get(key)).toEqual(table[key].default)
  })

  it.each(keys.filter((key) => table[key].env !== null))('%s is taken over from its name of an earlier installation, once', (key) => {
    const name = table[key].env as string
    const first = make({ [name]: asText(others[key]) })
    expect(first.get(key)).toEqual(others[key])
    first.takeSeeds()
    expect(make().get(key)).toEqual(others[key])
    expect(
      make()
        .list()
        .find((view) => view.key === key),
    ).toMatchObject({ version: 1, setBy: `an earlier installation (${name})` })
    first.takeSeeds()
    expect(stores.settings.all()[key]?.version).toBe(1)
    const later = make({ [name]: asText(table[key].default) })
    later.takeSeeds()
    expect(later.get(key)).toEqual(others[key])
    later.reset(key, 'owner')
    later.takeSeeds()
    expect(later.get(key)).toEqual(table[key].default)
  })
})

describe('the environment', () => {
  it('stops the start with the variable and the reason when it says what cannot be', () => {
    expect(() => make({ VLLM_PORT: '80 00' })).toThrow(/engine\.port cannot be set: the environment says VLLM_PORT=80 00: a whole number/)
    expect(() => make({ VLLM_PORT: '70000' })).toThrow(/VLLM_PORT=70000/)
    expect(() => make({ SPARK_CONTROL_ENGINE_PORT: '0' })).toThrow(/SPARK_CONTROL_ENGINE_PORT=0: a whole number from 1 to 65,535 is needed/)
    expect(() => make({ VLLM_IMAGE: '$(reboot)' })).toThrow(/only letters, digits/)
    expect(() => make({ ALLOWED_HOSTS: 'ok.example, Not Ok!' })).toThrow(/entry 2: host names in small letters/)
  })

  it('says nothing by a variable that is empty', () => {
    expect(make({ VLLM_PORT: ' ', SPARK_CONTROL_ENGINE_PORT: '' }).get('engine.port')).toBe(8000)
  })

  it('keeps a pin over what is seeded and stored', () => {
    const settings = make({ VLLM_PORT: '8001', SPARK_CONTROL_ENGINE_PORT: '8002' })
    settings.takeSeeds()
    expect(settings.get('engine.port')).toBe(8002)
    expect(make().get('engine.port')).toBe(8001)
  })

  it('counts while the disk is full, and is taken over at a later start', () => {
    const full: SettingsNeeds['store'] = {
      ...stores.settings,
      together: () => {
        throw new SparkError('storage_full', {})
      },
    }
    const settings = make({ VLLM_PORT: '8001' }, { store: full })
    settings.takeSeeds()
    expect(settings.get('engine.port')).toBe(8001)
    expect(stores.settings.all()).toEqual({})
    make({ VLLM_PORT: '8001' }).takeSeeds()
    expect(make().get('engine.port')).toBe(8001)
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

describe('undo', () => {
  const value = (settings: SettingsUse): unknown => settings.get('engine.port')

  it('goes back to what was stored before, and forth again, also after a restart', () => {
    const settings = make()
    settings.change('engine.port', 8001, 0, 'alice')
    expect(settings.change('engine.port', 8002, 1, 'bob').before).toBe(8001)
    expect(make().undo('engine.port', 2, 'alice')).toMatchObject({ value: 8001, before: 8002, version: 3, setBy: 'alice' })
    expect(make().undo('engine.port', 3, 'alice').value).toBe(8002)
  })

  it('brings back what was reset', () => {
    const settings = make()
    settings.change('engine.port', 8001, 0, 'alice')
    settings.reset('engine.port', 'alice')
    expect(value(settings)).toBe(8000)
    settings.undo('engine.port', undefined, 'alice')
    expect(value(settings)).toBe(8001)
  })

  it('does nothing where there is nothing before, and refuses where somebody was faster', () => {
    const settings = make()
    expect(settings.undo('engine.port', 0, 'alice').version).toBe(0)
    settings.change('engine.port', 8001, 0, 'alice')
    settings.change('engine.port', 8002, 1, 'bob')
    expect(() => settings.undo('engine.port', 1, 'alice')).toThrow(expect.objectContaining({ code: 'setting_changed' }))
    expect(value(settings)).toBe(8002)
  })
})

describe('several settings at once', () => {
  it('are changed together or not at all, and told one by one', () => {
    const settings = make()
    const bad = new Map<string, unknown>([
      ['engine.port', 8001],
      ['swap.drainSeconds', -1],
    ])
    expect(() => settings.changeTogether(bad, 'owner')).toThrow(expect.objectContaining({ code: 'setting_invalid' }))
    expect([settings.get('engine.port'), stores.events.last()]).toEqual([8000, 0])
    settings.changeTogether(bad.set('swap.drainSeconds', 5), 'owner')
    expect([settings.get('engine.port'), settings.get('swap.drainSeconds'), stores.events.last()]).toEqual([8001, 5, 2])
  })

  it('leave nothing behind when the disk ends in the middle', () => {
    let left = 1
    const store: SettingsNeeds['store'] = {
      ...stores.settings,
      set: (...given) => {
        left -= 1
        if (left < 0) throw new SparkError('storage_full', {})
        return stores.settings.set(...given)
      },
    }
    const settings = make({}, { store })
    const both = new Map<string, unknown>([
      ['engine.port', 8001],
      ['swap.drainSeconds', 5],
    ])
    expect(() => settings.changeTogether(both, 'owner')).toThrow(expect.objectContaining({ code: 'storage_full' }))
    expect([make().get('engine.port'), stores.events.last()]).toEqual([8000, 0])
  })
})
