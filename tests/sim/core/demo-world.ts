// Two Sparks at home: what `make demo` shows and most tests use.
import { adapter, embedding, gptOss, interrupted, llama33, qwen3Large, qwen3Small, qwen36 } from './demo-models.ts'
import type { SimNodeOptions } from './types.ts'

/** spark-1 holds everything, spark-2 only what needs both. Launcher of the newest era, two links between them. */
export function demoNodes(addresses: readonly [string, string] = ['127.0.1.1', '127.0.1.2']): readonly SimNodeOptions[] {
  return [
    {
      name: 'spark-1',
      address: addresses[0],
      era: 'E3',
      links: 2,
      images: ['vllm-node', 'vllm-node-b12x'],
      models: [qwen36, llama33, qwen3Large, gptOss, qwen3Small, interrupted, adapter, embedding],
    },
    {
      name: 'spark-2',
      address: addresses[1],
      era: 'E3',
      links: 2,
      images: ['vllm-node', 'vllm-node-b12x'],
      models: [qwen3Large, qwen3Small],
    },
  ]
}
