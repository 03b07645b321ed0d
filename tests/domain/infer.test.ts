import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readFacts } from '../../server/domain/facts.ts'
import type { FolderListing } from '../../server/domain/model.ts'
import { flag, infer, qwen3 } from './inferring.ts'
import { files, listing, modelListing } from './listings.ts'

describe('what can be served', () => {
  test.each<[string, FolderListing, RegExp]>([
    ['a dataset', listing({ kind: 'dataset' }), /dataset/],
    [
      'a picture pipeline whose parts look like language models',
      modelListing('Qwen/Qwen-Image', qwen3, { files: files({ 'model_index.json': 1, 'text_encoder/config.json': 1 }) }),
      /diffusers/,
    ],
    [
      'an adapter',
      listing({
        files: files({ 'adapter_config.json': 1, 'adapter_model.safetensors': 1e7 }),
        texts: { 'adapter_config.json': '{"base_model_name_or_path": "example/base"}' },
      }),
      /example\/base/,
    ],
    ['GGUF files', listing({ files: files({ 'q4.gguf': 1e9 }) }), /llama\.cpp/],
    ['a draft, by its class', modelListing('a/b', { architectures: ['LlamaForCausalLMEagle3'] }), /draft/],
    ['a draft, by its name', modelListing('a/gpt-oss-120b-Eagle3', {}), /draft/],
    ['a model that speaks, by its class', modelListing('a/b', { architectures: ['Qwen3TTSForConditionalGeneration'] }), /speech/],
    ['a model that speaks, by its type', modelListing('a/b', { architectures: ['X'], model_type: 'moss_tts_delay' }), /speech/],
    ['a model that speaks, by its name', modelListing('a/Some-TTS-1B', qwen3), /speech/],
    ['a config that says nothing', modelListing('a/kokoro', { n_layer: 3 }), /neither an architecture/],
    [
      'a class that vLLM dropped',
      modelListing('a/b', { architectures: ['MllamaForConditionalGeneration'], model_type: 'mllama' }),
      /0\.10\.2/,
    ],
  ])('%s is not', (_title, given, reason) => {
    const found = infer(given)
    expect(found).toMatchObject({ servable: false, as: null, flags: [], capabilities: [] })
    expect(found.reason).toMatch(reason)
  })

  test('an unknown kind needs set-up, and says what is unknown', () => {
    const found = infer(modelListing('a/b', { architectures: ['BrandNewForCausalLM'], model_type: 'brand_new' }))
    expect(found.servable).toBeNull()
    expect(found.reason).toContain('BrandNewForCausalLM')
  })

  test('an unknown kind still learns its parsers from the chat template', () => {
    const texts = {
      'config.json': '{"architectures": ["BrandNewForCausalLM"]}',
      'chat_template.jinja': '{% if tools %}<tool_call>\n<function=...>{% endif %}<think>',
    }
    expect(infer(modelListing('a/b', {}, { texts }))).toMatchObject({
      servable: null,
      as: 'chat',
      toolCallParser: 'qwen3_coder',
      reasoningParser: 'deepseek_r1',
    })
  })

  test('a thought that a template only cuts out of old turns does not make a thinking model', () => {
    const given = (template: string) =>
      modelListing('a/b', {}, { texts: { 'config.json': '{"architectures": ["LlamaForCausalLM"]}', 'chat_template.jinja': template } })
    const cut = "{{ content.split('<think>') }}{% if add_generation_prompt %}"
    expect(infer(given(`${cut}assistant{% endif %}`)).reasoningParser).toBeNull()
    expect(infer(given(`${cut}assistant<think>{% endif %}`)).reasoningParser).toBe('deepseek_r1')
  })

  test('the token at which it stops tells a chat model from a base model, in generation_config.json too', () => {
    const stops = (eos: unknown) =>
      infer(
        modelListing(
          'a/b',
          {},
          { texts: { 'config.json': JSON.stringify(qwen3), 'generation_config.json': JSON.stringify({ eos_token_id: eos }) } },
        ),
      ).as
    expect([stops(151_643), stops([151_645, 151_643]), stops('<|im_end|>'), stops(null)]).toEqual(['completion', 'chat', 'chat', 'chat'])
  })

  test.each([
    ['text', '<|endoftext|>', 'completion'],
    ['object', { __type: 'AddedToken', content: '<|endoftext|>' }, 'completion'],
    ['token of its template', '<|im_end|>', 'chat'],
    ['nothing', null, 'chat'],
  ])('a base model whose template came along from a chat model stops elsewhere: a tokenizer that says %s', (_title, eos_token, as) => {
    const texts = {
      'config.json': JSON.stringify({ architectures: ['Qwen2ForCausalLM'], model_type: 'qwen2', eos_token_id: 151_643 }),
      'tokenizer_config.json': JSON.stringify({ added: {}, chat_template: '<|im_start|>{{ text }}<|im_end|>', eos_token }),
    }
    expect(infer(modelListing('Qwen/Qwen2.5-32B', {}, { texts })).as).toBe(as)
  })

  test('an unreadable config needs set-up, and says why', () => {
    expect(infer(modelListing('a/b', '{"architectures": ['))).toMatchObject({
      servable: null,
      as: null,
      reason: expect.stringContaining('cannot be read'),
    })
    expect(infer(listing({ files: files({ 'model.safetensors': 1e9 }) }))).toMatchObject({
      servable: null,
      reason: expect.stringContaining('no config.json'),
    })
  })

  test('a chat template of Qwen3 decides whether it thinks', () => {
    const given = (template: string) =>
      modelListing('someone/tune-of-qwen3', qwen3, {
        texts: { 'config.json': JSON.stringify(qwen3), 'tokenizer_config.json': JSON.stringify({ chat_template: template }) },
      })
    expect(infer(given('{{ messages }} <think>')).reasoningParser).toBe('qwen3')
    expect(infer(given('{{ messages }}')).reasoningParser).toBeNull()
  })

  test('a base model continues text and gets no parsers, even when it ships a chat template', () => {
    const given = modelListing('Qwen/Qwen3-8B-Base', qwen3, {
      texts: { 'config.json': JSON.stringify(qwen3), 'chat_template.jinja': '<think>' },
    })
    expect(infer(given)).toMatchObject({ as: 'completion', toolCallParser: null, reasoningParser: null })
    expect(flag(given, 'tool-call-parser')).toBeNull()
  })

  test('a bare Infinity in the config changes nothing', () => {
    const text =
      '{"architectures": ["NemotronHForCausalLM"], "model_type": "nemotron_h", "n_routed_experts": 128, "time_step_limit": [0.0, Infinity]}'
    expect(infer(modelListing('nvidia/Super-120B-A12B', text))).toMatchObject({
      servable: true,
      as: 'chat',
      reasoningParser: 'nemotron_v3',
    })
  })
})

describe('names and files that mislead', () => {
  test.each<[string, unknown, string]>([
    ['a/thing-DFlash2', { architectures: ['Qwen3ForCausalLM'] }, 'draft'],
    [
      'mlx-community/Qwen3-8B-4bit',
      { ...qwen3, quantization: { bits: 4, group_size: 64 }, quantization_config: { bits: 4, group_size: 64 } },
      'MLX',
    ],
  ])('%s is not served', (id, config, words) => {
    expect(infer(modelListing(id, config))).toMatchObject({ servable: false, reason: expect.stringContaining(words) })
  })

  test('a whole model that carries layers for guessing ahead is no draft', () => {
    expect(infer(modelListing('a/Qwen3-8B-MTP', { ...qwen3, num_nextn_predict_layers: 1 }))).toMatchObject({ servable: true, as: 'chat' })
  })

  test('a list of modules that names a vision tower, and an empty audio part, are no badges', () => {
    const config = {
      architectures: ['Gemma4ForConditionalGeneration'],
      model_type: 'gemma4',
      audio_config: null,
      quantization_config: { modules_to_not_convert: ['model.vision_tower'] },
    }
    expect(infer(modelListing('a/gemma-4-it', config)).capabilities).toEqual(['reasoning', 'tools'])
  })

  test('sentence-transformers files make vectors of a chat class', () => {
    const given = modelListing('a/plain', qwen3, {
      files: files({ 'config.json': 1, 'modules.json': 1, 'model.safetensors': 1e9, 'tokenizer.json': 1 }),
    })
    expect(infer(given)).toMatchObject({ as: 'embedding', toolCallParser: null })
    expect(flag(given, 'runner')).toBe('pooling')
  })
})

describe('memory and machines', () => {
  test.each([
    [60e9, 'solo_or_cluster', 1],
    [15e9, 'solo', 1],
    [120e9, 'cluster', 2],
    [300e9, 'cluster', 4],
    [500e9, 'cluster', 8],
    [1200e9, 'too_large', 8],
  ])('%d bytes of weights', (bytes, kind, minNodes) => {
    expect(infer(modelListing('a/b', qwen3, {}, bytes)).topology).toMatchObject({ kind, minNodes })
  })

  test('a number of machines that does not divide the heads is not offered', () => {
    expect(infer(modelListing('a/b', { ...qwen3, num_attention_heads: 25 }, {}, 120e9)).topology.kind).toBe('too_large')
  })

  test('files far smaller than what the config describes do not make a large model small', () => {
    const large = { ...qwen3, num_hidden_layers: 60, hidden_size: 7168, num_experts: 256, moe_intermediate_size: 2048 }
    expect(infer(modelListing('a/b', large, {}, 4e9)).topology.kind).toBe('too_large')
  })

  test('the context is what it was trained for, unless two such requests do not fit', () => {
    expect(flag(modelListing('a/b', qwen3), 'max-model-len')).toBe(40_960)
    const costly = { ...qwen3, num_hidden_layers: 80, num_key_value_heads: 32, max_position_embeddings: 1_048_576 }
    const value = Number(flag(modelListing('a/b', costly, {}, 80e9), 'max-model-len'))
    // 80 layers x 32 heads x 128 x 4 bytes a token; two requests beside 80 GB of weights.
    expect(value * 2 * 80 * 32 * 128 * 4).toBeLessThan(0.85 * 130.7e9 - 80e9)
    expect(value).toBeGreaterThanOrEqual(2048)
  })

  test('vLLM is never given more than 0.85 of the memory, whatever the size', () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 1e13, noNaN: true }), (bytes) => {
        const share = Number(flag(modelListing('a/b', qwen3, {}, bytes), 'gpu-memory-utilization'))
        expect(share).toBeGreaterThan(0)
        expect(share).toBeLessThanOrEqual(0.85)
      }),
    )
  })

  test('remote code is trusted only for a kind that needs it', () => {
    const code = { auto_map: { AutoConfig: 'x.Y' } }
    expect(flag(modelListing('a/b', { ...qwen3, ...code }), 'trust-remote-code')).toBeNull()
    expect(flag(modelListing('a/b', { architectures: ['BrandNewForCausalLM'], ...code }), 'trust-remote-code')).toBe(true)
  })
})

test('a start goes to the network only where the folder brought no tokenizer', () => {
  const config = { architectures: ['Qwen3ForCausalLM'], model_type: 'qwen3' }
  expect(infer(modelListing('Qwen/Qwen3-8B', config)).env).not.toHaveProperty('HF_HUB_OFFLINE')
  const bare = modelListing('Qwen/Qwen3-8B', config, { files: files({ 'config.json': 1000, 'model.safetensors': 4e9 }) })
  expect(infer(bare).env).toMatchObject({ HF_HUB_OFFLINE: '0' })
})

test.each([
  ['a string', { chat_template: '{{ messages }}<tool_call>' }],
  ['a list of named templates', { chat_template: [{ name: 'tool_use', template: '{{ tools }}<tool_call>' }] }],
])('reads the chat template of tokenizer_config.json where it is %s among a thousand tokens', (_, settings) => {
  const tokens = Object.fromEntries(Array.from({ length: 1000 }, (_row, at) => [String(at), { content: `"chat_template" ${at}` }]))
  const given = modelListing('someone/unknown-chat', { architectures: ['LlamaForCausalLM'], model_type: 'llama' })
  const texts = { ...given.texts, 'tokenizer_config.json': JSON.stringify({ added_tokens_decoder: tokens, ...settings }) }
  expect(readFacts({ ...given, texts }).template).toContain('<tool_call>')
})
