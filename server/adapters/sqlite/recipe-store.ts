import type { Database } from 'better-sqlite3'
import type { RecipeStore } from '../../app/recipe-ports.ts'

/** The recipes the owner said yes to, by the words they had then: changed words need a new yes. */
export function createRecipeStore(db: Database): RecipeStore {
  const all = db.prepare<[], { recipe: string; words_digest: string }>('SELECT recipe, words_digest FROM recipe_confirmations')
  const confirm = db.prepare<[string, string, number]>(
    'INSERT OR REPLACE INTO recipe_confirmations (recipe, words_digest, at) VALUES (?, ?, ?)',
  )
  return {
    confirmations: () => Object.fromEntries(all.all().map((row) => [row.recipe, row.words_digest])),
    confirm: (recipeId, wordsDigest, at) => {
      confirm.run(recipeId, wordsDigest, at)
    },
  }
}
