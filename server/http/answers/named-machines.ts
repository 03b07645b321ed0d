import type { UseCases } from '../../app/use-cases.ts'
import type { namedMachineOperations } from '../../contract/operations/named-machines.ts'
import type { AnswersOf } from '../api.ts'

export function namedMachineAnswers({ namedMachines }: Pick<UseCases, 'namedMachines'>): AnswersOf<typeof namedMachineOperations> {
  return {
    'namedMachines.list': () => ({ namedMachines: namedMachines.list() }),
    'namedMachines.place': ({ params, body }) => namedMachines.place(params.id, body),
    'namedMachines.forget': ({ params }) => {
      namedMachines.forget(params.id)
      return { ok: true }
    },
  }
}
