// Which layers of a model keep what for a running request: everything said so far, a window of it, a fixed state, or nothing.
// Read from whichever of the many spellings its config uses.
import type { FamilyMemory } from './memory.ts'
import { field, type Json, type JsonObject, numberField, textField, textsField } from './tolerant-json.ts'

export type LayerKind = 'full' | 'window' | 'linear' | 'mamba' | 'conv' | 'both' | 'none'

/** More layers than any model has: a longer list is not one. */
const mostLayers = 2000

const letters: Readonly<Record<string, LayerKind>> = { '*': 'full', M: 'mamba' }
const words: Readonly<Record<string, LayerKind>> = {
  attention: 'full',
  full_attention: 'full',
  global_attention: 'full',
  global: 'full',
  sliding_attention: 'window',
  sliding_window: 'window',
  local_attention: 'window',
  chunked_attention: 'window',
  linear_attention: 'linear',
  gated_delta_net: 'linear',
  lightning_attention: 'linear',
  mamba: 'mamba',
  mamba2: 'mamba',
  hybrid: 'both',
  conv: 'conv',
  short_conv: 'conv',
  moe: 'none',
  mlp: 'none',
}

/** A word nobody knows is taken for the costly kind. */
const ofWord = (word: string): LayerKind => (Object.hasOwn(words, word) ? (words[word] ?? 'full') : 'full')

const numbers = (value: Json): readonly number[] | null => {
  if (!Array.isArray(value) || value.length === 0 || value.length > mostLayers) return null
  return value.every((item): item is number => typeof item === 'number') ? value : null
}

const repeat = (count: number, kindAt: (index: number) => LayerKind): readonly LayerKind[] =>
  Array.from({ length: Math.min(count, mostLayers) }, (_, index) => kindAt(index))

/** Layers of the language model; some configs only give the list of their kinds. */
export function layerCount(text: JsonObject | null): number | null {
  const direct = numberField(text, 'num_hidden_layers', 'n_layer', 'n_layers', 'num_layers', 'decoder_layers')
  if (direct !== null && direct >= 1 && direct <= mostLayers) return Math.floor(direct)
  const listed = listedKinds(text)
  return listed === null || listed.length === 0 ? null : listed.length
}

/** The kinds where the config lists them layer by layer. */
function listedKinds(text: JsonObject | null): readonly LayerKind[] | null {
  const pattern = textField(text, 'hybrid_override_pattern')
  if (pattern !== null && pattern !== '') return [...pattern.slice(0, mostLayers)].map((letter) => letters[letter] ?? 'none')
  for (const name of ['layers_block_type', 'layer_types'] as const) {
    const listed = textsField(text ?? undefined, name)
    if (listed.length > 0) return listed.slice(0, mostLayers).map(ofWord)
  }
  const windows = numbers(field(text ?? undefined, 'hybrid_layer_pattern'))
  if (windows !== null) return windows.map((one) => (one === 1 ? 'window' : 'full'))
  const lightning = numbers(field(text ?? undefined, 'attn_type_list'))
  return lightning === null ? null : lightning.map((one) => (one === 0 ? 'linear' : 'full'))
}

/** The kinds where the config gives a rule: every so many layers another kind. */
function ruledKinds(text: JsonObject, count: number, memory: FamilyMemory | undefined): readonly LayerKind[] {
  const interval = numberField(text, 'full_attention_interval')
  if (interval !== null && interval > 1) return repeat(count, (index) => ((index + 1) % interval === 0 ? 'full' : 'linear'))
  const period = numberField(text, 'attn_layer_period')
  const offset = numberField(text, 'attn_layer_offset') ?? 0
  if (period !== null && period > 1) return repeat(count, (index) => (index % period === offset ? 'full' : 'mamba'))
  const attention = numbers(field(text, 'attn_layer_indices'))
  if (attention !== null) return repeat(count, (index) => (attention.includes(index) ? 'full' : 'mamba'))
  // A state in every layer, beside attention.
  if (numberField(text, 'mamba_d_ssm', 'mamba_d_state') !== null) return repeat(count, () => 'both')
  const full = numbers(field(text, 'full_attn_idxs'))
  if (full !== null) return repeat(count, (index) => (full.includes(index) ? 'full' : 'conv'))
  const every = numberField(text, 'sliding_window_pattern') ?? memory?.fullEvery ?? null
  if (every !== null && every > 1 && windowSize(text) !== null)
    return repeat(count, (index) => ((index + 1) % every === 0 ? 'full' : 'window'))
  return repeat(count, () => 'full')
}

/** How far back a window layer looks, tokens. A window that the config switches off is none. */
export function windowSize(text: JsonObject | null): number | null {
  if (field(text ?? undefined, 'use_sliding_window') === false) return null
  const size = numberField(text, 'sliding_window', 'sliding_window_size', 'attention_chunk_size', 'local_attention_window')
  return size !== null && size > 0 ? size : null
}

/** The kind of every layer that has a cache of its own. */
export function layerKinds(text: JsonObject, memory: FamilyMemory | undefined): readonly LayerKind[] | null {
  const count = layerCount(text)
  if (count === null) return null
  const listed = listedKinds(text)
  const kinds = listed !== null && listed.length > 0 ? listed.slice(0, count) : ruledKinds(text, count, memory)
  // The last of them may read the cache of an earlier layer instead of keeping one.
  const shared = numberField(text, 'num_kv_shared_layers') ?? 0
  return shared > 0 && shared < kinds.length ? kinds.slice(0, kinds.length - Math.floor(shared)) : kinds
}
