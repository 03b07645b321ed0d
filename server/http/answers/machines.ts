// Answers of machines.
import type { UseCases } from '../../app/use-cases.ts'
import type { machineOperations } from '../../contract/operations/machines.ts'
import type { AnswersOf } from '../api.ts'

export function machineAnswers({ machines }: Pick<UseCases, 'machines'>): AnswersOf<typeof machineOperations> {
  return {
    'machines.list': () => ({ machines: machines.list() }),
    'machines.publicKey': () => ({ publicKey: machines.publicKey() }),
    'machines.add': ({ body }) => machines.add(body),
    'machines.find': ({ params }) => machines.find(params.id),
    'machines.edit': ({ params, body }) => machines.edit(params.id, body),
    'machines.remove': ({ params }) => {
      machines.remove(params.id)
      return { removed: true }
    },
    'machines.check': ({ params }) => machines.check(params.id),
    'machines.survey': ({ params }) => machines.survey(params.id),
    'machines.acceptHostKey': ({ params, body }) => machines.acceptHostKey(params.id, body.fingerprint),
  }
}
