import { describe, expect, test } from 'vitest'
import { bytesPerToken, type CacheShape } from '../../server/domain/memory.ts'
import { cacheBytes, pinnedBytes, requestBytes, type Serve, usualServe } from '../../server/domain/memory-estimate.ts'
import type { ModelMemory } from '../../server/domain/model.ts'
import { infer } from './inferring.ts'
import { modelListing } from './listings.ts'

const memoryOf = (config: unknown, bytes = 20e9): ModelMemory => infer(modelListing('a/b', config, {}, bytes)).memory
const cacheOf = (config: unknown): CacheShape => {
  const { cache } = memoryOf(config).shape
  if (cache === null) throw new Error('a formula holds for it')
  return cache
}
const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value)
/** `count` layers of which the last of every `every` is `last`. */
const mixed = (count: number, every: number, usual: string, last: string): string[] =>
  Array.from({ length: count }, (_, index) => ((index + 1) % every === 0 ? last : usual))

const llama70 = { num_hidden_layers: 80, num_attention_heads: 64, num_key_value_heads: 8, hidden_size: 8192 }
const gatedDelta = {
  linear_num_key_heads: 16,
  linear_num_value_heads: 32,
  linear_key_head_dim: 128,
  linear_value_head_dim: 128,
  linear_conv_kernel_dim: 4,
}
const qwen35 = {
  model_type: 'qwen3_5_moe_text',
  num_hidden_layers: 40,
  num_attention_heads: 16,
  num_key_value_heads: 2,
  head_dim: 256,
  hidden_size: 2048,
  ...gatedDelta,
}

describe('bytes of one more token at 16 bits, as published', () => {
  test.each<[string, unknown, number]>([
    ['Llama 70B, grouped', llama70, 327_680],
    [
      'MiniMax M2, plain in all layers',
      { num_hidden_layers: 62, num_attention_heads: 48, num_key_value_heads: 8, head_dim: 128, hidden_size: 3072 },
      253_952,
    ],
    [
      'DeepSeek V3, latent',
      {
        num_hidden_layers: 61,
        num_attention_heads: 128,
        num_key_value_heads: 128,
        kv_lora_rank: 512,
        qk_rope_head_dim: 64,
        hidden_size: 7168,
      },
      70_272,
    ],
    ['Qwen3.5 35B, by its interval', { ...qwen35, full_attention_interval: 4 }, 20_480],
    [
      'Qwen3.5 35B inside a model that sees, by its list',
      { vision_config: {}, text_config: { ...qwen35, layer_types: mixed(40, 4, 'linear_attention', 'full_attention') } },
      20_480,
    ],
    [
      'Nemotron 3 Super, by its letters',
      {
        num_attention_heads: 32,
        num_key_value_heads: 2,
        head_dim: 128,
        hidden_size: 4096,
        hybrid_override_pattern: `${'ME'.repeat(40)}********`,
        ssm_state_size: 128,
        mamba_num_heads: 128,
        mamba_head_dim: 64,
      },
      8192,
    ],
    [
      'Nemotron 3 Ultra, by words and without a count',
      {
        num_attention_heads: 64,
        num_key_value_heads: 2,
        head_dim: 128,
        hidden_size: 8192,
        layers_block_type: [...times(48, 'mamba'), ...times(48, 'moe'), ...times(12, 'attention')],
        ssm_state_size: 128,
        mamba_num_heads: 256,
        mamba_head_dim: 64,
      },
      12_288,
    ],
    [
      'gpt-oss 120B, every second layer',
      {
        model_type: 'gpt_oss',
        num_hidden_layers: 36,
        num_attention_heads: 64,
        num_key_value_heads: 8,
        head_dim: 64,
        hidden_size: 2880,
        sliding_window: 128,
      },
      36_864,
    ],
    [
      'Gemma 4 26B, global layers with heads of their own',
      {
        text_config: {
          num_hidden_layers: 30,
          num_attention_heads: 16,
          num_key_value_heads: 8,
          num_global_key_value_heads: 2,
          head_dim: 256,
          global_head_dim: 512,
          hidden_size: 2816,
          sliding_window: 1024,
          layer_types: mixed(30, 6, 'sliding_attention', 'full_attention'),
        },
      },
      20_480,
    ],
    [
      'LFM2, short convolutions',
      {
        text_config: {
          num_hidden_layers: 16,
          num_attention_heads: 32,
          num_key_value_heads: 8,
          hidden_size: 2048,
          conv_L_cache: 3,
          layer_types: [...times(10, 'conv'), ...times(6, 'full_attention')],
        },
      },
      12_288,
    ],
    [
      'Laguna, three of four layers with a window',
      {
        num_hidden_layers: 48,
        num_attention_heads: 48,
        num_key_value_heads: 8,
        head_dim: 128,
        hidden_size: 3072,
        sliding_window: 512,
        layer_types: mixed(48, 4, 'sliding_attention', 'full_attention'),
      },
      49_152,
    ],
    ["Mistral's own form", { dim: 5120, n_layers: 40, n_heads: 32, n_kv_heads: 8, head_dim: 128 }, 163_840],
    [
      'Bamba, by the numbers of its attention layers',
      {
        num_hidden_layers: 32,
        num_attention_heads: 32,
        num_key_value_heads: 8,
        hidden_size: 4096,
        attn_layer_indices: [9, 18, 27],
        mamba_d_state: 128,
        mamba_n_heads: 128,
        mamba_d_head: 64,
      },
      3 * 8 * 128 * 4,
    ],
    [
      'MiMo, keys and values of different widths',
      {
        num_hidden_layers: 4,
        num_attention_heads: 64,
        num_key_value_heads: 4,
        head_dim: 192,
        v_head_dim: 128,
        hidden_size: 4096,
        sliding_window: 128,
        swa_num_key_value_heads: 8,
        hybrid_layer_pattern: [0, 1, 1, 1],
      },
      4 * (192 + 128) * 2,
    ],
    [
      'blocks cut one by one',
      {
        num_hidden_layers: 3,
        num_attention_heads: 64,
        hidden_size: 8192,
        block_configs: [{ attention: { n_heads_in_group: 8 } }, { attention: { n_heads_in_group: 16 } }, { attention: { no_op: true } }],
      },
      (8 + 4) * 128 * 4,
    ],
  ])('%s', (_title, config, bytes) => {
    expect(bytesPerToken(cacheOf(config))).toBe(bytes)
  })

  test('a sparse kind pays for its index too', () => {
    const config = {
      num_hidden_layers: 61,
      num_attention_heads: 128,
      kv_lora_rank: 512,
      qk_rope_head_dim: 64,
      hidden_size: 7168,
      index_head_dim: 128,
    }
    expect(bytesPerToken(cacheOf(config))).toBe(70_272 + 61 * 132)
  })

  test('what a config does not tell is not made up', () => {
    expect(memoryOf({ architectures: ['LlamaForCausalLM'] }).shape.cache).toBeNull()
    expect(
      memoryOf({ ...qwen35, linear_key_head_dim: undefined, num_key_value_heads: 'many', num_attention_heads: null }).shape.cache,
    ).toBeNull()
    expect(memoryOf({ ...llama70, num_hidden_layers: 1e300 }).shape.cache).toBeNull()
  })
})

describe('what a request keeps', () => {
  const windowed = cacheOf({
    model_type: 'gpt_oss',
    num_hidden_layers: 36,
    num_attention_heads: 64,
    num_key_value_heads: 8,
    head_dim: 64,
    hidden_size: 2880,
    sliding_window: 128,
  })

  test('window layers stop growing at their window and what is read in one step', () => {
    const at = (context: number): number => requestBytes(windowed, { ...usualServe, context })
    expect(at(200_000) - at(100_000)).toBe(100_000 * 36_864)
    expect(at(2000) - at(1000)).toBe(1000 * 36_864 * 2)
  })

  test('a state counts once for each request, with a page beside it in the layers that grow', () => {
    const hybrid = cacheOf({ ...qwen35, full_attention_interval: 4 })
    const state = 32 * 128 * 128 * 4 + 3 * (2 * 16 * 128 + 32 * 128) * 2
    expect(pinnedBytes(hybrid, 1)).toBeCloseTo(40 * state * 1.1, 0)
    const serve: Serve = { ...usualServe, context: 1000, running: 8 }
    expect(cacheBytes(hybrid, serve)).toBeCloseTo(1000 * 20_480 + 8 * 40 * state * 1.1, 0)
  })

  test('layers that keep both pay for both', () => {
    const shape = cacheOf({
      num_hidden_layers: 4,
      num_attention_heads: 8,
      num_key_value_heads: 2,
      hidden_size: 1024,
      mamba_d_state: 128,
      mamba_d_ssm: 1536,
    })
    expect(shape.parts.map((part) => [part.what, part.layers])).toEqual([
      ['full attention', 4],
      ['state', 4],
    ])
  })

  test('an 8-bit cache halves what can be halved', () => {
    const grouped = cacheOf(llama70)
    expect(requestBytes(grouped, { ...usualServe, narrowCache: true })).toBe(requestBytes(grouped, usualServe) / 2)
  })

  test('heads are shared out whole, kept twice when too few, and a latent cache is not shared', () => {
    const one = (config: unknown, nodes: number): number => requestBytes(cacheOf(config), { ...usualServe, nodes, context: 1 })
    expect(one(llama70, 4)).toBe(327_680 / 4)
    expect(one({ ...qwen35, full_attention_interval: 4 }, 4)).toBe(20_480 / 2)
    expect(one({ num_hidden_layers: 61, kv_lora_rank: 512, num_attention_heads: 128, hidden_size: 7168 }, 8)).toBe(70_272)
  })

  test('weights of 32 bits count as they are loaded, in 16', () => {
    expect(memoryOf({ ...llama70, torch_dtype: 'float32' }, 280e9).shape.weightsBytes).toBe(140e9)
    expect(memoryOf({ ...llama70, torch_dtype: 'bfloat16' }, 280e9).shape.weightsBytes).toBe(280e9)
  })
})
