// Answers about the appliance itself: status and health.
import type { UseCases } from '../../app/use-cases.ts'
import type { houseOperations } from '../../contract/operations/house.ts'
import { Also, type AnswersOf } from '../api.ts'

type Needs = Pick<UseCases, 'status' | 'storage' | 'isReady' | 'version'>

export function houseAnswers({ status, storage, isReady, version }: Needs): AnswersOf<typeof houseOperations> {
  return {
    'status.find': () => status.status(),
    'backups.take': () => storage.backUp(),
    'health.live': () => ({ ok: true }),
    'health.ready': () => (isReady() ? { ok: true, version } : new Also({ ok: false, version })),
  }
}
