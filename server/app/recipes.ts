// How each model may be started: the owner's recipes before shipped ones, before what the launcher brings, before what was inferred.
import { SparkError } from '../contract/errors.ts'
import type { RecipeFitView } from '../contract/operations/draft-shapes.ts'
import type { RecipeView } from '../contract/operations/shapes.ts'
import { inferredId, inferredRecipe } from '../domain/inferred-recipe.ts'
import { type LauncherCheckout, seenFiles } from '../domain/launcher-mod.ts'
import type { Model } from '../domain/model.ts'
import { type Recipe, type RecipeSource, recipeWords } from '../domain/recipe.ts'
import { asksTooMuch, type RecipeDraft, type RecipeTrouble, recipeTroubles } from '../domain/recipe-draft.ts'
import { textOfDraft } from '../domain/recipe-history.ts'
import type { MemorySizes } from '../domain/sized-inference.ts'
import { isoTime } from './iso-time.ts'
import { createLauncherRecipes } from './launcher-recipes.ts'
import { createOwnerRecipes } from './owner-recipes.ts'
import type { Clock, FileProblem, Ids, Log } from './ports.ts'
import { checkText } from './recipe-check.ts'
import { createDrafts } from './recipe-drafts.ts'
import type { RecipeFiles, RecipeStore } from './recipe-ports.ts'
import type { DraftsUse, EventsUse, RecipesUse } from './use-cases.ts'

export interface RecipesNeeds {
  readonly clock: Clock
  readonly ids: Pick<Ids, 'digest' | 'next'>
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
  /** Whether a start with it would find the memory it needs. */
  readonly fitOf: (model: string, draft: RecipeDraft) => RecipeFitView | null
  readonly speedOf: (recipe: Recipe) => RecipeView['speed']
}

export interface Recipes extends RecipesUse {
  /** The best recipe of a model, or the one asked for; raises recipe_unknown, and model_unknown for one that is on no disk. */
  choose(model: string, recipe?: string): Recipe
  /** Every recipe of a model, best first. */
  of(model: string): readonly Recipe[]
  isConfirmed(recipe: Recipe): boolean
  /** The best recipe that may be started, needs more than one machine, and has its model here; asked for each machine at each drawing. */
  overSeveral(): Recipe | null
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
  let read: Awaited<ReturnType<RecipeFiles['read']>> = { recipes: [], problems: [], texts: new Map() }
  let reading: Promise<void> | null = null

  const readFiles = async (): Promise<void> => {
    try {
      const seen = owner.turn()
      read = await needs.files.read()
      owner.reconcile(read, seen)
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
    if (recipe.source === 'shipped' || (recipe.source === 'owner' && !asksTooMuch(recipe))) return true
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

  const overSeveral = (): Recipe | null => {
    const isHere = (recipe: Recipe): boolean => needs.models.domainModel(recipe.model)?.complete === true
    const written = sorted([...read.recipes, ...launcher.recipes()].filter((one) => one.nodes > 1 && isHere(one)))
    const found = written.find(isConfirmed)
    if (found !== undefined) return found
    // What was inferred needs a yes, and inferring anew is dear: only what has one.
    const saidYes = needs.store.confirmations()
    const models = needs.models.models().filter((model) => model.complete && Object.hasOwn(saidYes, inferredId(model.id)))
    return models.flatMap(inferred).find((one) => one.nodes > 1 && isConfirmed(one)) ?? null
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
    mods: recipe.mods === undefined ? [] : launcher.modViews(recipe, needs.store.seenFiles()[recipe.id]),
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

  const viewOf = (id: string): RecipeView => {
    const found = read.recipes.find((one) => one.id === id && one.source === 'owner')
    if (found !== undefined) return view(found)
    const told = read.problems[0]
    throw new SparkError('recipe_invalid', { why: (told?.sentence ?? 'it cannot be read back').replace(/\.$/, '') })
  }

  const troublesOf = (draft: RecipeDraft): readonly RecipeTrouble[] => recipeTroubles(draft, needs.models.domainModel(draft.model))

  const owner = createOwnerRecipes({
    ...needs,
    found: () => read,
    refresh: () => {
      reading = null
      return refresh()
    },
    troublesOf,
    sayYes: (recipe) => needs.store.confirm(recipe.id, digest(recipe), needs.clock.now(), {}),
  })

  const check: RecipesUse['check'] = (model, what) => {
    const text = 'text' in what ? what.text : needs.files.texts.write({ ...what.draft, id: null })
    return checkText(needs.files.texts.read(text), model, { troublesOf, fitOf: needs.fitOf })
  }

  const drafts = createDrafts({
    clock: needs.clock,
    ids: needs.ids,
    store: needs.store,
    texts: needs.files.texts,
    of,
    nameOf: (model) => needs.models.domainModel(model)?.name ?? '',
    textOf: (recipe) => read.texts.get(recipe) ?? null,
    check: (model, text) => check(model, { text }),
  })

  const saveDraft: DraftsUse['save'] = async (id, { word, version, by }) => {
    const kept = needs.store.draft(id)
    if (kept === null) throw new SparkError('draft_unknown', {})
    const text = textOfDraft(kept)
    const { troubles } = check(kept.model, { text })
    const { draft } = needs.files.texts.read(text)
    const wrong = troubles.find((one) => one.kind === 'wrong')
    if (draft === null || wrong !== undefined) throw new SparkError('recipe_invalid', { why: wrong?.why ?? 'it cannot be read' })
    const saved = await owner.save(
      { draft, recipe: kept.recipe ?? undefined, version: version ?? (kept.recipe === null ? undefined : kept.base), word, by },
      text,
    )
    needs.store.forgetDraft(id)
    return viewOf(saved)
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
    save: async (ask) => viewOf(await owner.save(ask)),
    check,
    remove: owner.remove,
    versions: owner.versions,
    goBack: async (id, to, how) => viewOf(await owner.goBack(id, to, how)),
    gone: (model) => owner.gone(model).map(({ recipe, title, version, at }) => ({ id: recipe, title, version, at: isoTime(at) })),
    drafts: { show: drafts.show, edit: drafts.edit, open: drafts.open, forget: drafts.forget, save: saveDraft },
    confirm,
    choose,
    of,
    isConfirmed,
    overSeveral,
    view,
    problems: () => read.problems,
    refresh,
    async start(signal) {
      await owner.finish()
      await refresh()
      needs.clock.every(() => refreshMs, refresh, signal)
    },
  }
}
