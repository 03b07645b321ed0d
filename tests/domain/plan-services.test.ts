// What services beside the model mean for a plan: those that run count with what they declare, those on their way up as taken already.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Declared } from '../../server/domain/plan-facts.ts'
import { planSwap } from '../../server/domain/plan-swap.ts'
import { buildFacts, buildModel, buildRecipe, buildView, GB } from '../fakes/builders.ts'

const memory = { totalBytes: 128 * GB, availableBytes: 100 * GB, freeBytes: 90 * GB, cachedBytes: 5 * GB, pressure: 0 }
const recipe = buildRecipe({ flags: [{ name: 'gpu-memory-utilization', value: 0.4, reason: 'r', source: 's' }] })
const target = { model: buildModel(), name: 'Qwen3 8B', recipe }
const planned = (...declared: readonly Declared[]) =>
  planSwap(buildFacts({ target, machines: [buildView({}, { memory })], declaredOn: () => declared }))
const voices = (steadyBytes: number, coming: boolean): Declared => ({ name: 'Text to speech', steadyBytes, coming })

test('a service that runs is in what is free already; one on its way up is not', () => {
  expect(planned().memory[0]?.haveBytes).toBe(100 * GB)
  expect(planned(voices(20 * GB, false)).memory[0]?.haveBytes).toBe(100 * GB)
  expect(planned(voices(20 * GB, true)).memory[0]?.haveBytes).toBe(80 * GB)
})

test('a load that does not fit beside one on its way up is refused, with whose memory it is', () => {
  expect(planned(voices(40 * GB, false)).verdict).toBe('ready')
  const { verdict, reasons } = planned(voices(60 * GB, true))
  expect([verdict, reasons[0]?.code]).toEqual(['blocked', 'memory_short'])
  expect(reasons[0]?.sentence).toContain('Counted as taken already: 60 GB for Text to speech, on the way up there.')
})

test('what was promised to services that run is kept for them, though it shows as free', () => {
  const { reasons } = planned(voices(70 * GB, false), { name: 'Vector store', steadyBytes: 30 * GB, coming: false })
  expect(reasons.map(({ code }) => code)).toEqual(['ledger_over_budget'])
  expect(reasons[0]?.sentence).toContain('counts on 100 GB (Text to speech 70 GB, Vector store 30 GB)')
  expect(reasons[0]?.unblock).toBe('Stop Text to speech first, or choose a smaller model.')
})

test('more on its way up never makes a blocked plan ready, and nothing becomes less than nothing', () => {
  const bytes = fc.integer({ min: 0, max: 150 }).map((count) => count * GB)
  fc.assert(
    fc.property(bytes, bytes, fc.boolean(), (one, more, coming) => {
      const before = planned(voices(one, coming))
      const after = planned(voices(one, coming), { name: 'Reranking', steadyBytes: more, coming: true })
      if (before.verdict === 'blocked') expect(after.verdict).toBe('blocked')
      expect(after.memory[0]?.haveBytes).toBeGreaterThanOrEqual(0)
    }),
  )
})
