// What logs need of the machines: pieces of what a container or a unit wrote, read, searched and followed.
import type { LogLine } from '../domain/log-line.ts'
import type { Machine } from '../domain/machine.ts'

/** `container`: docker keeps its log. `unit`: a unit of that user's systemd, whose log is in the journal. */
export type LogSource = { readonly kind: 'container' | 'unit'; readonly name: string }

export interface LogOrder {
  /** From this instant on, oldest first; null: the newest. */
  readonly since: string | null
  /** At most so many: the newest where `since` is null. */
  readonly lines: number
}

/** `cut`: there was more than is taken at once. */
export interface LogPiece {
  readonly lines: readonly LogLine[]
  readonly cut: boolean
}

export interface LogStreamOrder {
  /** The newest so many first; null: all there are. */
  readonly lines: number | null
  readonly since: string | null
  /** Goes on until the reader leaves or what writes ends. */
  readonly follow: boolean
}

/**
 * Rejecting as `Sparks` does, and with log_absent and log_unreadable. Lines are fit to be shown (cleanLine): no secrets, no escapes.
 * A piece is bounded in bytes and time; a stream holds no more than a few lines, and the machine waits for whoever is slow to hear.
 */
export interface LogSparks {
  readLog(machine: Machine, source: LogSource, order: LogOrder, signal?: AbortSignal): Promise<LogPiece>
  /** The newest lines with these words, small or large letters, among the last 200,000. */
  searchLog(machine: Machine, source: LogSource, words: string, lines: number, signal?: AbortSignal): Promise<LogPiece>
  /** Over a connection of its own. Resolves when the log is over; nothing of it runs on the machine any more once it has settled or soon after. */
  streamLog(
    machine: Machine,
    source: LogSource,
    order: LogStreamOrder,
    hear: (lines: readonly LogLine[]) => Promise<void> | void,
    signal: AbortSignal,
  ): Promise<void>
}
