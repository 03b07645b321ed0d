// Answers of services.
import type { UseCases } from '../../app/use-cases.ts'
import type { serviceOperations } from '../../contract/operations/services.ts'
import type { AnswersOf } from '../api.ts'

export function serviceAnswers({ services }: Pick<UseCases, 'services'>): AnswersOf<typeof serviceOperations> {
  return {
    'services.list': () => ({ services: services.list() }),
    'services.add': ({ body }, call) => services.add(body, call.requester().name),
    'services.candidates': async () => ({ candidates: await services.candidates() }),
    'services.find': ({ params }) => services.find(params.id),
    'services.edit': ({ params, body }, call) => services.edit(params.id, body, call.requester().name),
    'services.remove': ({ params }, call) => {
      services.remove(params.id, call.requester().name)
      return { removed: true }
    },
    'services.history': ({ params }) => services.history(params.id),
    'services.check': ({ params }) => services.check(params.id),
    'services.try': ({ params }, call) => services.try(params.id, call.signal),
    'services.act': ({ params, body }, call) => {
      const { by, ...ask } = body
      return services.act(params.id, { ...ask, requestedBy: call.requester(by) })
    },
  }
}
