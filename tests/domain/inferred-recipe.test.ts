import { describe, expect, test } from 'vitest'
import { inferredRecipe, mergeOverrides } from '../../server/domain/inferred-recipe.ts'
import { infer, qwen3 } from './inferring.ts'
import { modelListing } from './listings.ts'

describe('an inferred recipe', () => {
  const given = modelListing('RedHatAI/Thing-70B-NVFP4', { ...qwen3, num_attention_heads: 64 }, {}, 140e9)
  const recipe = inferredRecipe(given.id, infer(given), { largest: null, smallest: null })

  test('is not confirmed, names its machines and gives every flag a reason', () => {
    expect(recipe).toMatchObject({
      id: 'inferred:RedHatAI/Thing-70B-NVFP4',
      source: 'inferred',
      nodes: 2,
      confirmed: false,
      image: null,
      title: 'Thing 70B',
    })
    expect(recipe.flags.map((one) => one.name)).toEqual(
      expect.arrayContaining([
        'tool-call-parser',
        'enable-auto-tool-choice',
        'reasoning-parser',
        'max-model-len',
        'gpu-memory-utilization',
      ]),
    )
    for (const one of recipe.flags) expect(one.reason.length * one.source.length).toBeGreaterThan(0)
  })

  test('asks for more machines and a shorter cache where these have 64 GB', () => {
    const gib = 2 ** 30
    const small = inferredRecipe(given.id, infer(given), { largest: 60 * gib, smallest: 60 * gib })
    expect(small.nodes).toBe(4)
    const value = (name: string): number => Number(small.flags.find((one) => one.name === name)?.value)
    expect(140e9 / 4 + value('kv-cache-memory-bytes')).toBeLessThan(value('gpu-memory-utilization') * 60 * gib)
    expect(new Set(small.flags.map((one) => one.name)).size).toBe(small.flags.length)
    const alone = inferredRecipe('a/b', infer(modelListing('a/b', qwen3, {}, 60e9)), { largest: 121 * gib, smallest: 60 * gib })
    expect(alone.nodes).toBe(1)
  })

  test('takes overrides: one replaced in its place, one added, one left out', () => {
    const merged = mergeOverrides(recipe, { 'max-model-len': 8192, '--reasoning-parser': false, 'enable-prefix-caching': true })
    expect(merged.flags.findIndex((one) => one.name === 'max-model-len')).toBe(
      recipe.flags.findIndex((one) => one.name === 'max-model-len') - 1,
    )
    expect(Object.fromEntries(merged.flags.map((one) => [one.name, one.value]))).toMatchObject({
      'max-model-len': 8192,
      'enable-prefix-caching': true,
    })
    expect(merged.flags.some((one) => one.name === 'reasoning-parser')).toBe(false)
    expect(mergeOverrides(recipe, {})).toBe(recipe)
  })
})
