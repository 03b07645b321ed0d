// The lives of a range of seeds as tests. A failing seed alone: `make simulate LIVES=1 SEED=<seed> CANARIES=0` tells its story, made shorter.
import { describe, expect, test } from 'vitest'
import { live } from './life.ts'
import { drawSchedule } from './schedule.ts'

const perTest = 50

export function keepEveryPromise(from: number, lives: number): void {
  describe('whole lives, with everything that can go wrong', () => {
    const chunks = Array.from({ length: Math.ceil(lives / perTest) }, (_, at) => from + at * perTest)
    test.each(chunks)('keep every promise (from seed %i)', { timeout: 600_000 }, async (first) => {
      const failed: string[] = []
      for (let seed = first; seed < Math.min(first + perTest, from + lives); seed++) {
        const lived = await live(drawSchedule(seed))
        if (lived.broken.length > 0) failed.push(lived.story)
      }
      expect(failed.join('\n\n')).toBe('')
    })
  })
}
