// The owner's recipes: written in a form, and the yes to one that was worked out.
import { Hono } from 'hono'
import { type RecipeData, RecipePage } from '../../../web/views/pages/recipe.tsx'
import { SparkError } from '../../contract/errors.ts'
import { operations } from '../../contract/index.ts'
import type { ModelView, RecipeView } from '../../contract/operations/shapes.ts'
import { readInput } from '../../contract/reading.ts'
import { type EdgeEnv, requestingOwner } from '../edge.ts'
import { fieldsOf, type PageNeeds } from './needs.ts'
import { readRecipe, recipeText, troubleOfSaving, typedRecipe } from './recipe-form.ts'
import { goTo } from './shell.tsx'

export function recipePages({ useCases, show }: PageNeeds): Hono<EdgeEnv> {
  const app = new Hono<EdgeEnv>()

  const bestRecipe = (model: string, asked: string | undefined): RecipeView | null => {
    const recipes = useCases.models.recipesOf(model)
    return recipes.find((recipe) => recipe.id === asked) ?? recipes[0] ?? null
  }

  const showRecipe = (request: Request, model: ModelView, base: RecipeView | null, now: Partial<RecipeData> = {}, status = 200) => {
    const before = base === null ? null : { id: base.id, title: base.title, own: base.source === 'owner', flags: base.flags }
    const data: RecipeData = { model, values: recipeText(model, base), base: before, trouble: [], ...now }
    const title = `${data.trouble.length === 0 ? '' : 'Not saved - '}How to start ${model.name}`
    return show(request, { title, place: 'library', body: <RecipePage {...data} />, status })
  }

  app.get('/library/:id/recipe', (c) => {
    const model = useCases.models.find(c.req.param('id'))
    return showRecipe(c.req.raw, model, bestRecipe(model.id, c.req.query('from')))
  })

  app.post('/library/:id/recipe', async (c) => {
    const model = useCases.models.find(c.req.param('id'))
    const fields = await fieldsOf(c)
    const base = bestRecipe(model.id, fields['from'])
    const values = typedRecipe(fields)
    const { draft, lines, trouble } = readRecipe(model.id, values, base)
    if (trouble.length > 0) return await showRecipe(c.req.raw, model, base, { values, trouble }, 422)
    try {
      const { body } = readInput(operations['recipes.save'], { params: {}, query: {}, body: draft })
      const saved = await useCases.recipes.save(body)
      return goTo(`/library/${encodeURIComponent(model.id)}?saved=${encodeURIComponent(saved.id)}`)
    } catch (thrown) {
      const refused = whyRefused(thrown)
      return await showRecipe(c.req.raw, model, base, { values, trouble: [troubleOfSaving(refused, lines)] }, 422)
    }
  })

  /** The owner's yes to a recipe that was worked out; the model's page shows its flags. */
  app.post('/recipes/:id/confirmation', async (c) => {
    const { digest } = await fieldsOf(c)
    const recipe = useCases.recipes.confirm(c.req.param('id'), requestingOwner(c).name, digest)
    return goTo(`/library/${encodeURIComponent(recipe.model)}`)
  })

  return app
}

/** Only what is wrong with the recipe itself belongs beside its fields. */
function whyRefused(thrown: unknown): string {
  if (!(thrown instanceof SparkError) || (thrown.code !== 'recipe_invalid' && thrown.code !== 'invalid_request')) throw thrown
  return String((thrown.facts as Readonly<Record<string, unknown>>)['why'] ?? '')
}
