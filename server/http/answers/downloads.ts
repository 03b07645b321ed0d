// Answers of downloads, deletions and disks.
import type { UseCases } from '../../app/use-cases.ts'
import type { downloadOperations } from '../../contract/operations/downloads.ts'
import type { AnswersOf } from '../api.ts'

export function downloadAnswers({
  downloads,
  deletions,
  disks,
}: Pick<UseCases, 'downloads' | 'deletions' | 'disks'>): AnswersOf<typeof downloadOperations> {
  return {
    'downloads.list': () => ({ downloads: downloads.list() }),
    'downloads.check': ({ body }) => downloads.check(body),
    'downloads.start': ({ body }, call) => downloads.start({ ...body, requestedBy: call.requester() }),
    'downloads.find': ({ params }) => downloads.find(params.id),
    'downloads.cancel': ({ params }) => downloads.cancel(params.id),
    'downloads.resume': ({ params, body }) => downloads.resume(params.id, body.token),
    'models.togetherPlan': ({ params }) => downloads.checkTogether(params.id),
    'models.bringTogether': ({ params, body }, call) =>
      downloads.bringTogether(params.id, { commit: body.commit, requestedBy: call.requester() }),
    'models.deletionPlan': ({ params }) => deletions.plan(params.id),
    'models.delete': ({ params, body }, call) =>
      deletions.remove(params.id, { name: body.name, partsOnly: body.partsOnly, by: call.requester().name }),
    'disks.find': () => disks(),
  }
}
