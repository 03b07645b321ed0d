import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { modelName } from '../../server/domain/model-name.ts'

describe('the name of a model for people', () => {
  test.each([
    ['RedHatAI/Qwen3.6-35B-A3B-NVFP4', 'Qwen3.6 35B'],
    ['openai/gpt-oss-120b', 'gpt-oss 120B'],
    ['meta-llama/Llama-3.3-70B-Instruct', 'Llama 3.3 70B'],
    ['nvidia/Llama-3_3-Nemotron-Super-49B-v1', 'Llama 3.3 Nemotron Super 49B v1'],
    ['nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-NVFP4', 'Nemotron 3 Nano 30B'],
    ['cyankiwi/GLM-4.7-Flash-AWQ-4bit', 'GLM 4.7 Flash'],
    ['google/gemma-4-26B-A4B-it', 'gemma 4 26B'],
    ['deepseek-ai/DeepSeek-R1-Distill-Qwen-32B', 'DeepSeek R1 Distill Qwen 32B'],
    ['Qwen/Qwen3-Embedding-0.6B', 'Qwen3 Embedding 0.6B'],
    ['local:my-tune', 'my-tune'],
    ['fp8', 'fp8'],
  ])('%s is shown as %s', (id, name) => {
    expect(modelName(id)).toBe(name)
  })

  test('is never empty and never throws', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (id) => {
        expect(modelName(id).length).toBeGreaterThan(0)
      }),
    )
  })
})
