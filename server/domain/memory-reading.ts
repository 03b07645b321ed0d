// One line of the stream a machine sends about its memory, once a second.

export interface MemoryReading {
  /** When it arrived here, ms. */
  readonly at: number
  /** Grows by one with every reading of one stream; a step of more than one is a reading that was lost on the way. */
  readonly sequence: number
  /** The machine's own clock, ms since it started: what lies between two readings is measured by it, however late they arrive. */
  readonly uptimeMs: number
  readonly bootId: string
  readonly totalBytes: number
  readonly availableBytes: number
  readonly freeBytes: number
  /** PSI of memory, avg10, percent: share of the last 10 s in which some program waited, and in which all did; null: the kernel does not tell. */
  readonly some: number | null
  readonly full: number | null
  /** Processes that the kernel ended for lack of memory since the machine started. */
  readonly kills: number | null
}

/** Readings come once a second; without one for so long, nothing is known any more, ms. */
export const silenceMs = 5000
