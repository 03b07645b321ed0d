// Answers of machines.
import type { UseCases } from '../../app/use-cases.ts'
import type { flatStatusOperations } from '../../contract/operations/flat-status.ts'
import type { machineActOperations } from '../../contract/operations/machine-acts.ts'
import type { machineOperations } from '../../contract/operations/machines.ts'
import type { AnswersOf } from '../api.ts'

export function machineAnswers({
  machines,
  machineFacts,
}: Pick<UseCases, 'machines' | 'machineFacts'>): AnswersOf<
  typeof machineOperations & typeof machineActOperations & typeof flatStatusOperations
> {
  return {
    'machines.list': () => ({ machines: machines.list(), agreements: machineFacts.agreements().map((one) => ({ ...one })) }),
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
    'machines.inspect': async ({ params }) => {
      await machineFacts.inspect(params.id)
      return machines.find(params.id)
    },
    'machines.dropCaches': ({ params, body }, call) => machineFacts.dropCaches(params.id, { ...body, by: call.requester(body?.by).name }),
    'machines.launcherChanges': ({ params }) => machineFacts.launcherChanges(params.id),
    'machines.updateLauncher': ({ params, body }, call) =>
      machineFacts.updateLauncher(params.id, { ...body, by: call.requester(body.by).name }),
    'status.flat': () => machineFacts.flatStatus(),
    'machines.acceptHostKey': ({ params, body }) => machines.acceptHostKey(params.id, body.fingerprint),
  }
}
