// The flags of `vllm serve` that follow from a model's files rather than from its family. Each says why it is there.
import { expertCount, type ModelFacts } from './facts.ts'
import { type MemoryPlan, memoryFlags, runningWithState } from './memory-flags.ts'
import type { Flag } from './model.ts'
import type { QuantizationReading } from './quantization.ts'

export interface Sizing {
  readonly memory: MemoryPlan
  readonly quantization: QuantizationReading
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

function sequencesFlag(memory: MemoryPlan): Flag | null {
  if (!memory.shape.states) return null
  return {
    name: 'max-num-seqs',
    value: runningWithState,
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

/** Sizing flags of a model that is served as text or vectors. */
export function sizingFlags(facts: ModelFacts, sizing: Sizing): readonly Flag[] {
  const runner: Flag = {
    name: 'runner',
    value: 'pooling',
    reason: 'It gives vectors or scores, not text.',
    source: 'rule: what the model is for',
  }
  const { memory } = sizing
  const flags = memory.pooling
    ? [runner, ...memoryFlags(memory)]
    : [...memoryFlags(memory), cacheTypeFlag(sizing), sequencesFlag(memory), expertsFlag(facts, sizing)]
  return flags.filter((flag) => flag !== null)
}
