// Recipes of the launchers' own checkouts: read once a text, with the mods they apply, and those that cannot be used with the reason.
import type { ModView } from '../contract/operations/recipe-shapes.ts'
import {
  changedFiles,
  type LauncherCheckout,
  type LauncherFile,
  type LauncherMod,
  type LeftRecipe,
  type SeenFiles,
} from '../domain/launcher-mod.ts'
import type { Recipe } from '../domain/recipe.ts'
import type { LauncherReading, RecipeFiles } from './recipe-ports.ts'

export interface LauncherRecipesNeeds {
  readonly files: Pick<RecipeFiles, 'readLauncher'>
  /** The checkouts in the owner's order of machines. */
  readonly checkouts: () => readonly LauncherCheckout[]
}

interface Brought {
  readonly checkouts: readonly LauncherCheckout[]
  readonly recipes: readonly Recipe[]
  readonly left: readonly LeftRecipe[]
  /** What is in the mods of each recipe, by its id. */
  readonly mods: ReadonlyMap<string, readonly LauncherMod[]>
}

export function createLauncherRecipes({ files, checkouts }: LauncherRecipesNeeds) {
  let readings: ReadonlyMap<string, LauncherReading> = new Map()
  let brought: Brought = { checkouts: [], recipes: [], left: [], mods: new Map() }

  const read = (file: LauncherFile, checkout: LauncherCheckout, words: string, into: Map<string, LauncherReading>): LauncherReading => {
    const key = `${file.name}\0${file.text}\0${words}`
    const reading = readings.get(key) ?? files.readLauncher(file, checkout.mods)
    into.set(key, reading)
    return reading
  }

  const readAll = (now: readonly LauncherCheckout[]): Brought => {
    const next = new Map<string, LauncherReading>()
    const byFile = new Map<string, { readonly reading: LauncherReading; readonly mods: readonly LauncherMod[] }>()
    // The first machine's file of a name counts; the checkouts of one cluster are meant to be one.
    for (const checkout of now) {
      const words = wordsOf(checkout.mods)
      for (const file of checkout.recipes)
        if (!byFile.has(file.name)) byFile.set(file.name, { reading: read(file, checkout, words, next), mods: checkout.mods })
    }
    readings = next
    const unread = now.reduce((most, checkout) => Math.max(most, checkout.unread), 0)
    const beyond: LeftRecipe = { file: 'other files', model: null, title: null, why: unreadWords(unread) }
    const found = [...byFile.values()]
    const good = found.flatMap(({ reading, mods }) => ('recipe' in reading ? [{ recipe: reading.recipe, mods }] : []))
    return {
      checkouts: now,
      recipes: good.map(({ recipe }) => recipe),
      left: [...found.flatMap(({ reading }) => ('left' in reading ? [reading.left] : [])), ...(unread === 0 ? [] : [beyond])],
      mods: new Map(good.map(({ recipe, mods }) => [recipe.id, mods])),
    }
  }

  const all = (): Brought => {
    const now = checkouts()
    const same = now.length === brought.checkouts.length && now.every((one, at) => one === brought.checkouts[at])
    if (!same) brought = readAll(now)
    return brought
  }

  return {
    recipes: (): readonly Recipe[] => all().recipes,
    left: (model?: string): readonly LeftRecipe[] => (model === undefined ? all().left : all().left.filter((one) => one.model === model)),
    /** What each mod of a recipe holds, and what of it changed since the owner last said yes to this recipe. */
    modViews(recipe: Recipe, seen: SeenFiles | undefined): ModView[] {
      const held = all().mods.get(recipe.id) ?? []
      return (recipe.mods ?? []).map((mod) => ({
        path: mod.path,
        files: mod.files.map((file) => {
          const there = held.find((one) => one.path === mod.path)?.files.find((one) => one.path === file.path)
          const shown = there?.digest === file.digest ? { text: there.text, cut: there.cut } : { text: null, cut: false }
          return { ...file, ...shown }
        }),
        changed: seen === undefined ? [] : [...changedFiles(seen, mod)],
      }))
    },
  }
}

/** The same words for the same mods. */
const wordsOf = (mods: readonly LauncherMod[]): string =>
  JSON.stringify(mods.map((mod) => [mod.path, mod.problem, mod.files.map((file) => [file.path, file.digest])]))

const unreadWords = (count: number): string =>
  `${count} more ${count === 1 ? 'recipe was' : 'recipes were'} not read: there are too many, or their names cannot be shown.`
