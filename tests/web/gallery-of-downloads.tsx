// Pages of downloads, deletion and disks in their states.

import { tellError } from '../../server/contract/errors.ts'
import {
  deletionSample,
  diskSample,
  downloadSample,
  groundSample,
  togetherSample,
} from '../../server/contract/operations/download-samples.ts'
import { DeletionPage } from '../../web/views/pages/deletion.tsx'
import { DisksPage } from '../../web/views/pages/disks.tsx'
import { GroundPage } from '../../web/views/pages/download-ground.tsx'
import { DownloadPage, DownloadsPage } from '../../web/views/pages/downloads.tsx'
import * as house from '../fakes/view-samples.ts'
import type { Exhibit } from './exhibit.ts'

const now = Date.parse('2026-01-01T00:02:00.000Z')
const machines = [house.machine, house.secondMachine]
const {
  title: _,
  status: __,
  act: ___,
  ...full
} = tellError('download_not_writable', {
  machine: 'spark-1',
  path: '/home/alice/.cache/huggingface/hub',
  mend: 'sudo chown -R alice: /home/alice/.cache/huggingface',
})
const failed = {
  ...downloadSample,
  id: 'failed000001',
  state: 'failed' as const,
  endedAt: '2026-01-01T00:01:00.000Z',
  sentence: full.happened,
  error: {
    ...full,
    code: 'download_not_writable',
    machine: 'spark-1',
    line: "PermissionError: [Errno 13] Permission denied: '/home/alice'",
  },
}
const stalled = { ...downloadSample, stalled: true, bytesPerSecond: null, etaSeconds: null, sentence: 'Nothing has arrived for 2 minutes.' }
const done = {
  ...downloadSample,
  id: 'done00000001',
  state: 'succeeded' as const,
  endedAt: '2026-01-01T00:01:00.000Z',
  sentence: 'Whole on spark-1 and spark-2, every file looked at.',
}
const gated = {
  ...groundSample,
  verdict: 'blocked' as const,
  wantsToken: true,
  checks: [
    {
      id: 'hub',
      machine: null,
      state: 'bad' as const,
      sentence: 'It is only for people its owner let in. Agree to the terms on its page.',
      mend: null,
    },
    ...groundSample.checks.slice(1),
  ],
}
const [disk] = diskSample.machines

export const downloadExhibits: readonly Exhibit[] = [
  { name: 'downloads', place: 'library', body: <DownloadsPage downloads={[downloadSample, failed, done]} machines={machines} now={now} /> },
  { name: 'downloads-empty', place: 'library', body: <DownloadsPage downloads={[]} machines={[]} now={now} /> },
  { name: 'download', place: 'library', body: <DownloadPage download={downloadSample} now={now} /> },
  { name: 'download-stalled', place: 'library', body: <DownloadPage download={stalled} now={now} /> },
  { name: 'download-failed', place: 'library', body: <DownloadPage download={failed} now={now} /> },
  { name: 'download-plan', place: 'library', body: <GroundPage ground={groundSample} /> },
  { name: 'together', place: 'library', body: <GroundPage ground={togetherSample} /> },
  { name: 'download-gated', place: 'library', body: <GroundPage ground={gated} /> },
  { name: 'deletion', place: 'library', body: <DeletionPage plan={deletionSample} lock={house.freeLock} now={now} /> },
  {
    name: 'deletion-refused',
    place: 'library',
    body: (
      <DeletionPage
        lock={house.freeLock}
        now={now}
        plan={{ ...deletionSample, refusal: { why: 'Qwen3 8B is being served.', unblock: 'Switch to another model first.' } }}
      />
    ),
  },
  {
    name: 'disks',
    place: 'library',
    body: (
      <DisksPage
        disks={{
          ...diskSample,
          machines: disk === undefined ? [] : [disk, { ...disk, machine: 'm2', name: 'spark-2', totalBytes: null, freeBytes: null }],
        }}
        now={now}
      />
    ),
  },
]
