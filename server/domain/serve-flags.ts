// The flags of `vllm serve` that follow from a model's size and files rather than from its family. Each says why it is there.
import { expertCount, type ModelFacts, maxContext } from './facts.ts'
import type { Flag } from './model.ts'
import type { QuantizationReading } from './quantization.ts'
import { cacheBytesPerToken, isHybrid, isLatent } from './shape.ts'
import { bytesInWords } from './words.ts'

/** Memory of a Spark that CUDA sees: 127601452 KiB. */
export const visibleBytes = 127_601_452 * 1024
/** Never more of it: above this the host itself runs short and freezes. */
export const highestUtilization = 0.85
/** Working memory beside weights and cache: activations, graphs, CUDA itself. */
const workingBytes = 7e9

export interface Sizing {
  readonly weights: number
  readonly nodes: number
  readonly pooling: boolean
  readonly quantization: QuantizationReading
}

/** The share of memory vLLM may take: 0.8 as a rule, less for what needs little, never above 0.85. */
export function utilization(sizing: Sizing): number {
  const share = (sizing.weights / sizing.nodes) * 1.1 + workingBytes
  const least = Math.ceil((share / visibleBytes) * 20) / 20
  const rule = sizing.pooling ? 0.3 : sizing.weights <= 10e9 ? 0.5 : 0.8
  return Math.min(highestUtilization, Math.max(rule, least))
}

function utilizationFlag(sizing: Sizing): Flag {
  const value = utilization(sizing)
  const why =
    value > 0.8
      ? 'The weights leave little room: this is the most a Spark can give without risking a freeze.'
      : value < 0.8
        ? `It is small (${bytesInWords(sizing.weights)}), so most of the memory stays free for other things.`
        : "A Spark shares its memory with the system: vLLM's own default of 0.92 can freeze it."
  return { name: 'gpu-memory-utilization', value, reason: why, source: 'rule: at most 0.85 of the shared memory' }
}

/** Tokens that fit beside the weights, for all requests together; null when the cost of a token is not known. */
export function cacheTokens(facts: ModelFacts, sizing: Sizing): number | null {
  const perToken = cacheBytesPerToken(facts)
  if (perToken === null || perToken <= 0) return null
  const left = utilization(sizing) * visibleBytes - sizing.weights / sizing.nodes - workingBytes
  const spread = isLatent(facts) ? 1 : sizing.nodes
  return Math.max(0, Math.floor(left / ((perToken / spread) * (sizing.quantization.fp8Cache ? 0.5 : 1))))
}

/** The largest power of two not above `tokens`, at least 2048. */
const rounded = (tokens: number): number => 2 ** Math.max(11, Math.floor(Math.log2(Math.max(1, tokens))))

function contextFlag(facts: ModelFacts, sizing: Sizing): Flag | null {
  const trained = maxContext(facts)
  if (trained === null) return null
  const tokens = cacheTokens(facts, sizing)
  const fits = tokens === null ? 32_768 : tokens / 2
  if (trained <= fits) {
    return {
      name: 'max-model-len',
      value: trained,
      reason: 'As long as the model was trained for; two such requests fit at once.',
      source: 'config.json max_position_embeddings',
    }
  }
  const value = Math.min(trained, rounded(fits))
  const why =
    tokens === null
      ? `What a token of its context costs cannot be read from its config, so this stays below the ${trained} it was trained for.`
      : `It was trained for ${trained} tokens, but two requests of that length would not fit beside the weights.`
  return { name: 'max-model-len', value, reason: why, source: 'rule: two full requests fit in the cache' }
}

function cacheTypeFlag(sizing: Sizing): Flag | null {
  if (!sizing.quantization.fp8Cache) return null
  return {
    name: 'kv-cache-dtype',
    value: 'fp8',
    reason: 'The checkpoint was calibrated for an 8-bit cache, which holds twice the context.',
    source: `${sizing.quantization.source}, cache`,
  }
}

function sequencesFlag(facts: ModelFacts): Flag | null {
  if (!isHybrid(facts)) return null
  return {
    name: 'max-num-seqs',
    value: 8,
    reason: 'Some of its layers keep a state for every running request, which takes memory up front.',
    source: 'config.json layer kinds',
  }
}

function expertsFlag(facts: ModelFacts, sizing: Sizing): Flag | null {
  if (!sizing.quantization.weightOnly || expertCount(facts) <= 1) return null
  return {
    name: 'moe-backend',
    value: 'marlin',
    reason: 'Its experts are 4-bit weights with full-precision activations, which this kernel is made for.',
    source: sizing.quantization.source,
  }
}

/** Environment that follows from how the weights are stored. */
export function storageEnv(quantization: QuantizationReading): Readonly<Record<string, string>> {
  // The 4-bit integer kernels add up faster this way on GB10; most published Spark recipes set it.
  return quantization.scheme === 'int4' ? { VLLM_MARLIN_USE_ATOMIC_ADD: '1' } : {}
}

function loaderFlag(sizing: Sizing): Flag | null {
  const share = sizing.weights / sizing.nodes
  if (share < 10e9 || share > 0.6 * visibleBytes) return null
  return {
    name: 'load-format',
    value: 'fastsafetensors',
    reason: 'Loads several times faster than mapping the files, which is slow on shared memory.',
    source: 'rule: weights between 10 GB and 0.6 of memory',
  }
}

/** Sizing flags of a model that is served as text or vectors. */
export function sizingFlags(facts: ModelFacts, sizing: Sizing): readonly Flag[] {
  const runner: Flag = {
    name: 'runner',
    value: 'pooling',
    reason: 'It gives vectors or scores, not text.',
    source: 'rule: what the model is for',
  }
  const flags = sizing.pooling
    ? [runner, utilizationFlag(sizing)]
    : [
        contextFlag(facts, sizing),
        utilizationFlag(sizing),
        cacheTypeFlag(sizing),
        sequencesFlag(facts),
        expertsFlag(facts, sizing),
        loaderFlag(sizing),
      ]
  return flags.filter((flag) => flag !== null)
}
