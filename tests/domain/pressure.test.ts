// Levels of memory pressure: what was seen on real Sparks (tests/fixtures/pressure, each with its source), and what holds for all readings.

import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { MemoryReading } from '../../server/domain/memory-reading.ts'
import {
  afterReading,
  afterSilence,
  cleanMs,
  noPressure,
  type Pressure,
  type PressureChange,
  type PressureGround,
} from '../../server/domain/pressure.ts'
import { levelOf, type SignName, signNames } from '../../server/domain/pressure-evidence.ts'
import { type PressureLevel, rankOf, whatFollows } from '../../server/domain/pressure-level.ts'
import { pressureSentence } from '../../server/domain/pressure-words.ts'

const GiB = 1024 ** 3
const start = Date.UTC(2026, 0, 1)
const replayStart = start
const bootedMs = 86_400_000

const idle: PressureGround = { loading: false, lane: null, workFlatMs: null, leastBytes: null, learned: null }
const serving: PressureGround = { ...idle, lane: 'r1' }

interface Seen {
  /** Seconds since the beginning; readings come once a second where it is left out. */
  readonly at?: number
  readonly available: number
  readonly free?: number
  readonly some?: number
  readonly full?: number
  readonly bootId?: string
}

function reading(seen: Seen, index: number): MemoryReading {
  const seconds = seen.at ?? index
  return {
    at: start + seconds * 1000,
    sequence: index + 1,
    uptimeMs: bootedMs + seconds * 1000,
    bootId: seen.bootId ?? 'b1',
    totalBytes: 121.7 * GiB,
    availableBytes: seen.available * GiB,
    freeBytes: (seen.free ?? Math.min(1, seen.available)) * GiB,
    some: seen.some ?? 0,
    full: seen.full ?? 0,
    kills: 0,
  }
}

interface Replay {
  readonly levels: readonly PressureLevel[]
  readonly changes: readonly PressureChange[]
  readonly state: Pressure
}

function replay(
  seen: readonly Seen[],
  ground: PressureGround | ((index: number) => PressureGround) = idle,
  from: Pressure = noPressure,
): Replay {
  let state = from
  const changes: PressureChange[] = []
  const levels = seen.map((one, index) => {
    const step = afterReading(state, reading(one, index), typeof ground === 'function' ? ground(index) : ground)
    state = step.state
    if (step.change !== null) changes.push(step.change)
    return state.level
  })
  return { levels, changes, state }
}

const steady = (seconds: number, seen: Seen): Seen[] => Array.from({ length: seconds }, () => seen)
/** A machine that has learned to rest at so many GiB. */
const restsAt = (available: number): PressureGround => ({
  ...serving,
  learned: { lane: 'r1', availableBytes: available * GiB, freeBytes: GiB },
})

// ---- what was seen on real machines

interface Trace {
  readonly title: string
  readonly source: string
  readonly restsAtGiB: number | null
  readonly readings: readonly {
    readonly seconds: number
    readonly availableGiB: number
    readonly freeGiB: number
    readonly some: number
    readonly full: number
    readonly flatSeconds?: number
    readonly loading?: boolean
  }[]
  readonly levels: readonly string[]
}
const folder = new URL('../fixtures/pressure/', import.meta.url)
const traces = readdirSync(folder).map((file) => ({ file, ...(JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Trace) }))

test.each(traces)('$file: $title', ({ restsAtGiB, readings, levels, source }) => {
  expect(source.length).toBeGreaterThan(10)
  const rows = readings.flatMap((row) => Array.from({ length: row.seconds }, () => row))
  const seen = rows.map((row) => ({ available: row.availableGiB, free: row.freeGiB, some: row.some, full: row.full }))
  const base = restsAtGiB === null ? serving : restsAt(restsAtGiB)
  const played = replay(seen, (index) => {
    const row = rows[index]
    return { ...base, loading: row?.loading === true, workFlatMs: row?.flatSeconds === undefined ? null : row.flatSeconds * 1000 }
  })
  const said = played.changes.map((change) => `${(change.at - start) / 1000} s: ${change.to}`)
  expect(said).toEqual(levels)
})

// ---- the baseline

test('what a machine rests at is learned in the minute after its engine began', () => {
  const { state } = replay(steady(70, { available: 7, free: 1.3 }), serving)
  expect(state.baseline).toEqual({ lane: 'r1', availableBytes: 7 * GiB, freeBytes: 1.3 * GiB })
})

test('a baseline learned during a leak is never below what starts of the recipe left', () => {
  const { state } = replay(steady(70, { available: 2 }), { ...serving, leastBytes: 6 * GiB })
  expect(state.baseline?.availableBytes).toBe(6 * GiB)
})

test('another model, a load and a restart each end what was learned', () => {
  const learned = replay(steady(70, { available: 7 }), serving).state
  expect(afterReading(learned, reading({ available: 7 }, 70), { ...serving, lane: 'r2' }).state.baseline).toBeNull()
  expect(afterReading(learned, reading({ available: 7 }, 70), { ...serving, loading: true }).state.baseline).toBeNull()
  expect(afterReading(learned, reading({ available: 7, bootId: 'b2' }, 70), serving).state.baseline).toBeNull()
})

test('somebody who came to stay is the new rest after ten still minutes; a slow leak never is', () => {
  const guest = replay([...steady(5, { available: 20 }), ...steady(800, { available: 7 })], restsAt(20))
  expect(guest.changes.map((change) => change.to)).toEqual(['normal', 'high', 'warning', 'normal'])
  expect(guest.state.baseline?.availableBytes).toBe(7 * GiB)
  const leak = Array.from({ length: 1500 }, (_, second) => ({ available: Math.max(1, 20 - second / 120) }))
  expect(replay(leak, restsAt(20)).levels.at(-1)).toBe('high')
})

test('one step down is no fall; a start that is found out to be one is taken back at once', () => {
  expect(replay([...steady(5, { available: 110 }), ...steady(20, { available: 12 })]).changes.map((change) => change.to)).toEqual([
    'normal',
  ])
  const start = [...steady(5, { available: 110 }), { available: 80 }, { available: 50 }, { available: 20 }, ...steady(30, { available: 8 })]
  const told = replay(start, (index) => ({ ...idle, loading: index >= 10 && index < 20 })).changes
  expect(told.map((change) => `${(change.at - replayStart) / 1000} s: ${change.to}`)).toEqual(['0 s: normal', '6 s: high', '10 s: normal'])
})

// ---- silence

test('without readings it is unknown, and goes on where it was: never as normal', () => {
  const high = replay([...steady(5, { available: 7 }), ...steady(10, { available: 7, full: 8 })], restsAt(7)).state
  expect(high.level).toBe('high')
  const silent = afterSilence(high, start + 20_000)
  expect(silent.change).toMatchObject({ from: 'high', to: 'unknown' })
  const back = afterReading(silent.state, reading({ available: 7, at: 30 }, 30), restsAt(7))
  expect(back.change).toMatchObject({ from: 'unknown', to: 'high' })
  expect(whatFollows.unknown).toEqual(whatFollows.warning)
})

test('a clean minute begins anew after a gap', () => {
  const up = [...steady(5, { available: 7 }), ...steady(3, { available: 7, some: 9 })]
  const gap = [...up, ...steady(40, { available: 7 })].map((one, index) => ({ ...one, at: index + (index > 30 ? 15 : 0) }))
  expect(replay(gap, restsAt(7)).levels.at(-1)).toBe('warning')
})

test('sentences hold their numbers', () => {
  const { state, changes } = replay([...steady(3, { available: 29 }), { available: 24 }, { available: 19 }, { available: 14 }], restsAt(29))
  expect(state.level).toBe('high')
  expect(pressureSentence('spark-1', state, changes.at(-1)?.why ?? [])).toMatch(/^Memory of spark-1 falls fast: 1[59] GB are left\./)
  expect(pressureSentence('spark-1', noPressure, [])).toContain('has not been heard of')
})

// ---- what holds for all readings

const anySeen = fc.record({
  available: fc.double({ min: 0.2, max: 110, noNaN: true }),
  some: fc.constantFrom(0, 0, 0, 3, 6, 40),
  full: fc.constantFrom(0, 0, 0, 0, 6, 20),
})
const anyTrace = fc
  .array(
    fc.tuple(anySeen, fc.integer({ min: 1, max: 20 })).map(([seen, seconds]) => steady(seconds, seen)),
    { minLength: 1, maxLength: 12 },
  )
  .map((parts) => parts.flat())

test('a single odd reading never leaves normal', () => {
  fc.assert(
    fc.property(anySeen, fc.integer({ min: 2, max: 30 }), (odd, before) => {
      const calm = { available: 20 }
      const { levels } = replay([...steady(before, calm), odd, ...steady(30, calm)], restsAt(20))
      // A reading of more memory than before may make the way back look like a fall: that is not one odd reading then, but two moves.
      if (odd.available > 22) return
      expect(new Set(levels)).toEqual(new Set(['normal']))
    }),
  )
})

test('every change begins where the last one ended, and whatever was said is taken back exactly once when all is calm', () => {
  fc.assert(
    fc.property(anyTrace, (trace) => {
      const calm = steady((4 * cleanMs) / 1000, { available: 20 })
      const { changes, state } = replay([...trace, ...calm], restsAt(20))
      changes.forEach((change, index) => {
        expect(change.from).toBe(index === 0 ? 'unknown' : changes[index - 1]?.to)
        expect(change.from).not.toBe(change.to)
      })
      expect(state.level).toBe('normal')
      const left = changes.filter((change) => change.from === 'normal').length
      const back = changes.filter((change) => change.to === 'normal' && change.from !== 'unknown').length
      expect(back).toBe(left + (changes[0]?.to === 'normal' ? 0 : 1))
    }),
    { numRuns: 60 },
  )
})

test('down goes one level at a time, each after a clean minute', () => {
  fc.assert(
    fc.property(anyTrace, (trace) => {
      const { changes } = replay([...trace, ...steady(300, { available: 20 })], restsAt(20))
      changes.forEach((change, index) => {
        if (change.from === 'unknown' || change.to === 'unknown' || rankOf(change.to) > rankOf(change.from)) return
        expect(rankOf(change.from) - rankOf(change.to)).toBe(1)
        expect(change.at - (changes[index - 1]?.at ?? 0)).toBeGreaterThanOrEqual(cleanMs)
      })
    }),
    { numRuns: 60 },
  )
})

test('more signs never ask for a lower level', () => {
  const some = fc.subarray([...signNames])
  fc.assert(
    fc.property(some, some, fc.boolean(), (signs: SignName[], more: SignName[], loading) => {
      expect(rankOf(levelOf([...signs, ...more], loading))).toBeGreaterThanOrEqual(rankOf(levelOf(signs, loading)))
    }),
  )
})

test('worse readings are never judged better: waiting, stalls and standing work only raise the level', () => {
  const worse = fc.record({ some: fc.constantFrom(0, 6), full: fc.constantFrom(0, 6, 20), flat: fc.constantFrom(null, 2000, 9000) })
  fc.assert(
    fc.property(anyTrace, worse, (trace, more) => {
      const better = replay(trace, restsAt(20)).levels
      const added = trace.map((one) => ({ ...one, some: Math.max(one.some ?? 0, more.some), full: Math.max(one.full ?? 0, more.full) }))
      const less = replay(added, { ...restsAt(20), workFlatMs: more.flat }).levels
      better.forEach((level, index) => {
        const other = less[index] ?? 'unknown'
        if (level !== 'unknown' && other !== 'unknown') expect(rankOf(other)).toBeGreaterThanOrEqual(rankOf(level))
      })
    }),
    { numRuns: 60 },
  )
})

test('silence at any moment is unknown, and never normal', () => {
  fc.assert(
    fc.property(anyTrace, fc.nat(), (trace, at) => {
      const { state } = replay(trace.slice(0, 1 + (at % trace.length)), restsAt(20))
      const { state: silent, change } = afterSilence(state, start + 1e9)
      expect(silent.level).toBe('unknown')
      expect(afterSilence(silent, start + 2e9).change).toBeNull()
      expect(change?.to).toBe('unknown')
      expect(whatFollows[silent.level].holdsLoads).toBe(true)
    }),
    { numRuns: 60 },
  )
})
