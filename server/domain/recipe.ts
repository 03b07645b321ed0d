// A recipe is how to start a model.
import type { RecipeMod } from './launcher-mod.ts'
import type { Flag } from './model.ts'

export type RecipeSource = 'owner' | 'shipped' | 'launcher' | 'inferred'

/** How to start one model with vLLM through the launcher. Ids: `<source>:<model id>` unless the file names one. */
export interface Recipe {
  readonly id: string
  readonly source: RecipeSource
  readonly model: string
  readonly title: string
  readonly description: string | null
  /** Docker image; null: the setting engine.image. */
  readonly image: string | null
  /** Port vLLM listens on; null: the setting engine.port. */
  readonly port: number | null
  /** How many machines: `nodes` exactly. tensor parallel size = nodes. */
  readonly nodes: number
  readonly flags: readonly Flag[]
  readonly env: Readonly<Record<string, string>>
  /** Mods of the launcher, in the order in which they are applied; absent: none. */
  readonly mods?: readonly RecipeMod[] | undefined
  /** Owner's word once for inferred recipes; shipped and owner's own are born confirmed. */
  readonly confirmed: boolean
  /** File it was read from, for the page. */
  readonly file: string | null
}

/** The same words for the same recipe: what history, ETA and confirmation are keyed by. */
export function recipeWords(recipe: Pick<Recipe, 'model' | 'image' | 'port' | 'nodes' | 'flags' | 'env' | 'mods'>): string {
  const flags = recipe.flags.map((flag) => [flag.name, flag.value])
  const env = Object.entries(recipe.env).sort(([a], [b]) => (a < b ? -1 : 1))
  const words = [recipe.model, recipe.image, recipe.port, recipe.nodes, flags, env]
  // A recipe without mods keeps the words it always had: what was learnt under them stays.
  return JSON.stringify(recipe.mods === undefined || recipe.mods.length === 0 ? words : [...words, modWords(recipe.mods)])
}

/** Mods by what is in them, wherever they lie. */
export function modWords(mods: readonly RecipeMod[]): readonly unknown[] {
  return mods.map((mod) => [mod.path, mod.files.map((file) => [file.path, file.digest])])
}
