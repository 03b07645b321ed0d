import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  attemptWindowMs,
  backoffMs,
  type HealSigns,
  type HealStep,
  healLongestMs,
  healStep,
  mostAttempts,
  noHeal,
  resetAfterMs,
} from '../../server/domain/service-heal.ts'

const t0 = 1_000_000_000
type Row = { readonly gapMs: number; readonly well: boolean; readonly allowed: boolean; readonly draw: number }

const live = (rows: readonly Row[]): { at: number; step: HealStep; signs: HealSigns; row: Row }[] => {
  let [signs, at] = [noHeal, t0]
  return rows.map((row) => {
    at += row.gapMs
    const next = healStep(signs, { at, well: row.well, down: !row.well, allowed: row.allowed, draw: row.draw })
    signs = next.signs
    return { at, step: next.step, signs, row }
  })
}
const down = (count: number, gapMs: number): Row[] =>
  Array.from({ length: count }, () => ({ gapMs, well: false, allowed: true, draw: 0.5 }))

describe('healing', () => {
  it('waits, tries three times, gives up once, and says so once', () => {
    const steps = live(down(200, 10_000)).map(({ step }) => step)
    expect(steps.filter((step) => step === 'restart')).toHaveLength(mostAttempts)
    expect(steps.filter((step) => step === 'give_up')).toHaveLength(1)
    expect(steps.indexOf('give_up')).toBeGreaterThan(steps.lastIndexOf('restart'))
    expect(steps[0]).toBe('none')
  })

  it('begins anew after ten minutes of health', () => {
    const rows = [
      ...down(40, 10_000),
      { gapMs: 10_000, well: true, allowed: true, draw: 0 },
      { gapMs: resetAfterMs, well: true, allowed: true, draw: 0 },
    ]
    expect(live(rows).at(-1)?.signs.attempts).toEqual([])
    expect(
      live([...rows, ...down(5, 10_000)])
        .slice(-5)
        .map(({ step }) => step),
    ).toContain('restart')
  })

  it('a few minutes of health do not: what falls over every five minutes is not restarted for ever', () => {
    const turn = [...down(4, 10_000), ...Array.from({ length: 25 }, () => ({ gapMs: 10_000, well: true, allowed: true, draw: 0.5 }))]
    const steps = live([...turn, ...turn, ...turn, ...turn, ...turn]).map(({ step }) => step)
    expect(steps.filter((step) => step === 'restart').length).toBeLessThanOrEqual(mostAttempts)
  })

  it('backoff doubles from five seconds, give or take a fifth, to five minutes', () => {
    expect([0, 1, 2, 3].map((attempt) => backoffMs(attempt, 0.5))).toEqual([5_000, 10_000, 20_000, 40_000])
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 30 }), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, draw) => {
        const plain = Math.min(healLongestMs, 5_000 * 2 ** attempt)
        expect(Math.abs(backoffMs(attempt, draw) - plain)).toBeLessThanOrEqual(plain * 0.2 + 1)
        expect(backoffMs(attempt, draw)).toBeLessThanOrEqual(healLongestMs)
      }),
    )
  })

  it('never more than three in half an hour, never when it is not allowed, and never twice given up in one episode', () => {
    const row = fc.record({
      gapMs: fc.integer({ min: 500, max: 120_000 }),
      well: fc.boolean(),
      allowed: fc.boolean(),
      draw: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    fc.assert(
      fc.property(fc.array(row, { maxLength: 200 }), (rows) => {
        const told = live(rows)
        const restarts = told.filter(({ step }) => step === 'restart')
        for (const { at, row: facts } of restarts) {
          expect(facts.allowed && !facts.well).toBe(true)
          expect(restarts.filter((one) => one.at <= at && at - one.at < attemptWindowMs).length).toBeLessThanOrEqual(mostAttempts)
        }
        let gaveUp = false
        for (const { step, signs } of told) {
          if (step === 'give_up') expect(gaveUp).toBe(false)
          gaveUp = signs.exhausted
        }
      }),
    )
  })
})
