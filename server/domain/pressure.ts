// How short a machine is of memory, from its readings. A reducer: no clock, no I/O. It goes up at once, down one level after each clean
// minute, and says every change; without readings it is unknown, which is never normal.
import { minuteMs } from './durations.ts'
import { median } from './eta.ts'
import { type MemoryReading, silenceMs } from './memory-reading.ts'
import {
  type Baseline,
  followSigns,
  levelOf,
  type Sample,
  type SignName,
  type Signs,
  shownBy,
  speedMs,
  standing,
} from './pressure-evidence.ts'
import { oneBelow, type PressureLevel, rankOf, type SeenLevel } from './pressure-level.ts'

/** What is known of the machine beside its readings. */
export interface PressureGround {
  /** Something is being loaded there now. */
  readonly loading: boolean
  /** Recipe and start of what serves there; null: nothing of ours does. */
  readonly lane: string | null
  /** For how long an engine there that has work has moved no token, ms; null: it moves, has none, or is not known. */
  readonly workFlatMs: number | null
  /** The least that finished starts of this recipe left available: a resting level below it was learned while memory leaked. */
  readonly leastBytes: number | null
  /** What an earlier life of the appliance learned for this lane. */
  readonly learned: Baseline | null
}

export interface Pressure {
  /** What was said last. */
  readonly level: PressureLevel
  /** The level beneath `unknown`: where it goes on when readings come again. */
  readonly held: SeenLevel
  readonly since: number
  readonly last: MemoryReading | null
  readonly signs: Signs
  readonly recent: readonly Sample[]
  /** By the machine's clock: since when every reading asked for a lower level than the one held. */
  readonly cleanSince: number | null
  /** By the machine's clock: when it was last raised by nothing but the speed at which memory went. */
  readonly raisedByFallAt: number | null
  /** By the machine's clock: the last reading that came while something was loaded. */
  readonly loadedAt: number | null
  readonly baseline: Baseline | null
  readonly learning: { readonly lane: string; readonly from: number; readonly seen: readonly (readonly [number, number])[] } | null
  readonly calm: { readonly from: number; readonly low: number; readonly high: number } | null
}

export interface PressureChange {
  readonly from: PressureLevel
  readonly to: PressureLevel
  readonly at: number
  /** The signs that stood when it went up; none when it went down. */
  readonly why: readonly SignName[]
}

export const noPressure: Pressure = {
  level: 'unknown',
  held: 'normal',
  since: 0,
  last: null,
  signs: {},
  recent: [],
  cleanSince: null,
  raisedByFallAt: null,
  loadedAt: null,
  baseline: null,
  learning: null,
  calm: null,
}

/** Down one level after so long without a sign of the level held, ms. */
export const cleanMs = minuteMs
/** A start that was not known yet is known within this time: then its fall was none, ms. */
const startKnownMs = 20_000
/** PSI is an average of ten seconds: for a little while after a load it still tells of the load, ms. */
const afterLoadMs = 15_000
const learnMs = minuteMs
const leastLearned = 10
/** Memory that stands still for so long, and nobody waits: this is how the machine rests now, ms. */
const calmMs = 600_000
const calmShare = 0.02
const calmPercent = 1

interface Step {
  readonly state: Pressure
  readonly change: PressureChange | null
}

export function afterReading(before: Pressure, reading: MemoryReading, ground: PressureGround): Step {
  const state = continued(before, reading)
  const { uptimeMs } = reading
  const loadedAt = ground.loading ? uptimeMs : state.loadedAt
  const loading = loadedAt !== null && uptimeMs - loadedAt < afterLoadMs
  const learned = learn(state, reading, ground)
  const signs = followSigns(state.signs, shownBy(reading, state.recent, learned.baseline, ground.workFlatMs), uptimeMs)
  const why = standing(signs, uptimeMs)
  const shown = levelOf(why, loading)
  const { held, cleanSince } = settle(asStart(state, ground, uptimeMs), shown, uptimeMs)
  const recent = [...state.recent.filter((one) => uptimeMs - one.uptimeMs < speedMs), { uptimeMs, availableBytes: reading.availableBytes }]
  const raisedByFallAt = raisedByFall(state, held, why, uptimeMs)
  const next: Pressure = { ...state, ...learned, loadedAt, signs, recent, held, cleanSince, raisedByFallAt, last: reading }
  return said(next, held, reading.at, why)
}

function raisedByFall(before: Pressure, held: SeenLevel, why: readonly SignName[], uptimeMs: number): number | null {
  if (rankOf(held) > rankOf(before.held)) return why.every((sign) => sign === 'falls') ? uptimeMs : null
  return held === before.held ? before.raisedByFallAt : null
}

/** A start by somebody else looks like a fall until it is seen what it is: then it is taken back at once. */
function asStart(state: Pressure, { loading }: PressureGround, uptimeMs: number): Pressure {
  const { raisedByFallAt } = state
  return loading && raisedByFallAt !== null && uptimeMs - raisedByFallAt < startKnownMs
    ? { ...state, held: 'normal', cleanSince: null }
    : state
}

/** No reading for `silenceMs`, whatever the reason. */
export function afterSilence(state: Pressure, at: number): Step {
  return said({ ...state, signs: {}, recent: [], cleanSince: null, calm: null }, 'unknown', at, [])
}

function said(state: Pressure, to: PressureLevel, at: number, why: readonly SignName[]): Step {
  if (state.level === to) return { state, change: null }
  const wentUp = to !== 'unknown' && rankOf(to) > (state.level === 'unknown' ? 0 : rankOf(state.level))
  return { state: { ...state, level: to, since: at }, change: { from: state.level, to, at, why: wentUp ? why : [] } }
}

/** What readings showed before a gap says nothing of now; a machine that started anew has nothing to do with the one before. */
function continued(state: Pressure, { bootId, uptimeMs }: MemoryReading): Pressure {
  const { last } = state
  if (last === null) return state
  if (last.bootId !== bootId) return { ...noPressure, level: state.level, since: state.since }
  const gapMs = uptimeMs - last.uptimeMs
  return gapMs >= 0 && gapMs < silenceMs ? state : { ...state, signs: {}, recent: [], cleanSince: null, calm: null }
}

function settle({ held, cleanSince }: Pressure, shown: SeenLevel, uptimeMs: number): Pick<Pressure, 'held' | 'cleanSince'> {
  if (rankOf(shown) > rankOf(held)) return { held: shown, cleanSince: null }
  if (shown === held) return { held, cleanSince: null }
  if (cleanSince === null) return { held, cleanSince: uptimeMs }
  return uptimeMs - cleanSince >= cleanMs ? { held: oneBelow(held), cleanSince: uptimeMs } : { held, cleanSince }
}

type Learned = Pick<Pressure, 'baseline' | 'learning' | 'calm'>

function learn(state: Pressure, reading: MemoryReading, { lane, loading, learned, leastBytes }: PressureGround): Learned {
  if (lane === null || loading) return { baseline: null, learning: null, calm: null }
  const { baseline, learning } = state
  if (baseline?.lane === lane) return rest(state, baseline, reading)
  if (learned?.lane === lane) return { baseline: learned, learning: null, calm: null }
  const { uptimeMs, availableBytes, freeBytes } = reading
  const begun = learning?.lane === lane ? learning : { lane, from: uptimeMs, seen: [] }
  const seen = [...begun.seen, [availableBytes, freeBytes] as const]
  if (uptimeMs - begun.from < learnMs || seen.length < leastLearned) return { baseline: null, learning: { ...begun, seen }, calm: null }
  const rests = (of: 0 | 1): number => median(seen.map((one) => one[of])) ?? 0
  return {
    baseline: { lane, availableBytes: Math.max(rests(0), leastBytes ?? 0), freeBytes: rests(1) },
    learning: null,
    calm: null,
  }
}

/** Somebody else may have come to stay: ten minutes of stillness in which nobody waits are the new rest. A leak never stands still. */
function rest({ calm }: Pressure, baseline: Baseline, { uptimeMs, availableBytes, freeBytes, some }: MemoryReading): Learned {
  const low = Math.min(calm?.low ?? availableBytes, availableBytes)
  const high = Math.max(calm?.high ?? availableBytes, availableBytes)
  const still = calm !== null && high - low <= baseline.availableBytes * calmShare && (some ?? 0) < calmPercent
  if (!still) return { baseline, learning: null, calm: { from: uptimeMs, low: availableBytes, high: availableBytes } }
  if (uptimeMs - calm.from < calmMs) return { baseline, learning: null, calm: { from: calm.from, low, high } }
  return { baseline: { lane: baseline.lane, availableBytes: low, freeBytes }, learning: null, calm: null }
}
