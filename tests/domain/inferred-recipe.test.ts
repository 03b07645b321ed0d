import { describe, expect, test } from 'vitest'
import { inferredRecipe, mergeOverrides } from '../../server/domain/inferred-recipe.ts'
import { infer, qwen3 } from './inferring.ts'
import { modelListing } from './listings.ts'

describe('an inferred recipe', () => {
  const given = modelListing('RedHatAI/Thing-70B-NVFP4', { ...qwen3, num_attention_heads: 64 }, {}, 140e9)
  const recipe = inferredRecipe(given.id, infer(given))

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
