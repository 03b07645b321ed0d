// The log of each machine's line: outages to one second, from the arrivals of its memory stream, and the time in which nobody watched.

import type { ConnectivityShapeView } from '../contract/operations/connectivity.ts'
import {
  availability,
  causeOf,
  firstWordMs,
  type GapFacts,
  type Heard,
  isOutage,
  type Outage,
  type OutageCause,
  type Watch,
  type WatchEnd,
} from '../domain/connectivity.ts'
import { dayMs, minuteMs } from '../domain/durations.ts'
import type { MemoryReading } from '../domain/memory-reading.ts'
import { connectivityView } from './connectivity-view.ts'
import type { Clock } from './ports.ts'
import { isStorageTrouble } from './storage.ts'
import type { ConnectivityStore, OwnWatch } from './stream-ports.ts'
import type { StreamListener, Streams } from './streams.ts'
import { whenAborted } from './when-aborted.ts'

export interface ConnectivityNeeds {
  readonly clock: Pick<Clock, 'now'>
  readonly streams: Pick<Streams, 'listen'>
  readonly store: ConnectivityStore
  readonly own: OwnWatch
  /** Something on that machine answered over HTTP in that time. */
  readonly answeredHttp: (machine: string, from: number, to: number) => boolean
}

const keepMs = 30 * dayMs
/** The watches are said to go on this often, ms: so much of the time before a death without a word is not claimed. */
const watchedEveryMs = minuteMs
/** Losses of several machines within this time are one, ms. */
const togetherMs = 2000
/** An appliance that stood still for this share of a gap made the gap. */
const ownShare = 0.5

interface Line {
  watch: number
  readonly watchedFrom: number
  last: Heard | null
  /** The stream ended since the last reading. */
  streamEnded: boolean
  codes: string[]
  refused: boolean
  open: { readonly id: number; readonly from: number } | null
  /** Where its last outage began. */
  lostAt: number | null
}

export function createConnectivity(needs: ConnectivityNeeds) {
  const { clock, store } = needs
  const lines = new Map<string, Line>()
  let saidAt = Number.NEGATIVE_INFINITY

  /** On a full disk outages are not written down; the machines are none the worse for it. */
  const write = <T>(act: () => T): T | null => {
    try {
      return act()
    } catch (error) {
      if (!isStorageTrouble(error)) throw error
      return null
    }
  }

  const begin = (machine: string, at: number): void => {
    const watch = write(() => store.beginWatch(machine, at)) ?? -1
    lines.set(machine, { watch, watchedFrom: at, last: null, streamEnded: true, codes: [], refused: false, open: null, lostAt: null })
  }

  const fromOf = (line: Line): number => line.last?.at ?? line.watchedFrom

  /** Every other machine fell silent in the same second, and there is another. */
  const allAtOnce = (machine: string, from: number): boolean => {
    const others = [...lines].filter(([id]) => id !== machine)
    const near = (at: number | null): boolean => at !== null && Math.abs(at - from) <= togetherMs
    return others.length > 0 && others.every(([, other]) => near(other.open?.from ?? null) || near(other.lostAt) || near(fromOf(other)))
  }

  const causeNow = (machine: string, line: Line, after: Heard | null): OutageCause => {
    const from = fromOf(line)
    const facts: GapFacts = {
      before: line.last,
      after,
      sameStream: !line.streamEnded,
      codes: line.codes,
      answeredHttp: needs.answeredHttp(machine, from + 1000, after?.at ?? clock.now()),
      allAtOnce: allAtOnce(machine, from),
      refused: line.refused,
    }
    return causeOf(facts)
  }

  /** The part of a gap in which this computer itself stood still, where that is most of it. */
  const ownGap = (from: number, to: number): { from: number; to: number; kind: 'stood_still' | 'clock' } | null => {
    const own = needs.own.between(from, to)
    const longest = own.reduce((most, gap) => Math.max(most, Math.min(gap.to, to) - Math.max(gap.from, from)), 0)
    const first = own[0]
    return first !== undefined && longest >= (to - from) * ownShare ? { from, to, kind: first.kind } : null
  }

  const notWatched = (machine: string, line: Line, gap: { from: number; to: number; kind: WatchEnd }): void => {
    const { open } = line
    write(() => {
      if (open !== null) store.removeOutage(open.id)
      store.endWatch(line.watch, gap.from, gap.kind)
      line.watch = store.beginWatch(machine, gap.to)
    })
  }

  const out = (machine: string, line: Line, to: Heard): void => {
    const from = fromOf(line)
    const own = ownGap(from, to.at)
    if (own !== null) {
      notWatched(machine, line, own)
      return
    }
    const cause = causeNow(machine, line, to)
    const { open } = line
    write(() => store.endOutage(open?.id ?? store.beginOutage(machine, from, cause), to.at, cause, true))
    line.lostAt = from
  }

  const hear = (machine: string, reading: MemoryReading): void => {
    const line = lines.get(machine)
    if (line === undefined) return
    const { at, sequence, uptimeMs, bootId } = reading
    const now: Heard = { at, sequence, uptimeMs, bootId }
    const isOut = line.last === null ? at - line.watchedFrom >= firstWordMs : isOutage(line.last, now, !line.streamEnded)
    const { open } = line
    if (isOut) out(machine, line, now)
    // Five seconds of torn lines: its number shows that it went on.
    else if (open !== null) write(() => store.removeOutage(open.id))
    Object.assign(line, { last: now, streamEnded: false, codes: [], refused: false, open: null })
  }

  /** Five seconds without a word: written down at once, so that a death of ours does not lose it. */
  const silent = (machine: string): void => {
    const line = lines.get(machine)
    if (line === undefined || line.open !== null) return
    const from = fromOf(line)
    const id = write(() => store.beginOutage(machine, from, causeNow(machine, line, null)))
    if (id !== null) line.open = { id, from }
  }

  const end = (machine: string, at: number, why: WatchEnd): void => {
    const line = lines.get(machine)
    if (line === undefined) return
    lines.delete(machine)
    write(() => {
      if (line.open !== null) store.endOutage(line.open.id, at, causeNow(machine, line, null), false)
      store.endWatch(line.watch, at, why)
    })
  }

  const listener: StreamListener = {
    reading: hear,
    silent,
    lost(machine, { code, sentence }) {
      const line = lines.get(machine)
      if (line === undefined) return
      line.streamEnded = true
      if (!line.codes.includes(code)) line.codes = [...line.codes, code]
      line.refused ||= sentence.includes('refused')
    },
    begun: begin,
    ended: (machine, at) => end(machine, at, 'removed'),
  }
  needs.streams.listen(listener)

  const outagesOf = (machine: string, since: number): readonly Outage[] => {
    const stored = store.outages(machine, since)
    const line = lines.get(machine)
    if (line?.open == null) return stored
    // Its cause may have become clearer since it began.
    return stored.map((one) => (one.to === null ? { ...one, cause: causeNow(machine, line, null) } : one))
  }

  const watchesOf = (machine: string, since: number): readonly Watch[] => {
    const now = clock.now()
    return store.watches(machine, since).map((watch) => (watch.ended === null && lines.has(machine) ? { ...watch, until: now } : watch))
  }

  return {
    view(machine: string): ConnectivityShapeView {
      const now = clock.now()
      const [outages, watches] = [outagesOf(machine, now - keepMs), watchesOf(machine, now - keepMs)]
      const within = (ms: number) => availability(watches, outages, { from: now - ms, to: now })
      const line = lines.get(machine)
      return connectivityView({
        machine,
        now,
        state: line === undefined ? 'unwatched' : line.open !== null || line.last === null ? 'out' : 'connected',
        since: line === undefined ? null : (line.open?.from ?? line.lostAt ?? line.watchedFrom),
        outages,
        watches,
        day: within(dayMs),
        week: within(7 * dayMs),
      })
    },
    /** Says once a minute that the watches go on; called after every look at a machine. */
    keep(): void {
      const now = clock.now()
      if (now - saidAt < watchedEveryMs) return
      saidAt = now
      write(() => {
        store.watched(now)
        store.prune(now - keepMs)
      })
    },
    start(signal: AbortSignal): void {
      write(() => store.closeEarlier())
      const stop = (): void => {
        for (const machine of [...lines.keys()]) end(machine, clock.now(), 'stopped')
      }
      whenAborted(signal, stop)
    },
  }
}
