// Whether a machine can be reached, to one second: from the arrivals of its memory stream. Pure: gaps become outages with a cause where
// one is known, and what nobody watched is told apart from what was out.
import type { MemoryReading } from './memory-reading.ts'

export const outageCauses = [
  'rebooted',
  'ssh_only',
  'key_refused',
  'host_key_changed',
  'all_at_once',
  'stood_still',
  'held_up',
  'refused',
  'unknown',
] as const
export type OutageCause = (typeof outageCauses)[number]

export interface Outage {
  /** The last that was heard before, and the first after it, ms; null: it goes on. */
  readonly from: number
  readonly to: number | null
  readonly cause: OutageCause
  /** False: nobody watched any longer when it ended; `to` is the last moment it was known to go on. */
  readonly seenEnd: boolean
}

/** When a machine was watched, and why nobody did after it; null: it goes on. */
export interface Watch {
  readonly from: number
  readonly until: number
  readonly ended: WatchEnd | null
}
/** `off`: the appliance ended without a word. `stopped`: it was stopped. The other two are troubles of its own computer. */
export const watchEnds = ['off', 'stopped', 'removed', 'stood_still', 'clock'] as const
export type WatchEnd = (typeof watchEnds)[number]

export type Heard = Pick<MemoryReading, 'at' | 'sequence' | 'uptimeMs' | 'bootId'>

/** A reading that comes this much later than its number says is an outage: one second, ms. */
const leastLateMs = 1000
/** The first reading of a stream that was opened anew may be this late after the last one of the stream before, ms. */
const leastGapMs = 2000
/** A machine has this long to be heard of first after it is watched, ms: connecting takes its time. */
export const firstWordMs = 5000

/** How late a reading is, beyond the second between each two; ms. A torn line is no outage: the number after it shows that time went on. */
export function isOutage(before: Heard, now: Heard, sameStream: boolean): boolean {
  const gapMs = now.at - before.at
  if (!sameStream) return gapMs >= leastGapMs
  return gapMs - Math.max(1, now.sequence - before.sequence) * 1000 >= leastLateMs
}

export interface GapFacts {
  readonly before: Heard | null
  /** null: it goes on. */
  readonly after: Heard | null
  readonly sameStream: boolean
  /** Codes of the errors with which streams ended meanwhile. */
  readonly codes: readonly string[]
  /** Something on the machine answered over HTTP meanwhile. */
  readonly answeredHttp: boolean
  /** Every machine that is watched, and more than one, was lost in the same second. */
  readonly allAtOnce: boolean
  /** The reasons that came with `machine_unreachable`. */
  readonly refused: boolean
}

/** The cause of a gap, the surest first. */
export function causeOf(gap: GapFacts): OutageCause {
  const { before, after, codes } = gap
  if (codes.includes('host_key_changed') || codes.includes('machine_is_another')) return 'host_key_changed'
  if (codes.includes('machine_refused_key')) return 'key_refused'
  if (before !== null && after !== null && before.bootId !== after.bootId) return 'rebooted'
  if (gap.allAtOnce) return 'all_at_once'
  if (gap.answeredHttp) return 'ssh_only'
  if (before !== null && after !== null && gap.sameStream) {
    // Its own clock tells whether it was the machine that waited, or its words.
    const madeMs = after.uptimeMs - before.uptimeMs
    return madeMs >= (after.at - before.at) / 2 ? 'stood_still' : 'held_up'
  }
  return gap.refused ? 'refused' : 'unknown'
}

export interface Availability {
  readonly watchedMs: number
  readonly outMs: number
  readonly outages: number
  /** Of the time it was watched, 0 to 100; null: it was not watched at all. */
  readonly percent: number | null
}

interface Span {
  readonly from: number
  readonly to: number
}

const clip = ({ from, to }: Span, within: Span): Span => ({ from: Math.max(from, within.from), to: Math.min(to, within.to) })
const lengthOf = ({ from, to }: Span): number => Math.max(0, to - from)
const spanOf = (watch: Watch): Span => ({ from: watch.from, to: watch.until })

/** How much of the watched time it could be reached. Time that nobody watched counts neither way. */
export function availability(watches: readonly Watch[], outages: readonly Outage[], within: Span): Availability {
  const watched = watches.map((watch) => clip(spanOf(watch), within)).filter((span) => lengthOf(span) > 0)
  const watchedMs = watched.reduce((sum, span) => sum + lengthOf(span), 0)
  const inside = outages.filter(({ from, to }) => from < within.to && (to ?? within.to) > within.from)
  const outMs = inside.reduce((sum, { from, to }) => {
    const out = { from, to: to ?? within.to }
    return sum + watched.reduce((part, span) => part + lengthOf(clip(out, span)), 0)
  }, 0)
  const percent = watchedMs === 0 ? null : Math.max(0, 100 * (1 - outMs / watchedMs))
  return { watchedMs, outMs, outages: inside.length, percent }
}

/** Shorter pauses between two watches are the house changing hands, ms. */
const leastUnwatchedMs = 2000

/** What lies between the watches of a machine, oldest first; before the first one nothing is claimed. */
export function unwatched(watches: readonly Watch[], now: number): readonly (Span & { readonly why: WatchEnd | null })[] {
  const sorted = [...watches].sort((a, b) => a.from - b.from)
  return sorted.flatMap((watch, index) => {
    const to = sorted[index + 1]?.from ?? (watch.ended === null ? watch.until : now)
    return to - watch.until >= leastUnwatchedMs ? [{ from: watch.until, to, why: watch.ended }] : []
  })
}
