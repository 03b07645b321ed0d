import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readFamilies } from '../../server/adapters/files/recipe-files.ts'
import { infer, qwen3 } from './inferring.ts'
import { files, modelListing } from './listings.ts'

const { families } = await readFamilies(join(import.meta.dirname, '..', '..', 'recipes', 'families'))
const because = (given: Parameters<typeof infer>[0], what: string): string | undefined => {
  const found = infer(given).evidence.find((one) => one.what === what)
  return found === undefined ? undefined : `${found.says}, because ${found.because}`
}

describe('each conclusion says what it rests on', () => {
  test.each<[string, string, unknown, string, string]>([
    [
      'a type',
      'a/b',
      { model_type: 'qwen3_5_moe', architectures: ['Qwen3_5MoeForConditionalGeneration'] },
      'Tool calls',
      'qwen3_coder, because model_type is qwen3_5_moe',
    ],
    [
      'a class',
      'a/b',
      { architectures: ['Qwen3_5MoeForConditionalGeneration'] },
      'Tool calls',
      'qwen3_coder, because its class is Qwen3_5MoeForConditionalGeneration',
    ],
    [
      'a name',
      'a/Qwen3-8B-Base',
      qwen3,
      'Served as',
      'completion, because its name says "base", which is a model that only continues text',
    ],
    [
      'where it stops',
      'a/b',
      { ...qwen3, eos_token_id: 151_643 },
      'Served as',
      'completion, because it stops at token 151643, which does not end a turn',
    ],
    [
      'a rule',
      'moonshotai/Kimi-K2-Thinking',
      { model_type: 'kimi_k2', architectures: ['DeepseekV3ForCausalLM'] },
      'Reasoning',
      'kimi_k2, because model_type is kimi_k2 and its name says "thinking"',
    ],
    [
      'no rule',
      'moonshotai/Kimi-K2-Instruct',
      { model_type: 'kimi_k2', architectures: ['DeepseekV3ForCausalLM'] },
      'Reasoning',
      'no parser, because model_type is kimi_k2, and nothing there says otherwise',
    ],
    [
      'a field',
      'a/b',
      { ...qwen3, quantization_config: { quant_method: 'fp8' } },
      'Weights',
      'fp8, because config.json quantization_config says so',
    ],
    ['experts', 'a/b', { ...qwen3, num_experts: 128 }, 'Can', 'reasoning, because it has a parser for reasoning, qwen3'],
  ])('%s', (_title, id, config, what, sentence) => {
    expect(because(modelListing(id, config), what)).toBe(sentence)
  })

  test('a file decides what an embedding is', () => {
    const given = modelListing('a/plain', qwen3, {
      files: files({ 'config.json': 1, 'modules.json': 1, 'model.safetensors': 1e9, 'tokenizer.json': 1 }),
    })
    expect(because(given, 'Served as')).toBe('embedding, because the folder holds modules.json')
  })

  test('machines and memory come with their figures', () => {
    const given = modelListing('a/b', { ...qwen3, num_attention_heads: 64 }, {}, 140e9)
    expect(because(given, 'Sparks')).toMatch(
      /^2, because with weights of 140 GB in all each needs at least \d+ GB, .*; on 1 it would be \d+ GB$/,
    )
    expect(because(given, 'Cost of context')).toBe('147 kB a token, because 36 layers keep everything')
    expect(because(given, 'Size of the weights')).toBe('140 GB, because the sizes of its weight files')
    expect(because(given, 'Context')).toMatch(/^40960 tokens, because as long as the model was trained for/)
  })

  test.each(families.flatMap((family) => family.examples.map((example) => [example.id, example.config] as const)))('%s', (id, config) => {
    const { evidence, servable } = infer(modelListing(id, config))
    expect(evidence.filter((one) => one.because.length < 6)).toEqual([])
    const said = evidence.map((one) => one.what)
    if (servable === true) expect(said).toEqual(expect.arrayContaining(['Family', 'Served as', 'Weights', 'Sparks', 'Size of the weights']))
  })
})
