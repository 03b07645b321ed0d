// What the app offers of logs. Right: operate. Lines are fit to be shown: no secrets, no terminal escapes.
import type { LoggedLine, LogPageView } from '../contract/operations/logs.ts'

/** Whose log: a container on a machine. */
export interface LogOf {
  readonly machine: string
  readonly container: string
}

export interface LogTitle {
  readonly machine: { readonly id: string; readonly name: string }
  readonly container: string
}

/** What came since it was taken last. */
export interface LogNews {
  readonly lines: readonly LoggedLine[]
  /** Lines that came faster than they are told, and were left out. */
  readonly left: number
  /** Why nothing comes just now, as a sentence; null: it is followed. */
  readonly trouble: string | null
  /** Where a reader that comes back goes on. */
  readonly next: string | null
}

/** One reader of a log that is followed. Closed by its signal. */
export interface LogReader {
  take(): LogNews
  /** True once `take` has something; false after `ms` without. */
  news(ms: number): Promise<boolean>
}

/** Everything raises not_found, log_absent, log_unreadable, log_busy, and what keeps a machine from answering. */
export interface LogsUse {
  title(of: LogOf): LogTitle
  /** After the cursor, oldest first; without one the newest. */
  read(of: LogOf, ask: { readonly after?: string | undefined; readonly limit: number }, signal?: AbortSignal): Promise<LogPageView>
  search(of: LogOf, ask: { readonly words: string; readonly limit: number }, signal?: AbortSignal): Promise<LogPageView>
  /** Several readers of one log cost its machine one connection. `after`: lines up to there are not told again. */
  follow(of: LogOf, after: string | undefined, signal: AbortSignal): LogReader
  /** All of it as text, as fast as it is read, up to a limit that it says itself. */
  download(of: LogOf, signal: AbortSignal): Promise<ReadableStream<Uint8Array>>
}
