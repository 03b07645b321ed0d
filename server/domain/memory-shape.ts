// What of a model costs memory beside its weights, read from its files: the cache of each kind of layer. The formulas are those of
// vLLM; a family names one where its config does not tell (recipes/families/*.yaml, "memory").
import { type LayerKind, layerCount, layerKinds, windowSize } from './cache-layers.ts'
import type { ModelFacts } from './facts.ts'
import type { CachePart, CacheShape, FamilyMemory } from './memory.ts'
import { field, isObject, type Json, type JsonObject, numberField, objectField, readTolerantJson, textField } from './tolerant-json.ts'

const two = 2
/** vLLM stores the index of sparse attention in 8 bits with a 4-byte scale for each 128 elements. */
const indexBytes = (width: number): number => width + Math.ceil(width / 128) * 4

interface Heads {
  readonly heads: number
  /** Elements of a key and a value together. */
  readonly width: number
}

const queryHeads = (text: JsonObject): number | null =>
  numberField(text, 'num_attention_heads', 'n_head', 'n_heads', 'decoder_attention_heads')

/** Heads and widths of the layers that keep everything, or of those with a window where these have their own. */
function cacheHeads(text: JsonObject, window: boolean): Heads | null {
  const own = window ? (['swa_num_key_value_heads'] as const) : (['num_global_key_value_heads'] as const)
  const attention = objectField(text, 'attn_config')
  const many = queryHeads(text)
  const single = field(text, 'multi_query') === true && numberField(text, 'n_head_kv', 'num_kv_heads', 'num_key_value_heads') === null
  const heads = single
    ? 1
    : (numberField(text, ...own, 'num_key_value_heads', 'num_kv_heads', 'n_head_kv', 'multi_query_group_num', 'n_kv_heads') ??
      numberField(attention, 'kv_n_heads') ??
      many)
  const hidden = numberField(text, 'hidden_size', 'n_embd', 'd_model', 'dim')
  const head =
    numberField(text, window ? 'swa_head_dim' : 'global_head_dim', 'head_dim', 'kv_channels') ??
    (hidden !== null && many !== null && many > 0 ? hidden / many : null)
  if (heads === null || heads <= 0 || head === null || head <= 0) return null
  const value = numberField(text, ...(window ? ['swa_v_head_dim'] : []), 'v_head_dim') ?? head
  return { heads, width: head + value }
}

const count = (kinds: readonly LayerKind[], ...wanted: readonly LayerKind[]): number => kinds.filter((kind) => wanted.includes(kind)).length

function attentionPart(text: JsonObject, layers: number, window: number | null): CachePart | null {
  const found = cacheHeads(text, window !== null)
  if (found === null) return null
  return {
    what: window === null ? 'full attention' : 'window',
    layers,
    bytes: found.heads * found.width * two,
    atMost: window,
    heads: found.heads,
    narrows: true,
  }
}

/** Bytes of an element of a state: 32 bits unless the config says less. */
const stateElement = (text: JsonObject): number =>
  /16/.test(textField(text, 'mamba_ssm_dtype') ?? textField(text, 'mamba_ssm_cache_dtype') ?? '') ? 2 : 4

/** Gated delta net, lightning and their like: a matrix for every head, and the last inputs of a short convolution. */
function linearState(text: JsonObject): number | null {
  const heads = numberField(text, 'linear_num_value_heads')
  const key = numberField(text, 'linear_key_head_dim')
  const value = numberField(text, 'linear_value_head_dim')
  if (heads !== null && key !== null && value !== null) {
    const kernel = numberField(text, 'linear_conv_kernel_dim') ?? 4
    const channels = 2 * (numberField(text, 'linear_num_key_heads') ?? heads) * key + heads * value
    return heads * key * value * stateElement(text) + Math.max(0, kernel - 1) * channels * two
  }
  const found = cacheHeads(text, false)
  const all = queryHeads(text)
  return found === null || all === null ? null : all * (found.width / 2) ** 2 * 4
}

/** Mamba: the second generation by heads, the first by channels. */
function mambaState(text: JsonObject): number | null {
  const hidden = numberField(text, 'hidden_size', 'd_model')
  const size = numberField(text, 'ssm_state_size', 'mamba_d_state', 'state_size')
  const kernel = numberField(text, 'conv_kernel', 'mamba_d_conv') ?? 4
  const heads = numberField(text, 'mamba_num_heads', 'mamba_n_heads', 'n_mamba_heads')
  const width = numberField(text, 'mamba_head_dim', 'mamba_d_head', 'mamba_headdim')
  const groups = numberField(text, 'n_groups', 'mamba_n_groups', 'mamba_ngroups') ?? 1
  const expand = numberField(text, 'mamba_expand', 'expand') ?? 2
  if (size === null || hidden === null) return null
  const inner = heads !== null && width !== null ? heads * width : expand * hidden
  const channels = heads !== null && width !== null ? inner + 2 * groups * size : inner
  return inner * size * stateElement(text) + Math.max(0, kernel - 1) * channels * two
}

function convState(text: JsonObject): number | null {
  const width = numberField(text, 'conv_dim', 'hidden_size')
  return width === null ? null : Math.max(0, (numberField(text, 'conv_L_cache') ?? 3) - 1) * width * two
}

function statePart(layers: number, bytes: number | null, heads: number | null): CachePart | null {
  return bytes === null ? null : { what: 'state', layers, bytes, atMost: null, heads, narrows: false }
}

type Parts = readonly (CachePart | null)[]

function shapeOf(parts: Parts, formula: string): CacheShape | null {
  const known = parts.filter((part) => part !== null)
  const sound = known.every((part) => Number.isFinite(part.bytes * part.layers) && part.bytes >= 0 && part.bytes < 1e12)
  return known.length < parts.length || known.length === 0 || !sound ? null : { parts: known.filter((part) => part.layers > 0), formula }
}

/** Every layer kind the config tells of. */
function fromKinds(text: JsonObject, memory: FamilyMemory | undefined): CacheShape | null {
  const kinds = layerKinds(text, memory)
  if (kinds === null) return null
  const window = windowSize(text)
  const full = count(kinds, 'full', 'both') + (window === null ? count(kinds, 'window') : 0)
  const windows = window === null ? 0 : count(kinds, 'window')
  const [linear, mamba, conv] = [count(kinds, 'linear'), count(kinds, 'mamba', 'both'), count(kinds, 'conv')]
  const parts: Parts = [
    ...(full > 0 ? [attentionPart(text, full, null)] : []),
    ...(windows > 0 ? [attentionPart(text, windows, window)] : []),
    ...(linear > 0 ? [statePart(linear, linearState(text), numberField(text, 'linear_num_value_heads') ?? queryHeads(text))] : []),
    ...(mamba > 0 ? [statePart(mamba, mambaState(text), numberField(text, 'mamba_num_heads', 'mamba_n_heads'))] : []),
    ...(conv > 0 ? [statePart(conv, convState(text), null)] : []),
  ]
  const states = linear + mamba + conv
  const said = [
    full > 0 ? `${full} ${full === 1 ? 'layer keeps' : 'layers keep'} everything` : null,
    windows > 0 ? `${windows} keep the last ${window} tokens` : null,
    states > 0 ? `${states} keep a fixed state for each request` : null,
  ].filter((one) => one !== null)
  return shapeOf(parts, `${said.join(', ')}`)
}

/** Latent attention: one joint vector a token, which machines cannot share out; sparse kinds keep an index beside it. */
function latent(text: JsonObject): CacheShape | null {
  const layers = layerCount(text)
  const rank = numberField(text, 'kv_lora_rank')
  if (layers === null || rank === null) return null
  const linear = objectField(text, 'linear_attn_config')
  const listed = field(linear ?? undefined, 'full_attn_layers')
  const full = Array.isArray(listed) ? Math.min(listed.length, layers) : layers
  const index = numberField(text, 'index_head_dim')
  const states = layers - full
  const heads = numberField(linear, 'num_heads')
  const width = numberField(linear, 'head_dim')
  const kernel = numberField(linear, 'short_conv_kernel_size') ?? 4
  const state = heads === null || width === null ? null : heads * width * (width * 4 + 3 * Math.max(0, kernel - 1) * two)
  return shapeOf(
    [
      {
        what: 'latent attention',
        layers: full,
        bytes: (rank + (numberField(text, 'qk_rope_head_dim') ?? 64)) * two,
        atMost: null,
        heads: null,
        narrows: true,
      },
      ...(index === null
        ? []
        : [{ what: 'index', layers: full, bytes: indexBytes(index), atMost: null, heads: null, narrows: false } as const]),
      ...(states > 0 ? [statePart(states, state, heads)] : []),
    ],
    `${full} layers keep one joint vector a token (kv_lora_rank ${rank})${index === null ? '' : ', and an index to search it'}`,
  )
}

/** DeepSeek V4: each layer looks back a window and keeps one entry for every so many tokens. */
function compressed(text: JsonObject): CacheShape | null {
  const ratios = field(text, 'compress_ratios')
  const width = numberField(text, 'head_dim')
  const layers = layerCount(text)
  if (!Array.isArray(ratios) || width === null || layers === null) return null
  const of = ratios.slice(0, layers).filter((ratio): ratio is number => typeof ratio === 'number' && ratio > 0)
  const entry = width * two
  const tokens = of.reduce((sum, ratio) => sum + 1 / ratio, 0)
  const index = numberField(text, 'index_head_dim')
  const searched = of.filter((ratio) => ratio <= 4).reduce((sum, ratio) => sum + 1 / ratio, 0)
  const window = windowSize(text) ?? 128
  const part = (what: CachePart['what'], share: number, bytes: number, atMost: number | null, narrows: boolean): CachePart => ({
    what,
    layers: share,
    bytes,
    atMost,
    heads: null,
    narrows,
  })
  return shapeOf(
    [
      part('compressed', tokens, entry, null, true),
      part('window', layers, entry, window, true),
      ...(index === null ? [] : [part('index', searched, indexBytes(index), null, false)]),
    ],
    `${of.length} of ${layers} layers keep one entry for every few tokens (compress_ratios), and all a window of ${window}`,
  )
}

/** Layers that were cut one by one: each block says how many heads share one key. */
function blocks(text: JsonObject): CacheShape | null {
  const raw = field(text, 'block_configs')
  const reading = typeof raw === 'string' ? readTolerantJson(raw) : null
  const listed: Json = reading === null ? raw : reading.ok ? reading.value : null
  const heads = queryHeads(text)
  const hidden = numberField(text, 'hidden_size')
  if (!Array.isArray(listed) || heads === null || heads <= 0 || hidden === null) return null
  const width = numberField(text, 'head_dim') ?? hidden / heads
  const byHeads = new Map<number, number>()
  for (const block of listed.slice(0, 2000)) {
    const attention = isObject(block) ? objectField(block, 'attention') : null
    const group = numberField(attention, 'n_heads_in_group')
    if (group === null || group <= 0) continue
    const kept = heads / group
    byHeads.set(kept, (byHeads.get(kept) ?? 0) + 1)
  }
  return shapeOf(
    [...byHeads].map(([kept, layers]) => ({
      what: 'full attention' as const,
      layers,
      bytes: kept * width * 2 * two,
      atMost: null,
      heads: kept,
      narrows: true,
    })),
    'each layer says for itself how many heads it keeps (block_configs)',
  )
}

/** Speech to text: the decoder's own cache, and what it keeps of the recording. */
function encoderDecoder(config: JsonObject): CacheShape | null {
  const layers = numberField(config, 'decoder_layers')
  const width = numberField(config, 'd_model')
  const heads = numberField(config, 'decoder_attention_heads')
  if (layers === null || width === null) return null
  const bytes = 2 * width * two
  const heard = numberField(config, 'max_source_positions') ?? 1500
  return shapeOf(
    [
      { what: 'full attention', layers, bytes, atMost: null, heads, narrows: true },
      { what: 'cross attention', layers, bytes: bytes * heard, atMost: null, heads, narrows: false },
    ],
    `${layers} layers keep everything and ${heard} steps of the recording`,
  )
}

/** What one request keeps in memory; null where no formula holds. */
export function cacheShape(facts: ModelFacts, memory: FamilyMemory | undefined): CacheShape | null {
  const { text, config } = facts
  if (text === null || config === null) return null
  if (memory?.formula === 'encoder-decoder' && numberField(config, 'decoder_layers') !== null) return encoderDecoder(config)
  if (field(text, 'block_configs') !== null) return blocks(text)
  if (field(text, 'compress_ratios') !== null) return compressed(text)
  if (numberField(text, 'kv_lora_rank') !== null && memory?.formula !== 'grouped') return latent(text)
  return fromKinds(text, memory)
}

/** True when some layers keep a state for each running request, whatever its size. */
export function keepsState(facts: ModelFacts, memory: FamilyMemory | undefined): boolean {
  if (facts.text === null) return false
  if (objectField(facts.text, 'linear_attn_config') !== null) return true
  return layerKinds(facts.text, memory)?.some((kind) => kind !== 'full' && kind !== 'window' && kind !== 'none') ?? false
}
