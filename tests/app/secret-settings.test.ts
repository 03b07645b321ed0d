import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type OpenStores, openStores } from '../../server/adapters/sqlite/open.ts'
import { createEvents } from '../../server/app/events.ts'
import { createSettings, type Settings, type SettingsNeeds } from '../../server/app/settings.ts'
import type { SettingsUse } from '../../server/app/use-cases.ts'
import { setting } from '../../server/contract/define.ts'
import { SparkError } from '../../server/contract/errors.ts'
import type { SettingKey } from '../../server/contract/settings.ts'
import { createFakeClock } from '../fakes/clock.ts'
import { createFakeIds } from '../fakes/ids.ts'
import { createFakeLog } from '../fakes/log.ts'
import { createFakeSealer } from '../fakes/sealer.ts'

const clock = createFakeClock()
const log = createFakeLog()
const secretRows = {
  'hook.key': setting({
    schema: z.string().regex(/^(.{3,})?$/, 'three letters or more are needed'),
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
let stores: OpenStores

const make = (more: Partial<SettingsNeeds> = {}): Settings =>
  createSettings({
    store: stores.settings,
    clock,
    env: {},
    sealer: createFakeSealer(),
    log,
    rows: secretRows,
    events: createEvents({ store: stores.events, clock, log, checkPayloads: true }),
    ...more,
  })

beforeEach(() => {
  stores = openStores({ path: ':memory:', ids: createFakeIds(), log })
})
afterEach(() => {
  stores.close()
})

describe('a secret setting', () => {
  const key = 'hook.key' as SettingKey
  const ofKey = (settings: SettingsUse) => settings.list().find((view) => view.key === key)

  it('is never shown, is sealed where it lies, and an empty field keeps it', () => {
    const settings = make()
    expect(ofKey(settings)).toMatchObject({ value: null, secret: 'empty' })
    expect(settings.change(key, ' the-key ', 0, 'owner')).toMatchObject({ value: null, default: null, secret: 'set', version: 1 })
    for (const kept of ['', '  ']) expect(settings.change(key, kept, 0, 'owner').version).toBe(1)
    expect(settings.get(key)).toBe('the-key')
    settings.change(key, 'the-next', 1, 'owner')
    expect(JSON.stringify([settings.list(), stores.events.after(0, 9), stores.settings.all()])).not.toMatch(/the-key|the-next/)
    expect(stores.serialize().includes('the-key') || stores.serialize().includes('the-next')).toBe(false)
    const stale = (): unknown => settings.change(key, 'another', 0, 'owner')
    expect(stale).toThrow(expect.objectContaining({ facts: { key, theirs: 'another secret', yours: 'yours' } }))
    expect(settings.reset(key, 'owner')).toMatchObject({ secret: 'empty', before: null })
    expect(settings.get(key)).toBe('')
  })

  it('counts as lost with another key, stays where it is, and is there again with the right one', () => {
    make().change(key, 'the-key', 0, 'owner')
    const other = make({ sealer: createFakeSealer('another') })
    expect([other.get(key), ofKey(other)?.secret]).toEqual(['', 'lost'])
    expect(make().get(key)).toBe('the-key')
    other.change(key, 'entered-again', 1, 'owner')
    expect([other.get(key), ofKey(other)?.secret]).toEqual(['entered-again', 'set'])
  })

  it('is not taken where it cannot be sealed', () => {
    const refuses = {
      ...createFakeSealer(),
      seal: (): string => {
        throw new SparkError('sealing_key_unusable', { file: 'key', why: 'it cannot be read' })
      },
    }
    const settings = make({ sealer: refuses })
    expect(() => settings.change(key, 'the-key', 0, 'owner')).toThrow(expect.objectContaining({ code: 'sealing_key_unusable' }))
    expect([stores.settings.all(), stores.events.last()]).toEqual([{}, 0])
  })

  it('of the environment is not repeated when it cannot be used, and is not written down', () => {
    expect(() => make({ env: { SPARK_CONTROL_HOOK_KEY: 'no' } })).toThrow(/SPARK_CONTROL_HOOK_KEY=\(not shown\)/)
    const settings = make({ env: { SPARK_CONTROL_HOOK_KEY: 'the-key' } })
    settings.takeSeeds()
    expect([settings.get(key), ofKey(settings)?.secret, ofKey(settings)?.value]).toEqual(['the-key', 'set', null])
    expect(stores.serialize().includes('the-key')).toBe(false)
  })
})
