import { describe, expect, test } from 'vitest'
import { flag, infer, qwen3 } from './inferring.ts'
import { modelListing } from './listings.ts'

describe('where the quantization is written', () => {
  const group = (weights: object, input: object | null = {}) => ({
    config_groups: { group_0: { targets: ['Linear'], weights, input_activations: input } },
  })
  test.each([
    ['nothing', {}, 'none'],
    ['fp8', { quant_method: 'fp8', weight_block_size: [128, 128] }, 'fp8'],
    ['fp8 with NVFP4 experts', { quant_method: 'fp8', moe_quant_algo: 'NVFP4' }, 'nvfp4'],
    ['mxfp4', { quant_method: 'mxfp4' }, 'mxfp4'],
    ['modelopt in capitals', { quant_method: 'modelopt', quant_algo: 'NVFP4' }, 'nvfp4'],
    ['modelopt in small letters', { quant_method: 'modelopt', quant_algo: 'fp8_pb_wo' }, 'fp8'],
    [
      'mixed, counted by layer',
      {
        quant_method: 'modelopt',
        quant_algo: 'MIXED_PRECISION',
        quantized_layers: { a: { quant_algo: 'FP8' }, b: { quant_algo: 'NVFP4' } },
      },
      'nvfp4',
    ],
    [
      'compressed tensors, 4-bit integers',
      { quant_method: 'compressed-tensors', format: 'pack-quantized', ...group({ num_bits: 4, type: 'int' }) },
      'int4',
    ],
    [
      'compressed tensors, 8-bit floats',
      { quant_method: 'compressed-tensors', format: 'float-quantized', ...group({ num_bits: 8, type: 'float' }) },
      'fp8',
    ],
    [
      'compressed tensors, 8-bit integers',
      { quant_method: 'compressed-tensors', format: 'int-quantized', ...group({ num_bits: 8, type: 'int' }) },
      'int8',
    ],
    [
      'compressed tensors, NVFP4',
      { quant_method: 'compressed-tensors', format: 'nvfp4-pack-quantized', ...group({ num_bits: 4, type: 'float', group_size: 16 }) },
      'nvfp4',
    ],
    [
      'compressed tensors, MXFP4',
      { quant_method: 'compressed-tensors', format: 'mxfp4-pack-quantized', ...group({ num_bits: 4, type: 'float', group_size: 32 }) },
      'mxfp4',
    ],
    ['awq', { quant_method: 'awq', bits: 4 }, 'int4'],
    ['gptq of 8 bits', { quant_method: 'gptq', bits: 8 }, 'int8'],
    ['auto-round', { quant_method: 'auto-round', bits: 4, data_type: 'int' }, 'int4'],
    [
      'torchao, 4-bit integers',
      { quant_method: 'torchao', quant_type: { default: { _type: 'Int8DynamicActivationInt4WeightConfig' } } },
      'int4',
    ],
    [
      'torchao, 8-bit floats',
      { quant_method: 'torchao', quant_type: { default: { _type: 'Float8DynamicActivationFloat8WeightConfig' } } },
      'fp8',
    ],
    ['quark, MXFP4', { quant_method: 'quark', global_quant_config: { weight: { dtype: 'fp4' } } }, 'mxfp4'],
    ['quark, 8-bit floats', { quant_method: 'quark', global_quant_config: { weight: [{ dtype: 'fp8_e4m3' }] } }, 'fp8'],
    ['bitsandbytes', { quant_method: 'bitsandbytes', load_in_4bit: true }, 'int4'],
  ])('%s', (_title, block, scheme) => {
    expect(infer(modelListing('a/plain-8B', { ...qwen3, quantization_config: block }, {}, 16e9)).quantization).toBe(scheme)
    expect(
      infer(modelListing('a/plain-8B', { ...qwen3, text_config: { ...qwen3, quantization_config: block } }, {}, 16e9)).quantization,
    ).toBe(scheme)
  })

  test('hf_quant_config.json, when the config does not say', () => {
    const texts = {
      'config.json': JSON.stringify(qwen3),
      'hf_quant_config.json': JSON.stringify({ quantization: { quant_algo: 'NVFP4', kv_cache_quant_algo: 'FP8' } }),
    }
    const given = modelListing('a/plain-8B', qwen3, { texts })
    expect(infer(given).quantization).toBe('nvfp4')
    expect(flag(given, 'kv-cache-dtype')).toBe('fp8')
  })

  test('the name, when no file says', () => {
    expect(infer(modelListing('a/thing-8B-AWQ', qwen3)).quantization).toBe('int4')
  })

  test('the size of the files against the config, at the very last, and only of a giant', () => {
    const large = { ...qwen3, num_hidden_layers: 60, hidden_size: 7168, num_experts: 256, moe_intermediate_size: 2048, vocab_size: 160_000 }
    expect(infer(modelListing('a/thing', large, {}, 380e9)).quantization).toBe('int4')
    for (const size of [4e9, 1300e9]) expect(infer(modelListing('a/thing', large, {}, size)).quantization).toBe('none')
    expect(infer(modelListing('a/thing', { ...qwen3, torch_dtype: 'bfloat16' }, {}, 4e9)).quantization).toBe('none')
  })

  test('the size of a download that is not whole says nothing', () => {
    const half = modelListing('a/plain-8B', qwen3, { indexFiles: ['model.safetensors', 'model-2.safetensors'] })
    expect(infer(half).quantization).toBe('none')
  })

  test('a format vLLM does not load is said', () => {
    for (const quant_method of ['exl2', 'exl3', 'mlx']) {
      expect(infer(modelListing('a/thing', { ...qwen3, quantization_config: { quant_method } }))).toMatchObject({
        servable: false,
        reason: expect.stringContaining('does not load'),
      })
    }
    expect(infer(modelListing('a/thing', { ...qwen3, quantization: { bits: 4, group_size: 64 } })).servable).toBe(false)
  })
})
