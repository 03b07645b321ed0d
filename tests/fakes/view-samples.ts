// Sample answers for the gallery and the tests of the pages: one household with two Sparks, told at one moment.
import type {
  EngineView,
  EventView,
  LockView,
  LogLineView,
  MachineShape,
  ModelView,
  PlanView,
  RecipeView,
  SettingView,
  StatusView,
  SurveyView,
  SwapView,
} from '../../server/contract/operations/shapes.ts'
import { settings as settingRows } from '../../server/contract/settings.ts'

export const now = Date.UTC(2026, 0, 5, 14, 30, 0)
const GB = 1e9

/** ISO time so many seconds before the moment of the samples. */
export function before(seconds: number): string {
  return new Date(now - seconds * 1000).toISOString()
}

const qwen = 'RedHatAI/Qwen3.6-35B-A3B-NVFP4'
const llama = 'nvidia/Llama-3.3-70B-Instruct-FP8'

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
    { name: 'vllm_node', image: 'vllm-node', state: 'running', status: 'Up 17 hours', ours: true },
    { name: 'photos', image: 'immich:v2', state: 'running', status: 'Up 8 days', ours: false },
  ],
  dockerProblem: null,
}

export const secondMachine: MachineShape = {
  ...machine,
  id: 'm6e5d4c3b2a1',
  name: 'spark-2',
  address: '192.0.2.21',
  memory: { totalBytes: 128 * GB, availableBytes: 118 * GB, freeBytes: 96 * GB, cachedBytes: 22 * GB, pressure: 0 },
  gpu: { loadPercent: 0, temperatureC: 41, powerW: null, smMHz: null },
  containers: [],
}

export const silentMachine: MachineShape = {
  ...secondMachine,
  state: 'unreachable',
  stale: true,
  observedAt: before(130),
  trouble: { code: 'machine_unreachable', sentence: 'spark-2 does not answer: connection refused.' },
}

export const changedKeyMachine: MachineShape = {
  ...silentMachine,
  trouble: {
    code: 'host_key_changed',
    sentence: `spark-2 presents the host key SHA256:newNEWnewNEW, not ${machine.hostKey} as before.`,
  },
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
}

export const engine: EngineView = {
  id: 'main',
  state: 'answering',
  sentence: 'Qwen3.6 35B is answering.',
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
}

export const emptyEngine: EngineView = {
  ...engine,
  state: 'stopped',
  sentence: 'Nothing is answering. Choose a model to start.',
  model: null,
  modelName: null,
  since: null,
  machines: [],
  url: null,
  recipe: null,
  capabilities: [],
  runningRequests: null,
}

export const observedEngine: EngineView = {
  ...engine,
  id: 'seen1',
  model: 'BAAI/bge-m3',
  modelName: 'bge m3',
  machines: ['spark-2'],
  url: 'http://192.0.2.21:8081',
  observed: true,
}

export const freeLock: LockView = { locked: false, by: null, holder: null, reason: null, since: null, until: null, swap: null, waiting: [] }

export const reservation: LockView = {
  ...freeLock,
  locked: true,
  by: 'reservation',
  holder: 'Recap',
  reason: 'Nightly batch',
  since: before(600),
  until: before(-2400),
}

export const swap: SwapView = {
  id: 'k3j9x2m4p7q1',
  cluster: 'default',
  engine: 'main',
  model: llama,
  modelName: 'Llama 3.3 70B',
  previousModel: qwen,
  previousModelName: 'Qwen3.6 35B',
  recipe: `shipped:${llama}`,
  state: 'running',
  phase: 'load',
  restored: null,
  progress: { percent: 62, sentence: 'Reading the weights: part 10 of 16.' },
  etaSeconds: 118,
  overdue: false,
  startedAt: before(82),
  endedAt: null,
  durationMs: 82_000,
  requestedBy: { kind: 'owner', name: 'owner', address: '192.0.2.7' },
  why: null,
  steps: [
    { phase: 'check', startedAt: before(82), endedAt: before(80) },
    { phase: 'make_room', startedAt: before(80), endedAt: before(66) },
    { phase: 'start', startedAt: before(66), endedAt: before(60) },
    { phase: 'load', startedAt: before(60), endedAt: null },
  ],
  machines: ['spark-1'],
  cancel: { possible: true, sentence: 'Stop and bring back Qwen3.6 35B (about 2 minutes)' },
  error: null,
  links: { self: '/api/swap/k3j9x2m4p7q1', page: '/swaps/k3j9x2m4p7q1', log: '/api/swap/k3j9x2m4p7q1/log' },
}

export const checkingSwap: SwapView = {
  ...swap,
  phase: 'check',
  progress: { percent: null, sentence: 'Looking at the machines.' },
  etaSeconds: null,
  steps: [{ phase: 'check', startedAt: before(2), endedAt: null }],
  startedAt: before(2),
  cancel: { possible: true, sentence: 'Cancel (nothing has changed)' },
}

export const restoringSwap: SwapView = {
  ...swap,
  phase: 'restore',
  progress: { percent: null, sentence: 'Starting Qwen3.6 35B again.' },
  etaSeconds: null,
  steps: [
    ...swap.steps.slice(0, 3),
    { phase: 'load', startedAt: before(60), endedAt: before(17) },
    { phase: 'restore', startedAt: before(17), endedAt: null },
  ],
  cancel: { possible: false, sentence: 'It is already bringing the previous model back.' },
}

export const doneSwap: SwapView = {
  ...swap,
  state: 'succeeded',
  phase: 'verify',
  progress: { percent: null, sentence: '' },
  etaSeconds: null,
  startedAt: before(240),
  endedAt: before(12),
  durationMs: 228_000,
  steps: [
    { phase: 'check', startedAt: before(240), endedAt: before(238) },
    { phase: 'make_room', startedAt: before(238), endedAt: before(224) },
    { phase: 'start', startedAt: before(224), endedAt: before(218) },
    { phase: 'load', startedAt: before(218), endedAt: before(46) },
    { phase: 'warm_up', startedAt: before(46), endedAt: before(14) },
    { phase: 'verify', startedAt: before(14), endedAt: before(12) },
  ],
  cancel: { possible: false, sentence: 'It has ended.' },
}

export const tellingLine =
  'ValueError: Free memory on device cuda:0 (74.9/121.7 GiB) on startup is less than desired GPU memory utilization (0.7, 85.2 GiB).'

export const failedSwap: SwapView = {
  ...restoringSwap,
  state: 'failed',
  restored: true,
  endedAt: before(20),
  startedAt: before(200),
  durationMs: 180_000,
  steps: [
    ...swap.steps.slice(0, 3),
    { phase: 'load', startedAt: before(60), endedAt: before(37) },
    { phase: 'restore', startedAt: before(37), endedAt: before(20) },
  ],
  cancel: { possible: false, sentence: 'It has ended.' },
  error: {
    code: 'memory_short',
    happened: 'vLLM found less free memory than it was told to use: spark-1 had 74.9 GiB free and the model asks for 85.2.',
    now: 'Qwen3.6 35B is answering again.',
    next: 'Files read earlier may still be held in memory. Try again in a minute, or choose a shorter context.',
    line: tellingLine,
  },
}

export const cancelledSwap: SwapView = { ...failedSwap, state: 'cancelled', error: null }

export const log: LogLineView[] = [
  { number: 1, at: before(76), text: 'Head IP: 192.0.2.20, container vllm_node' },
  { number: 2, at: before(60), text: 'Starting vLLM API server 0 on http://0.0.0.0:8000' },
  { number: 3, at: before(30), text: 'Loading safetensors checkpoint shards:  50% Completed | 8/16 [00:41<00:40,  5.1s/it]' },
  { number: 4, at: before(12), text: 'Loading safetensors checkpoint shards:  62% Completed | 10/16 [00:51<00:30,  5.1s/it]' },
]

export const failedLog: LogLineView[] = [
  ...log.slice(0, 2),
  { number: 3, at: before(41), text: 'Model loading took 70.6 GiB and 36.2 seconds' },
  { number: 4, at: before(39), text: `(EngineCore pid=142) ${tellingLine}` },
  { number: 5, at: before(38), text: 'Engine core initialization failed.' },
]

export const plan: PlanView = {
  fingerprint: 'b51f0c2a9d7e',
  cluster: 'default',
  engine: 'main',
  verdict: 'ready',
  model: llama,
  modelName: 'Llama 3.3 70B',
  reasons: [],
  stops: [
    {
      model: qwen,
      name: 'Qwen3.6 35B',
      machines: ['spark-1'],
      argv: ['/home/alice/spark-vllm-docker/launch-cluster.sh', '--solo', '--name', 'vllm_node', 'stop'],
    },
  ],
  starts: {
    model: llama,
    recipe: `shipped:${llama}`,
    machines: ['spark-1'],
    argv: [
      '/home/alice/spark-vllm-docker/launch-cluster.sh',
      '--solo',
      '--name',
      'vllm_node',
      '-t',
      'vllm-node',
      '-d',
      'exec',
      'vllm',
      'serve',
      llama,
    ]
      .concat(['--host', '0.0.0.0', '--port', '8000', '-tp', '1', '--max-model-len', '65536', '--gpu-memory-utilization', '0.7'])
      .concat(['--mm-processor-kwargs={"max_pixels": 2000000}']),
    flags: [
      { name: 'max-model-len', value: 65_536, reason: 'The longest that fits beside four requests.', source: 'shipped recipe' },
      { name: 'gpu-memory-utilization', value: 0.7, reason: '85 GB of 128: weights and room for conversations.', source: 'shipped recipe' },
      { name: 'enable-auto-tool-choice', value: true, reason: 'Its chat template knows tools.', source: 'tokenizer_config.json' },
      {
        name: 'mm-processor-kwargs',
        value: '{"max_pixels": 2000000}',
        reason: 'A photo of 12 megapixels would be refused otherwise.',
        source: 'shipped recipe',
      },
    ],
  },
  memory: [{ machine: 'spark-1', needBytes: 99 * GB, haveBytes: 112 * GB, totalBytes: 128 * GB }],
  etaSeconds: 228,
  etaFrom: 'history',
  pastMs: [220_000, 232_000, 245_000],
  wayBack: { kind: 'previous', model: qwen, sentence: 'If it does not start, Qwen3.6 35B is brought back by itself.' },
  warnings: [],
  inFlight: 2,
  needsConfirmation: false,
}

export const unconfirmedPlan: PlanView = {
  ...plan,
  etaSeconds: null,
  etaFrom: 'none',
  pastMs: [],
  needsConfirmation: true,
  inFlight: 0,
  wayBack: { kind: 'none', model: null, sentence: 'If it does not start, nothing will be answering until you switch again.' },
  warnings: ['This model is at another revision on spark-2. Only the copy on spark-1 is used.'],
}

export const blockedPlan: PlanView = {
  ...plan,
  verdict: 'blocked',
  reasons: [
    {
      code: 'memory_short',
      sentence: 'It needs 182 GB of memory and spark-1 has 128 GB.',
      unblock: 'Choose a smaller model, or add a second Spark.',
    },
    {
      code: 'launcher_too_old',
      sentence: 'The launcher on spark-1 (2026-01-12) is too old: it changes what it is told to start.',
      unblock: 'On spark-1: git -C /home/alice/spark-vllm-docker pull',
    },
  ],
  starts: null,
}

const base: ModelView = {
  id: qwen,
  repo: qwen,
  name: 'Qwen3.6 35B',
  revision: 'b968826d9c46dd6066d109eabc6255188de91218',
  state: 'complete',
  stateSentence: 'Complete on spark-1.',
  complete: true,
  revisionsDiffer: false,
  sizeBytes: 23 * GB,
  machines: [
    { machine: machine.id, name: 'spark-1', state: 'complete', bytes: 23 * GB, revision: 'b968826d9c46dd6066d109eabc6255188de91218' },
  ],
  servable: true,
  as: 'chat',
  reason: null,
  family: 'qwen3',
  quantization: 'nvfp4',
  capabilities: ['vision', 'reasoning', 'tools'],
  recipe: { id: `shipped:${qwen}`, source: 'shipped', confirmed: true },
  canRun: { verdict: 'now', why: 'It is answering.' },
  serving: 'main',
  lastUsedAt: before(61_200),
  typicalSwapSeconds: 140,
}

export const models: ModelView[] = [
  base,
  {
    ...base,
    id: llama,
    name: 'Llama 3.3 70B',
    sizeBytes: 71 * GB,
    family: 'llama',
    quantization: 'fp8',
    capabilities: ['tools'],
    canRun: { verdict: 'needs_room', why: 'Qwen3.6 35B stops first.' },
    serving: null,
    lastUsedAt: before(200_000),
    typicalSwapSeconds: 228,
  },
  {
    ...base,
    id: 'RedHatAI/Qwen3.5-122B-A10B-NVFP4',
    name: 'Qwen3.5 122B',
    sizeBytes: 76 * GB,
    recipe: { id: 'inferred:RedHatAI/Qwen3.5-122B-A10B-NVFP4', source: 'inferred', confirmed: false },
    canRun: { verdict: 'needs_room', why: 'Qwen3.6 35B stops first.' },
    serving: null,
    lastUsedAt: null,
    typicalSwapSeconds: null,
  },
  {
    ...base,
    id: 'local:house-tuned',
    repo: null,
    name: 'house tuned',
    capabilities: [],
    recipe: null,
    servable: null,
    canRun: { verdict: 'needs_setup', why: 'Its config.json names an architecture that is not known here. Write a recipe to run it.' },
    serving: null,
    lastUsedAt: null,
    typicalSwapSeconds: null,
  },
  {
    ...base,
    id: 'Qwen/Qwen3-Next-80B-A3B-Instruct',
    name: 'Qwen3-Next 80B',
    state: 'interrupted',
    complete: false,
    stateSentence: 'Interrupted: 31 of 44 files on spark-1. Nothing has arrived for 3 days.',
    capabilities: [],
    machines: [],
    canRun: { verdict: 'no', why: 'The download is not complete.' },
    serving: null,
    lastUsedAt: null,
    typicalSwapSeconds: null,
  },
]

export const recipe: RecipeView = {
  id: 'inferred:RedHatAI/Qwen3.5-122B-A10B-NVFP4',
  source: 'inferred',
  model: 'RedHatAI/Qwen3.5-122B-A10B-NVFP4',
  title: 'Qwen3.5 122B',
  description: null,
  image: null,
  port: null,
  nodes: 1,
  flags: plan.starts?.flags ?? [],
  env: {},
  confirmed: false,
  file: null,
}

export const events: EventView[] = [
  { id: 9, type: 'lock_released', at: before(1800), kind: 'lock', sentence: 'The reservation of Recap ended.', payload: {} },
  { id: 8, type: 'swap_complete', at: before(61_200), kind: 'switch', sentence: `${qwen} is answering.`, payload: { swap: swap.id } },
  {
    id: 7,
    type: 'swap_started',
    at: before(61_428),
    kind: 'switch',
    sentence: `owner asked to switch from ${llama} to ${qwen}.`,
    payload: { swap: swap.id },
  },
  { id: 6, type: 'machine_back', at: before(180_000), kind: 'machine', sentence: 'spark-2 answers again.', payload: {} },
  { id: 5, type: 'models_changed', at: before(260_000), kind: 'model', sentence: 'New on the disks: Qwen/Qwen3-8B.', payload: {} },
]

export const settings: SettingView[] = Object.entries(settingRows).map(([key, row]) => ({
  key,
  label: row.label,
  help: row.help,
  group: row.group,
  control: row.control,
  unit: row.unit,
  value: key === 'machines.pollSeconds' ? 3 : row.default,
  default: row.default,
  version: key === 'machines.pollSeconds' ? 2 : 0,
  setBy: key === 'machines.pollSeconds' ? 'owner' : null,
  setAt: null,
}))

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
  sentence: 'Qwen3.6 35B is answering.',
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
