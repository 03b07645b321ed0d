// What is looked at when an engine is judged.
import type { EngineLook } from './engine.ts'
import type { EngineSigns } from './engine-signs.ts'
import type { GpuWork, MachineSigns } from './machine-signs.ts'

/** What the last look inside the container said of its vLLM process. `unknown`: it was not looked at. */
export type ProcessState = 'alive' | 'dead' | 'gone' | 'unknown'

export interface Patient {
  readonly now: number
  /** A good look older than this proves nothing any more, ms. */
  readonly freshMs: number
  /** When it was last proved by a switch or adopted, ms. */
  readonly since: number
  readonly servedName: string
  readonly process: {
    readonly state: ProcessState
    readonly at: number | null
    /** Its container was there at this time, ms; null: not known. One that came later than the proof proves nothing. */
    readonly upSince: number | null
  }
  readonly engine: EngineSigns
  /** Of its head machine. */
  readonly machine: MachineSigns
}

/** What follows from it at once. */
export interface View {
  /** The last good look at the right model, or the end of the switch that proved it. */
  readonly proofAt: number
  /** The newest look, where it is newer than the proof. */
  readonly later: EngineLook | null
  readonly gpu: GpuWork
  /** Since when work stands still, or the GPU spins for nothing; null: neither. */
  readonly stuckSince: number | null
  /** Test requests sent since then that never came back. */
  readonly lost: number
}
