// What one start of a model takes of each machine: the sum that the plan and the model's page show, and that both decide by.
import type { MemoryShape } from './memory.ts'
import { type MemorySum, memorySum, requestBytes, type Serve, usualServe } from './memory-estimate.ts'
import { type MeasuredStart, withMeasured } from './memory-learning.ts'
import type { Flag, Model } from './model.ts'
import type { Recipe } from './recipe.ts'

export interface StartMemory extends MemorySum {
  /** Tokens of the longest request. */
  readonly context: number
  /** Requests of that length that the counted cache holds. */
  readonly requests: number
  /** How the cache was counted, in words; null: no formula holds, and it counts as nothing. */
  readonly formula: string | null
  readonly weightsFrom: string
  /** Finished starts of this recipe on machines of this size that the sum rests on; 0: worked out. */
  readonly measuredStarts: number
}

const units: Readonly<Record<string, number>> = { k: 1e3, m: 1e6, g: 1e9, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 }

/** A number as vLLM takes it: 32768, 32k, 25.6K, 10G. */
export function countOf(value: Flag['value'] | undefined): number | null {
  const match = /^(\d+(?:\.\d+)?)([kmgKMG]?)(?:iB|B)?$/.exec(String(value ?? '').trim())
  if (match === null) return null
  const count = Number(match[1]) * (units[match[2] ?? ''] ?? 1)
  return Number.isFinite(count) && count > 0 ? count : null
}

const flagOf = (flags: readonly Flag[], name: string): Flag['value'] | undefined => flags.find((flag) => flag.name === name)?.value

const fileLoaders = /fastsafetensors|instanttensor|runai/

/** How a recipe serves a model, as far as memory goes. What it leaves out is vLLM's own default. */
export function serveOf(flags: readonly Flag[], model: Pick<Model, 'inference'>, nodes: number): Serve {
  const { memory } = model.inference
  const type = flagOf(flags, 'kv-cache-dtype')
  const calibrated = memory.narrowCache && (type === undefined || type === 'auto')
  return {
    nodes,
    context: countOf(flagOf(flags, 'max-model-len')) ?? memory.shape.trained ?? 32_768,
    sequences: 1,
    running: Math.min(usualServe.running, countOf(flagOf(flags, 'max-num-seqs')) ?? usualServe.running),
    narrowCache: calibrated || String(type ?? '').startsWith('fp8'),
    batched: countOf(flagOf(flags, 'max-num-batched-tokens')) ?? usualServe.batched,
    eager: flagOf(flags, 'enforce-eager') === true,
    loader: fileLoaders.test(String(flagOf(flags, 'load-format') ?? '')) ? 'files' : 'mapped',
  }
}

/** A shape that counts at least what lies on the disk. */
function shapeOf(model: Pick<Model, 'inference' | 'sizeBytes'>): MemoryShape {
  const { shape } = model.inference.memory
  return shape.weightsBytes > 0 ? shape : { ...shape, weightsBytes: model.sizeBytes, weightsFrom: 'the size of its folder' }
}

/** The least that a start of this recipe needs on each of `nodes` machines: room for one request of full length, or the cache it fixes. */
export function startMemory(
  model: Pick<Model, 'inference' | 'sizeBytes'>,
  recipe: Pick<Recipe, 'flags'>,
  nodes: number,
  headroomBytes: number,
  measured: MeasuredStart | null,
): StartMemory {
  const shape = shapeOf(model)
  const serve = serveOf(recipe.flags, model, nodes)
  const pooling = model.inference.memory.pooling
  const fixed = countOf(flagOf(recipe.flags, 'kv-cache-memory-bytes'))
  const worked = memorySum(shape, serve, headroomBytes, pooling ? (fixed ?? 0) : fixed)
  const one = shape.cache === null || pooling ? 0 : requestBytes(shape.cache, serve)
  return {
    ...withMeasured(worked, measured),
    context: serve.context,
    requests: fixed === null || one <= 0 ? 1 : Math.floor(fixed / one),
    formula: shape.cache === null || pooling ? null : shape.cache.formula,
    weightsFrom: shape.weightsFrom,
    measuredStarts: measured?.starts ?? 0,
  }
}
