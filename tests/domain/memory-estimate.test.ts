import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { MemoryShape } from '../../server/domain/memory.ts'
import { cacheBytes, longestContext, memorySum, type Serve } from '../../server/domain/memory-estimate.ts'
import { fitLadder, plannedMemory, visibleBytes } from '../../server/domain/memory-fit.ts'
import { flag, infer } from './inferring.ts'
import { modelListing } from './listings.ts'

const llama70 = { num_hidden_layers: 80, num_attention_heads: 64, num_key_value_heads: 8, hidden_size: 8192 }

const aCache = fc.option(
  fc.record({
    formula: fc.constant('any'),
    parts: fc.array(
      fc.record({
        what: fc.constantFrom('full attention', 'latent attention', 'window', 'state', 'cross attention'),
        layers: fc.integer({ min: 1, max: 120 }),
        bytes: fc.integer({ min: 1, max: 5_000_000 }),
        atMost: fc.option(fc.integer({ min: 1, max: 100_000 })),
        heads: fc.option(fc.integer({ min: 1, max: 128 })),
        narrows: fc.boolean(),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  }),
)
const aShape: fc.Arbitrary<MemoryShape> = fc.record({
  weightsBytes: fc.integer({ min: 0, max: 2_000_000_000_000 }),
  weightsFrom: fc.constant('any'),
  cache: aCache,
  states: fc.boolean(),
  trained: fc.option(fc.integer({ min: 1, max: 2_000_000 })),
  hidden: fc.integer({ min: 1, max: 20_000 }),
  vocabulary: fc.integer({ min: 1, max: 300_000 }),
  senses: fc.boolean(),
  heads: fc.option(fc.integer({ min: 1, max: 128 })),
})
const aServe: fc.Arbitrary<Serve> = fc.record({
  nodes: fc.constantFrom(1, 2, 4, 8),
  context: fc.integer({ min: 1, max: 2_000_000 }),
  sequences: fc.integer({ min: 1, max: 64 }),
  running: fc.integer({ min: 1, max: 256 }),
  narrowCache: fc.boolean(),
  batched: fc.integer({ min: 1, max: 65_536 }),
  eager: fc.boolean(),
  loader: fc.constantFrom('files', 'mapped'),
})
const headroom = 8e9

describe('the sum', () => {
  test('is its parts, and none of them is negative', () => {
    fc.assert(
      fc.property(aShape, aServe, (shape, serve) => {
        const sum = memorySum(shape, serve, headroom, null)
        const parts = [sum.weightsBytes, sum.cacheBytes, sum.startUpBytes, sum.headroomBytes]
        expect(Math.min(...parts)).toBeGreaterThanOrEqual(0)
        expect(parts.reduce((a, b) => a + b, 0)).toBe(sum.needBytes)
      }),
    )
  })

  test('never falls with a longer context, more requests or more weights, and never rises with more machines', () => {
    fc.assert(
      fc.property(aShape, aServe, fc.integer({ min: 1, max: 1_000_000 }), (shape, serve, more) => {
        const need = (one: MemoryShape, how: Serve): number => memorySum(one, how, headroom, null).needBytes
        // Each part is rounded by itself.
        const now = need(shape, serve) - 3
        expect(need(shape, { ...serve, context: serve.context + more })).toBeGreaterThanOrEqual(now)
        expect(need(shape, { ...serve, sequences: serve.sequences + 1 })).toBeGreaterThanOrEqual(now)
        expect(need(shape, { ...serve, running: serve.running + 1 })).toBeGreaterThanOrEqual(now)
        expect(need({ ...shape, weightsBytes: shape.weightsBytes + more * 1000 }, serve)).toBeGreaterThanOrEqual(now)
        expect(need(shape, { ...serve, nodes: serve.nodes * 2 })).toBeLessThanOrEqual(now + 6)
      }),
      { numRuns: 400 },
    )
  })

  test('the longest context is the last that fits', () => {
    fc.assert(
      fc.property(aShape, aServe, fc.integer({ min: 0, max: 120_000_000_000 }), (shape, serve, room) => {
        if (shape.cache === null) return
        const longest = longestContext(shape.cache, serve, room)
        if (longest === null) throw new Error('a formula holds')
        if (longest > 0) expect(cacheBytes(shape.cache, { ...serve, context: longest })).toBeLessThanOrEqual(room)
        if (longest < 2 ** 27) expect(cacheBytes(shape.cache, { ...serve, context: longest + 1 })).toBeGreaterThan(room)
      }),
    )
  })

  test('each machine of a larger cluster needs no more than one of a smaller', () => {
    fc.assert(
      fc.property(aShape, (shape) => {
        const ladder = fitLadder({ ...shape, heads: null }, visibleBytes, false)
        expect(ladder.map((fit) => fit.nodes)).toEqual([1, 2, 4, 8])
        for (const [at, fit] of ladder.entries()) expect(fit.needBytes).toBeLessThanOrEqual((ladder[at - 1] ?? fit).needBytes + 2)
      }),
    )
  })
})

describe('machines of other sizes', () => {
  test('all 128 GB units count as one, a 64 GB unit as what it is', () => {
    const gib = 2 ** 30
    expect([119, 120.5, 121.7].map((size) => plannedMemory(size * gib))).toEqual([visibleBytes, visibleBytes, visibleBytes])
    expect(plannedMemory(60.9 * gib)).toBe(60 * gib)
    expect(plannedMemory(null)).toBe(visibleBytes)
  })

  test('what fits one 128 GB unit may need two of 64 GB', () => {
    const { shape } = infer(modelListing('a/b', llama70, {}, 70e9)).memory
    const needs = (total: number): number | undefined => fitLadder(shape, total, false).find((fit) => fit.fits)?.nodes
    expect([needs(visibleBytes), needs(60 * 2 ** 30)]).toEqual([1, 2])
  })
})

describe('the flags', () => {
  const qwen = { architectures: ['Qwen3ForCausalLM'], model_type: 'qwen3', ...llama70, max_position_embeddings: 40_960 }

  test('fix the cache where its formula is known, so that a start comes out the same every time', () => {
    const packed = { quantization_config: { quant_method: 'awq', bits: 4, group_size: 128 } }
    const given = modelListing('a/b', { ...qwen, ...packed }, {}, 40e9)
    const cache = Number(flag(given, 'kv-cache-memory-bytes'))
    const share = Number(flag(given, 'gpu-memory-utilization'))
    expect(cache).toBeGreaterThanOrEqual(2 * 40_960 * 327_680)
    expect(40e9 + cache).toBeLessThan(share * visibleBytes)
    expect(share).toBeLessThanOrEqual(0.8)
  })

  test('leave it to vLLM where no formula holds', () => {
    const given = modelListing('a/b', { architectures: ['Qwen3ForCausalLM'], max_position_embeddings: 40_960 }, {}, 40e9)
    expect(flag(given, 'kv-cache-memory-bytes')).toBeNull()
    expect(flag(given, 'gpu-memory-utilization')).toBe(0.8)
  })
})
