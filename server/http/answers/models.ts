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
    'recipes.save': ({ body }) => recipes.save(body),
    'recipes.confirm': ({ params, body }, call) => recipes.confirm(params.id, call.requester().name, body?.digest),
  }
}
