import type { Database } from 'better-sqlite3'
import type { SettingStore } from '../../app/ports.ts'
import { createHeld } from './held.ts'

interface Row {
  readonly key: string
  readonly value: string | null
  readonly before: string | null
  readonly version: number
  readonly set_at: number
  readonly set_by: string
}

/**
 * Stored settings. A removed one stays listed with `value` undefined and a version that goes on counting,
 * so that a form opened before the removal is still seen as stale.
 */
export function createSettingStore(db: Database): SettingStore {
  const all = db.prepare<[], Row>('SELECT * FROM settings ORDER BY key')
  const insert = db.prepare<[string, string | null, number, string, string | null]>(
    'INSERT INTO settings (key, value, version, set_at, set_by, before) VALUES (?, ?, 1, ?, ?, ?) ON CONFLICT (key) DO NOTHING',
  )
  const update = db.prepare<[string | null, number, string, string | null, string, number]>(
    'UPDATE settings SET value = ?, version = version + 1, set_at = ?, set_by = ?, before = ? WHERE key = ? AND version = ?',
  )
  const read = (): ReturnType<SettingStore['all']> =>
    Object.fromEntries(
      all.all().map((row) => [
        row.key,
        {
          value: fromText(row.value),
          before: fromText(row.before),
          version: row.version,
          setAt: row.set_at,
          setBy: row.set_by,
        },
      ]),
    )
  const held = createHeld(db, read)
  return {
    all: () => held.of('all'),
    set: (key, value, version, now, by, before) => {
      held.forget()
      const [text, old] = [toText(value), toText(before)]
      const result = version === 0 ? insert.run(key, text, now, by, old) : update.run(text, now, by, old, key, version)
      return result.changes === 1
    },
    together: (act) => db.transaction(act)(),
  }
}

function toText(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value)
}

function fromText(text: string | null): unknown {
  return text === null ? undefined : (JSON.parse(text) as unknown)
}
