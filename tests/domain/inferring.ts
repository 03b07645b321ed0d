// Inference with the shipped families, and the model most tests change one thing of.
import { join } from 'node:path'
import { readFamilies } from '../../server/adapters/files/recipe-files.ts'
import { inferModel } from '../../server/domain/infer.ts'
import type { FolderListing, Inference } from '../../server/domain/model.ts'

const { families } = await readFamilies(join(import.meta.dirname, '..', '..', 'recipes', 'families'))

export const infer = (given: FolderListing): Inference => inferModel(given, families)
export const flag = (given: FolderListing, name: string): string | number | true | null =>
  infer(given).flags.find((one) => one.name === name)?.value ?? null

export const qwen3 = {
  architectures: ['Qwen3ForCausalLM'],
  model_type: 'qwen3',
  num_hidden_layers: 36,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  head_dim: 128,
  hidden_size: 4096,
  max_position_embeddings: 40960,
}
