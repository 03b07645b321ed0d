import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { MemorySum } from '../../server/domain/memory-estimate.ts'
import { isSound, learn, type MeasuredStart, type StartSeen, withMeasured } from '../../server/domain/memory-learning.ts'

const bytes = fc.integer({ min: 0, max: 128_000_000_000 })
const aSeen: fc.Arbitrary<StartSeen> = fc
  .tuple(bytes, bytes, bytes)
  .map(([a, b, left]) => ({ peakBytes: Math.max(a, b), steadyBytes: Math.min(a, b), leftBytes: left }))
const aSum: fc.Arbitrary<MemorySum> = fc.tuple(bytes, bytes, bytes, fc.integer({ min: 0, max: 64_000_000_000 })).map(([w, c, s, h]) => ({
  weightsBytes: w,
  cacheBytes: c,
  startUpBytes: s,
  headroomBytes: h,
  needBytes: w + c + s + h,
}))
const taught = (starts: readonly StartSeen[]): MeasuredStart | null =>
  starts.reduce<MeasuredStart | null>((known, seen) => learn(known, seen), null)

describe('what finished starts teach', () => {
  test('stays between what was seen, goes up at once and down slowly', () => {
    fc.assert(
      fc.property(fc.array(aSeen, { minLength: 1, maxLength: 12 }), (starts) => {
        const known = taught(starts)
        const peaks = starts.map((one) => one.peakBytes)
        expect(known?.peakBytes).toBeLessThanOrEqual(Math.max(...peaks))
        expect(known?.peakBytes).toBeGreaterThanOrEqual(Math.min(...peaks))
        expect(known?.peakBytes).toBeGreaterThanOrEqual(starts.at(-1)?.peakBytes ?? 0)
        expect(known?.steadyBytes).toBeLessThanOrEqual(known?.peakBytes ?? 0)
        expect(known?.leftBytes).toBe(Math.min(...starts.map((one) => one.leftBytes)))
        expect(known?.starts).toBe(starts.length)
      }),
    )
    const low = { peakBytes: 40e9, steadyBytes: 40e9, leftBytes: 10e9 }
    const high = { peakBytes: 80e9, steadyBytes: 60e9, leftBytes: 10e9 }
    expect(taught([low, high])?.peakBytes).toBe(80e9)
    expect(taught([high, low])?.peakBytes).toBe(70e9)
  })

  test('a start that was not seen whole, or cannot be true, teaches nothing', () => {
    const seen = { peakBytes: 40e9, steadyBytes: 38e9, leftBytes: 60e9 }
    expect(isSound(seen, 35e9, 128e9)).toBe(true)
    expect(isSound({ ...seen, steadyBytes: 10e9 }, 35e9, 128e9)).toBe(false)
    expect(isSound({ ...seen, peakBytes: 200e9 }, 35e9, 128e9)).toBe(false)
    expect(isSound({ ...seen, steadyBytes: 41e9 }, 35e9, 128e9)).toBe(false)
    expect(isSound({ ...seen, leftBytes: Number.NaN }, 35e9, 128e9)).toBe(false)
  })

  test('the corrected sum is its parts, covers the peak, and never asks for more headroom than before', () => {
    fc.assert(
      fc.property(aSum, aSeen, (sum, seen) => {
        const corrected = withMeasured(sum, { ...seen, starts: 1 })
        const parts = [corrected.weightsBytes, corrected.cacheBytes, corrected.startUpBytes, corrected.headroomBytes]
        expect(Math.min(...parts)).toBeGreaterThanOrEqual(0)
        expect(parts.reduce((a, b) => a + b, 0)).toBe(corrected.needBytes)
        expect(corrected.needBytes - corrected.headroomBytes).toBe(Math.max(sum.weightsBytes, seen.peakBytes))
        expect(corrected.headroomBytes).toBeLessThanOrEqual(sum.headroomBytes)
      }),
    )
  })

  test('what went well once is not refused afterwards', () => {
    const worked: MemorySum = { weightsBytes: 90e9, cacheBytes: 5e9, startUpBytes: 6e9, headroomBytes: 8e9, needBytes: 109e9 }
    const before = 117e9
    const seen = { peakBytes: 111e9, steadyBytes: 110e9, leftBytes: before - 111e9 }
    expect(withMeasured(worked, learn(null, seen)).needBytes).toBeLessThanOrEqual(before)
  })
})
