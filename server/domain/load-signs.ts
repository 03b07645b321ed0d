// Whether a load moves: by its log, by memory, by its process. A slow disk is not a stall; silence of the machine is not one either.
import { type Fact, facts } from './evidence.ts'
import { movedBytes } from './machine-signs.ts'
import { bytesInWords, exactDuration } from './words.ts'

export interface LoadSigns {
  readonly startedAt: number
  readonly lookedAt: number
  /** When the log last grew, and when memory last changed; the start, before either did. */
  readonly logAt: number
  readonly memoryAt: number
  readonly availableBytes: number | null
  /** Where memory was when it last counted as moved. */
  readonly countedBytes: number
  /** How long it was seen to stand still, ms; time in which nobody could look does not count. */
  readonly stillMs: number
  readonly processSeen: boolean
}

export interface LoadLook {
  readonly at: number
  readonly logGrew: boolean
  readonly availableBytes: number
  readonly processSeen: boolean
}

/** A look that took longer was spent waiting for a silent machine: nobody knows whether the load moved meanwhile, ms. */
export const promptMs = 10_000
/** What a slow disk adds up to from look to look; less is the drift of an idle Spark. */
const addedUpBytes = 4 * movedBytes

export function beginLoad(now: number): LoadSigns {
  return { startedAt: now, lookedAt: now, logAt: now, memoryAt: now, availableBytes: null, countedBytes: 0, stillMs: 0, processSeen: false }
}

export function afterLoadLook(signs: LoadSigns, { at, logGrew, availableBytes, processSeen }: LoadLook): LoadSigns {
  const step = Math.abs(availableBytes - (signs.availableBytes ?? 0))
  const memoryMoved = step > movedBytes || Math.abs(availableBytes - signs.countedBytes) > addedUpBytes
  const moved = logGrew || memoryMoved
  return {
    startedAt: signs.startedAt,
    lookedAt: at,
    logAt: logGrew ? at : signs.logAt,
    memoryAt: memoryMoved ? at : signs.memoryAt,
    availableBytes,
    countedBytes: memoryMoved ? availableBytes : signs.countedBytes,
    stillMs: moved ? 0 : signs.stillMs + Math.min(at - signs.lookedAt, promptMs),
    processSeen,
  }
}

export function isStalled({ stillMs }: LoadSigns, limitMs: number): boolean {
  return stillMs > limitMs
}

/** The same question of a load that was started by hand, whose log is not read: how long nothing has moved; null while it moves. */
export function stillFor(now: number, movedAt: readonly (number | null)[], limitMs: number): number | null {
  const known = movedAt.filter((at) => at !== null)
  const stillMs = now - Math.max(...known)
  return known.length > 0 && stillMs > limitMs ? stillMs : null
}

export function loadFacts(signs: LoadSigns): readonly Fact[] {
  const { lookedAt: at, availableBytes } = signs
  // The record outlives the moment: a time "ago" would soon be wrong.
  const ago = (when: number): string => (at - when < 1000 ? 'at the last look' : `${exactDuration(at - when)} before the last look`)
  return facts(
    { what: 'vLLM process', value: signs.processSeen ? 'running' : 'not seen', at },
    { what: 'Last line of the log', value: ago(signs.logAt), at: signs.logAt },
    availableBytes === null
      ? null
      : { what: 'Memory last moved', value: `${ago(signs.memoryAt)}, to ${bytesInWords(availableBytes)} available`, at: signs.memoryAt },
    signs.stillMs === 0 ? null : { what: 'Nothing has moved for', value: exactDuration(signs.stillMs), at },
  )
}
