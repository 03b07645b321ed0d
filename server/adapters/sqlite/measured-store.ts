import type { Database } from 'better-sqlite3'
import type { MeasuredStore } from '../../app/ports.ts'
import type { MeasuredStart } from '../../domain/memory-learning.ts'

interface Row {
  readonly peak_bytes: number
  readonly steady_bytes: number
  readonly left_bytes: number
  readonly starts: number
}

/** What finished starts taught about memory. A list of models asks for every one of them, so that the answers are kept. */
export function createMeasuredStore(db: Database): MeasuredStore {
  const one = db.prepare<[string, number], Row>(
    'SELECT peak_bytes, steady_bytes, left_bytes, starts FROM measured_starts WHERE recipe_words = ? AND memory_bytes = ?',
  )
  const put = db.prepare<[string, number, number, number, number, number, number]>(
    'INSERT OR REPLACE INTO measured_starts (recipe_words, memory_bytes, peak_bytes, steady_bytes, left_bytes, starts, at) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )
  const any = db.prepare<[], { recipe_words: string }>('SELECT DISTINCT recipe_words FROM measured_starts')
  let known: Set<string> | null = null
  return {
    find: (recipeWords, memoryBytes) => {
      known ??= new Set(any.all().map((row) => row.recipe_words))
      const row = known.has(recipeWords) ? one.get(recipeWords, memoryBytes) : undefined
      return row === undefined
        ? null
        : { peakBytes: row.peak_bytes, steadyBytes: row.steady_bytes, leftBytes: row.left_bytes, starts: row.starts }
    },
    set: (recipeWords: string, memoryBytes: number, start: MeasuredStart, at: number) => {
      put.run(recipeWords, memoryBytes, start.peakBytes, start.steadyBytes, start.leftBytes, start.starts, at)
      known = null
    },
  }
}
