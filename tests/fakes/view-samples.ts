// Sample answers for the gallery and the tests of the pages: one household with two Sparks, told at one moment.
import { type ErrorCode, type FactsOf, tellError } from '../../server/contract/errors.ts'
import { freeLockSample } from '../../server/contract/operations/samples.ts'
import type { EngineView, EventView, LockView, MachineShape, StatusView, SurveyView } from '../../server/contract/operations/shapes.ts'

export const now = Date.UTC(2026, 0, 5, 14, 30, 0)
export const GB = 1e9

/** ISO time so many seconds before the moment of the samples. */
export function before(seconds: number): string {
  return new Date(now - seconds * 1000).toISOString()
}

export const qwen = 'RedHatAI/Qwen3.6-35B-A3B-NVFP4'
export const llama = 'nvidia/Llama-3.3-70B-Instruct-FP8'

export const machine: MachineShape = {
  id: 'm1a2b3c4d5e6',
  name: 'spark-1',
  address: '192.0.2.20',
  port: 22,
  user: 'alice',
  hostKey: 'SHA256:3q2+7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
  state: 'reachable',
  trouble: null,
  observedAt: before(3),
  stale: false,
  memory: { totalBytes: 128 * GB, availableBytes: 31 * GB, freeBytes: 9 * GB, cachedBytes: 21 * GB, pressure: 0 },
  gpu: { loadPercent: 38, temperatureC: 61, powerW: 44, smMHz: 2411 },
  gpuName: 'NVIDIA GB10',
  disk: { path: '/home/alice/.cache/huggingface', freeBytes: 1900 * GB, totalBytes: 4000 * GB },
  driver: '580.95.05',
  bootId: '0f2c1d7a-5b0e-4c8a-9d57-2f6f0f1e7a11',
  uptimeSeconds: 777_600,
  rebootedAt: null,
  vpnAddress: null,
  fabricAddress: '192.0.2.120',
  launcher: { path: '/home/alice/spark-vllm-docker', era: 'E3', commit: '0123abc', date: '2026-04-01' },
  cachePath: null,
  modelFolders: [],
  containers: [
    { name: 'vllm_node', image: 'vllm-node', state: 'running', status: 'Up 17 hours', ours: true, service: null },
    {
      name: 'kokoro',
      image: 'kokoro-fastapi-gpu:v0.2',
      state: 'running',
      status: 'Up 8 days',
      ours: false,
      service: { id: 'tts', name: 'Text to speech' },
    },
    { name: 'photos', image: 'immich:v2', state: 'running', status: 'Up 8 days', ours: false, service: null },
  ],
  dockerProblem: null,
  pressure: {
    level: 'normal',
    since: before(7200),
    sentence: 'The memory of spark-1 is calm: 31 GB are available.',
    restsAtBytes: 31_000_000_000,
    waitsPercent: 0,
    stallsPercent: 0,
  },
  well: { state: 'well', sentence: 'spark-1 is well.', notes: [] },
  memoryParts: {
    totalBytes: 128 * GB,
    engineBytes: 78 * GB,
    servicesBytes: 4 * GB,
    restBytes: 15 * GB,
    reclaimableBytes: 22 * GB,
    freeBytes: 9 * GB,
    sentence:
      'Of 128 GB, the model holds 78 GB, other programs on the GPU hold 4.0 GB, the rest of the system holds 15 GB; 22 GB hold files and are given back when something needs them; 9.0 GB are free.',
  },
  gpuClock: { maxMHz: 3003, reasons: [], sentence: 'Nothing holds it back.' },
  disks: [{ path: '/', freeBytes: 1900 * GB, totalBytes: 4000 * GB }],
  links: [
    { name: 'enp1s0f1np1', kind: 'fabric', up: true, speedMbps: 200_000, mtu: 9000, errors: 0, addresses: ['192.0.2.120'] },
    { name: 'enP7s7', kind: 'wired', up: true, speedMbps: 10_000, mtu: 1500, errors: 0, addresses: ['192.0.2.20'] },
  ],
  fabric: {
    ports: [{ device: 'rocep1s0f1', link: 'enp1s0f1np1', active: true, gbps: 200 }],
    peers: [{ name: 'spark-2', address: '192.0.2.121', seen: true }],
    sentence: '1 of 1 ports are up at 200 Gb/s. Over them it sees spark-2.',
  },
  kernel: '6.11.0-1016-nvidia',
  boots: [{ at: before(777_600), cause: 'asked', sentence: 'Somebody restarted it, or it was updated.' }],
  slow: {
    at: before(300),
    images: [{ ref: 'vllm-node', id: 'sha256:3f9c3f9c3f9c3f9c3f9c3f9c3f9c3f9c3f9c3f9c3f9c3f9c3f9c3f9c3f9c3f9c' }],
    launcher: { standing: 'current', branch: 'main', localChanges: 0, sentence: 'The launcher is the newest there is.' },
    mayDropCaches: true,
  },
  dropped: null,
  keyAccepted: { fingerprint: 'SHA256:9f3a1c0b7d5e2f4a6c8b0d1e3f5a7c9b1d2e4f6a8c0', at: before(300) },
}

export const secondMachine: MachineShape = {
  ...machine,
  id: 'm6e5d4c3b2a1',
  name: 'spark-2',
  address: '192.0.2.21',
  memory: { totalBytes: 128 * GB, availableBytes: 118 * GB, freeBytes: 96 * GB, cachedBytes: 22 * GB, pressure: 0 },
  gpu: { loadPercent: 0, temperatureC: 41, powerW: null, smMHz: null },
  containers: [],
  well: { state: 'well', sentence: 'spark-2 is well.', notes: [] },
  memoryParts: {
    totalBytes: 128 * GB,
    engineBytes: 0,
    servicesBytes: 0,
    restBytes: 10 * GB,
    reclaimableBytes: 22 * GB,
    freeBytes: 96 * GB,
    sentence: 'Of 128 GB, the system holds 10 GB; 22 GB hold files and are given back when something needs them; 96 GB are free.',
  },
}

function troubleSample<Code extends ErrorCode>(code: Code, facts: FactsOf<Code>): MachineShape['trouble'] {
  const { happened, now: truth, next } = tellError(code, facts)
  return { code, sentence: happened, now: truth, next }
}

export const silentMachine: MachineShape = {
  ...secondMachine,
  state: 'unreachable',
  stale: true,
  observedAt: before(130),
  well: { state: 'unwell', sentence: 'spark-2 does not answer: connection refused.', notes: [] },
  trouble: troubleSample('machine_unreachable', { machine: 'spark-2', why: 'connection refused' }),
}

export const changedKeyMachine: MachineShape = {
  ...silentMachine,
  trouble: troubleSample('host_key_changed', { machine: 'spark-2', pinned: machine.hostKey ?? '', presented: 'SHA256:newNEWnewNEW' }),
}

export const newMachine: MachineShape = {
  ...machine,
  name: '192.0.2.20',
  state: 'unknown',
  hostKey: null,
  observedAt: null,
  memory: null,
  gpu: null,
  gpuName: null,
  disk: null,
  driver: null,
  uptimeSeconds: null,
  launcher: null,
  containers: null,
  fabricAddress: null,
  well: { state: 'unknown', sentence: '192.0.2.20 has not been seen yet.', notes: [] },
  memoryParts: null,
  gpuClock: null,
  disks: [],
  links: [],
  fabric: null,
  kernel: null,
  boots: null,
  slow: null,
  keyAccepted: null,
}

export const engine: EngineView = {
  id: 'main',
  state: 'answering',
  sentence: 'Qwen3.6 35B is answering.',
  verdict: 'answering',
  evidence: [
    { what: 'vLLM process', value: 'running', at: before(3) },
    { what: 'Its door', value: `open, says it is well, names ${qwen}`, at: before(2) },
    { what: 'Requests', value: '2 in work, 0 waiting', at: before(2) },
    { what: 'Words and prompts', value: 'moving', at: before(2) },
    { what: 'GPU', value: '94 % at 46 W: real work', at: before(3) },
    { what: 'Memory', value: '31 GB available, 2.1 GB of it untouched', at: before(3) },
  ],
  model: qwen,
  modelName: 'Qwen3.6 35B',
  since: before(61_200),
  machines: ['spark-1'],
  url: 'http://192.0.2.20:8000',
  recipe: `shipped:${qwen}`,
  adopted: false,
  observed: false,
  capabilities: ['vision', 'reasoning', 'tools'],
  runningRequests: 2,
  speed: { tokensPerSecond: 38.2, firstTokenSeconds: 0.21, machines: 1, measuredAt: before(61_100), skipped: null },
}

export const emptyEngine: EngineView = {
  ...engine,
  state: 'stopped',
  sentence: 'Nothing is answering. Choose a model to start.',
  verdict: null,
  evidence: [],
  model: null,
  modelName: null,
  since: null,
  machines: [],
  url: null,
  recipe: null,
  capabilities: [],
  runningRequests: null,
  speed: null,
}

export const stuckEngine: EngineView = {
  ...engine,
  state: 'degraded',
  sentence: 'Qwen3.6 35B is stuck: it says it is well, but no word has moved for 1 min 10 s, and a test request did not come back.',
  verdict: 'wedged',
  evidence: [
    { what: 'vLLM process', value: 'running', at: before(3) },
    { what: 'Its door', value: `open, says it is well, names ${qwen}`, at: before(2) },
    { what: 'Requests', value: '2 in work, 1 waiting', at: before(2) },
    { what: 'Words and prompts', value: 'none moved for 1 min 10 s', at: before(2) },
    { what: 'Test request of one token', value: 'did not come back within 30 s', at: before(20) },
    { what: 'GPU', value: '96 % at 20 W: full load at the power of waiting (real work takes more than 25 W)', at: before(3) },
    { what: 'Memory', value: '31 GB available, 2.1 GB of it untouched', at: before(3) },
  ],
}

export const observedEngine: EngineView = {
  ...engine,
  verdict: null,
  evidence: [],
  id: 'seen1',
  model: 'BAAI/bge-m3',
  modelName: 'bge m3',
  machines: ['spark-2'],
  url: 'http://192.0.2.21:8081',
  observed: true,
}

export const freeLock: LockView = freeLockSample

export const reservation: LockView = {
  ...freeLock,
  locked: true,
  by: 'reservation',
  holder: 'Recap',
  reason: 'Nightly batch',
  since: before(600),
  until: before(-2400),
  renewals: { count: 2, lastAt: before(120) },
  waiting: [{ holder: 'Indexer', since: before(240) }],
}

export const events: EventView[] = [
  { id: 9, type: 'lock_released', at: before(1800), kind: 'lock', sentence: 'The reservation of Recap ended.', payload: {} },
  {
    id: 8,
    type: 'swap_complete',
    at: before(61_200),
    kind: 'switch',
    sentence: 'Qwen3.6 35B is answering.',
    payload: { swap: 'k3j9x2m4p7q1' },
  },
  {
    id: 7,
    type: 'swap_started',
    at: before(61_428),
    kind: 'switch',
    sentence: 'You asked to switch from Llama 3.3 70B to Qwen3.6 35B.',
    payload: { swap: 'k3j9x2m4p7q1' },
  },
  { id: 6, type: 'machine_back', at: before(180_000), kind: 'machine', sentence: 'spark-2 answers again.', payload: {} },
  { id: 5, type: 'models_changed', at: before(260_000), kind: 'model', sentence: 'New on the disks: Qwen3 8B.', payload: {} },
]

export const survey: SurveyView = {
  machine: machine.id,
  rows: [
    { id: 'docker', title: 'Docker', state: 'good', sentence: 'alice may use docker without sudo.', mend: null },
    { id: 'launcher', title: 'Launcher', state: 'good', sentence: '/home/alice/spark-vllm-docker, of 2026-04-01.', mend: null },
    {
      id: 'image',
      title: 'Container image',
      state: 'missing',
      sentence: 'There is no image vllm-node on this machine.',
      mend: 'cd /home/alice/spark-vllm-docker && ./build-and-copy.sh',
    },
    {
      id: 'uvx',
      title: 'uvx',
      state: 'warning',
      sentence: 'Not installed. It is needed only to download models.',
      mend: 'curl -LsSf https://astral.sh/uv/install.sh | sh',
    },
  ],
  peers: ['192.0.2.121'],
}

export const status: StatusView = {
  version: '0.1.0',
  sentence: 'Everything is answering.',
  checkedAt: before(3),
  clusters: [{ id: 'default', engines: [engine], swap: null, lock: freeLock }],
  machines: [
    { id: machine.id, name: 'spark-1', state: 'reachable' },
    { id: secondMachine.id, name: 'spark-2', state: 'reachable' },
  ],
  attention: [],
}

export const statusOf = (
  sentence: string,
  engines: EngineView[],
  more: Partial<StatusView['clusters'][number]> = {},
  attention: StatusView['attention'] = [],
): StatusView => ({
  ...status,
  sentence,
  clusters: [{ id: 'default', engines, swap: null, lock: freeLock, ...more }],
  attention,
})
