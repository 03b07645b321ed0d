import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { backoffMs, type Failing, judgeAttempt, patienceMs, restMs, retryAfterMs, signingSecrets } from '../../server/domain/webhook.ts'
import { whyNotAccepted } from '../../server/domain/webhook-words.ts'

const now = Date.UTC(2026, 0, 1)
const refused = { status: 500, retryAfterMs: null, why: 'answered with status 500' }
const moment = { now, again: false, chance: 0.5 }

describe('what comes of an attempt', () => {
  it('is accepted by 2xx alone, and ended by 410', () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 599 }), (status) => {
        const { kind } = judgeAttempt(null, { ...refused, status }, moment)
        expect(kind).toBe(status >= 200 && status < 300 ? 'delivered' : status === 410 ? 'pause' : 'retry')
        expect(whyNotAccepted(status, null) === '').toBe(kind === 'delivered')
      }),
    )
    expect(judgeAttempt(null, { ...refused, status: null }, moment).kind).toBe('retry')
  })

  it('waits longer each time, between half and the whole, and never above half an hour', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (attempts, chance) => {
        const whole = Math.min(30 * 60_000, 5000 * 2 ** Math.min(attempts - 1, 20))
        const wait = backoffMs(attempts, chance)
        expect(wait).toBeGreaterThanOrEqual(whole / 2)
        expect(wait).toBeLessThanOrEqual(whole)
        expect(backoffMs(attempts + 1, chance)).toBeGreaterThanOrEqual(wait)
      }),
    )
  })

  it('is tried for three days of waiting, then paused, whatever the clock does and however long the receiver asks for', () => {
    const step = fc.record({
      jumpMs: fc.integer({ min: -10 * 86_400_000, max: 10 * 86_400_000 }),
      asked: fc.option(fc.integer({ min: 0, max: 400 * 86_400_000 })),
      chance: fc.double({ min: 0, max: 0.999, noNaN: true }),
    })
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 400 }), (steps) => {
        let failing: Failing | null = null
        let at = now
        let waited = 0
        for (const { jumpMs, asked, chance } of steps) {
          const verdict = judgeAttempt(failing, { ...refused, retryAfterMs: asked }, { now: at, again: false, chance })
          if (verdict.kind === 'pause') {
            expect(waited).toBeGreaterThanOrEqual(patienceMs)
            return
          }
          if (verdict.kind !== 'retry') throw new Error('a refusal was taken for an acceptance')
          expect(waited).toBeLessThan(patienceMs)
          failing = verdict.failing
          const wait = failing.nextAt - at
          expect(wait).toBeGreaterThanOrEqual(Math.min(asked ?? 0, 86_400_000))
          expect(wait).toBeLessThanOrEqual(86_400_000)
          waited += wait
          at += wait + jumpMs
          expect(restMs(failing, at)).toBeLessThanOrEqual(86_400_000)
        }
      }),
    )
  })

  it('does not pause for time in which the appliance was off', () => {
    const first = judgeAttempt(null, refused, moment)
    const later = judgeAttempt(first.kind === 'retry' ? first.failing : null, refused, { ...moment, now: now + 30 * 86_400_000 })
    expect(later.kind).toBe('retry')
  })
})

describe('Retry-After', () => {
  it.each([
    ['120', 120_000],
    [' 0 ', 0],
    ['Thu, 01 Jan 2026 00:01:00 GMT', 60_000],
    ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
    ['soon', null],
    ['-5', null],
    ['99999999999999', null],
    ['', null],
    [null, null],
  ])('%s is %s ms', (header, ms) => {
    expect(retryAfterMs(header, now)).toBe(ms)
  })
})

describe('secrets', () => {
  it('are two until the overlap ends', () => {
    const hook = { secret: 'new', oldSecret: { sealed: 'old', until: now + 1000 } }
    expect(signingSecrets(hook, now)).toEqual(['new', 'old'])
    expect(signingSecrets(hook, now + 1000)).toEqual(['new'])
    expect(signingSecrets({ secret: 'new', oldSecret: null }, now)).toEqual(['new'])
  })
})
