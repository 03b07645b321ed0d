import { describe, expect, test } from 'vitest'
import { contextWarnings, shareReasons, withShare } from '../../server/domain/memory-advice.ts'
import { fitSentence, sumSource, sumWords } from '../../server/domain/memory-words.ts'
import type { Flag } from '../../server/domain/model.ts'
import { countOf, serveOf, startMemory } from '../../server/domain/start-memory.ts'
import { buildInference, GB } from '../fakes/builders.ts'

const model = { inference: buildInference({ weightsBytes: 16 * GB }), sizeBytes: 16 * GB }
const recipe = (values: Record<string, Flag['value']>, source = 'test'): { flags: Flag[] } => ({
  flags: Object.entries(values).map(([name, value]) => ({ name, value, reason: 'because', source })),
})
/** 36 layers x 4096 bytes. */
const tokenBytes = 147_456

describe('the sum of a start', () => {
  test.each<[Flag['value'] | undefined, number | null]>([
    [32_768, 32_768],
    ['32768', 32_768],
    ['32k', 32_000],
    ['32K', 32_768],
    ['10G', 10 * 2 ** 30],
    ['1.5g', 1.5e9],
    ['auto', null],
    [-1, null],
    [true, null],
    [undefined, null],
  ])('reads %s as vLLM does', (value, count) => {
    expect(countOf(value)).toBe(count)
  })

  test('counts one request of the recipe’s length, or the cache that the recipe fixes', () => {
    const one = startMemory(model, recipe({ 'max-model-len': 10_000 }), 1, 8 * GB, null)
    expect(one).toMatchObject({ weightsBytes: 16 * GB, context: 10_000, requests: 1, headroomBytes: 8 * GB, measuredStarts: 0 })
    expect(one.cacheBytes).toBe(10_000 * tokenBytes)
    const fixed = startMemory(model, recipe({ 'max-model-len': 10_000, 'kv-cache-memory-bytes': '10G' }), 1, 8 * GB, null)
    expect(fixed).toMatchObject({ cacheBytes: 10 * 2 ** 30, requests: 7 })
  })

  test('an 8-bit cache, two Sparks and eager mode each need less', () => {
    const need = (values: Record<string, Flag['value']>, nodes = 1): number => startMemory(model, recipe(values), nodes, 0, null).needBytes
    const plain = need({})
    expect(need({ 'kv-cache-dtype': 'fp8' })).toBeLessThan(plain)
    expect(need({ 'enforce-eager': true })).toBeLessThan(plain)
    expect(need({}, 2)).toBeLessThan(plain)
    expect(serveOf(recipe({ 'load-format': 'fastsafetensors' }).flags, model, 1).loader).toBe('files')
  })

  test('a checkpoint calibrated for an 8-bit cache has one unless the recipe says otherwise', () => {
    const calibrated = { inference: buildInference({ memory: { ...model.inference.memory, narrowCache: true } }) }
    expect(serveOf([], calibrated, 1).narrowCache).toBe(true)
    expect(serveOf(recipe({ 'kv-cache-dtype': 'bfloat16' }).flags, calibrated, 1).narrowCache).toBe(false)
  })

  test('says where it comes from, in words', () => {
    const sum = startMemory(model, recipe({ 'max-model-len': 10_000 }), 1, 8 * GB, null)
    expect(sumWords(sum)).toBe('Weights 16 GB + cache 1.5 GB (one request of 10,000 tokens) + start-up 6.8 GB + kept free 8.0 GB = 32 GB')
    expect(sumSource(sum)).toContain('Worked out')
    const measured = { peakBytes: 60 * GB, steadyBytes: 58 * GB, leftBytes: 50 * GB, starts: 2 }
    const learnt = startMemory(model, recipe({}), 1, 8 * GB, measured)
    expect(sumSource(learnt)).toBe('Measured here in 2 starts.')
    expect(learnt.needBytes).toBe(68 * GB)
  })

  test('says on how many Sparks it fits, or by how much it does not', () => {
    const fit = { nodes: 1, fits: true, needBytes: 30 * GB, roomBytes: 104 * GB, longest: 262_144 }
    expect(fitSentence([fit])).toBe('It fits on one Spark. The longest conversation that fits is 262,144 tokens.')
    const small = { ...fit, fits: false, needBytes: 127 * GB }
    expect(fitSentence([small, { ...fit, nodes: 2, longest: null }])).toBe('It fits on two Sparks. On one Spark it lacks 23 GB.')
    expect(fitSentence([small])).toBe('It does not fit, not even on one Spark: each would lack 23 GB.')
  })
})

describe('the share of memory', () => {
  test('is set where a recipe leaves it out, and stays as written where it does not', () => {
    expect(withShare(recipe({})).flags).toMatchObject([{ name: 'gpu-memory-utilization', value: 0.8 }])
    const own = recipe({ 'gpu-memory-utilization': 0.95 })
    expect(withShare(own)).toBe(own)
  })

  test('above 0.85 is refused when only a request asks for it', () => {
    expect(shareReasons(recipe({ 'gpu-memory-utilization': 0.9 }, 'request'))).toMatchObject([{ code: 'share_too_high' }])
    expect(shareReasons(recipe({ 'gpu-memory-utilization': 0.85 }, 'request'))).toEqual([])
    expect(shareReasons(recipe({ 'gpu-memory-utilization': 0.9 }, 'owner.yaml'))).toEqual([])
  })

  test('a context that does not fit is told of, with the one that does', () => {
    const at = (values: Record<string, Flag['value']>): readonly string[] =>
      contextWarnings(model, recipe({ 'gpu-memory-utilization': 0.3, ...values }), 1, 128 * GB)
    expect(at({ 'max-model-len': 40_000 })).toEqual([])
    expect(at({ 'max-model-len': 1_000_000 })[0]).toMatch(/holds \d+ tokens, not the 1000000/)
    expect(at({ 'kv-cache-memory-bytes': 1e8 })[0]).toContain('not enough for a conversation')
  })
})
