// Answers of what is watched of machines over time.
import type { UseCases } from '../../app/use-cases.ts'
import type { connectivityOperations } from '../../contract/operations/connectivity.ts'
import type { AnswersOf } from '../api.ts'

export function watchingAnswers({ watching }: Pick<UseCases, 'watching'>): AnswersOf<typeof connectivityOperations> {
  return {
    'machines.connectivity': ({ params }) => watching.connectivity(params.id),
    'machines.history': ({ params, query }) => watching.history(params.id, query.span),
  }
}
