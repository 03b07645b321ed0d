// Settings: default < environment < stored. Each is read at the moment of use; nothing here or elsewhere keeps a copy.
import type { SettingRow } from '../contract/define.ts'
import { SparkError } from '../contract/errors.ts'
import type { SettingView } from '../contract/operations/shapes.ts'
import { type SettingKey, type SettingValue, settings as table } from '../contract/settings.ts'
import { isoTimeOrNull } from './iso-time.ts'
import type { Clock, Log, SettingStore } from './ports.ts'
import type { Sealer } from './sealing-ports.ts'
import type { EventsUse, SettingsUse } from './use-cases.ts'

export interface SettingsNeeds {
  readonly store: SettingStore
  readonly clock: Pick<Clock, 'now'>
  /** The process's environment; read once, here. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly sealer: Sealer
  readonly events?: Pick<EventsUse, 'append'>
  readonly log?: Pick<Log, 'error'>
  /** Rows beside the house's own table: a service brings its own. */
  readonly rows?: Readonly<Record<string, SettingRow>>
}

/** What a secret shows instead of itself. Sent back, it means "as it was". */
const mask = '********'

/** Raises setting_invalid when an environment variable that seeds a setting cannot be used: better at start than at a swap. */
export function createSettings({ store, clock, env, sealer, events, log, rows = {} }: SettingsNeeds): SettingsUse {
  const all: Readonly<Record<string, SettingRow>> = { ...table, ...rows }
  const seeds = readSeeds(all, env)
  const listeners = new Map<string, Set<() => void>>()

  const rowOf = (key: string): SettingRow => {
    const row = Object.hasOwn(all, key) ? all[key] : undefined
    if (row === undefined) throw new SparkError('setting_unknown', { key: key.slice(0, 100) })
    return row
  }
  const base = (key: string): unknown => (seeds.has(key) ? seeds.get(key) : all[key]?.default)
  /** A stored value that its row no longer allows (an older version wrote it) counts as not stored. */
  const effective = (key: string, stored: Stored | undefined): unknown => {
    if (stored?.value === undefined) return base(key)
    const row = rowOf(key)
    const read = row.schema.safeParse(row.secret ? unsealed(key, stored.value) : stored.value)
    return read.success ? read.data : base(key)
  }

  const placeOf = (key: string): string => `setting:${key}`
  const unsealed = (key: string, kept: unknown): unknown => (typeof kept === 'string' ? sealer.open(placeOf(key), kept) : null)

  const viewOf = (key: string, stored: Stored | undefined): SettingView => {
    const row = rowOf(key)
    const shown = (value: unknown): unknown => (row.secret ? masked(value) : value)
    const isStored = stored?.value !== undefined
    return {
      key,
      label: row.label,
      help: row.help,
      group: row.group,
      control: row.control,
      unit: row.unit,
      value: shown(effective(key, stored)),
      default: shown(base(key)),
      version: stored?.version ?? 0,
      setBy: isStored ? stored.setBy : seeds.has(key) ? `the environment (${row.env})` : null,
      setAt: isoTimeOrNull(isStored ? stored.setAt : null),
    }
  }
  const view = (key: string): SettingView => viewOf(key, store.all()[key])

  const tellChange = (key: string, by: string): void => {
    events?.append('setting_changed', { key, by })
    for (const listener of listeners.get(key) ?? []) {
      try {
        listener()
      } catch (error) {
        log?.error('a listener of a setting failed', { key, error })
      }
    }
  }

  const write = (key: string, value: unknown, by: string): SettingView => {
    const kept = value !== undefined && rowOf(key).secret ? sealer.seal(placeOf(key), String(value)) : value
    store.set(key, kept, store.all()[key]?.version ?? 0, clock.now(), by)
    tellChange(key, by)
    return view(key)
  }

  return {
    get: <Key extends SettingKey>(key: Key) => effective(key, store.all()[key]) as SettingValue<Key>,
    list: () => {
      const stored = store.all()
      return Object.keys(all).map((key) => viewOf(key, stored[key]))
    },
    change: (key, value, version, by) => {
      const row = rowOf(key)
      if (row.secret && value === mask) return view(key)
      const read = readValue(row, value)
      if (!read.ok) throw new SparkError('setting_invalid', { key, why: read.why })
      const now = view(key)
      if (version !== undefined && version !== now.version) {
        throw new SparkError('setting_changed', { key, theirs: inWords(now.value), yours: row.secret ? mask : inWords(read.value) })
      }
      return write(key, read.value, by)
    },
    reset: (key, by) => {
      rowOf(key)
      return store.all()[key]?.value === undefined ? view(key) : write(key, undefined, by)
    },
    watch: (key, listener) => {
      const heard = listeners.get(key) ?? new Set()
      listeners.set(key, heard.add(listener))
      return () => {
        heard.delete(listener)
      }
    },
  }
}

type Stored = ReturnType<SettingStore['all']>[string]
type Read = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly why: string }

function readSeeds(rows: Readonly<Record<string, SettingRow>>, env: SettingsNeeds['env']): ReadonlyMap<string, unknown> {
  const seeds = new Map<string, unknown>()
  for (const [key, row] of Object.entries(rows)) {
    const text = row.env === null ? undefined : env[row.env]
    // A variable set to nothing, as compose files do, is one that is not set.
    if (text === undefined || text.trim() === '') continue
    const read = readValue(row, text)
    if (!read.ok)
      throw new SparkError('setting_invalid', { key, why: `the environment says ${row.env}=${row.secret ? mask : text}: ${read.why}` })
    seeds.set(key, read.value)
  }
  return seeds
}

/** Forms and the environment send texts for everything; programs send the value itself. */
function readValue(row: SettingRow, value: unknown): Read {
  const read = row.schema.safeParse(typeof value === 'string' ? fromText(row, value) : value)
  if (read.success) return { ok: true, value: read.data }
  const issue = read.error.issues[0]
  const where = issue === undefined || issue.path.length === 0 ? '' : `entry ${Number(issue.path[0]) + 1}: `
  return { ok: false, why: `${where}${issue?.message ?? 'it does not fit'}` }
}

const truths: Readonly<Record<string, boolean>> = {
  true: true,
  on: true,
  yes: true,
  '1': true,
  false: false,
  off: false,
  no: false,
  '0': false,
}

function fromText(row: SettingRow, text: string): unknown {
  const trimmed = text.trim()
  if (row.control === 'number') return /^-?\d+(\.\d+)?$/.test(trimmed) ? Number(trimmed) : text
  if (row.control === 'toggle') return truths[trimmed.toLowerCase()] ?? text
  if (row.control === 'list') {
    return trimmed.split(/[\s,]+/).filter((entry) => entry !== '')
  }
  return text
}

function masked(value: unknown): unknown {
  return value === '' || value === null || value === undefined ? value : mask
}

function inWords(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
