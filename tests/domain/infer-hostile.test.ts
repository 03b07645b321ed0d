import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readFamilies } from '../../server/adapters/files/recipe-files.ts'
import { inferModel } from '../../server/domain/infer.ts'
import type { FolderListing } from '../../server/domain/model.ts'
import { listing, modelListing } from './listings.ts'

const { families } = await readFamilies(join(import.meta.dirname, '..', '..', 'recipes', 'families'))
const infer = (given: FolderListing) => inferModel(given, families)

describe('hostile folders', () => {
  const texts = fc.dictionary(
    fc.constantFrom(
      'config.json',
      'hf_quant_config.json',
      'tokenizer_config.json',
      'adapter_config.json',
      'params.json',
      'chat_template.json',
      '__proto__',
    ),
    fc.oneof(fc.string(), fc.json(), fc.constant('{"architectures": Infinity}')),
  )
  const names = fc.oneof(
    fc.string(),
    fc.constantFrom('config.json', 'model.safetensors', 'x.gguf', '__proto__', 'params.json', 'consolidated.safetensors'),
  )
  const listings = fc.record({
    id: fc.string(),
    files: fc.array(fc.record({ path: names, sizeBytes: fc.option(fc.double(), { nil: null }) })),
    texts,
    indexFiles: fc.option(fc.array(names), { nil: null }),
  })

  test('never make inference throw, and always get a whole answer', () => {
    fc.assert(
      fc.property(listings, (given) => {
        const found = infer(listing(given))
        expect(found.servable === true ? found.as : found.reason).not.toBeNull()
      }),
      { numRuns: 300 },
    )
  })

  test('may put anything in the fields that are read', () => {
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom(-1, 0, 1e308, '__proto__', [], {}))
    const field = fc.constantFrom(
      'architectures',
      'model_type',
      'num_hidden_layers',
      'hidden_size',
      'num_attention_heads',
      'num_key_value_heads',
      'head_dim',
      'num_experts',
      'vocab_size',
      'quantization_config',
      'text_config',
      'vision_config',
      'auto_map',
      'layer_types',
      'max_position_embeddings',
      'kv_lora_rank',
      'layers_block_type',
      '__proto__',
      'constructor',
    )
    fc.assert(
      fc.property(fc.dictionary(field, value), fc.constantFrom('qwen3', 'nemotron_h', 'deepseek_v3', 'gemma4'), (config, model_type) => {
        const found = infer(modelListing('a/b', { model_type, ...config }))
        for (const one of found.flags) if (typeof one.value === 'number') expect(Number.isFinite(one.value)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  test('nested a hundred thousand deep are read in time', () => {
    const deep = `{"architectures": ["Qwen3ForCausalLM"], "quantization_config": ${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`
    expect(infer(modelListing('a/b', deep))).toMatchObject({ servable: true, quantization: 'none' })
  })
})
