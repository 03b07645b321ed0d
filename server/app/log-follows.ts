// Logs that are followed: one connection for a log, however many read it; begun with the first reader, ended with the last. After a loss
// it goes on where it was. A log that is written faster than anyone reads costs lines, which are counted, and never memory.
import { SparkError, tellError } from '../contract/errors.ts'
import { createPlacing, cursorText, type LogCursor, type LogLine, type PlacedLine, readCursor } from '../domain/log-line.ts'
import type { Machine } from '../domain/machine.ts'
import type { LogSource, LogSparks } from './log-ports.ts'
import type { LogNews, LogReader } from './logs-use.ts'
import type { Clock } from './ports.ts'

/** A reader begins with so many lines. */
const tailLines = 200
/** Kept for readers that come later, lines. */
const ringLines = 400
/** Waiting for one reader, lines; the oldest go. */
const queueLines = 1_000
/** Told in a second; what comes faster is left out. */
const linesASecond = 200
/** So many may come at once: the tail, and what was written at once. */
const burstLines = 600
/** Read in a second; a log that is written faster falls behind, and the machine's docker waits. */
const readASecond = 3_000
/** What ended or was lost is tried again after this long, ms. */
const againMs = 5_000

const behind = 'It writes faster than it can be read. What is shown here lags behind.'

export interface Followed {
  readonly machine: Machine
  readonly source: LogSource
}

interface Needs {
  readonly clock: Clock
  readonly sparks: Pick<LogSparks, 'streamLog'>
  /** Takes one of the machine's places; raises log_busy. Returns how to give it back. */
  readonly enter: (machine: Machine) => () => void
}

interface Reader {
  queue: PlacedLine[]
  left: number
  /** The trouble it was told last. */
  told: string | null
  next: LogCursor | null
  readonly from: LogCursor | null
  wake: () => void
}

interface Log {
  readonly life: AbortController
  readonly readers: Set<Reader>
  ring: readonly PlacedLine[]
  at: LogCursor | null
  trouble: string | null
}

export function createLogFollows({ clock, sparks, enter }: Needs) {
  const logs = new Map<string, Log>()

  const tellTrouble = (log: Log, trouble: string | null): void => {
    if (log.trouble === trouble) return
    log.trouble = trouble
    for (const reader of log.readers) reader.wake()
  }

  const give = (reader: Reader, lines: readonly PlacedLine[], left: number): void => {
    reader.queue = [...reader.queue, ...lines]
    const over = Math.max(0, reader.queue.length - queueLines)
    reader.queue = reader.queue.slice(over)
    reader.left += left + over
    reader.wake()
  }

  /** Hears pieces of one connection: places, thins out, keeps and tells them. */
  const hearer = (log: Log) => {
    const place = createPlacing(log.at)
    const meter = createMeter(clock.now)
    return async (raw: readonly LogLine[]): Promise<void> => {
      const fresh = place(raw)
      const last = fresh.at(-1)
      if (last !== undefined) log.at = { stamp: last.stamp, given: last.given }
      const { room, restMs } = meter(raw.length, fresh.length)
      const kept = fresh.slice(fresh.length - room)
      log.ring = [...log.ring, ...kept].slice(-ringLines)
      for (const reader of log.readers) give(reader, kept, fresh.length - kept.length)
      tellTrouble(log, restMs > 0 ? behind : null)
      if (restMs > 0) await clock.sleep(restMs, log.life.signal)
    }
  }

  const run = async (log: Log, { machine, source }: Followed): Promise<void> => {
    const { signal } = log.life
    while (!signal.aborted) {
      try {
        const order = log.at === null ? { lines: tailLines, since: null } : { lines: null, since: log.at.stamp }
        await sparks.streamLog(machine, source, { ...order, follow: true }, hearer(log), signal)
        tellTrouble(log, 'It does not run now, so it writes nothing.')
      } catch (error) {
        if (signal.aborted) return
        tellTrouble(log, sentenceOf(error))
      }
      await clock.sleep(againMs, signal).catch(() => undefined)
    }
  }

  const open = (key: string, followed: Followed, at: LogCursor | null): Log => {
    const leave = enter(followed.machine)
    const log: Log = { life: new AbortController(), readers: new Set(), ring: [], at, trouble: null }
    logs.set(key, log)
    log.life.signal.addEventListener('abort', leave, { once: true })
    void run(log, followed)
    return log
  }

  const close = (key: string, log: Log, reader: Reader): void => {
    log.readers.delete(reader)
    reader.wake()
    if (log.readers.size > 0) return
    if (logs.get(key) === log) logs.delete(key)
    log.life.abort(new DOMException('nobody reads it any more', 'AbortError'))
  }

  return {
    follow(followed: Followed, after: string | undefined, signal: AbortSignal): LogReader {
      signal.throwIfAborted()
      const { machine, source } = followed
      const key = JSON.stringify([machine.id, machine.address, machine.port, machine.user, machine.hostKey, source])
      const from = after === undefined ? null : readCursor(after)
      const log = logs.get(key) ?? open(key, followed, from)
      const reader: Reader = { queue: [], left: 0, told: null, next: from, from, wake: () => undefined }
      log.readers.add(reader)
      give(
        reader,
        log.ring.filter((line) => from === null || isAfter(line, from)),
        0,
      )
      signal.addEventListener('abort', () => close(key, log, reader), { once: true })
      const hasNews = (): boolean => reader.queue.length > 0 || reader.left > 0 || log.trouble !== reader.told
      return {
        take(): LogNews {
          const { queue, left } = reader
          reader.queue = []
          reader.left = 0
          reader.told = log.trouble
          reader.next = queue.at(-1) ?? reader.next
          return {
            lines: queue.map(loggedLine),
            left,
            trouble: log.trouble,
            next: reader.next === null ? null : cursorText(reader.next),
          }
        },
        async news(ms) {
          if (hasNews() || signal.aborted) return hasNews()
          const pause = new AbortController()
          const woken = new Promise<void>((resolve) => {
            reader.wake = resolve
          })
          await Promise.race([woken, clock.sleep(ms, pause.signal).catch(() => undefined)])
          pause.abort()
          return hasNews()
        },
      }
    },
    /** How many logs are followed now. */
    count: (): number => logs.size,
  }
}

/** How many of a piece may be told, and how long to wait before the next is read, ms. */
function createMeter(now: () => number): (read: number, fresh: number) => { room: number; restMs: number } {
  let credit = burstLines
  let since = now()
  let readSince = 0
  return (read, fresh) => {
    const seconds = Math.floor((now() - since) / 1_000)
    if (seconds > 0) {
      credit = Math.min(burstLines, credit + seconds * linesASecond)
      since = now()
      readSince = 0
    }
    const room = Math.min(credit, fresh)
    credit -= room
    readSince += read
    return { room, restMs: readSince > readASecond ? Math.max(1, since + 1_000 - now()) : 0 }
  }
}

const isAfter = (line: PlacedLine, from: LogCursor): boolean =>
  line.stamp > from.stamp || (line.stamp === from.stamp && line.given > from.given)

export const loggedLine = ({ stamp, text }: LogLine): { at: string; text: string } => ({ at: `${stamp.slice(0, 23)}Z`, text })

function sentenceOf(error: unknown): string {
  if (!(error instanceof SparkError)) return 'The log was lost. It is tried again.'
  return tellError(error.code, error.facts).happened
}
