// One sample of every shared shape: the examples of operations, the OpenAPI document and the tests show the same story.

import type { RecipeVersionView } from './draft-shapes.ts'
import type { SpeedView } from './recipe-shapes.ts'
import type {
  EngineView,
  LockView,
  MachineShape,
  ModelView,
  PlanView,
  RecipeView,
  StartMemoryView,
  StatusView,
  SwapView,
} from './shapes.ts'

const gigabyte = 1_000_000_000

export const lockSample: LockView = {
  locked: true,
  by: 'reservation',
  holder: 'recap',
  reason: 'nightly batch',
  since: '2026-01-01T00:00:00.000Z',
  until: '2026-01-01T01:00:00.000Z',
  swap: null,
  renewals: { count: 1, lastAt: '2026-01-01T00:40:00.000Z' },
  waiting: [{ holder: 'indexer', since: '2026-01-01T00:10:00.000Z' }],
}

export const freeLockSample: LockView = {
  locked: false,
  by: null,
  holder: null,
  reason: null,
  since: null,
  until: null,
  swap: null,
  renewals: { count: 0, lastAt: null },
  waiting: [],
}

export const swapSample: SwapView = {
  id: 'k3j9x2m4p7q1',
  cluster: 'default',
  engine: 'main',
  model: 'Qwen/Qwen3-8B',
  modelName: 'Qwen3 8B',
  previousModel: 'meta-llama/Llama-3.3-70B-Instruct',
  previousModelName: 'Llama 3.3 70B Instruct',
  recipe: 'inferred:Qwen/Qwen3-8B',
  state: 'running',
  phase: 'load',
  restored: null,
  removes: null,
  progress: { percent: 43, sentence: 'Weights 43 %' },
  evidence: [
    { what: 'vLLM process', value: 'running', at: '2026-01-01T00:01:00.000Z' },
    { what: 'Last line of the log', value: 'just now', at: '2026-01-01T00:01:00.000Z' },
  ],
  etaSeconds: 95,
  overdue: false,
  startedAt: '2026-01-01T00:00:00.000Z',
  endedAt: null,
  durationMs: 61_000,
  requestedBy: { kind: 'app', name: 'recap', address: '192.0.2.7' },
  why: 'nightly batch',
  steps: [
    { phase: 'check', startedAt: '2026-01-01T00:00:00.000Z', endedAt: '2026-01-01T00:00:01.000Z' },
    { phase: 'make_room', startedAt: '2026-01-01T00:00:01.000Z', endedAt: '2026-01-01T00:00:14.000Z' },
    { phase: 'start', startedAt: '2026-01-01T00:00:14.000Z', endedAt: '2026-01-01T00:00:20.000Z' },
    { phase: 'load', startedAt: '2026-01-01T00:00:20.000Z', endedAt: null },
  ],
  machines: ['spark-1'],
  cancel: { possible: true, sentence: 'Llama 3.3 70B Instruct will be brought back.' },
  error: null,
  links: { self: '/api/swap/k3j9x2m4p7q1', page: '/swaps/k3j9x2m4p7q1', log: '/api/swap/k3j9x2m4p7q1/log' },
}

const startMemorySample: StartMemoryView = {
  weightsBytes: 16 * gigabyte,
  cacheBytes: 2 * gigabyte,
  startUpBytes: 4 * gigabyte,
  headroomBytes: 8 * gigabyte,
  needBytes: 30 * gigabyte,
  context: 32_768,
  requests: 1,
  formula: '36 layers keep everything',
  weightsFrom: 'the sizes of its weight files',
  measuredStarts: 0,
}

export const planSample: PlanView = {
  fingerprint: 'b51f0c2a9d7e',
  cluster: 'default',
  engine: 'main',
  verdict: 'ready',
  model: 'Qwen/Qwen3-8B',
  modelName: 'Qwen3 8B',
  reasons: [],
  stops: [
    {
      model: 'meta-llama/Llama-3.3-70B-Instruct',
      name: 'Llama 3.3 70B Instruct',
      container: 'vllm_node',
      machines: ['spark-1'],
      argv: ['./launch-cluster.sh', '--solo', '--name', 'vllm_node', 'stop'],
    },
  ],
  starts: {
    model: 'Qwen/Qwen3-8B',
    recipe: 'inferred:Qwen/Qwen3-8B',
    source: 'inferred',
    digest: 'a3f1',
    machines: ['spark-1'],
    argv: ['./launch-cluster.sh', '--solo', '-d', '--name', 'vllm_node', 'exec', 'vllm', 'serve', 'Qwen/Qwen3-8B'],
    flags: [{ name: 'max-model-len', value: 32_768, reason: 'What its config.json allows', source: 'inferred' }],
    mods: [],
  },
  memory: [{ machine: 'spark-1', needBytes: 30 * gigabyte, haveBytes: 112 * gigabyte, totalBytes: 128 * gigabyte, sum: startMemorySample }],
  etaSeconds: 230,
  etaFrom: 'history',
  pastMs: [221_000, 239_000],
  wayBack: {
    kind: 'previous',
    model: 'meta-llama/Llama-3.3-70B-Instruct',
    sentence: 'If it fails, Llama 3.3 70B Instruct is brought back.',
  },
  warnings: [],
  inFlight: 0,
  needsConfirmation: false,
}

export const removalPlanSample: PlanView = {
  ...planSample,
  model: null,
  modelName: 'nothing',
  stops: [
    {
      model: 'meta-llama/Llama-3.3-70B-Instruct',
      name: 'Llama 3.3 70B Instruct',
      container: 'vllm_node',
      machines: ['spark-1'],
      argv: ['docker', 'rm', '-f', 'vllm_node'],
    },
  ],
  starts: null,
  memory: [],
  etaSeconds: null,
  etaFrom: 'none',
  pastMs: [],
  wayBack: { kind: 'none', model: null, sentence: 'This removes what runs; nothing is started.' },
  warnings: [],
}

export const machineSample: MachineShape = {
  id: 'm1a2b3c4d5e6',
  name: 'spark-1',
  address: '192.0.2.20',
  port: 22,
  user: 'alice',
  hostKey: 'SHA256:3q2+7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
  state: 'reachable',
  trouble: null,
  observedAt: '2026-01-01T00:00:00.000Z',
  stale: false,
  memory: {
    totalBytes: 128 * gigabyte,
    availableBytes: 41 * gigabyte,
    freeBytes: 12 * gigabyte,
    cachedBytes: 29 * gigabyte,
    pressure: 0,
  },
  gpu: { loadPercent: 12, temperatureC: 54, powerW: 38, smMHz: 2400 },
  gpuName: 'NVIDIA GB10',
  disk: { path: '/home/alice/.cache/huggingface', freeBytes: 900 * gigabyte, totalBytes: 4000 * gigabyte },
  driver: '580.95.05',
  bootId: '0f2c1d7a-5b0e-4c8a-9d57-2f6f0f1e7a11',
  uptimeSeconds: 86_400,
  rebootedAt: null,
  vpnAddress: null,
  fabricAddress: '192.0.2.120',
  launcher: { path: '/home/alice/spark-vllm-docker', era: 'E3', commit: '0123abc', date: '2026-04-01' },
  cachePath: '/home/alice/.cache/huggingface/hub',
  modelFolders: [],
  containers: [{ name: 'vllm_node', image: 'vllm-node', state: 'running', status: 'Up 3 hours', ours: true }],
  dockerProblem: null,
  pressure: {
    level: 'normal',
    since: '2026-01-01T00:00:00.000Z',
    sentence: 'The memory of spark-1 is calm: 41 GB are available.',
    restsAtBytes: 41 * gigabyte,
    waitsPercent: 0,
    stallsPercent: 0,
  },
}

export const modelSample: ModelView = {
  id: 'Qwen/Qwen3-8B',
  repo: 'Qwen/Qwen3-8B',
  name: 'Qwen3 8B',
  revision: 'b968826d9c46dd6066d109eabc6255188de91218',
  state: 'complete',
  stateSentence: 'Complete on spark-1.',
  complete: true,
  revisionsDiffer: false,
  sizeBytes: 16 * gigabyte,
  machines: [
    {
      machine: 'm1a2b3c4d5e6',
      name: 'spark-1',
      state: 'complete',
      bytes: 16 * gigabyte,
      revision: 'b968826d9c46dd6066d109eabc6255188de91218',
    },
  ],
  servable: true,
  as: 'chat',
  reason: null,
  family: 'qwen3',
  quantization: 'bf16',
  capabilities: ['tools', 'reasoning'],
  recipe: { id: 'inferred:Qwen/Qwen3-8B', source: 'inferred', confirmed: false },
  canRun: { verdict: 'needs_room', why: 'The running model stops first.' },
  serving: null,
  lastUsedAt: null,
  evidence: [
    { what: 'Family', says: 'Qwen3', because: 'model_type is qwen3' },
    { what: 'Tool calls', says: 'hermes', because: 'model_type is qwen3' },
  ],
  memory: {
    sum: startMemorySample,
    totalBytes: 128 * gigabyte,
    sentence: 'It fits on one Spark. The longest conversation that fits is 40,960 tokens.',
    fits: [{ nodes: 1, fits: true, needBytes: 22 * gigabyte, roomBytes: 102 * gigabyte, longest: 40_960 }],
  },
  typicalSwapSeconds: 230,
  speed: null,
}

export const recipeSample: RecipeView = {
  id: 'inferred:Qwen/Qwen3-8B',
  source: 'inferred',
  model: 'Qwen/Qwen3-8B',
  title: 'Qwen3 8B',
  description: null,
  image: null,
  port: null,
  nodes: 1,
  flags: [{ name: 'max-model-len', value: 32_768, reason: 'What its config.json allows', source: 'inferred' }],
  env: {},
  mods: [],
  digest: 'a3f1',
  confirmed: false,
  file: null,
  speed: null,
}

export const versionSample: RecipeVersionView = {
  version: 2,
  title: 'Long documents',
  at: '2026-01-01T00:00:00.000Z',
  by: 'owner',
  gone: false,
  cameFrom: null,
  current: true,
  differences: [{ what: '--max-model-len', before: '32768', after: '65536' }],
  text: 'model: Qwen/Qwen3-8B\ntitle: Long documents\nnodes: 1\n',
}

const speedSample: SpeedView = {
  tokensPerSecond: 38.4,
  firstTokenSeconds: 0.21,
  machines: 1,
  measuredAt: '2026-01-01T00:00:00.000Z',
  skipped: null,
}

const engineSample: EngineView = {
  id: 'main',
  state: 'answering',
  sentence: 'Llama 3.3 70B Instruct is answering.',
  verdict: 'answering',
  evidence: [{ what: 'Its door', value: 'open, says it is well, names meta-llama/Llama-3.3-70B-Instruct', at: '2026-01-01T00:00:00.000Z' }],
  model: 'meta-llama/Llama-3.3-70B-Instruct',
  modelName: 'Llama 3.3 70B Instruct',
  since: '2026-01-01T00:00:00.000Z',
  machines: ['spark-1'],
  url: 'http://192.0.2.20:8000',
  recipe: 'shipped:meta-llama/Llama-3.3-70B-Instruct',
  adopted: false,
  observed: false,
  capabilities: ['tools'],
  runningRequests: 0,
  speed: speedSample,
}

export const statusSample: StatusView = {
  version: '0.1.0',
  sentence: 'Llama 3.3 70B Instruct is answering.',
  checkedAt: '2026-01-01T00:00:00.000Z',
  clusters: [{ id: 'default', engines: [engineSample], swap: null, lock: freeLockSample }],
  machines: [{ id: 'm1a2b3c4d5e6', name: 'spark-1', state: 'reachable' }],
  attention: [],
}
