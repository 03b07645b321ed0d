// The owner's recipes: written in a form or as YAML, their versions, and the yes to one that was worked out.
import { Hono } from 'hono'
import { partial } from '../../../web/hx.ts'
import { type RecipeData, RecipePage, recipeParts } from '../../../web/views/pages/recipe.tsx'
import type { DraftAsk, DraftChange } from '../../app/use-cases.ts'
import { SparkError, tellError } from '../../contract/errors.ts'
import type { RecipeDraftView } from '../../contract/operations/draft-shapes.ts'
import type { ModelView } from '../../contract/operations/shapes.ts'
import { type EdgeContext, type EdgeEnv, requestingOwner } from '../edge.ts'
import { fieldsOf, type PageNeeds, wholeNumber } from './needs.ts'
import { formOfFields } from './recipe-fields.ts'
import { drawn, goTo, wantsFragment } from './shell.tsx'

type Fields = Readonly<Record<string, string>>
type View = RecipeData['view']

/** What keeps a recipe from being saved, and belongs on its page. */
const refusals: ReadonlySet<string> = new Set(['recipe_invalid', 'recipe_needs_word', 'recipe_saved_meanwhile'])

const viewOf = (text: string | undefined): View => (text === 'yaml' ? 'yaml' : 'form')
const given = (text: string | undefined): string | undefined => (text === undefined || text === '' ? undefined : text.slice(0, 400))

function askOf(model: string, fields: Fields): DraftAsk {
  const revision = Number(fields['revision'] ?? '')
  return {
    model,
    draft: given(fields['draft']),
    recipe: given(fields['recipe']),
    revision: Number.isInteger(revision) ? revision : undefined,
    base: wholeNumber(fields['base']),
    editor: given(fields['editor']),
  }
}

function changeOf(fields: Fields, act: string): DraftChange {
  const typed =
    fields['view'] === 'yaml'
      ? { text: (fields['yaml'] ?? '').slice(0, 200_000) }
      : { form: formOfFields(fields, /^drop-(.+)$/.exec(act)?.[1] ?? null) }
  return { ...typed, step: act === 'undo' || act === 'redo' ? act : undefined, keep: act === 'save' || act === 'save-over' }
}

/** What the page shows after an act: the other view, or the row that was asked for. */
function afterAct(act: string, view: View): { readonly view: View; readonly add: string | undefined } {
  return { view: act === 'form' || act === 'yaml' ? act : view, add: /^add-(flag|env)$/.exec(act)?.[1] }
}

function addressOf(model: string, draft: RecipeDraftView, more: Readonly<Record<string, string | undefined>>): string {
  const words = {
    draft: draft.id ?? undefined,
    recipe: draft.id === null ? (more['recipe'] ?? draft.recipe ?? undefined) : undefined,
    ...more,
  }
  const query = new URLSearchParams(
    Object.entries(words).flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, value]])),
  )
  return `/library/${encodeURIComponent(model)}/recipe?${query}`
}

export function recipePages({ useCases, clock, show }: PageNeeds): Hono<EdgeEnv> {
  let windows = 0
  /** Tells one opened page from another. */
  const windowMark = (): string => {
    windows += 1
    return `${clock.now().toString(36)}-${windows}`
  }
  const app = new Hono<EdgeEnv>()
  const { recipes, models } = useCases
  const { drafts } = recipes

  const dataOf = (
    model: ModelView,
    draft: RecipeDraftView,
    now: Partial<RecipeData> & Pick<RecipeData, 'view' | 'editor'>,
  ): RecipeData => ({
    model,
    draft,
    began: null,
    others: drafts.open(model.id).filter((one) => one.id !== draft.id),
    versions: draft.recipe === null ? [] : recipes.versions(draft.recipe),
    refused: null,
    word: false,
    add: null,
    now: clock.now(),
    ...now,
  })

  const showRecipe = (c: EdgeContext, data: RecipeData, status = 200) => {
    const title = `${data.refused === null ? '' : 'Not saved - '}How to start ${data.model.name}`
    return show(c.req.raw, { title, place: 'library', body: <RecipePage {...data} />, status })
  }

  /** Only what stands around the fields: what is being typed is left alone. */
  const showParts = async (data: RecipeData, address: string): Promise<Response> => {
    const parts = await Promise.all(recipeParts(data).map(async ({ id, body }) => partial(id, 'innerHTML', await drawn(body))))
    return new Response(parts.join(''), {
      headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store', 'HX-Replace-Url': address },
    })
  }

  const save = async (c: EdgeContext, data: RecipeData, act: string): Promise<Response> => {
    const { draft, word } = data
    try {
      const version = act === 'save-over' ? draft.newest : undefined
      const saved = await drafts.save(draft.id ?? '', { word, version, by: requestingOwner(c).name })
      return goTo(`/library/${encodeURIComponent(data.model.id)}?saved=${encodeURIComponent(saved.id)}`)
    } catch (thrown) {
      if (!(thrown instanceof SparkError) || !refusals.has(thrown.code)) throw thrown
      const told = tellError(thrown.code, thrown.facts as never)
      return await showRecipe(c, { ...data, refused: told.happened }, thrown.code === 'recipe_saved_meanwhile' ? 409 : 422)
    }
  }

  app.get('/library/:id/recipe', (c) => {
    const model = models.find(c.req.param('id'))
    const query = c.req.query()
    const draft = drafts.show({ model: model.id, draft: given(query['draft']), recipe: given(query['recipe']) })
    const add = query['add'] === 'flag' || query['add'] === 'env' ? query['add'] : null
    return showRecipe(
      c,
      dataOf(model, draft, { view: viewOf(query['view']), editor: windowMark(), began: given(query['recipe']) ?? null, add }),
    )
  })

  app.post('/library/:id/recipe', async (c) => {
    const model = models.find(c.req.param('id'))
    const fields = await fieldsOf(c)
    const act = fields['act'] ?? ''
    if (act === 'discard') {
      drafts.forget(fields['draft'] ?? '')
      return goTo(`/library/${encodeURIComponent(model.id)}`)
    }
    const draft = drafts.edit(askOf(model.id, fields), changeOf(fields, act))
    const [view, recipe] = [viewOf(fields['view']), given(fields['recipe'])]
    const editor = given(fields['editor']) ?? windowMark()
    const data = dataOf(model, draft, { view, editor, word: fields['word'] === 'yes', began: recipe ?? null })
    if (act === '' && wantsFragment(c.req.raw)) return await showParts(data, addressOf(model.id, draft, { recipe, view }))
    if (act === 'save' || act === 'save-over') return await save(c, data, act)
    return goTo(addressOf(model.id, draft, { recipe, ...afterAct(act, view), parted: draft.parted ? 'yes' : undefined }))
  })

  app.post('/library/:id/recipe/removal', async (c) => {
    const fields = await fieldsOf(c)
    await recipes.remove(fields['recipe'] ?? '', { version: versionOf(fields), by: requestingOwner(c).name })
    return goTo(`/library/${encodeURIComponent(c.req.param('id'))}`)
  })

  app.post('/library/:id/recipe/return', async (c) => {
    const fields = await fieldsOf(c)
    const saved = await recipes.goBack(fields['recipe'] ?? '', Number(fields['to'] ?? ''), {
      version: versionOf(fields),
      by: requestingOwner(c).name,
    })
    return goTo(`/library/${encodeURIComponent(c.req.param('id'))}?saved=${encodeURIComponent(saved.id)}`)
  })

  /** The owner's yes to a recipe that was worked out; the model's page shows its flags. */
  app.post('/recipes/:id/confirmation', async (c) => {
    const { digest } = await fieldsOf(c)
    const recipe = recipes.confirm(c.req.param('id'), requestingOwner(c).name, digest)
    return goTo(`/library/${encodeURIComponent(recipe.model)}`)
  })

  return app
}

const versionOf = (fields: Fields): number | undefined => wholeNumber(fields['version'])
