// What finished starts taught about the memory of a recipe on machines of one size. Pure; the bounds keep one odd start from
// making every later one wrong.
import type { MemorySum } from './memory-estimate.ts'

/** One finished start on one machine, as the looks during it saw it. Bytes. */
export interface StartSeen {
  /** Most that was taken of what was available before. */
  readonly peakBytes: number
  /** Taken once it answered. */
  readonly steadyBytes: number
  /** Least that was left available. */
  readonly leftBytes: number
}

export interface MeasuredStart extends StartSeen {
  readonly starts: number
}

/** A lower peak than before counts by this much: a start on a machine that was freeing memory looks cheaper than it is. */
const downward = 0.25
/** A start that took less than this share of its weights was not seen whole. */
const leastOfWeights = 0.8

/** However well it went: the system needs this much to stay alive. */
const leastHeadroom = 2e9

/** Whether what was seen can be true of a start with these weights on a machine of this size. */
export function isSound(seen: StartSeen, weightsBytes: number, totalBytes: number): boolean {
  const { peakBytes, steadyBytes, leftBytes } = seen
  const whole = [peakBytes, steadyBytes, leftBytes].every((bytes) => Number.isFinite(bytes) && bytes >= 0 && bytes <= totalBytes)
  return whole && steadyBytes <= peakBytes && steadyBytes >= weightsBytes * leastOfWeights
}

/** Up at once, down slowly. */
const follow = (before: number, now: number): number => Math.round(now >= before ? now : before + (now - before) * downward)

/** What is known after one more start. */
export function learn(known: MeasuredStart | null, seen: StartSeen): MeasuredStart {
  if (known === null) return { ...seen, starts: 1 }
  return {
    peakBytes: follow(known.peakBytes, seen.peakBytes),
    steadyBytes: follow(known.steadyBytes, seen.steadyBytes),
    // The least that was ever left and went well.
    leftBytes: Math.min(known.leftBytes, seen.leftBytes),
    starts: known.starts + 1,
  }
}

/**
 * The sum corrected by what was measured. The peak replaces cache and start-up. Where a start went well with less left than the
 * headroom asks for, no more than that is asked for again.
 */
export function withMeasured(worked: MemorySum, measured: MeasuredStart | null): MemorySum {
  if (measured === null) return worked
  const { weightsBytes, cacheBytes } = worked
  const beyond = Math.max(0, measured.peakBytes - weightsBytes)
  // By its share vLLM takes more cache than one request needs; what it kept once it answered tells how much.
  const kept = Math.max(cacheBytes, measured.steadyBytes - weightsBytes - worked.startUpBytes)
  const cache = Math.min(kept, beyond)
  const startUpBytes = beyond - cache
  const headroomBytes = Math.min(worked.headroomBytes, Math.max(leastHeadroom, measured.leftBytes))
  return { weightsBytes, cacheBytes: cache, startUpBytes, headroomBytes, needBytes: weightsBytes + cache + startUpBytes + headroomBytes }
}
