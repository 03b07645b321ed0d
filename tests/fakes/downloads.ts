// Downloads, deletions and disks of the appliance in memory behind the UseCases interface.
import type { UseCases } from '../../server/app/use-cases.ts'
import { SparkError } from '../../server/contract/errors.ts'
import {
  deletionSample,
  diskSample,
  downloadSample,
  groundSample,
  togetherSample,
} from '../../server/contract/operations/download-samples.ts'

export function fakeDownloads(note: (what: string, ask: unknown) => void): Pick<UseCases, 'downloads' | 'deletions' | 'disks'> {
  const found = (id: string): typeof downloadSample => {
    if (id !== downloadSample.id) throw new SparkError('download_unknown', { download: id })
    return downloadSample
  }
  return {
    downloads: {
      list: () => [downloadSample],
      find: found,
      async check(ask) {
        note('downloads.check', ask)
        return groundSample
      },
      async start(ask) {
        note('downloads.start', ask)
        return downloadSample
      },
      checkTogether: async (model) => ({ ...togetherSample, repo: model }),
      async bringTogether(model, ask) {
        note('downloads.bringTogether', { model, ...ask })
        return downloadSample
      },
      cancel(id) {
        note('downloads.cancel', id)
        return found(id)
      },
      async resume(id, token) {
        note('downloads.resume', { id, token })
        return found(id)
      },
    },
    deletions: {
      plan(model) {
        if (model !== deletionSample.model) throw new SparkError('model_unknown', { model })
        return deletionSample
      },
      async remove(model, how) {
        note('deletions.remove', { model, ...how })
        if (how.name !== model) throw new SparkError('deletion_name_wrong', { model })
        return { model, bytes: deletionSample.bytes, machines: ['spark-1'] }
      },
    },
    disks: () => diskSample,
  }
}
