import { describe, expect, test } from 'vitest'
import { isOverdue, median, type PastSwap, remainingMs, typicalMs } from '../../server/domain/eta.ts'

const past = (loadMs: number): PastSwap => ({
  durationMs: 10_000 + loadMs,
  steps: [
    { phase: 'start', startedAt: 0, endedAt: 4000 },
    { phase: 'load', startedAt: 4000, endedAt: 4000 + loadMs },
    { phase: 'verify', startedAt: 4000 + loadMs, endedAt: 10_000 + loadMs },
  ],
})

describe('how long a switch takes', () => {
  test('is the median of the newest five', () => {
    expect(typicalMs([past(1000), past(2000), past(3000), past(4000), past(5000), past(900_000)])).toBe(13_000)
    expect(median([])).toBeNull()
    expect(median([4, 2])).toBe(3)
  })

  test('counts down within the phase and adds the phases to come', () => {
    expect(remainingMs([past(20_000)], 'load', 5000)).toBe(15_000 + 6000)
    expect(remainingMs([past(20_000)], 'load', 90_000)).toBe(6000)
  })

  test('is not known without history, nor while the previous model is brought back', () => {
    expect(remainingMs([], 'load', 0)).toBeNull()
    expect(remainingMs([past(1)], 'restore', 0)).toBeNull()
  })

  test('is overdue past the slowest tenth', () => {
    const ten = Array.from({ length: 10 }, (_, at) => past(at * 1000))
    expect(isOverdue(ten, 18_500)).toBe(true)
    expect(isOverdue(ten, 17_500)).toBe(false)
    expect(isOverdue([], 1e9)).toBe(false)
  })
})
