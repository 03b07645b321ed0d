import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Flag } from '../../server/domain/model.ts'
import { recipeDifferences } from '../../server/domain/recipe-difference.ts'
import { buildRecipe } from '../fakes/builders.ts'

const flags = (values: Record<string, Flag['value']>): Flag[] =>
  Object.entries(values).map(([name, value]) => ({ name, value, reason: 'r', source: 's' }))

test('each line that differs is told, and none that does not', () => {
  const used = buildRecipe({ nodes: 1, image: null, port: 8000, flags: flags({ a: 0.8, b: true, c: 'x' }), env: { E: '1' } })
  const other = buildRecipe({ nodes: 2, image: 'vllm', port: 8000, flags: flags({ a: '0.80', c: 'y', d: true }), env: {} })
  expect(recipeDifferences(used, other)).toEqual([
    { what: 'Sparks', used: '1', other: '2' },
    { what: '--b', used: 'set', other: null },
    { what: '--c', used: 'x', other: 'y' },
    { what: 'E', used: '1', other: null },
    { what: 'image', used: null, other: 'vllm' },
    { what: '--d', used: null, other: 'set' },
  ])
})

test('a recipe does not differ from itself, and differences are the same both ways', () => {
  const value = fc.oneof(fc.string(), fc.double({ noNaN: true }), fc.constant(true as const))
  const recipe = fc
    .tuple(fc.dictionary(fc.stringMatching(/^[a-e]$/), value), fc.integer({ min: 1, max: 8 }))
    .map(([values, nodes]) => buildRecipe({ nodes, flags: flags(values) }))
  fc.assert(
    fc.property(recipe, recipe, (one, two) => {
      expect(recipeDifferences(one, one)).toEqual([])
      const names = (differences: ReturnType<typeof recipeDifferences>): string[] => differences.map((line) => line.what).sort()
      expect(names(recipeDifferences(one, two))).toEqual(names(recipeDifferences(two, one)))
    }),
  )
})
