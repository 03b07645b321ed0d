import type { Database } from 'better-sqlite3'
import type { RecipeStore } from '../../app/recipe-ports.ts'
import type { SeenFiles } from '../../domain/launcher-mod.ts'
import type { KeptDraft, RecipeVersion } from '../../domain/recipe-history.ts'

interface VersionRow {
  readonly recipe: string
  readonly version: number
  readonly model: string
  readonly title: string
  readonly text: string
  readonly gone: number
  readonly came_from: number | null
  readonly at: number
  readonly by: string
  readonly settled: number
}

const versionOf = ({ came_from, gone, settled, ...row }: VersionRow): RecipeVersion => ({
  ...row,
  gone: gone === 1,
  cameFrom: came_from,
  settled: settled === 1,
})

/** What the owner said about recipes: the yes to one that was worked out, every version of their own, and what they are writing. */
export function createRecipeStore(db: Database): RecipeStore {
  const yeses = db.prepare<[], { recipe: string; words_digest: string }>('SELECT recipe, words_digest FROM recipe_confirmations')
  const seen = db.prepare<[], { recipe: string; seen: string }>("SELECT recipe, seen FROM recipe_confirmations WHERE seen <> '{}'")
  const confirm = db.prepare<[string, string, number, string]>(
    'INSERT OR REPLACE INTO recipe_confirmations (recipe, words_digest, at, seen) VALUES (?, ?, ?, ?)',
  )
  const ofRecipe = db.prepare<[string], VersionRow>('SELECT * FROM recipe_versions WHERE recipe = ? ORDER BY version DESC')
  const newest = db.prepare<[], VersionRow>(
    'SELECT * FROM recipe_versions AS one WHERE version = (SELECT max(version) FROM recipe_versions WHERE recipe = one.recipe)',
  )
  const insert = db.prepare<[string, number, string, string, string, number, number | null, number, string, number]>(
    `INSERT INTO recipe_versions (recipe, version, model, title, text, gone, came_from, at, by, settled)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  )
  const settle = db.prepare<[string, number]>('UPDATE recipe_versions SET settled = 1 WHERE recipe = ? AND version = ?')
  const drop = db.prepare<[string, number]>('DELETE FROM recipe_versions WHERE recipe = ? AND version = ? AND settled = 0')
  const draft = db.prepare<[string], { content: string }>('SELECT content FROM recipe_drafts WHERE id = ?')
  const drafts = db.prepare<[string], { content: string }>('SELECT content FROM recipe_drafts WHERE model = ? ORDER BY changed_at DESC')
  const keep = db.prepare<[string, string, string, number]>(
    'INSERT OR REPLACE INTO recipe_drafts (id, model, content, changed_at) VALUES (?, ?, ?, ?)',
  )
  const forget = db.prepare<[string]>('DELETE FROM recipe_drafts WHERE id = ?')
  const forgetOld = db.prepare<[number]>('DELETE FROM recipe_drafts WHERE changed_at < ?')
  const draftOf = ({ content }: { content: string }): KeptDraft => JSON.parse(content) as KeptDraft
  return {
    confirmations: () => Object.fromEntries(yeses.all().map((row) => [row.recipe, row.words_digest])),
    seenFiles: () => Object.fromEntries(seen.all().map((row) => [row.recipe, JSON.parse(row.seen) as SeenFiles])),
    confirm: (recipeId, wordsDigest, at, files) => {
      confirm.run(recipeId, wordsDigest, at, JSON.stringify(files))
    },
    versions: (recipe) => ofRecipe.all(recipe).map(versionOf),
    newest: () => newest.all().map(versionOf),
    add: (one) => {
      const { recipe, version, model, title, text, gone, cameFrom, at, by, settled } = one
      return insert.run(recipe, version, model, title, text, gone ? 1 : 0, cameFrom, at, by, settled ? 1 : 0).changes === 1
    },
    settle: (recipe, version) => {
      settle.run(recipe, version)
    },
    drop: (recipe, version) => {
      drop.run(recipe, version)
    },
    draft: (id) => {
      const row = draft.get(id)
      return row === undefined ? null : draftOf(row)
    },
    drafts: (model) => drafts.all(model).map(draftOf),
    keepDraft: (one) => {
      keep.run(one.id, one.model, JSON.stringify(one), one.changedAt)
    },
    forgetDraft: (id) => {
      forget.run(id)
    },
    forgetDraftsBefore: (changedAt) => {
      forgetOld.run(changedAt)
    },
  }
}
