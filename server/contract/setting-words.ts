// Schemas that several settings share, and what every row says of itself.
import { z } from 'zod'
import type { SettingRow } from './define.ts'

export const seconds = (min: number, max: number) => z.int().min(min).max(max)

/** The environment variable that pins a setting: `engine.containerName` is pinned by SPARK_CONTROL_ENGINE_CONTAINER_NAME. */
export function pinName(key: string): string {
  return `SPARK_CONTROL_${key
    .replaceAll(/[A-Z]/g, (letter) => `_${letter}`)
    .replaceAll('.', '_')
    .toUpperCase()}`
}

export interface SettingWords {
  /** What it takes, in words that fit before "is needed"; null where its kind of field says it all. */
  readonly allowed: string | null
  /** The values it takes, where those are a few words; null: not such a list. */
  readonly choices: readonly string[] | null
}

const known = new WeakMap<SettingRow, SettingWords>()

/** What a row's schema says in words: read from it once, for it is asked at every look at the settings. */
export function wordsOf(row: SettingRow): SettingWords {
  const found = known.get(row) ?? { allowed: allowedOf(row), choices: choicesOf(row) }
  known.set(row, found)
  return found
}

function allowedOf(row: SettingRow): string | null {
  if (row.control === 'toggle') return 'on or off'
  if (row.control !== 'number') return null
  const { type, minimum, maximum } = z.toJSONSchema(row.schema)
  const kind = type === 'integer' ? 'a whole number' : 'a number'
  if (minimum === undefined || maximum === undefined) return kind
  return `${kind} from ${grouped(minimum)} to ${grouped(maximum)}`
}

function choicesOf(row: SettingRow): string[] | null {
  const { enum: values } = z.toJSONSchema(row.schema, { unrepresentable: 'any' })
  return values === undefined ? null : values.map(String)
}

/** 86400 as 86,400: read at a glance. Four digits are left alone, for ports. */
function grouped(value: number): string {
  return Math.abs(value) < 10_000 ? String(value) : String(value).replaceAll(/\B(?=(\d{3})+$)/g, ',')
}
