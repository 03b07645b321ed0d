// How often something may be tried: a bucket that drains at a steady pace, as one number (the generic cell rate algorithm). Pure.

export interface Pace {
  /** Tries at once, from rest. */
  readonly burst: number
  /** Then one each so many milliseconds. */
  readonly everyMs: number
}

/** The moment at which nothing is left of earlier tries; undefined: there were none. */
export type FullAt = number | undefined

/** `waitMs` above 0: not now, and nothing was counted. */
export interface Taken {
  readonly fullAt: number
  readonly waitMs: number
}

export function take(fullAt: FullAt, now: number, { burst, everyMs }: Pace): Taken {
  const before = Math.max(fullAt ?? now, now)
  const after = before + everyMs
  const waitMs = Math.max(0, after - now - burst * everyMs)
  return waitMs > 0 ? { fullAt: before, waitMs } : { fullAt: after, waitMs: 0 }
}

/** A try that was counted and turned out to be none. */
export function giveBack(fullAt: number, { everyMs }: Pace): number {
  return fullAt - everyMs
}
