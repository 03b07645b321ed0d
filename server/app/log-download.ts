// A whole log as a text file, no faster than its reader takes it. Its last line says why it is not the whole log, where it is not.
import { minuteMs } from '../domain/durations.ts'
import type { LogLine } from '../domain/log-line.ts'
import type { Machine } from '../domain/machine.ts'
import { loggedLine } from './log-follows.ts'
import type { LogSource, LogSparks } from './log-ports.ts'
import type { Clock } from './ports.ts'

export interface LogDownload {
  readonly clock: Clock
  readonly sparks: Pick<LogSparks, 'streamLog'>
  readonly machine: Machine
  readonly source: LogSource
  /** The reader left. */
  readonly signal: AbortSignal
  /** Called once, when nothing of it runs any more. */
  readonly leave: () => void
}

/** A download ends there, and says so. */
const mostBytes = 200 * 1024 * 1024
const mostMs = 15 * minuteMs

const textOf = (lines: readonly LogLine[]): string =>
  lines
    .map(loggedLine)
    .map(({ at, text }) => `${at} ${text}\n`)
    .join('')

export function wholeLog({ clock, sparks, machine, source, signal, leave }: LogDownload): ReadableStream<Uint8Array> {
  const left = new AbortController()
  const limit = new AbortController()
  const ends = AbortSignal.any([signal, left.signal, limit.signal])
  const encoder = new TextEncoder()
  let bytes = 0
  let wake = (): void => undefined
  ends.addEventListener('abort', () => wake(), { once: true })
  clock.sleep(mostMs, ends).then(
    () => limit.abort(new Error('it took more than 15 minutes')),
    () => undefined,
  )

  /** Resolves when the reader has room again, or has left. */
  const room = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    while ((controller.desiredSize ?? 1) <= 0 && !ends.aborted) {
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }

  /** null: all of it was read. */
  const pour = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<string | null> => {
    const hear = async (lines: readonly LogLine[]): Promise<void> => {
      if (ends.aborted) return
      const chunk = encoder.encode(textOf(lines))
      controller.enqueue(chunk)
      bytes += chunk.length
      if (bytes >= mostBytes) limit.abort(new Error('it has more than 200 MB'))
      await room(controller)
    }
    try {
      await sparks.streamLog(machine, source, { lines: null, since: null, follow: false }, hear, ends)
      return null
    } catch (error) {
      const why: unknown = limit.signal.aborted ? limit.signal.reason : error
      return why instanceof Error ? why.message.replace(/\.$/, '') : String(why)
    }
  }

  return new ReadableStream<Uint8Array>({
    start(controller) {
      void pour(controller).then((why) => {
        leave()
        if (signal.aborted || left.signal.aborted) return
        left.abort()
        if (why !== null) controller.enqueue(encoder.encode(`--- Spark Control: this is not the whole log, because ${why}. ---\n`))
        controller.close()
      })
    },
    pull: () => wake(),
    cancel: () => left.abort(new DOMException('the reader left', 'AbortError')),
  })
}
