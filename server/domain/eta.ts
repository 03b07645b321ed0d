// How long a switch will take, from how long it took.
import type { SwapStep } from './swap.ts'
import { forwardPhases } from './swap.ts'
import type { Phase } from './words.ts'

export interface PastSwap {
  readonly durationMs: number
  readonly steps: readonly SwapStep[]
}

const remembered = 5

export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const high = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? high) + high) / 2
}

/** Median of the newest five durations, ms; null without history. */
export function typicalMs(past: readonly PastSwap[]): number | null {
  return median(past.slice(0, remembered).map((one) => one.durationMs))
}

function phaseMs(past: PastSwap, phase: Phase): number {
  const step = past.steps.find((one) => one.phase === phase && one.endedAt !== null)
  return step === undefined || step.endedAt === null ? 0 : step.endedAt - step.startedAt
}

/**
 * Time still to go, ms: what is left of the current phase by the median of its past, plus the medians of the phases after it.
 * Null without history, or in `restore`, whose past is another recipe's.
 */
export function remainingMs(past: readonly PastSwap[], phase: Phase, inPhaseMs: number): number | null {
  const recent = past.slice(0, remembered)
  const at = forwardPhases.indexOf(phase as (typeof forwardPhases)[number])
  if (recent.length === 0 || at === -1) return null
  const usual = (one: Phase): number => median(recent.map((swap) => phaseMs(swap, one))) ?? 0
  const rest = forwardPhases.slice(at + 1).reduce((sum, one) => sum + usual(one), 0)
  return Math.max(0, usual(phase) - inPhaseMs) + rest
}

/** True past the slowest tenth of earlier switches (with fewer than ten: past the slowest plus a tenth). */
export function isOverdue(past: readonly PastSwap[], elapsedMs: number): boolean {
  const sorted = past.map((one) => one.durationMs).sort((a, b) => a - b)
  const slowest = sorted.at(-1)
  if (slowest === undefined) return false
  const limit = sorted.length >= 10 ? (sorted[Math.ceil(sorted.length * 0.9) - 1] ?? slowest) : slowest * 1.1
  return elapsedMs > limit
}
