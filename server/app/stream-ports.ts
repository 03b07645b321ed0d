// What is looked at without a pause: the memory of each machine, over one channel that stays open.
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
