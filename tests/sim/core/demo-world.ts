// Two Sparks at home: what `make demo` shows and most tests use.
import { adapter, embedding, gptOss, interrupted, llama33, qwen3Large, qwen3Small, qwen36 } from './demo-models.ts'
import type { SimService } from './service.ts'
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

const gigabyte = 1_000_000_000

/** Beside the engine on the second Spark, speech and what goes with it; one of them is stopped. */
export const speechServices: readonly SimService[] = [
  { name: 'parakeet', kind: 'stt', image: 'parakeet-asr', port: 8777, bytes: 4 * gigabyte },
  { name: 'diarize', kind: 'diarize', image: 'speaches', port: 8778, bytes: 1.5 * gigabyte, state: 'exited' },
  { name: 'kokoro', kind: 'tts', image: 'ghcr.io/remsky/kokoro-fastapi-gpu', port: 8880, bytes: 2 * gigabyte },
  { name: 'audio-engine', kind: 'audio', image: 'demon', port: 1318, bytes: 9 * gigabyte, hostNetwork: true },
]

/** Documents and what is hidden in them, and a program that is nobody's business. */
export const documentServices: readonly SimService[] = [
  { name: 'embed', kind: 'embed', image: 'vllm/vllm-openai', port: 8081, bytes: 3 * gigabyte },
  { name: 'rerank', kind: 'rerank', image: 'vllm/vllm-openai', port: 8082, bytes: 2.5 * gigabyte },
  { name: 'qdrant', kind: 'qdrant', image: 'qdrant/qdrant', port: 6333, bytes: 0.6 * gigabyte, loadMs: 2_000 },
  { name: 'redact', kind: 'redact', image: 'mcr.microsoft.com/presidio-analyzer', port: 5002, bytes: 1 * gigabyte },
  {
    name: 'homeassistant',
    kind: 'idle',
    image: 'ghcr.io/home-assistant/home-assistant',
    port: null,
    bytes: 0.5 * gigabyte,
    hostNetwork: true,
  },
]
