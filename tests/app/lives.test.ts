import { describe, expect, test } from 'vitest'
import { live } from '../sim/lives/life.ts'
import { drawSchedule } from '../sim/lives/schedule.ts'

// LIVES=3000 LIVES_FROM=1 vitest run tests/app/lives.test.ts: the long version. A failing seed alone: LIVES=1 LIVES_FROM=<seed>.
const count = Number(process.env['LIVES'] ?? 60)
const from = Number(process.env['LIVES_FROM'] ?? 1)
const perTest = 10

describe('whole lives, with everything that can go wrong', () => {
  const chunks = Array.from({ length: Math.ceil(count / perTest) }, (_, at) => from + at * perTest)
  test.each(chunks)('keep every promise (from seed %i)', { timeout: 600_000 }, async (first) => {
    const failed: string[] = []
    for (let seed = first; seed < Math.min(first + perTest, from + count); seed++) {
      const lived = await live(drawSchedule(seed))
      if (lived.wrongs.length > 0) failed.push(lived.story)
    }
    expect(failed.join('\n\n')).toBe('')
  })
})
