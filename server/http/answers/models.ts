// Answers of models and recipes.
import type { UseCases } from '../../app/use-cases.ts'
import type { modelOperations } from '../../contract/operations/models.ts'
import type { AnswersOf } from '../api.ts'

export function modelAnswers({ models, recipes }: Pick<UseCases, 'models' | 'recipes'>): AnswersOf<typeof modelOperations> {
  return {
    'models.list': () => ({ models: models.list() }),
    'models.scan': async () => ({ models: await models.scan() }),
    'models.find': ({ params }) => models.find(params.id),
    'recipes.list': ({ query }) => {
      const { recipes: found, problems, left } = recipes.list(query.model)
      return { recipes: found, problems: [...problems], left: [...left] }
    },
    'recipes.save': ({ body: { recipe, version, word, ...draft } }, call) =>
      recipes.save({ draft, recipe, version, word, by: call.requester().name }),
    'recipes.check': ({ body }) => recipes.check(body.model, { text: body.text }),
    'recipes.remove': async ({ params, query }, call) => {
      await recipes.remove(params.id, { version: query.version, by: call.requester().name })
      return { id: params.id }
    },
    'recipes.versions': ({ params }) => ({ versions: recipes.versions(params.id) }),
    'recipes.goBack': ({ params, query }, call) =>
      recipes.goBack(params.id, params.version, { version: query.version, by: call.requester().name }),
    'recipes.confirm': ({ params, body }, call) => recipes.confirm(params.id, call.requester().name, body?.digest),
  }
}
