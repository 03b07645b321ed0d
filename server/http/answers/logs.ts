// Answers of logs; the followed one is a stream and stands in log-feed.ts.
import type { UseCases } from '../../app/use-cases.ts'
import type { logOperations } from '../../contract/operations/logs.ts'
import type { AnswersOf } from '../api.ts'

export function logAnswers({ logs }: Pick<UseCases, 'logs'>): AnswersOf<typeof logOperations> {
  return {
    'logs.read': ({ params: { id, container }, query: { after, search, limit } }, call) => {
      const of = { machine: id, container }
      return search === undefined ? logs.read(of, { after, limit }, call.signal) : logs.search(of, { words: search, limit }, call.signal)
    },
  }
}
