import type { Database } from 'better-sqlite3'
import type { RecipeStore } from '../../app/recipe-ports.ts'
import type { SeenFiles } from '../../domain/launcher-mod.ts'

/** The recipes the owner said yes to, by the words they had then: changed words need a new yes. */
export function createRecipeStore(db: Database): RecipeStore {
  const all = db.prepare<[], { recipe: string; words_digest: string }>('SELECT recipe, words_digest FROM recipe_confirmations')
  const seen = db.prepare<[], { recipe: string; seen: string }>("SELECT recipe, seen FROM recipe_confirmations WHERE seen <> '{}'")
  const confirm = db.prepare<[string, string, number, string]>(
    'INSERT OR REPLACE INTO recipe_confirmations (recipe, words_digest, at, seen) VALUES (?, ?, ?, ?)',
  )
  return {
    confirmations: () => Object.fromEntries(all.all().map((row) => [row.recipe, row.words_digest])),
    seenFiles: () => Object.fromEntries(seen.all().map((row) => [row.recipe, JSON.parse(row.seen) as SeenFiles])),
    confirm: (recipeId, wordsDigest, at, files) => {
      confirm.run(recipeId, wordsDigest, at, JSON.stringify(files))
    },
  }
}
