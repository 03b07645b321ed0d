// Settings: default < seed < stored < pin. Each is read at the moment of use; nothing here or elsewhere keeps a copy.
//
// A pin is an environment variable of the setting's own name: it wins for as long as it is there. A seed is one of the names that an
// earlier installation used: it is written down at the first start that finds it, if nobody ever set that setting, and then it is
// like any other stored value. A secret is sealed before it is stored, and shown to nobody.
import type { SettingRow } from '../contract/define.ts'
import { SparkError } from '../contract/errors.ts'
import type { SettingView } from '../contract/operations/setting-shapes.ts'
import { pinName, wordsOf } from '../contract/setting-words.ts'
import { type SettingKey, type SettingValue, settings as table } from '../contract/settings.ts'
import { isoTimeOrNull } from './iso-time.ts'
import type { Clock, Log, SettingStore } from './ports.ts'
import type { Sealer } from './sealing-ports.ts'
import { type Env, inWords, readEnvironment, readValue } from './setting-values.ts'
import type { SettingsUse } from './settings-use.ts'
import type { EventsUse } from './use-cases.ts'

export interface SettingsNeeds {
  readonly store: SettingStore
  readonly clock: Pick<Clock, 'now'>
  /** The process's environment; read once, here. */
  readonly env: Env
  readonly sealer: Sealer
  readonly events?: Pick<EventsUse, 'stage'>
  readonly log?: Pick<Log, 'error' | 'info'>
  /** Rows beside the house's own table: a service brings its own. */
  readonly rows?: Readonly<Record<string, SettingRow>>
}

export interface Settings extends SettingsUse {
  /** Writes down what the names of an earlier installation say, once. A full disk leaves it to the next start. */
  takeSeeds(): void
}

type Stored = ReturnType<SettingStore['all']>[string]

/** Raises setting_invalid when an environment variable that pins or seeds a setting cannot be used: better at start than at a swap. */
export function createSettings({ store, clock, env, sealer, events, log, rows = {} }: SettingsNeeds): Settings {
  const all: Readonly<Record<string, SettingRow>> = { ...table, ...rows }
  const { pins, seeds } = readEnvironment(all, env)
  const listeners = new Map<string, Set<() => void>>()

  const rowOf = (key: string): SettingRow => {
    const row = Object.hasOwn(all, key) ? all[key] : undefined
    if (row === undefined) throw new SparkError('setting_unknown', { key: key.slice(0, 100) })
    return row
  }
  const placeOf = (key: string): string => `setting:${key}`
  const unsealed = (key: string, kept: unknown): unknown => (typeof kept === 'string' ? sealer.open(placeOf(key), kept) : null)
  const base = (key: string, stored: Stored | undefined): unknown =>
    (stored === undefined ? seeds.get(key)?.value : undefined) ?? all[key]?.default

  /** A stored value that its row no longer allows (an older version wrote it) counts as not stored. */
  const usable = (key: string, value: unknown): { readonly value: unknown } | null => {
    if (value === undefined) return null
    const row = rowOf(key)
    const read = row.schema.safeParse(row.secret ? unsealed(key, value) : value)
    return read.success ? { value: read.data } : null
  }
  const effective = (key: string, stored: Stored | undefined): unknown => {
    const pin = pins.get(key)
    return pin === undefined ? (usable(key, stored?.value) ?? { value: base(key, stored) }).value : pin.value
  }

  const setterOf = (key: string, stored: Stored | undefined): Pick<SettingView, 'setBy' | 'setAt'> => {
    const from = pins.get(key) ?? (stored === undefined ? seeds.get(key) : undefined)
    if (from !== undefined) return { setBy: `the environment (${from.name})`, setAt: null }
    return stored?.value === undefined ? { setBy: null, setAt: null } : { setBy: stored.setBy, setAt: isoTimeOrNull(stored.setAt) }
  }

  const secretOf = (key: string, row: SettingRow, stored: Stored | undefined): SettingView['secret'] => {
    if (!row.secret) return 'no'
    if (stored?.value !== undefined && !pins.has(key) && usable(key, stored.value) === null) return 'lost'
    return effective(key, stored) === row.default ? 'empty' : 'set'
  }

  const viewOf = (key: string, stored: Stored | undefined): SettingView => {
    const row = rowOf(key)
    const before = row.secret ? null : usable(key, stored?.before)
    const { allowed, choices } = wordsOf(row)
    return {
      key,
      label: row.label,
      help: row.help,
      group: row.group,
      control: row.control,
      unit: row.unit,
      allowed,
      choices: choices === null ? null : [...choices],
      value: row.secret ? null : effective(key, stored),
      default: row.secret ? null : row.default,
      before: before?.value ?? null,
      version: stored?.version ?? 0,
      ...setterOf(key, stored),
      pin: pinName(key),
      pinned: pins.has(key),
      secret: secretOf(key, row, stored),
    }
  }
  const view = (key: string): SettingView => viewOf(key, store.all()[key])

  const nudge = (key: string): void => {
    for (const listener of listeners.get(key) ?? []) {
      try {
        listener()
      } catch (error) {
        log?.error('a listener of a setting failed', { key, error })
      }
    }
  }

  /** Values as their rows read them; undefined takes a stored one away. */
  const write = (values: ReadonlyMap<string, unknown>, by: string): void => {
    const now = clock.now()
    const told = store.together(() =>
      [...values].map(([key, value]) => {
        const { secret } = rowOf(key)
        const stored = store.all()[key]
        const kept = secret && value !== undefined ? sealer.seal(placeOf(key), String(value)) : value
        store.set(key, kept, stored?.version ?? 0, now, by, secret ? undefined : stored?.value)
        return events?.stage('setting_changed', { key, by })
      }),
    )
    for (const one of told) one?.nudge()
    for (const key of values.keys()) nudge(key)
  }

  /** What a change may not pass by. `yours` is asked only for the words of a refusal. */
  const checkFree = (key: string, version: number | undefined, yours: () => string): void => {
    const pin = pins.get(key)
    if (pin !== undefined) throw new SparkError('setting_pinned', { key, env: pin.name })
    const now = view(key)
    if (version === undefined || version === now.version) return
    const secret = rowOf(key).secret
    throw new SparkError('setting_changed', {
      key,
      theirs: secret ? 'another secret' : inWords(now.value),
      yours: secret ? 'yours' : yours(),
    })
  }

  const read = (key: string, value: unknown): unknown => {
    const found = readValue(rowOf(key), value)
    if (!found.ok) throw new SparkError('setting_invalid', { key, why: found.why })
    return found.value
  }

  return {
    get: <Key extends SettingKey>(key: Key) => effective(key, store.all()[key]) as SettingValue<Key>,
    list: () => {
      const stored = store.all()
      return Object.keys(all).map((key) => viewOf(key, stored[key]))
    },
    change: (key, value, version, by) => {
      const row = rowOf(key)
      // An empty field of a form is one that was not filled in: what is there stays.
      if (row.secret && !pins.has(key) && typeof value === 'string' && value.trim() === '') return view(key)
      checkFree(key, version, () => inWords(value))
      write(new Map([[key, read(key, value)]]), by)
      return view(key)
    },
    changeTogether: (values, by) => {
      for (const key of values.keys()) checkFree(key, undefined, () => '')
      write(new Map([...values].map(([key, value]) => [key, read(key, value)])), by)
    },
    read: (key, value) => readValue(rowOf(key), value),
    reset: (key, by) => {
      rowOf(key)
      checkFree(key, undefined, () => 'the default')
      if (store.all()[key]?.value !== undefined) write(new Map([[key, undefined]]), by)
      return view(key)
    },
    undo: (key, version, by) => {
      rowOf(key)
      checkFree(key, version, () => 'the value before')
      const { before } = view(key)
      if (before !== null) write(new Map([[key, read(key, before)]]), by)
      return view(key)
    },
    watch: (key, listener) => {
      const heard = listeners.get(key) ?? new Set()
      listeners.set(key, heard.add(listener))
      return () => {
        heard.delete(listener)
      }
    },
    takeSeeds: () => {
      const stored = store.all()
      for (const [key, { name, value }] of seeds) {
        if (stored[key] !== undefined) continue
        try {
          write(new Map([[key, value]]), `an earlier installation (${name})`)
          log?.info('a setting was taken over from the environment', { key, from: name })
        } catch (error) {
          log?.error('a setting of the environment cannot be kept yet; it counts all the same', { key, from: name, error })
        }
      }
    },
  }
}
