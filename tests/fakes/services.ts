// Services of the appliance in memory behind the UseCases interface.
import type { UseCases } from '../../server/app/use-cases.ts'
import { SparkError } from '../../server/contract/errors.ts'
import {
  serviceActSample,
  serviceCandidateSample,
  serviceHistorySample,
  serviceSample,
  serviceTrialSample,
} from '../../server/contract/operations/service-samples.ts'

export function fakeServices(note: (what: string, ask: unknown) => void): UseCases['services'] {
  const found = (id: string): typeof serviceSample => {
    if (id !== serviceSample.id) throw new SparkError('not_found', { what: `service "${id}"` })
    return serviceSample
  }
  return {
    list: () => [serviceSample],
    find: found,
    history: (id) => ({ ...serviceHistorySample, acts: serviceHistorySample.acts.map((act) => ({ ...act, service: found(id).id })) }),
    async add(edit) {
      note('services.add', edit)
      return { ...serviceSample, kind: edit.kind, name: edit.name ?? serviceSample.name }
    },
    async edit(id, edit) {
      note('services.edit', { id, edit })
      return { ...found(id), name: edit.name ?? serviceSample.name }
    },
    remove(id) {
      note('services.remove', found(id).id)
    },
    async check(id) {
      note('services.check', id)
      return found(id)
    },
    async try(id) {
      note('services.try', found(id).id)
      return serviceTrialSample
    },
    candidates: async () => [serviceCandidateSample],
    async act(id, ask) {
      note('services.act', { id, ask })
      return { ...serviceActSample, service: found(id).id, kind: ask.kind }
    },
  }
}
