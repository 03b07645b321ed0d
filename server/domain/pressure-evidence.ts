// What readings of a machine's memory show, sign by sign. No single reading is a sign: each needs two in a row, most some seconds.
// Thresholds are those of admission-and-services.md 3.4 (a judgement there, to be calibrated on real machines).
import type { MemoryReading } from './memory-reading.ts'
import type { SeenLevel } from './pressure-level.ts'

export const signNames = ['below60', 'below40', 'below25', 'waits', 'stalls', 'stallsHard', 'falls', 'flat', 'atFloor'] as const
export type SignName = (typeof signNames)[number]
/** Since when, by the machine's clock, every reading has shown it, and how many did. */
export type Signs = Readonly<Partial<Record<SignName, { readonly since: number; readonly count: number }>>>

/** What a machine rests at while its engine serves: the median of the minute after it began. */
export interface Baseline {
  readonly lane: string
  readonly availableBytes: number
  readonly freeBytes: number
}

export type Sample = Pick<MemoryReading, 'uptimeMs' | 'availableBytes'>

const gib = 1024 ** 3
/** Memory that would be down here within ten seconds at the speed of the last ones is falling. */
export const floorBytes = gib
const reachesFloorMs = 10_000
/** Speed is taken over so long: shorter steps are the noise of a working engine, as are smaller ones. */
export const speedMs = 3000
const leastFallBytes = gib
/** What stands still again is a step, not a fall. */
const leastStepBytes = gib / 4
/** An engine that has work and moves no token for so long is one of the three signs of a machine about to freeze, ms. */
const flatMs = 5000

/** What a reading alone, with those of the last seconds, shows. `workFlatMs`: for how long an engine with work has moved nothing. */
export function shownBy(
  reading: MemoryReading,
  recent: readonly Sample[],
  baseline: Baseline | null,
  workFlatMs: number | null,
): readonly SignName[] {
  const { availableBytes, some, full } = reading
  const below = (share: number): boolean => baseline !== null && availableBytes < baseline.availableBytes * share
  const shown: Readonly<Record<SignName, boolean>> = {
    below60: below(0.6),
    below40: below(0.4),
    below25: below(0.25),
    waits: (some ?? 0) >= 5,
    stalls: (full ?? 0) >= 5,
    stallsHard: (full ?? 0) >= 15,
    falls: isFalling(reading, recent),
    flat: (workFlatMs ?? 0) >= flatMs,
    atFloor: availableBytes < floorBytes,
  }
  return signNames.filter((name) => shown[name])
}

/** 29 to 2.5 GiB took 9 s on a GB10: by the time a level is low, it is too late. */
function isFalling({ uptimeMs, availableBytes }: MemoryReading, recent: readonly Sample[]): boolean {
  const from = recent.find((one) => uptimeMs - one.uptimeMs <= speedMs)
  if (from === undefined || uptimeMs <= from.uptimeMs) return false
  const lost = from.availableBytes - availableBytes
  const step = (recent.at(-1)?.availableBytes ?? 0) - availableBytes
  if (lost < leastFallBytes || step < leastStepBytes) return false
  return (Math.max(0, availableBytes - floorBytes) / lost) * (uptimeMs - from.uptimeMs) <= reachesFloorMs
}

export function followSigns(before: Signs, shown: readonly SignName[], uptimeMs: number): Signs {
  return Object.fromEntries(
    shown.map((name) => [name, { since: before[name]?.since ?? uptimeMs, count: (before[name]?.count ?? 0) + 1 }] as const),
  )
}

/** For how long each sign must have been seen without a break, ms; two readings in any case. */
const lastsMs: Readonly<Record<SignName, number>> = {
  below60: 10_000,
  below40: 3000,
  below25: 2000,
  waits: 0,
  stalls: 0,
  stallsHard: 0,
  falls: 0,
  flat: 0,
  atFloor: 2000,
}
const leastReadings = 2

export function standing(signs: Signs, uptimeMs: number): readonly SignName[] {
  return signNames.filter((name) => {
    const sign = signs[name]
    return sign !== undefined && sign.count >= leastReadings && uptimeMs - sign.since >= lastsMs[name]
  })
}

/** Critical takes two of these three. */
const votes: readonly SignName[] = ['below25', 'stallsHard', 'flat']

/** The level that signs ask for; more signs never ask for less. */
export function levelOf(signs: readonly SignName[], loading: boolean): SeenLevel {
  const has = (...names: readonly SignName[]): boolean => names.some((name) => signs.includes(name))
  if (loading) return levelOfLoad(has)
  if (votes.filter((name) => has(name)).length >= 2) return 'critical'
  if (has('below25', 'below40', 'stalls', 'stallsHard', 'falls')) return 'high'
  return has('below60', 'waits') ? 'warning' : 'normal'
}

/** A load takes most of the memory in one sweep and keeps the disk busy: only what would freeze the machine counts then. */
function levelOfLoad(has: (...names: readonly SignName[]) => boolean): SeenLevel {
  if (!has('stallsHard')) return 'normal'
  return has('atFloor') ? 'critical' : 'high'
}
