// Samples of models on the disks and their recipes.
import type { ModelView, RecipeView } from '../../server/contract/operations/shapes.ts'
import { before, GB, llama, machine, qwen } from './view-samples.ts'
import { plan, startMemorySample } from './view-samples-of-swaps.ts'

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
  evidence: [
    { what: 'Family', says: 'Qwen3.5', because: 'model_type is qwen3_5_moe' },
    { what: 'Tool calls', says: 'qwen3_coder', because: 'model_type is qwen3_5_moe' },
    { what: 'Weights', says: 'nvfp4', because: 'config.json quantization_config says so' },
  ],
  memory: {
    sum: { ...startMemorySample, weightsBytes: 23 * GB, cacheBytes: 43 * GB, needBytes: 80 * GB, requests: 8, measuredStarts: 3 },
    totalBytes: 128 * GB,
    sentence: 'It fits on one Spark. The longest conversation that fits is 262,144 tokens.',
    fits: [
      { nodes: 1, fits: true, needBytes: 31 * GB, roomBytes: 105 * GB, longest: 262_144 },
      { nodes: 2, fits: true, needBytes: 19 * GB, roomBytes: 111 * GB, longest: 262_144 },
    ],
  },
  typicalSwapSeconds: 140,
  speed: { tokensPerSecond: 38.2, firstTokenSeconds: 0.21, machines: 1, measuredAt: before(61_100), skipped: null },
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
    speed: {
      tokensPerSecond: 4.6,
      firstTokenSeconds: 0.9,
      machines: 1,
      measuredAt: before(200_000),
      skipped: { why: 'a request was in progress', at: before(90_000) },
    },
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
    speed: null,
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
    speed: null,
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
    speed: null,
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
  mods: [],
  digest: 'd1',
  confirmed: false,
  file: null,
  speed: null,
}

/** A recipe of the launcher with a mod that changed since it was confirmed. */
export const patchedRecipe: RecipeView = {
  ...recipe,
  id: 'launcher:qwen3.5-122b-patched',
  source: 'launcher',
  title: 'Qwen3.5 122B, patched template',
  image: 'vllm-node',
  file: 'qwen3.5-122b-patched.yaml',
  mods: [
    {
      path: 'mods/fix-template',
      changed: ['run.sh'],
      files: [
        {
          path: 'chat.jinja',
          sizeBytes: 48_000,
          digest: '0f1e2d3c4b5a69788796a5b4c3d2e1f0',
          text: '{% for message in messages %}\n',
          cut: true,
        },
        {
          path: 'run.sh',
          sizeBytes: 74,
          digest: 'f0e1d2c3b4a5968778695a4b3c2d1e0f',
          text: '#!/bin/bash\nset -e\ncp chat.jinja /workspace/chat.jinja\necho "<done>"\n',
          cut: false,
        },
      ],
    },
  ],
}

export const leftRecipes = [
  {
    file: 'qwen3.5-122b-piped.yaml',
    title: 'Qwen3.5 122B, piped',
    why: 'Its command needs a shell: a pipe, a variable, a second command or the like. Spark Control starts only one plain command.',
  },
]
