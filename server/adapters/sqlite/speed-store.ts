import type { Database } from 'better-sqlite3'
import type { SpeedStore } from '../../app/recipe-ports.ts'
import type { Speed } from '../../domain/speed.ts'

interface Row {
  readonly recipe_words: string
  readonly machines: number
  readonly tokens_per_second: number | null
  readonly first_token_ms: number | null
  readonly measured_at: number | null
  readonly skipped_why: string | null
  readonly skipped_at: number | null
}

const speedOf = (row: Row): Speed => ({
  tokensPerSecond: row.tokens_per_second,
  firstTokenMs: row.first_token_ms,
  measuredAt: row.measured_at,
  skipped: row.skipped_why === null || row.skipped_at === null ? null : { why: row.skipped_why, at: row.skipped_at },
})

/** How fast each recipe answered. Every list of models asks for all of them, so that they are held. */
export function createSpeedStore(db: Database): SpeedStore {
  const all = db.prepare<[], Row>('SELECT * FROM measured_speeds')
  const measured = db.prepare<[string, number, number, number, number]>(
    `INSERT OR REPLACE INTO measured_speeds (recipe_words, machines, tokens_per_second, first_token_ms, measured_at) VALUES (?, ?, ?, ?, ?)`,
  )
  // What was measured before stays.
  const skipped = db.prepare<[string, number, string, number]>(
    `INSERT INTO measured_speeds (recipe_words, machines, skipped_why, skipped_at) VALUES (?, ?, ?, ?)
     ON CONFLICT (recipe_words, machines) DO UPDATE SET skipped_why = excluded.skipped_why, skipped_at = excluded.skipped_at`,
  )
  const keyOf = (words: string, machines: number): string => `${machines} ${words}`
  let held: Map<string, Speed> | null = null
  return {
    find: (words, machines) => {
      held ??= new Map(all.all().map((row) => [keyOf(row.recipe_words, row.machines), speedOf(row)]))
      return held.get(keyOf(words, machines)) ?? null
    },
    setMeasured: (words, machines, { tokensPerSecond, firstTokenMs }, at) => {
      held = null
      measured.run(words, machines, tokensPerSecond, firstTokenMs, at)
    },
    setSkipped: (words, machines, why, at) => {
      held = null
      skipped.run(words, machines, why, at)
    },
  }
}
