// The size of a model from its config: parameters and what one token of context costs. Estimates, used only where files cannot say.
import { expertCount, type ModelFacts } from './facts.ts'
import { field, type JsonObject, numberField, objectField, textField, textsField } from './tolerant-json.ts'

/** Layers of the language model; some configs only give the list of their kinds. */
export function layerCount(facts: ModelFacts): number | null {
  const direct = numberField(facts.text, 'num_hidden_layers', 'n_layer', 'n_layers', 'num_layers')
  if (direct !== null && direct > 0) return direct
  const kinds = textsField(facts.text ?? undefined, 'layers_block_type')
  return kinds.length > 0 ? kinds.length : null
}

/** Attention heads, which the number of machines must divide. */
export function headCount(facts: ModelFacts): number | null {
  return numberField(facts.text, 'num_attention_heads', 'n_head', 'n_heads')
}

function feedForward(text: JsonObject, experts: number, hidden: number): number {
  const dense = numberField(text, 'intermediate_size', 'ffn_dim', 'n_inner', 'hidden_dim') ?? 4 * hidden
  if (experts <= 1) return 3 * hidden * dense
  const expert = numberField(text, 'moe_intermediate_size', 'expert_intermediate_size', 'expert_ffn_hidden_size') ?? dense
  return 3 * hidden * expert * experts
}

/** Parameters of the language model, roughly (within a third for plain and mixture models); null for hybrids whose layers differ in kind. */
export function estimatedParameters(facts: ModelFacts): number | null {
  const text = facts.text
  const hidden = numberField(text, 'hidden_size', 'n_embd', 'd_model')
  const layers = layerCount(facts)
  if (text === null || hidden === null || layers === null) return null
  if (hybridPattern(text) !== null || field(text, 'block_configs') !== null) return null
  const vocabulary = numberField(text, 'vocab_size') ?? 0
  const perLayer = feedForward(text, expertCount(facts), hidden) + 3 * hidden * hidden
  const total = layers * perLayer + vocabulary * hidden
  return Number.isFinite(total) && total > 0 && total < 1e14 ? total : null
}

/** The letters or words by which a Mamba hybrid lists its layers. */
function hybridPattern(text: JsonObject): readonly string[] | null {
  const letters = textField(text, 'hybrid_override_pattern')
  if (letters !== null) return [...letters]
  const words = textsField(text, 'layers_block_type')
  return words.length > 0 ? words : null
}

/** Layers whose cache grows with every token; sliding, linear and Mamba layers hold a bounded state. */
function growingLayers(text: JsonObject, layers: number): number {
  const pattern = hybridPattern(text)
  if (pattern !== null) return pattern.filter((kind) => kind === '*' || kind === 'attention').length
  const kinds = textsField(text, 'layer_types')
  if (kinds.length > 0) return kinds.filter((kind) => kind === 'full_attention' || kind === 'attention').length
  const interval = numberField(text, 'full_attention_interval')
  return interval !== null && interval > 1 ? Math.floor(layers / interval) : layers
}

/** True when some layers keep a state per running request instead of a cache per token. */
export function isHybrid(facts: ModelFacts): boolean {
  const text = facts.text
  if (text === null) return false
  if (hybridPattern(text) !== null) return true
  return (
    textsField(text, 'layer_types').some((kind) => kind === 'linear_attention' || kind === 'conv' || kind === 'mamba') ||
    (numberField(text, 'full_attention_interval') ?? 1) > 1
  )
}

/** Multi-head latent attention: a small joint cache, which does not shrink with more machines. */
export function isLatent(facts: ModelFacts): boolean {
  return numberField(facts.text, 'kv_lora_rank') !== null
}

/** Bytes that one more token of context costs over all machines at 2 bytes an element; null where no simple formula holds. */
export function cacheBytesPerToken(facts: ModelFacts): number | null {
  const text = facts.text
  const layers = layerCount(facts)
  if (text === null || layers === null) return null
  const growing = growingLayers(text, layers)
  const rank = numberField(text, 'kv_lora_rank')
  if (rank !== null) return layers * (rank + (numberField(text, 'qk_rope_head_dim') ?? 64)) * 2
  const heads = headCount(facts)
  const hidden = numberField(text, 'hidden_size', 'n_embd')
  const cacheHeads = numberField(text, 'num_global_key_value_heads', 'num_key_value_heads') ?? heads
  const width = numberField(text, 'global_head_dim', 'head_dim') ?? (hidden !== null && heads !== null && heads > 0 ? hidden / heads : null)
  if (cacheHeads === null || width === null || objectField(text, 'block_configs') !== null || field(text, 'block_configs') !== null)
    return null
  return growing * cacheHeads * width * 4
}
