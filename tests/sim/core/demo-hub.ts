// Models that are on the Hub and on no disk: what a person can download in the demo.
import { llama33, qwen3Small } from './demo-models.ts'
import type { SimModel } from './types.ts'

/** No recipe is shipped for it: how to start it is worked out from its files. */
export const qwen3Four: SimModel = {
  ...qwen3Small,
  repo: 'Qwen/Qwen3-4B',
  weightsBytes: 8_060_000_000,
  config: { ...qwen3Small.config, hidden_size: 2560, intermediate_size: 9728 },
}

/** Its owner lets people in one by one. */
export const gatedLlama: SimModel = {
  ...llama33,
  repo: 'meta-llama/Llama-3.1-8B-Instruct',
  weightsBytes: 16_060_000_000,
  gated: true,
  config: {
    ...llama33.config,
    hidden_size: 4096,
    intermediate_size: 14336,
    num_attention_heads: 32,
    num_hidden_layers: 32,
    quantization_config: undefined,
  },
}

export const demoHub: readonly SimModel[] = [qwen3Four, gatedLlama]
