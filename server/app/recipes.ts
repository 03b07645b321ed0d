// How each model may be started: the owner's recipes before shipped ones, before what the launcher brings, before what was inferred.
import { SparkError } from '../contract/errors.ts'
import type { RecipeView } from '../contract/operations/shapes.ts'
import { inferredRecipe } from '../domain/inferred-recipe.ts'
import { type LauncherCheckout, seenFiles } from '../domain/launcher-mod.ts'
import type { Model } from '../domain/model.ts'
import { type Recipe, type RecipeSource, recipeWords } from '../domain/recipe.ts'
import { recipeProblem } from '../domain/recipe-draft.ts'
import type { MemorySizes } from '../domain/sized-inference.ts'
import { createLauncherRecipes } from './launcher-recipes.ts'
import type { Clock, FileProblem, Ids, Log } from './ports.ts'
import type { RecipeFiles, RecipeStore } from './recipe-ports.ts'
import type { EventsUse, RecipesUse } from './use-cases.ts'

export interface RecipesNeeds {
  readonly clock: Clock
  readonly ids: Pick<Ids, 'digest'>
  readonly files: RecipeFiles
  readonly store: RecipeStore
  readonly models: {
    domainModel(id: string): Model | null
    models(): readonly Model[]
    launcherCheckouts(): readonly LauncherCheckout[]
    machineCount(): number
    /** Memory of the machines that may run it. */
    memorySizes(model: Model): MemorySizes
  }
  readonly events: Pick<EventsUse, 'append'>
  readonly log: Log
  readonly speedOf: (recipe: Recipe) => RecipeView['speed']
}

export interface Recipes extends RecipesUse {
  /** The best recipe of a model, or the one asked for; raises recipe_unknown, and model_unknown for one that is on no disk. */
  choose(model: string, recipe?: string): Recipe
  /** Every recipe of a model, best first. */
  of(model: string): readonly Recipe[]
  isConfirmed(recipe: Recipe): boolean
  view(recipe: Recipe): RecipeView
  problems(): readonly FileProblem[]
  /** Reads the files again; done at start, by the clock, and after a save. */
  refresh(): Promise<void>
  start(signal: AbortSignal): Promise<void>
}

const order: readonly RecipeSource[] = ['owner', 'shipped', 'launcher', 'inferred']
/** An owner who edits a file sees it after this long, ms. */
const refreshMs = 3000

export function createRecipes(needs: RecipesNeeds): Recipes {
  let read: { readonly recipes: readonly Recipe[]; readonly problems: readonly FileProblem[] } = { recipes: [], problems: [] }
  let reading: Promise<void> | null = null

  const readFiles = async (): Promise<void> => {
    try {
      read = await needs.files.read()
    } catch (error) {
      // What was read before stays usable: a disk that hiccups must not take the recipes away.
      needs.log.error('the recipe files could not be read', { error })
    }
  }

  const refresh = (): Promise<void> => {
    reading ??= readFiles().finally(() => {
      reading = null
    })
    return reading
  }

  const digest = (recipe: Recipe): string => needs.ids.digest(recipeWords(recipe))

  const isConfirmed = (recipe: Recipe): boolean => {
    if (recipe.source === 'owner' || recipe.source === 'shipped') return true
    return needs.store.confirmations()[recipe.id] === digest(recipe)
  }

  /** A recipe of the launcher for more machines than there are here stands behind the inferred one: it could not be started. */
  const rank = (recipe: Recipe, machines: number): number =>
    recipe.source === 'launcher' && recipe.nodes > machines ? order.length : order.indexOf(recipe.source)

  const sorted = (recipes: readonly Recipe[]): readonly Recipe[] => {
    const machines = needs.models.machineCount()
    return [...recipes].sort((a, b) => rank(a, machines) - rank(b, machines))
  }

  const launcher = createLauncherRecipes({ files: needs.files, checkouts: needs.models.launcherCheckouts })

  const inferred = (model: Model): Recipe[] =>
    model.inference.servable === false ? [] : [inferredRecipe(model.id, model.inference, needs.models.memorySizes(model))]

  const of = (id: string): readonly Recipe[] => {
    const model = needs.models.domainModel(id)
    const written = [...read.recipes, ...launcher.recipes()].filter((recipe) => recipe.model === id)
    return sorted([...written, ...(model === null ? [] : inferred(model))])
  }

  const choose = (id: string, recipe?: string): Recipe => {
    const model = needs.models.domainModel(id)
    const all = of(id)
    if (recipe !== undefined) {
      const found = all.find((one) => one.id === recipe)
      if (found === undefined) throw new SparkError('recipe_unknown', { recipe: recipe.slice(0, 300) })
      return found
    }
    const best = all[0]
    if (best !== undefined) return best
    if (model === null) throw new SparkError('model_unknown', { model: id.slice(0, 300) })
    // Not servable by what is known: the recipe is only the ground on which the plan says why.
    return inferredRecipe(model.id, model.inference, needs.models.memorySizes(model))
  }

  const view = (recipe: Recipe): RecipeView => ({
    ...recipe,
    mods: launcher.modViews(recipe, needs.store.seenFiles()[recipe.id]),
    digest: digest(recipe),
    flags: recipe.flags.map((flag) => ({ ...flag })),
    env: { ...recipe.env },
    confirmed: isConfirmed(recipe),
    speed: needs.speedOf(recipe),
  })

  const list: RecipesUse['list'] = (model) => {
    const recipes =
      model === undefined ? sorted([...read.recipes, ...launcher.recipes(), ...needs.models.models().flatMap(inferred)]) : of(model)
    return { recipes: recipes.map(view), problems: [...read.problems], left: [...launcher.left(model)] }
  }

  /** The same title replaces a recipe; another title stands beside it, so that nothing saved is lost. */
  const ownerId = (draft: { readonly model: string; readonly title: string }): string => {
    const mine = read.recipes.filter((one) => one.source === 'owner' && one.model === draft.model)
    const same = mine.find((one) => one.title === draft.title)
    if (same !== undefined) return same.id
    const taken = new Set(read.recipes.map((one) => one.id))
    const plain = `owner:${draft.model}`
    if (!taken.has(plain)) return plain
    const named = `owner:${
      draft.title
        .toLowerCase()
        .replaceAll(/[^a-z0-9.]+/g, '-')
        .replaceAll(/^-+|-+$/g, '')
        .slice(0, 80) || 'recipe'
    }`
    let id = named
    for (let number = 2; taken.has(id); number += 1) id = `${named}-${number}`
    return id
  }

  const save: RecipesUse['save'] = async (draft) => {
    const problem = recipeProblem(draft)
    if (problem !== null) throw new SparkError('recipe_invalid', { why: problem })
    const recipe: Recipe = { ...draft, id: ownerId(draft), source: 'owner', confirmed: true, file: null }
    const file = await needs.files.write(recipe)
    reading = null
    await refresh()
    const saved = read.recipes.find(
      (one) => one.source === 'owner' && one.model === draft.model && recipeWords(one) === recipeWords(recipe),
    )
    if (saved !== undefined) return view(saved)
    const told = read.problems.find((one) => one.file === file || one.file.endsWith(`/${file}`))
    if (told !== undefined) throw new SparkError('recipe_invalid', { why: told.sentence.replace(/\.$/, '') })
    return view({ ...recipe, file })
  }

  const confirm: RecipesUse['confirm'] = (id, by, shown) => {
    const written = [...read.recipes, ...launcher.recipes()].find((one) => one.id === id)
    const recipe =
      written ??
      needs.models
        .models()
        .flatMap(inferred)
        .find((one) => one.id === id)
    if (recipe === undefined) throw new SparkError('recipe_unknown', { recipe: id.slice(0, 300) })
    // A yes is to what was shown: another flag or another byte of a mod needs another look.
    if (shown !== undefined && shown !== digest(recipe)) throw new SparkError('recipe_changed', { recipe: recipe.title })
    if (isConfirmed(recipe)) return view(recipe)
    needs.store.confirm(recipe.id, digest(recipe), needs.clock.now(), seenFiles(recipe.mods ?? []))
    needs.events.append('recipe_confirmed', { recipe: recipe.id, model: recipe.model, by })
    return view(recipe)
  }

  return {
    list,
    save,
    confirm,
    choose,
    of,
    isConfirmed,
    view,
    problems: () => read.problems,
    refresh,
    async start(signal) {
      await refresh()
      needs.clock.every(() => refreshMs, refresh, signal)
    },
  }
}
