// Answers of bots.
import type { UseCases } from '../../app/use-cases.ts'
import type { botOperations } from '../../contract/operations/bots.ts'
import type { AnswersOf } from '../api.ts'

export function botAnswers({ bots }: Pick<UseCases, 'bots'>): AnswersOf<typeof botOperations> {
  return {
    'bots.list': () => ({ bots: bots.list() }),
    'bots.find': ({ params }) => bots.find(params.id),
    'bots.update': ({ params }, call) => bots.act(params.id, 'update', call.requester().name),
    'bots.restart': ({ params }, call) => bots.act(params.id, 'restart', call.requester().name),
  }
}
