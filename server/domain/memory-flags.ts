// The flags of `vllm serve` that follow from a model's memory and the size of the machines. Each says why it is there.
import type { MemoryShape } from './memory.ts'
import { cacheBytes, longestContext, requestBytes, type Serve, usualServe, workingBytes } from './memory-estimate.ts'
import { highestShare, shareFor } from './memory-fit.ts'
import type { Flag } from './model.ts'
import { bytesInWords } from './words.ts'

export interface MemoryPlan {
  readonly shape: MemoryShape
  readonly nodes: number
  readonly pooling: boolean
  /** The checkpoint was calibrated for an 8-bit cache. */
  readonly narrowCache: boolean
  /** Memory of each machine. */
  readonly totalBytes: number
}

/** Names of the flags that this file decides: they change with the machines. */
export const memoryFlagNames: ReadonlySet<string> = new Set([
  'max-model-len',
  'gpu-memory-utilization',
  'kv-cache-memory-bytes',
  'load-format',
])

/** Requests at once where each keeps a state. */
export const runningWithState = 8
/** Two requests of full length fit, so that a second one does not wait for the first. */
const wantedSequences = 2
/** More full-length requests at once than this are not planned for: the memory is left to the machine. */
const mostSequences = 8
/** Below this a cache is too small for the blocks that vLLM lays out. */
const leastCache = 1e9
const cacheStep = 2 ** 28

const serveOf = (plan: MemoryPlan, context: number, sequences: number): Serve => ({
  ...usualServe,
  nodes: plan.nodes,
  context,
  sequences,
  running: plan.shape.states ? runningWithState : usualServe.running,
  narrowCache: plan.narrowCache,
})

const weightsShare = (plan: MemoryPlan): number => plan.shape.weightsBytes / plan.nodes

/** The share of memory vLLM may take: 0.8 as a rule, less for what needs little, never above 0.85. */
function wantedShare(plan: MemoryPlan): number {
  const { shape } = plan
  const least = Math.ceil(((weightsShare(plan) * 1.1 + workingBytes(shape, serveOf(plan, 1, 1))) / plan.totalBytes) * 20) / 20
  const rule = plan.pooling ? 0.3 : shape.weightsBytes <= 10e9 ? 0.5 : 0.8
  return Math.min(plan.nodes === 1 ? highestShare : shareFor(plan.nodes), Math.max(rule, least))
}

/** What is left for the cache of each machine. */
function cacheRoom(plan: MemoryPlan, share: number): number {
  return Math.max(0, share * plan.totalBytes - weightsShare(plan) - workingBytes(plan.shape, serveOf(plan, 1, 1)))
}

/** The largest power of two not above `tokens`, at least 2048. */
const rounded = (tokens: number): number => 2 ** Math.max(11, Math.floor(Math.log2(Math.max(1, tokens))))

function contextFlag(plan: MemoryPlan, share: number): Flag | null {
  const { trained, cache } = plan.shape
  if (trained === null) return null
  const longest = longestContext(cache, serveOf(plan, 1, wantedSequences), cacheRoom(plan, share))
  const fits = longest ?? 32_768
  if (trained <= fits)
    return {
      name: 'max-model-len',
      value: trained,
      reason: 'As long as the model was trained for; at least two such requests fit at once.',
      source: 'config.json max_position_embeddings',
    }
  const why =
    longest === null
      ? `What a token of its context costs cannot be read from its config, so this stays below the ${trained} it was trained for.`
      : `It was trained for ${trained} tokens, but two requests of that length would not fit beside the weights.`
  return { name: 'max-model-len', value: Math.min(trained, rounded(fits)), reason: why, source: 'rule: two full requests fit in the cache' }
}

function shareFlag(plan: MemoryPlan, value: number, fixed: boolean): Flag {
  const why = fixed
    ? 'What the weights, the cache and start-up need together; vLLM only starts where this much is free.'
    : value > 0.8
      ? 'The weights leave little room: this is the most a Spark can give without risking a freeze.'
      : value < 0.8
        ? `It is small (${bytesInWords(plan.shape.weightsBytes)}), so most of the memory stays free for other things.`
        : "A Spark shares its memory with the system: vLLM's own default of 0.92 can freeze it."
  return { name: 'gpu-memory-utilization', value, reason: why, source: 'rule: at most 0.85 of the shared memory' }
}

/** A fixed size of cache: vLLM then measures nothing at start, and page cache or a neighbour cannot change the outcome. */
function fixedCache(plan: MemoryPlan, share: number, context: number): number | null {
  const { cache } = plan.shape
  if (cache === null || plan.pooling) return null
  const serve = serveOf(plan, context, 1)
  const most = cacheBytes(cache, { ...serve, sequences: mostSequences })
  const bytes = Math.floor(Math.min(most, cacheRoom(plan, share)) / cacheStep) * cacheStep
  return bytes >= Math.max(leastCache, cacheBytes(cache, serve)) ? bytes : null
}

function cacheFlag(plan: MemoryPlan, bytes: number, context: number): Flag {
  const { cache } = plan.shape
  const one = cache === null ? 0 : requestBytes(cache, serveOf(plan, context, 1))
  const requests = one > 0 ? Math.max(1, Math.floor(bytes / one)) : 1
  const many = requests === 1 ? 'one request' : `${requests} requests`
  return {
    name: 'kv-cache-memory-bytes',
    value: bytes,
    reason: `Room for ${many} of ${context} tokens. A fixed size starts the same every time; a share is measured anew and may fail.`,
    source: `config.json: ${cache?.formula ?? ''}`,
  }
}

function loaderFlag(plan: MemoryPlan): Flag | null {
  const share = weightsShare(plan)
  if (share < 10e9 || share > 0.6 * plan.totalBytes) return null
  return {
    name: 'load-format',
    value: 'fastsafetensors',
    reason: 'Loads several times faster than mapping the files, which is slow on shared memory.',
    source: 'rule: weights between 10 GB and 0.6 of memory',
  }
}

/** The share that a fixed sum asks for, in whole hundredths. */
function shareOfSum(plan: MemoryPlan, share: number, cache: number): number {
  const sum = weightsShare(plan) + cache + workingBytes(plan.shape, serveOf(plan, 1, 1))
  return Math.min(share, Math.ceil((sum / plan.totalBytes) * 100) / 100)
}

/** The memory flags of a model on so many machines of this size. */
export function memoryFlags(plan: MemoryPlan): readonly Flag[] {
  const share = wantedShare(plan)
  if (plan.pooling) return [shareFlag(plan, share, false)]
  const context = contextFlag(plan, share)
  const length = Number(context?.value ?? plan.shape.trained ?? 0)
  const fixed = length > 0 ? fixedCache(plan, share, length) : null
  const flags =
    fixed === null
      ? [context, shareFlag(plan, share, false), loaderFlag(plan)]
      : [context, shareFlag(plan, shareOfSum(plan, share, fixed), true), cacheFlag(plan, fixed, length), loaderFlag(plan)]
  return flags.filter((flag) => flag !== null)
}
