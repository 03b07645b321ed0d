// One sample of every shape of downloads.
import type { DeletionView, DisksView, DownloadView, GroundView } from './download-shapes.ts'

const commit = '9c925d64d72725edaf899c6cb9c377fd0709d9c5'
const first = { machine: 'm1a2b3c4d5e6', name: 'spark-1' }
const second = { machine: 'm6e5d4c3b2a1', name: 'spark-2' }

export const downloadSample: DownloadView = {
  id: 'k3j9x2m4p7q1',
  repo: 'Qwen/Qwen3-8B',
  name: 'Qwen3 8B',
  revision: null,
  commit,
  state: 'running',
  phase: 'fetch',
  sentence: 'spark-1 is fetching it from the Hub.',
  stalled: false,
  bytes: 7_050_000_000,
  totalBytes: 16_400_000_000,
  percent: 43,
  bytesPerSecond: 110_000_000,
  etaSeconds: 85,
  machines: [first, second],
  withToken: false,
  cancelling: false,
  attempt: 1,
  lines: ["Downloading model 'Qwen/Qwen3-8B' using uvx..."],
  error: null,
  startedAt: '2026-01-01T00:00:00.000Z',
  endedAt: null,
  links: { self: '/api/downloads/k3j9x2m4p7q1', page: '/library/downloads/k3j9x2m4p7q1' },
}

export const groundSample: GroundView = {
  repo: 'Qwen/Qwen3-8B',
  name: 'Qwen3 8B',
  revision: null,
  commit,
  verdict: 'ready',
  checks: [
    { id: 'hub', machine: null, state: 'good', sentence: 'The Hub has it: 12 files, 16 GB.', mend: null },
    { id: 'tool', machine: first.machine, state: 'good', sentence: "The launcher's hf-download.sh on spark-1 fetches it.", mend: null },
    { id: 'space', machine: first.machine, state: 'good', sentence: 'spark-1 has room: 16 GB to come, 2.1 TB free.', mend: null },
  ],
  totalBytes: 16_400_000_000,
  machines: [{ ...first, hereBytes: 0, needBytes: 16_400_000_000, freeBytes: 2_100_000_000_000 }],
  wantsToken: false,
  argv: ['/home/alice/spark-vllm-docker/hf-download.sh', 'Qwen/Qwen3-8B'],
  from: null,
}

export const togetherSample: GroundView = {
  ...groundSample,
  checks: [
    {
      id: 'version',
      machine: first.machine,
      state: 'good',
      sentence: 'spark-1 has the version that is the newest on the Hub.',
      mend: null,
    },
    {
      id: 'space',
      machine: second.machine,
      state: 'good',
      sentence: 'spark-2 has room: 16 GB to come, 1.4 TB free. What it holds now stays on its disk.',
      mend: null,
    },
  ],
  machines: [{ ...second, hereBytes: 0, needBytes: 16_400_000_000, freeBytes: 1_400_000_000_000 }],
  argv: ['bash', '-c', '...', 'spark-control-copy', '/home/alice/.cache/huggingface/hub/models--Qwen--Qwen3-8B', commit],
  from: { ...first, why: 'spark-1 has the version that is the newest on the Hub.' },
}

export const deletionSample: DeletionView = {
  model: 'Qwen/Qwen3-8B',
  name: 'Qwen3 8B',
  bytes: 16_400_000_000,
  machines: [{ ...first, bytes: 16_400_000_000, path: '/home/alice/.cache/huggingface/hub/models--Qwen--Qwen3-8B' }],
  refusal: null,
}

export const diskSample: DisksView = {
  machines: [
    {
      ...first,
      totalBytes: 3_840_000_000_000,
      freeBytes: 2_100_000_000_000,
      modelBytes: 16_400_000_000,
      models: [{ id: 'Qwen/Qwen3-8B', name: 'Qwen3 8B', bytes: 16_400_000_000, state: 'complete' }],
    },
  ],
  unused: [{ id: 'Qwen/Qwen3-8B', name: 'Qwen3 8B', bytes: 16_400_000_000, lastUsedAt: '2025-11-01T00:00:00.000Z' }],
  partial: [{ ...first, id: 'Qwen/Qwen3-32B', model: 'Qwen3 32B', bytes: 24_000_000_000, since: '2025-12-28T00:00:00.000Z', whole: false }],
  differing: [
    {
      id: 'Qwen/Qwen3-8B',
      name: 'Qwen3 8B',
      copies: [
        { ...first, revision: commit },
        { ...second, revision: null },
      ],
    },
  ],
}
