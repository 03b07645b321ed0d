// Plans, swaps and what serves, for tests that only need one to be there.
import type { Serving } from '../../server/domain/engine.ts'
import type { Plan } from '../../server/domain/plan.ts'
import type { Swap } from '../../server/domain/swap.ts'
import { buildNow, buildRecipe } from './builders.ts'

export const buildPlan = (machines: readonly string[], change: Partial<Plan> = {}): Plan => ({
  fingerprint: 'f1',
  cluster: 'default',
  engine: 'main',
  verdict: 'ready',
  reasons: [],
  stops: [],
  starts: {
    model: 'Qwen/Qwen3-8B',
    recipe: buildRecipe(),
    machines,
    containerName: 'vllm_node',
    port: 8000,
    servedName: 'Qwen/Qwen3-8B',
    argv: ['launch-cluster.sh'],
    stopArgv: ['launch-cluster.sh', 'stop'],
    env: {},
  },
  memory: [],
  etaSeconds: null,
  etaFrom: 'none',
  pastMs: [],
  wayBack: { kind: 'none', why: 'Nothing was running.' },
  warnings: [],
  inFlight: 0,
  ...change,
})

export const buildSwap = (change: Partial<Swap> = {}): Omit<Swap, 'fence' | 'steps'> => ({
  id: 'swap1',
  cluster: 'default',
  engine: 'main',
  model: 'Qwen/Qwen3-8B',
  previousModel: null,
  recipeId: 'shipped:Qwen/Qwen3-8B',
  plan: buildPlan(['spark1']),
  wayBack: null,
  state: 'running',
  phase: 'check',
  restored: null,
  progress: { percent: null, sentence: 'Making sure the plan still holds.' },
  startedAt: buildNow,
  endedAt: null,
  requestedBy: { kind: 'owner', name: 'owner', address: null },
  why: null,
  cancelRequestedAt: null,
  trouble: null,
  ...change,
})

/** Serves the model of buildPlan on spark1 since buildNow. */
export const buildServing = (change: Partial<Serving> = {}): Serving => ({
  engine: 'main',
  model: 'Qwen/Qwen3-8B',
  recipeId: 'shipped:Qwen/Qwen3-8B',
  plan: buildPlan(['spark1']),
  machines: ['spark1'],
  port: 8000,
  servedName: 'Qwen/Qwen3-8B',
  since: buildNow,
  adopted: false,
  ...change,
})
