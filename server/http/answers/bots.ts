// Answers of bots; the followed log is a stream and stands in log-feed.ts.
import type { UseCases } from '../../app/use-cases.ts'
import type { botOperations } from '../../contract/operations/bots.ts'
import type { AnswersOf } from '../api.ts'

export function botAnswers({ bots }: Pick<UseCases, 'bots'>): AnswersOf<typeof botOperations> {
  return {
    'bots.list': () => ({ bots: bots.list() }),
    'bots.add': ({ body }, call) => bots.add(body, call.requester().name),
    'bots.find': ({ params }) => bots.find(params.id),
    'bots.edit': ({ params, body }, call) => bots.edit(params.id, body, call.requester().name),
    'bots.remove': ({ params }, call) => {
      bots.remove(params.id, call.requester().name)
      return { removed: true }
    },
    'bots.history': ({ params }) => bots.history(params.id),
    'bots.look': ({ params }) => bots.look(params.id),
    'bots.update': ({ params }, call) => bots.act(params.id, 'update', call.requester()),
    'bots.restart': ({ params }, call) => bots.act(params.id, 'restart', call.requester()),
    'bots.log': ({ params: { id }, query: { after, search, limit } }, call) =>
      search === undefined ? bots.readLog(id, { after, limit }, call.signal) : bots.searchLog(id, { words: search, limit }, call.signal),
  }
}
