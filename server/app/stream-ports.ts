// What is looked at without a pause: the memory of each machine, over one channel that stays open.
import type { Outage, OutageCause, Watch, WatchEnd } from '../domain/connectivity.ts'
import type { HistoryMinute } from '../domain/history.ts'
import type { Machine } from '../domain/machine.ts'
import type { MemoryReading } from '../domain/memory-reading.ts'
import type { Baseline } from '../domain/pressure-evidence.ts'

export interface StreamSparks {
  /**
   * One small loop on the machine, without rights, that tells of its memory once a second; it ends with its channel, and by itself when
   * it hears nothing of us for some minutes. Readings come in order; a torn one is left out, which its number shows. Settles only by
   * rejecting: with SparkError as every call to a machine does, or with the signal's reason. Silence does not end it.
   */
  followMemory(machine: Machine, onReading: (reading: MemoryReading) => void, signal: AbortSignal): Promise<never>
}

/** What machines rest at, as it was learned; one a machine. */
export interface BaselineStore {
  find(machine: string): Baseline | null
  set(machine: string, baseline: Baseline, at: number): void
}

/** What this computer itself missed: time in which nothing here ran, or its clock jumped. */
export interface OwnWatch {
  /** Those that lie within, or reach into, the time between; ms. Nothing older than some minutes is kept. */
  between(from: number, to: number): readonly { readonly from: number; readonly to: number; readonly kind: 'stood_still' | 'clock' }[]
}

/** Outages of machines, and when they were watched at all. */
export interface ConnectivityStore {
  /** What an earlier life left open is closed where it was last known; call it once, before anything is watched. */
  closeEarlier(): void
  beginWatch(machine: string, at: number): number
  /** Every watch that goes on, went on until now. */
  watched(until: number): void
  endWatch(id: number, at: number, why: WatchEnd): void
  beginOutage(machine: string, from: number, cause: OutageCause): number
  endOutage(id: number, to: number, cause: OutageCause, seenEnd: boolean): void
  /** It was none. */
  removeOutage(id: number): void
  /** Oldest first; those that reach into the time after `since`. */
  outages(machine: string, since: number): readonly Outage[]
  watches(machine: string, since: number): readonly Watch[]
  /** Forgets what ended before, and the oldest where there are too many. */
  prune(before: number): void
}

/** One minute of a machine; see domain/history.ts. */
export interface HistoryStore {
  /** In one transaction; looks older than `samplesSince` and minutes older than `since` are forgotten. */
  write(minutes: readonly HistoryMinute[], samplesSince: number, since: number): void
  /** Oldest first. */
  read(machine: string, since: number): readonly HistoryMinute[]
}
