import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { reliabilityPage } from '../../scripts/reliability.ts'
import { drawnPages } from '../../scripts/schema.ts'
import { errors } from '../../server/contract/errors.ts'
import { events } from '../../server/contract/events.ts'
import { settings } from '../../server/contract/settings.ts'
import { resultOf } from '../soak/lives.ts'
import type { PartResult } from '../soak/record.ts'

const root = new URL('../../', import.meta.url)

describe('the drawn pages of docs/', () => {
  it.each([...drawnPages()])('%s is as the tables and records say (run `make docs`)', (path, text) => {
    expect(readFileSync(new URL(path, root), 'utf8')).toBe(text)
  })

  it('name every error, setting and event', () => {
    const pages = drawnPages()
    const missing = (path: string, names: readonly string[]): string[] => names.filter((name) => !pages.get(path)?.includes(`\`${name}\``))
    expect(missing('docs/ERRORS.md', Object.keys(errors))).toEqual([])
    expect(missing('docs/SETTINGS.md', Object.keys(settings))).toEqual([])
    expect(missing('docs/EVENTS.md', Object.keys(events))).toEqual([])
    expect(missing('docs/EVENTS.md', ['swap_imagined'])).toEqual(['swap_imagined'])
  })

  it('tell a missed target and a broken promise, and what was not measured', () => {
    const run = {
      at: '2026-01-02T03:04:05.000Z',
      tookSeconds: 60,
      version: '0',
      commit: 'abc',
      changed: true,
      computer: 'one',
      command: 'make soak',
    }
    const missed = { what: 'Launchers', target: 'one', value: '2', met: false }
    const page = reliabilityPage([
      { ...run, part: 'kills', measured: [missed], canaries: [{ promise: 'One launcher.', broken: 'no fence', lives: 9, caught: 0 }] },
    ])
    expect(page).toContain('One target is missed: Launchers.')
    expect(page).toContain('| Launchers | one | 2 | **no** |')
    expect(page).toContain('| One launcher. | no fence | **not caught** in 9 lives |')
    expect(page).toContain('with changes that were not committed')
    expect(page).toMatch(/Not measured yet: Whole lives, /)
    expect(reliabilityPage([{ ...run, part: 'kills', measured: [{ ...missed, met: true }] }])).toContain(
      'Every target that was measured is met.',
    )
  })
})

describe('the record of whole lives', () => {
  const lived = { commit: 'b', earlier: [], from: 1, lives: 100_000, perMinutePerCore: 1200, outcomes: {}, met: {}, broken: [], mended: [] }
  const canary = { promise: 'One launcher', what: 'no lock', lives: 200, caught: 3 }
  const missed = (part: PartResult): string[] => part.measured.filter((one) => one.met === false).map((one) => one.what)

  it('meets its targets only whole, sound and with every canary caught', () => {
    expect(missed(resultOf({ ...lived, canaries: [canary] }, 1000))).toEqual([])
    expect(missed(resultOf({ ...lived, canaries: [canary, { ...canary, caught: 0 }] }, 1000))).toEqual([
      'Breaks made on purpose that were caught',
    ])
    expect(missed(resultOf({ ...lived, canaries: [] }, 1000))).toEqual(['Breaks made on purpose that were caught'])
    const broken = [{ seed: 7, invariant: 'one-launcher', sentence: 'two launchers' }]
    expect(missed(resultOf({ ...lived, canaries: [canary], broken }, 1000))).toEqual(['Broken invariants'])
    expect(missed(resultOf({ ...lived, canaries: [canary], lives: 99_999 }, 1000))).toEqual(['Lives'])
    expect(missed(resultOf({ ...lived, canaries: [canary] }, 999))).toEqual(['Lives a minute on one core'])
  })

  it('says what was lived with which commit, and what was mended on the way', () => {
    const mended = [{ seed: 7, invariant: 'one-launcher', sentence: 'two launchers' }]
    const { measured } = resultOf({ ...lived, canaries: [canary], earlier: [{ commit: 'a', lives: 60_000 }], mended }, 1000)
    const values = measured.map(({ value }) => value)
    expect(values).toContain('100,000 (seeds 1 to 100000): 60,000 with a, then 40,000 with b')
    expect(values).toContain('seed 7: one-launcher')
  })
})
