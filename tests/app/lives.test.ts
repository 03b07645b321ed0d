import { describe, expect, test } from 'vitest'
import type { Life } from '../fakes/appliance.ts'
import { live } from '../sim/lives/life.ts'
import { drawSchedule, other, type Schedule, type Step, small } from '../sim/lives/schedule.ts'

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

  test('are lived again exactly as they were, from their seed alone', async () => {
    const first = await live(drawSchedule(1107))
    const second = await live(drawSchedule(1107))
    expect(first.swaps).toBeGreaterThan(0)
    expect(second).toEqual(first)
  })
})

describe('a broken house (canaries)', () => {
  const schedule = (...steps: Step[]): Schedule => ({ seed: 1, startAfterReboot: false, steps })
  const to = (model: string): Step => ({ kind: 'switch', model, withToken: false, breakLock: false })
  const wait = (ms: number): Step => ({ kind: 'wait', ms })
  /** Puts a lie in the place of an answer of the machines. */
  const lying = (name: 'watch' | 'startJob' | 'takeFence', lie: (life: Life) => unknown) => (life: Life) =>
    void Object.assign(life.sparks, { [name]: lie(life) })

  test('that believes a container gone too early is caught starting beside it', async () => {
    const blind = lying('watch', ({ sparks: { watch } }) => async (...args: Parameters<typeof watch>) => {
      const reading = await watch(...args)
      return { ...reading, container: 'absent', availableBytes: 128e9 }
    })
    const leftover: Step = { kind: 'fault', fault: { name: 'F28', node: 'spark-1' } }
    const lived = await live(
      schedule({ kind: 'by-hand', node: 'spark-1', model: small }, wait(1), leftover, to(other), wait(60_000)),
      blind,
    )
    expect(lived.wrongs.join()).toMatch(/a start began while vllm_node was still there/)
    expect(lived.story).toContain(`the owner switches to ${other}`)
  })

  test('whose machines start every order twice is caught with two launchers', async () => {
    const twice = lying('startJob', ({ sparks, world }) => {
      const { startJob } = sparks
      return async (...args: Parameters<typeof startJob>) => {
        const [machine, order] = args
        await startJob(...args)
        const [tool = '', ...argv] = order.argv
        const signal = new AbortController().signal
        void world.run({ node: machine.name, tool, argv, env: {}, cwd: '/' }, { out: () => undefined, err: () => undefined, signal })
      }
    })
    const lived = await live(schedule(to(small), wait(20_000)), twice)
    expect(lived.wrongs).toContain('two launchers are alive at once')
  })

  test('that calls a wedged engine ready is caught', async () => {
    const hopeful = (life: Life): void => void Object.assign(life.engines, { complete: async () => ({ ok: true, reason: null }) })
    const wedge: Step = { kind: 'fault', fault: { name: 'F13' } }
    const lived = await live(schedule(wedge, to(small), wait(60_000)), hopeful)
    expect(lived.wrongs.join()).toContain(`${small} is wedged`)
  })

  test('that writes a secret down is caught', async () => {
    const lived = await live(schedule(wait(10)), (life) => life.stores.settings.set('x', 'hf_TheSecretOfThisHouse0123456789', 0, 0, 'x'))
    expect(lived.wrongs).toEqual(['a secret is in the database'])
  })
})
