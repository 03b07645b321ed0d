// The size of a model from its config. Estimates, used only where files cannot say.
import { layerCount } from './cache-layers.ts'
import { expertCount, type ModelFacts } from './facts.ts'
import { field, type JsonObject, numberField, textField, textsField } from './tolerant-json.ts'

/** Attention heads, which the number of machines must divide. */
export function headCount(facts: ModelFacts): number | null {
  return numberField(facts.text, 'num_attention_heads', 'n_head', 'n_heads')
}

/** Of one layer; null where a mixture does not tell the size of its experts, which are no multiple of anything. */
function feedForward(text: JsonObject, experts: number, hidden: number): number | null {
  const dense = numberField(text, 'intermediate_size', 'ffn_dim', 'n_inner', 'hidden_dim')
  if (experts <= 1) return 3 * hidden * (dense ?? 4 * hidden)
  const expert = numberField(text, 'moe_intermediate_size', 'expert_intermediate_size', 'expert_ffn_hidden_size') ?? dense
  return expert === null ? null : 3 * hidden * expert * experts
}

/** Parameters of the language model, roughly (within a third for plain and mixture models); null for hybrids whose layers differ in kind. */
export function estimatedParameters(facts: ModelFacts): number | null {
  const text = facts.text
  const hidden = numberField(text, 'hidden_size', 'n_embd', 'd_model')
  const layers = layerCount(text)
  if (text === null || hidden === null || layers === null) return null
  if (hybridPattern(text) !== null || field(text, 'block_configs') !== null) return null
  const vocabulary = numberField(text, 'vocab_size') ?? 0
  const forward = feedForward(text, expertCount(facts), hidden)
  if (forward === null) return null
  const total = layers * (forward + 3 * hidden * hidden) + vocabulary * hidden
  return Number.isFinite(total) && total > 0 && total < 1e14 ? total : null
}

/** The letters or words by which a Mamba hybrid lists its layers. */
function hybridPattern(text: JsonObject): readonly string[] | null {
  const letters = textField(text, 'hybrid_override_pattern')
  if (letters !== null) return [...letters]
  const words = textsField(text, 'layers_block_type')
  return words.length > 0 ? words : null
}
