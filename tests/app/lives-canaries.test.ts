// Lives judge the product; here the judges are judged: each promise is seen to be broken by a house that was broken on purpose.
import { describe, expect, test } from 'vitest'
import { canaries, tryCanary } from '../sim/lives/canaries.ts'
import { invariants } from '../sim/lives/invariants.ts'
import { live } from '../sim/lives/life.ts'
import { drawSchedule, small } from '../sim/lives/schedule.ts'
import { shrink } from '../sim/lives/shrink.ts'
import { testCode } from '../sim/lives/story.ts'

/** Some breaks show in one drawn life of a hundred: a seed shortly before one that shows it. `make simulate` counts them from seed 1. */
const near: Readonly<Record<string, number>> = {
  'an appliance that believes every container gone and all memory free': 34,
  'an appliance that takes every completion for answered': 106,
  'machines that write down any fence, and one from an old database': 54,
  'a machine that does what a stale fence says': 67,
  'a poll that repeats the last answer of what is silent': 27,
  'a stop that stops whatever runs on the machine': 111,
}
const mostLives = 40

test('a life is lived again exactly as it was, from its seed alone', async () => {
  const first = await live(drawSchedule(1107))
  expect(first.swaps).toBeGreaterThan(0)
  expect(await live(drawSchedule(1107))).toEqual(first)
})

describe('canaries', () => {
  test('every invariant has one', () => {
    expect(new Set(canaries.map((one) => one.invariant))).toEqual(new Set(Object.keys(invariants)))
  })

  test.each(canaries)('$invariant is seen to be broken by $what', { timeout: 240_000 }, async (canary) => {
    const caught = await tryCanary(canary, near[canary.what] ?? 1, mostLives, true)
    expect(caught).toMatchObject({ caught: 1 })
  })

  test('a broken life is shrunk to the few steps that matter, told in words and as a test', { timeout: 240_000 }, async () => {
    const canary = canaries.find((one) => one.invariant === 'no-secret')
    const { schedule, lived } = await shrink(drawSchedule(1), 'no-secret', canary?.sabotage)
    expect(schedule.steps.length).toBeLessThan(drawSchedule(1).steps.length / 2)
    expect(lived.story).toMatch(/the owner switches to/)
    expect(lived.story).toContain("WRONG (no-secret): a secret of a launcher's .env is in the database")
    const wait = { kind: 'wait', ms: 5 } as const
    const code = testCode(
      { seed: 7, startAfterReboot: false, steps: [{ kind: 'by-hand', node: 'spark-1', model: small }, wait] },
      'it works',
    )
    expect(code).toContain("{ kind: 'by-hand', node: 'spark-1', model: 'Qwen/Qwen3-8B' },\n    { kind: 'wait', ms: 5 },")
  })
})
