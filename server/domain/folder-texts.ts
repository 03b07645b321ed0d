// The small files of a model folder that inference reads, besides the index. The scan over SSH and the local reader take the same.

export const textNames: readonly string[] = [
  'config.json',
  'params.json',
  'hf_quant_config.json',
  'adapter_config.json',
  'model_index.json',
  'tokenizer_config.json',
  'generation_config.json',
  'chat_template.jinja',
  'chat_template.json',
  'modules.json',
]
