// What a setting may be told, by whom: forms and the environment send texts for everything, programs send the value itself.
import type { SettingRow } from '../contract/define.ts'
import { SparkError } from '../contract/errors.ts'
import { pinName, wordsOf } from '../contract/setting-words.ts'

export type Env = Readonly<Record<string, string | undefined>>
type Rows = Readonly<Record<string, SettingRow>>
type Read = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly why: string }

/** A value against its row; `why` is a part of a sentence, without a full stop. */
export function readValue(row: SettingRow, value: unknown): Read {
  const read = row.schema.safeParse(typeof value === 'string' ? fromText(row, value) : value)
  if (read.success) return { ok: true, value: read.data }
  const issue = read.error.issues[0]
  const entry = issue?.path[0]
  if (row.control === 'number' || row.control === 'toggle')
    return { ok: false, why: `${wordsOf(row).allowed ?? 'another value'} is needed` }
  return { ok: false, why: `${entry === undefined ? '' : `entry ${Number(entry) + 1}: `}${inPlainWords(issue)}` }
}

/** Rows that check by a pattern say in words what they want; these are the rest. */
function inPlainWords(
  issue: { readonly code?: string | undefined; readonly message: string; readonly maximum?: unknown } | undefined,
): string {
  if (issue?.code === 'too_big') return `at most ${String(issue.maximum)} are possible`
  if (issue?.code === 'invalid_type') return 'it is of the wrong kind'
  return issue?.message ?? 'it does not fit'
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
  if (row.control === 'toggle') return Object.hasOwn(truths, trimmed.toLowerCase()) ? truths[trimmed.toLowerCase()] : text
  if (row.control === 'list') return trimmed.split(/[\s,]+/).filter((entry) => entry !== '')
  return row.control === 'secret' ? trimmed : text
}

export interface FromEnvironment {
  /** By key: wins over what is stored and cannot be changed here. */
  readonly pins: ReadonlyMap<string, { readonly name: string; readonly value: unknown }>
  /** By key: names of an earlier installation; for settings that were never set. */
  readonly seeds: ReadonlyMap<string, { readonly name: string; readonly value: unknown }>
}

/** Raises setting_invalid, with the variable and the reason: better at start than at a switch. Secrets are not repeated. */
export function readEnvironment(rows: Rows, env: Env): FromEnvironment {
  const read = (nameOf: (key: string, row: SettingRow) => string | null): Map<string, { name: string; value: unknown }> => {
    const found = new Map<string, { name: string; value: unknown }>()
    for (const [key, row] of Object.entries(rows)) {
      const name = nameOf(key, row)
      const text = name === null ? undefined : env[name]
      // A variable set to nothing, as compose files do, is one that is not set.
      if (name === null || text === undefined || text.trim() === '') continue
      const value = readValue(row, text)
      const shown = row.secret ? '(not shown)' : text
      if (!value.ok) throw new SparkError('setting_invalid', { key, why: `the environment says ${name}=${shown}: ${value.why}` })
      found.set(key, { name, value: value.value })
    }
    return found
  }
  return { pins: read((key) => pinName(key)), seeds: read((_key, row) => row.env) }
}

export function inWords(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
