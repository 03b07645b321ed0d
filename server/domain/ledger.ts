// The memory ledger before a load. On GB10 running out of memory does not end a process, it freezes the machine,
// so a start that does not fit is refused before anything is stopped. All figures bytes.
import type { MachineView } from './machine.ts'
import type { Flag } from './model.ts'

/** vLLM's own default where a recipe leaves the flag out. */
const defaultUtilization = 0.9
/** What the system itself keeps: never counted as free again after a stop. */
const systemShare = 0.05

/** Fraction of memory a start asks vLLM to take. */
export function utilization(flags: readonly Flag[]): number {
  const value = Number(flags.find((flag) => flag.name === 'gpu-memory-utilization')?.value)
  return Number.isFinite(value) && value > 0 && value <= 1 ? value : defaultUtilization
}

/** What vLLM takes of a machine by its own fraction, whatever the weights need; it refuses to start where less is free. */
export function takenBytes(flags: readonly Flag[], totalBytes: number): number {
  return Math.round(utilization(flags) * totalBytes)
}

/**
 * What will be free on a machine once its engine is stopped: what is available now plus what vLLM took by its own fraction,
 * and never more than the machine has beside its system. `runningFlags` null: nothing of ours runs there.
 */
export function haveBytes(view: MachineView, runningFlags: readonly Flag[] | null): number {
  const memory = view.observation?.memory
  if (memory === undefined) return 0
  if (runningFlags === null) return memory.availableBytes
  const most = memory.totalBytes * (1 - systemShare)
  return Math.round(Math.min(most, memory.availableBytes + memory.totalBytes * utilization(runningFlags)))
}
