// Domain values for tests, whole and plausible; a test names only what it is about.
import type { EngineLook } from '../../server/domain/engine.ts'
import type { Launcher, Machine, MachineView, Observation } from '../../server/domain/machine.ts'
import { noMachineFacts } from '../../server/domain/machine-facts.ts'
import type { Inference, Model, ModelMemory } from '../../server/domain/model.ts'
import type { PlanFacts } from '../../server/domain/plan-facts.ts'
import type { Recipe } from '../../server/domain/recipe.ts'

export const GB = 1e9
export const buildNow = Date.UTC(2026, 0, 1)

export const buildLauncher = (change: Partial<Launcher> = {}): Launcher => ({
  path: '/home/alice/spark-vllm-docker',
  era: 'E3',
  commit: '013cd2e',
  date: '2026-09-15',
  carriesQuotes: true,
  flags: { solo: true, noRay: true, ray: true, env: true, volume: true, mod: true },
  ...change,
})

export const buildMachine = (change: Partial<Machine> = {}): Machine => ({
  id: 'spark1',
  name: 'spark-1',
  address: '192.0.2.11',
  port: 22,
  user: 'alice',
  hostKey: 'SHA256:abc',
  fabricAddress: null,
  launcherPath: null,
  cachePath: null,
  modelFolders: [],
  addedAt: 0,
  ...change,
})

export const buildObservation = (change: Partial<Observation> = {}): Observation => ({
  at: buildNow,
  hostname: 'spark-1',
  bootId: 'boot-1',
  uptimeSeconds: 1000,
  driver: '580.173.02',
  gpuName: 'NVIDIA GB10',
  gpu: { loadPercent: 0, temperatureC: 35, powerW: 11, smMHz: 2405 },
  memory: { totalBytes: 130.66 * GB, availableBytes: 121.4 * GB, freeBytes: 110 * GB, cachedBytes: 8 * GB, pressure: 0 },
  disk: { path: '/home/alice/.cache/huggingface', freeBytes: 900 * GB, totalBytes: 3700 * GB },
  containers: [],
  dockerProblem: null,
  vpnAddress: null,
  fabricAddress: null,
  launcher: buildLauncher(),
  cachePath: '/home/alice/.cache/huggingface/hub',
  fence: null,
  facts: noMachineFacts,
  ...change,
})

export const buildView = (machine: Partial<Machine> = {}, observation: Partial<Observation> | null = {}): MachineView => ({
  machine: buildMachine(machine),
  reach: observation === null ? 'unreachable' : 'reachable',
  observation: observation === null ? null : buildObservation(observation),
  misses: observation === null ? 3 : 0,
  trouble: null,
  rebootedAt: null,
})

export const buildInference = (change: Partial<Inference> = {}): Inference => ({
  servable: true,
  as: 'chat',
  reason: null,
  family: 'qwen3',
  quantization: 'none',
  capabilities: ['tools'],
  toolCallParser: 'hermes',
  reasoningParser: 'qwen3',
  topology: { kind: 'solo', minNodes: 1, tp: 1 },
  flags: [],
  env: {},
  weightsBytes: 16 * GB,
  memory: buildMemory(change.weightsBytes ?? 16 * GB),
  evidence: [],
  maxContext: 40960,
  ...change,
})

/** As Qwen3 8B keeps its context, with other weights. */
export const buildMemory = (weightsBytes: number): ModelMemory => ({
  pooling: false,
  narrowCache: false,
  shape: {
    weightsBytes,
    weightsFrom: 'the sizes of its weight files',
    cache: {
      parts: [{ what: 'full attention', layers: 36, bytes: 4096, atMost: null, heads: 8, narrows: true }],
      formula: '36 layers keep everything',
    },
    states: false,
    trained: 40_960,
    hidden: 4096,
    vocabulary: 151_936,
    senses: false,
    heads: 32,
  },
})

export const buildModel = (change: Partial<Model> = {}): Model => ({
  id: 'Qwen/Qwen3-8B',
  name: 'Qwen3 8B',
  copies: [
    {
      machine: 'spark1',
      state: 'complete',
      bytes: 16 * GB,
      revision: 'r1',
      path: '/home/alice/.cache/huggingface/hub/models--Qwen--Qwen3-8B/snapshots/r1',
    },
  ],
  state: 'complete',
  complete: true,
  revisionsDiffer: false,
  sizeBytes: 16 * GB,
  inference: buildInference(),
  lastUsedAt: null,
  ...change,
})

export const buildRecipe = (change: Partial<Recipe> = {}): Recipe => ({
  id: 'shipped:Qwen/Qwen3-8B',
  source: 'shipped',
  model: 'Qwen/Qwen3-8B',
  title: 'Qwen3 8B',
  description: null,
  image: null,
  port: null,
  nodes: 1,
  flags: [{ name: 'gpu-memory-utilization', value: 0.8, reason: 'rule', source: 'rule' }],
  env: {},
  confirmed: true,
  file: null,
  ...change,
})

/** A healthy look at an engine that has nothing to do. */
export const buildLook = (change: Partial<EngineLook> = {}): EngineLook => ({
  at: buildNow,
  reachable: true,
  healthy: true,
  models: ['Qwen/Qwen3-8B'],
  runningRequests: 0,
  waitingRequests: 0,
  promptTokens: 0,
  generatedTokens: 0,
  cacheUsage: 0,
  ...change,
})

/** A look that nobody answered. */
export const buildClosedDoor = (at = buildNow): EngineLook => ({
  at,
  reachable: false,
  healthy: false,
  models: [],
  runningRequests: null,
  waitingRequests: null,
  promptTokens: null,
  generatedTokens: null,
  cacheUsage: null,
})

export const buildFacts = (change: Partial<PlanFacts> = {}): PlanFacts => ({
  now: buildNow,
  pollMs: 5000,
  cluster: 'default',
  engine: 'main',
  appliance: 'us',
  target: { model: buildModel(), name: 'Qwen3 8B', recipe: buildRecipe() },
  machines: [buildView()],
  serving: null,
  servingName: null,
  containerName: 'vllm_node',
  defaultImage: 'vllm-node',
  defaultPort: 8000,
  headroomBytes: 8 * GB,
  restorePrevious: true,
  pastMs: () => [],
  inFlight: 0,
  ...change,
})
