// The owner's recipes: each save is a version that is kept. A version is written down before its file, and the file is written again
// at the next start where a life ended between the two; an edit by hand in the folder becomes a version of its own.
import { SparkError } from '../contract/errors.ts'
import type { RecipeVersionView } from '../contract/operations/draft-shapes.ts'
import type { Recipe } from '../domain/recipe.ts'
import { recipeDifferences } from '../domain/recipe-difference.ts'
import { asksTooMuch, type RecipeDraft, type RecipeTrouble, troubleInWords } from '../domain/recipe-draft.ts'
import type { RecipeVersion } from '../domain/recipe-history.ts'
import { isoTime } from './iso-time.ts'
import type { Clock, Log } from './ports.ts'
import type { RecipeFiles, RecipeStore } from './recipe-ports.ts'
import type { EventsUse, RecipeAsk } from './use-cases.ts'

type Found = Awaited<ReturnType<RecipeFiles['read']>>

export interface OwnerRecipesNeeds {
  readonly clock: Clock
  readonly files: Pick<RecipeFiles, 'write' | 'remove' | 'texts'>
  readonly store: RecipeStore
  readonly events: Pick<EventsUse, 'append'>
  readonly log: Log
  readonly found: () => Found
  readonly refresh: () => Promise<void>
  readonly troublesOf: (draft: RecipeDraft) => readonly RecipeTrouble[]
  /** The owner's yes to the words of a recipe. */
  readonly sayYes: (recipe: Recipe) => void
}

const byHand = 'the file'

/** Text in the folder that no version says. One that is about to be written is left to its writer. */
const isNews = (text: string, before: RecipeVersion | undefined): boolean =>
  before === undefined || (before.settled && (before.gone || before.text !== text))

export function createOwnerRecipes(needs: OwnerRecipesNeeds) {
  const { store, files, clock } = needs
  /** Counts what was written here: what was read of the folder before is no longer true. */
  let turn = 0
  let last: Promise<unknown> = Promise.resolve()
  /** One after the other: a version number is given out once. */
  const inTurn = <Value>(act: () => Promise<Value>): Promise<Value> => {
    const run = last.then(act)
    last = run.catch(() => undefined)
    return run
  }

  const newest = (recipe: string): RecipeVersion | null => store.versions(recipe)[0] ?? null

  /** The same title replaces a recipe; another title stands beside it, so that nothing saved is lost. */
  const idFor = (draft: RecipeDraft): string => {
    const all = needs.found().recipes
    const same = all.find((one) => one.source === 'owner' && one.model === draft.model && one.title === draft.title)
    if (same !== undefined) return same.id
    const taken = new Set(all.map((one) => one.id))
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

  const refuseStale = (recipe: string, version: number | undefined): RecipeVersion | null => {
    const before = newest(recipe)
    const now = before === null ? 0 : before.version
    if (version !== undefined && version !== now) throw new SparkError('recipe_saved_meanwhile', { recipe, theirs: now, yours: version })
    return before
  }

  /** Written down, then done in the folder; taken back where that is not possible. */
  async function keep(version: RecipeVersion, act: () => Promise<unknown>): Promise<void> {
    const { recipe, version: number } = version
    if (!store.add(version))
      throw new SparkError('recipe_saved_meanwhile', { recipe, theirs: newest(recipe)?.version ?? 0, yours: number - 1 })
    turn += 1
    try {
      await act()
      store.settle(recipe, number)
    } catch (error) {
      store.drop(recipe, number)
      throw error
    } finally {
      turn += 1
    }
    await needs.refresh()
  }

  const asRecipe = (draft: RecipeDraft, id: string): Recipe => ({ ...draft, id, source: 'owner', confirmed: true, file: null })

  const save = (ask: RecipeAsk, text?: string): Promise<string> =>
    inTurn(async () => {
      const { draft, by } = ask
      const troubles = needs.troublesOf(draft)
      const wrong = troubles.find((one) => one.kind === 'wrong')
      if (wrong !== undefined) throw new SparkError('recipe_invalid', { why: troubleInWords(wrong) })
      const asks = troubles.filter((one) => one.kind === 'word')
      if (asks.length > 0 && ask.word !== true) throw new SparkError('recipe_needs_word', { why: asks.map(troubleInWords).join('; ') })
      const id = ask.recipe ?? idFor(draft)
      const before = refuseStale(id, ask.version)
      const recipe = asRecipe(draft, id)
      const written = text ?? files.texts.write({ ...draft, id })
      const { model, title } = draft
      const version = (before?.version ?? 0) + 1
      const row = { recipe: id, version, model, title, text: written, gone: false, cameFrom: ask.cameFrom ?? null, settled: false }
      await keep({ ...row, at: clock.now(), by }, () => files.write(recipe, written))
      if (asksTooMuch(recipe)) needs.sayYes(recipe)
      needs.events.append('recipe_saved', { recipe: id, model, title, version, by })
      return id
    })

  const remove = (id: string, how: { readonly version?: number | undefined; readonly by: string }): Promise<void> =>
    inTurn(async () => {
      const recipe = needs.found().recipes.find((one) => one.id === id && one.source === 'owner')
      if (recipe === undefined) throw new SparkError('recipe_unknown', { recipe: id.slice(0, 300) })
      const before = refuseStale(id, how.version)
      const text = before?.text ?? files.texts.write({ ...recipe, id })
      const { model, title } = recipe
      const row = { recipe: id, version: (before?.version ?? 0) + 1, model, title, text, gone: true, cameFrom: null, settled: false }
      await keep({ ...row, at: clock.now(), by: how.by }, () => files.remove(id))
      needs.events.append('recipe_removed', { recipe: id, model, title, by: how.by })
    })

  const versionOf = (id: string, version: number): RecipeVersion => {
    const found = store.versions(id).find((one) => one.version === version)
    if (found === undefined) throw new SparkError('recipe_unknown', { recipe: `${id.slice(0, 300)}, version ${version}` })
    return found
  }

  /** An earlier version becomes the newest one: nothing between them is lost. */
  const goBack = (id: string, to: number, how: { readonly version?: number | undefined; readonly by: string }): Promise<string> => {
    const target = versionOf(id, to)
    const { draft, problems } = files.texts.read(target.text)
    if (draft === null) return Promise.reject(new SparkError('recipe_invalid', { why: problems.map((one) => one.sentence).join(' ') }))
    // The owner said yes to it when it was saved.
    return save({ draft, recipe: id, version: how.version, word: true, by: how.by, cameFrom: to }, target.text)
  }

  /** What was changed in the folder by hand is a version like any other. `seen`: turn() before the folder was read. */
  function reconcile(found: Found, seen: number): void {
    if (seen !== turn) return
    const kept = new Map(store.newest().map((one) => [one.recipe, one]))
    const settled = { cameFrom: null, at: clock.now(), by: byHand, settled: true }
    for (const recipe of found.recipes) {
      const { id, model, title } = recipe
      const text = found.texts.get(id)
      const before = kept.get(id)
      if (recipe.source !== 'owner' || text === undefined || !isNews(text, before)) continue
      store.add({ ...settled, recipe: id, version: (before?.version ?? 0) + 1, model, title, text, gone: false })
    }
    // A file that cannot be read is not a file that was taken away.
    if (found.problems.length > 0) return
    const there = new Set(found.recipes.map((one) => one.id))
    const missing = [...kept.values()].filter((one) => !one.gone && one.settled && !there.has(one.recipe))
    for (const one of missing) store.add({ ...one, ...settled, version: one.version + 1, gone: true })
  }

  /** What an earlier life was told and did not bring into the folder. */
  async function finish(): Promise<void> {
    for (const one of store.newest().filter((version) => !version.settled)) {
      const { draft } = files.texts.read(one.text)
      if (!one.gone && draft === null) continue
      turn += 1
      if (one.gone || draft === null) await files.remove(one.recipe)
      else await files.write(asRecipe(draft, one.recipe), one.text)
      store.settle(one.recipe, one.version)
      turn += 1
    }
  }

  const versions = (id: string): RecipeVersionView[] => {
    const rows = store.versions(id)
    const drafts = rows.map((row) => (row.gone ? null : files.texts.read(row.text).draft))
    return rows.map((row, at) => {
      const [here, before] = [drafts[at], drafts.slice(at + 1).find((one) => one !== null)]
      const lines = here == null || before == null ? [] : recipeDifferences(here, before)
      return {
        version: row.version,
        title: row.title,
        at: isoTime(row.at),
        by: row.by,
        gone: row.gone,
        cameFrom: row.cameFrom,
        current: at === 0 && !row.gone,
        differences: lines.map(({ what, used, other }) => ({ what, before: other, after: used })),
        text: row.text,
      }
    })
  }

  return {
    save,
    remove,
    goBack,
    versions,
    newest,
    reconcile,
    finish,
    turn: () => turn,
    /** Recipes of a model that were removed and can be brought back. */
    gone: (model: string): readonly RecipeVersion[] => store.newest().filter((one) => one.model === model && one.gone),
  }
}
