// Models as people keep them on two Sparks. Facts of their public configs, fields only, and texts of our own where readers look for markers.
import type { SimModel } from './types.ts'

/** A chat template that shows the markers of Hermes-style tool calls and switchable thinking. */
const qwenTemplate =
  '{%- for message in messages %}{{ \'<|im_start|>\' + message.role }}{{ message.content }}{%- endfor %}{%- if tools %}<tool_call>{"name": ..., "arguments": ...}</tool_call>{%- endif %}{%- if enable_thinking is defined and not enable_thinking %}<think></think>{%- endif %}'
/** The XML-like calls of newer Qwen models. */
const qwenXmlTemplate = qwenTemplate.replace('{"name": ..., "arguments": ...}', '<function=name><parameter=x>value</parameter></function>')
const llamaTemplate =
  '{{- bos_token }}{%- for message in messages %}{{ \'<|start_header_id|>\' + message.role }}{{ message.content }}{%- endfor %}{%- if tools is not none %}{"name": function name, "parameters": arguments}{%- endif %}'
const harmonyTemplate =
  "{{ '<|start|>system<|message|>' }}{%- for message in messages %}{{ '<|channel|>final<|message|>' + message.content }}{%- endfor %}"

const tokenizer = (chatTemplate: string): string =>
  `${JSON.stringify({ tokenizer_class: 'PreTrainedTokenizerFast', chat_template: chatTemplate }, null, 2)}\n`
/** Stands in for megabytes of vocabulary: readers only look whether it is there. */
const vocabulary = { 'tokenizer.json': '{ "version": "1.0", "model": { "type": "BPE", "vocab": {}, "merges": [] } }\n' }
const generation = (eos: number): string =>
  `${JSON.stringify({ do_sample: true, eos_token_id: eos, temperature: 0.7, top_p: 0.8 }, null, 2)}\n`

const nvfp4Groups = {
  group_0: {
    targets: ['Linear'],
    weights: { num_bits: 4, type: 'float', strategy: 'tensor_group', group_size: 16, symmetric: true, dynamic: false },
    input_activations: { num_bits: 4, type: 'float', strategy: 'tensor_group', group_size: 16, symmetric: true, dynamic: 'local' },
  },
}
const nvfp4 = (ignore: readonly string[]): Record<string, unknown> => ({
  quant_method: 'compressed-tensors',
  format: 'nvfp4-pack-quantized',
  quantization_status: 'compressed',
  config_groups: nvfp4Groups,
  ignore,
})

/** Vision and reasoning on one Spark: the daily driver. */
export const qwen36: SimModel = {
  repo: 'RedHatAI/Qwen3.6-35B-A3B-NVFP4',
  weightsBytes: 23_400_000_000,
  config: {
    architectures: ['Qwen3_5MoeForConditionalGeneration'],
    model_type: 'qwen3_5_moe',
    image_token_id: 248056,
    text_config: {
      model_type: 'qwen3_5_moe_text',
      dtype: 'bfloat16',
      full_attention_interval: 4,
      head_dim: 256,
      hidden_size: 2048,
      max_position_embeddings: 262144,
      moe_intermediate_size: 512,
      mtp_num_hidden_layers: 1,
      num_attention_heads: 16,
      num_experts: 256,
      num_experts_per_tok: 8,
      num_hidden_layers: 40,
      num_key_value_heads: 2,
      vocab_size: 248320,
    },
    vision_config: { model_type: 'qwen3_5_moe', depth: 27, hidden_size: 1152, num_heads: 16, out_hidden_size: 2048, patch_size: 16 },
    vision_start_token_id: 248053,
    vision_end_token_id: 248054,
    quantization_config: nvfp4(['lm_head', 're:.*visual.*', 're:.*mlp.gate$']),
    transformers_version: '4.57.1',
  },
  files: {
    ...vocabulary,
    'tokenizer_config.json': tokenizer(qwenXmlTemplate),
    'generation_config.json': generation(248044),
    'preprocessor_config.json': '{ "image_processor_type": "Qwen2VLImageProcessorFast", "patch_size": 16, "merge_size": 2 }\n',
  },
}

export const llama33: SimModel = {
  repo: 'nvidia/Llama-3.3-70B-Instruct-FP8',
  weightsBytes: 71_200_000_000,
  config: {
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    head_dim: 128,
    hidden_size: 8192,
    intermediate_size: 28672,
    max_position_embeddings: 131072,
    num_attention_heads: 64,
    num_hidden_layers: 80,
    num_key_value_heads: 8,
    rope_scaling: { factor: 8, rope_type: 'llama3', original_max_position_embeddings: 8192 },
    torch_dtype: 'bfloat16',
    vocab_size: 128256,
    quantization_config: { quant_method: 'modelopt', quant_algo: 'FP8', kv_cache_scheme: { dynamic: false, num_bits: 8, type: 'float' } },
    transformers_version: '4.47.0',
  },
  files: {
    ...vocabulary,
    'hf_quant_config.json':
      '{ "producer": { "name": "modelopt" }, "quantization": { "quant_algo": "FP8", "kv_cache_quant_algo": "FP8" } }\n',
    'tokenizer_config.json': tokenizer(llamaTemplate),
    'generation_config.json': generation(128009),
  },
}

/** Too large for one Spark, fits on two. */
export const qwen3Large: SimModel = {
  repo: 'nvidia/Qwen3-235B-A22B-NVFP4',
  weightsBytes: 134_000_000_000,
  config: {
    architectures: ['Qwen3MoeForCausalLM'],
    model_type: 'qwen3_moe',
    head_dim: 128,
    hidden_size: 4096,
    max_position_embeddings: 40960,
    moe_intermediate_size: 1536,
    num_attention_heads: 64,
    num_experts: 128,
    num_experts_per_tok: 8,
    num_hidden_layers: 94,
    num_key_value_heads: 4,
    torch_dtype: 'bfloat16',
    vocab_size: 151936,
    quantization_config: { quant_method: 'modelopt', quant_algo: 'NVFP4', config_groups: nvfp4Groups, ignore: ['lm_head'] },
    transformers_version: '4.51.0',
  },
  files: {
    ...vocabulary,
    'hf_quant_config.json':
      '{ "producer": { "name": "modelopt" }, "quantization": { "quant_algo": "NVFP4", "group_size": 16, "kv_cache_quant_algo": "FP8" } }\n',
    'tokenizer_config.json': tokenizer(qwenTemplate),
    'generation_config.json': generation(151645),
  },
}

export const gptOss: SimModel = {
  repo: 'openai/gpt-oss-20b',
  weightsBytes: 13_800_000_000,
  config: {
    architectures: ['GptOssForCausalLM'],
    model_type: 'gpt_oss',
    head_dim: 64,
    hidden_size: 2880,
    max_position_embeddings: 131072,
    num_attention_heads: 64,
    num_experts_per_tok: 4,
    num_hidden_layers: 24,
    num_key_value_heads: 8,
    num_local_experts: 32,
    quantization_config: {
      quant_method: 'mxfp4',
      modules_to_not_convert: ['model.layers.*.self_attn', 'model.layers.*.mlp.router', 'model.embed_tokens', 'lm_head'],
    },
    sliding_window: 128,
    vocab_size: 201088,
    transformers_version: '4.55.0',
  },
  files: {
    ...vocabulary,
    'chat_template.jinja': harmonyTemplate,
    'generation_config.json': generation(200002),
    'tokenizer_config.json': '{ "tokenizer_class": "PreTrainedTokenizerFast" }\n',
  },
}

/** Fills most of one Spark. */
export const gptOssLarge: SimModel = {
  ...gptOss,
  repo: 'openai/gpt-oss-120b',
  weightsBytes: 65_200_000_000,
  config: { ...gptOss.config, num_hidden_layers: 36, num_local_experts: 128 },
}

const qwen3Dense = {
  architectures: ['Qwen3ForCausalLM'],
  model_type: 'qwen3',
  head_dim: 128,
  num_key_value_heads: 8,
  torch_dtype: 'bfloat16',
  transformers_version: '4.51.0',
}

export const qwen3Small: SimModel = {
  repo: 'Qwen/Qwen3-8B',
  weightsBytes: 16_400_000_000,
  config: {
    ...qwen3Dense,
    hidden_size: 4096,
    intermediate_size: 12288,
    max_position_embeddings: 40960,
    num_attention_heads: 32,
    num_hidden_layers: 36,
    vocab_size: 151936,
  },
  files: { ...vocabulary, 'tokenizer_config.json': tokenizer(qwenTemplate), 'generation_config.json': generation(151645) },
}

/** A download that was cut off days ago. */
export const interrupted: SimModel = {
  repo: 'Qwen/Qwen3-32B',
  weightsBytes: 65_500_000_000,
  config: {
    ...qwen3Dense,
    hidden_size: 5120,
    intermediate_size: 25600,
    max_position_embeddings: 40960,
    num_attention_heads: 64,
    num_hidden_layers: 64,
    vocab_size: 151936,
  },
  files: { ...vocabulary, 'tokenizer_config.json': tokenizer(qwenTemplate), 'generation_config.json': generation(151645) },
  state: 'interrupted',
}

/** Served together with its base, not alone. */
export const adapter: SimModel = {
  repo: 'example/qwen3-8b-support-lora',
  weightsBytes: 174_000_000,
  config: {},
  files: {
    'adapter_config.json': `${JSON.stringify({ base_model_name_or_path: 'Qwen/Qwen3-8B', peft_type: 'LORA', r: 16, lora_alpha: 32, task_type: 'CAUSAL_LM', target_modules: ['q_proj', 'v_proj'] }, null, 2)}\n`,
  },
}

export const embedding: SimModel = {
  repo: 'Qwen/Qwen3-Embedding-0.6B',
  weightsBytes: 1_190_000_000,
  config: {
    ...qwen3Dense,
    hidden_size: 1024,
    intermediate_size: 3072,
    max_position_embeddings: 32768,
    num_attention_heads: 16,
    num_hidden_layers: 28,
    tie_word_embeddings: true,
    vocab_size: 151669,
  },
  files: {
    ...vocabulary,
    'modules.json':
      '[ { "idx": 0, "type": "sentence_transformers.models.Transformer" }, { "idx": 1, "path": "1_Pooling", "type": "sentence_transformers.models.Pooling" } ]\n',
    'config_sentence_transformers.json': '{ "similarity_fn_name": "cosine" }\n',
    '1_Pooling/config.json': '{ "word_embedding_dimension": 1024, "pooling_mode_lasttoken": true }\n',
  },
}
