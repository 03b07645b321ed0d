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

/** What a row takes, in words that fit before "is needed"; null where its kind of field says it all. */
export function allowedOf(row: SettingRow): string | null {
  if (row.control === 'toggle') return 'on or off'
  if (row.control !== 'number') return null
  const { type, minimum, maximum } = z.toJSONSchema(row.schema)
  const kind = type === 'integer' ? 'a whole number' : 'a number'
  if (minimum === undefined || maximum === undefined) return kind
  return `${kind} from ${grouped(minimum)} to ${grouped(maximum)}`
}

/** The values it takes, where those are a few words; null: not such a list. */
export function choicesOf(row: SettingRow): string[] | null {
  const { enum: values } = z.toJSONSchema(row.schema, { unrepresentable: 'any' })
  return values === undefined ? null : values.map(String)
}

/** 86400 as 86,400: read at a glance. Four digits are left alone, for ports. */
function grouped(value: number): string {
  return Math.abs(value) < 10_000 ? String(value) : String(value).replaceAll(/\B(?=(\d{3})+$)/g, ',')
}
