// Samples of switches and plans, in every phase and outcome.
import { actOf } from '../../server/contract/acts.ts'
import { type ErrorCode, type FactsOf, tellError } from '../../server/contract/errors.ts'
import type { LogLineView, PlanView, StartMemoryView, SwapView } from '../../server/contract/operations/shapes.ts'
import { before, GB, llama, qwen } from './view-samples.ts'

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
  removes: null,
  progress: { percent: 62, sentence: 'Reading the weights: part 10 of 16.' },
  evidence: [
    { what: 'vLLM process', value: 'running', at: before(2) },
    { what: 'Last line of the log', value: '4 s before the last look', at: before(6) },
    { what: 'Memory last moved', value: 'at the last look, to 64 GB available', at: before(2) },
  ],
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

function told<Code extends ErrorCode>(
  code: Code,
  facts: FactsOf<Code>,
): Pick<NonNullable<SwapView['error']>, 'happened' | 'next' | 'run' | 'act'> {
  const { happened, next, run, act } = tellError(code, facts)
  return { happened, next, run, act: act === null ? null : actOf(act, { model: llama, swap: swap.id }) }
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
    ...told('memory_short', { machine: 'spark-1', free: '80 GB', wanted: '91 GB', line: tellingLine }),
    now: 'Qwen3.6 35B is answering again.',
    line: tellingLine,
    machine: 'spark-1',
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

export const startMemorySample: StartMemoryView = {
  weightsBytes: 71 * GB,
  cacheBytes: 14 * GB,
  startUpBytes: 6 * GB,
  headroomBytes: 8 * GB,
  needBytes: 99 * GB,
  context: 65_536,
  requests: 1,
  formula: '80 layers keep everything',
  weightsFrom: 'the sizes of its weight files',
  measuredStarts: 0,
}

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
      container: 'vllm_node',
      machines: ['spark-1'],
      argv: ['/home/alice/spark-vllm-docker/launch-cluster.sh', '--solo', '--name', 'vllm_node', 'stop'],
    },
  ],
  starts: {
    model: llama,
    recipe: `shipped:${llama}`,
    source: 'shipped',
    digest: 'd1',
    mods: [],
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
  memory: [{ machine: 'spark-1', needBytes: 99 * GB, haveBytes: 112 * GB, totalBytes: 128 * GB, sum: startMemorySample }],
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
