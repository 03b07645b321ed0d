// Lines of a log as docker and the journal write them: a time and a text. The time is how a reader comes back to the same place.
import { cleanLine } from './clean-line.ts'

/** `stamp`: RFC 3339 in UTC with nine digits after the point, so that stamps are in order as texts are. */
export interface LogLine {
  readonly stamp: string
  readonly text: string
}

/** The last line that was read, and how many lines of that very instant were. */
export interface LogCursor {
  readonly stamp: string
  readonly given: number
}

const stamped = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:[.,](\d{1,9}))?(Z|[+-]\d\d:?\d\d) ?/

/** Docker writes `...Z`, podman and journalctl an offset. */
function stampOf([, seconds = '', digits = '', zone = 'Z']: RegExpExecArray): string | null {
  const offset = zone === 'Z' ? zone : `${zone.slice(0, 3)}:${zone.slice(-2)}`
  const at = Date.parse(`${seconds}${offset}`)
  return Number.isNaN(at) ? null : `${new Date(at).toISOString().slice(0, 19)}.${digits.padEnd(9, '0')}Z`
}

/** One line as it came. A line without a time of its own belongs to the instant of the one before. */
export function readLogLine(line: string, before: string | null): LogLine | null {
  const found = stamped.exec(line)
  const stamp = found === null ? null : stampOf(found)
  const text = (stamp === null || found === null ? line : line.slice(found[0].length)).replace(/\r+$/, '')
  if (stamp === null && (before === null || text === '')) return null
  // A progress bar draws over itself: what was drawn last is what stood there.
  const shown = text.slice(text.lastIndexOf('\r') + 1)
  return { stamp: stamp ?? before ?? '', text: cleanLine(shown) }
}

export function readLogLines(lines: readonly string[], before: string | null = null): readonly LogLine[] {
  let last = before
  return lines.flatMap((line) => {
    const read = readLogLine(line, last)
    last = read?.stamp ?? last
    return read ?? []
  })
}

/** A line with its place. */
export interface PlacedLine extends LogLine, LogCursor {}

/**
 * Gives each line its place, and lets through what a reader at `from` has not read. What it is given must begin at or before the instant
 * of `from`, in any number of pieces.
 */
export function createPlacing(from: LogCursor | null): (lines: readonly LogLine[]) => readonly PlacedLine[] {
  let last = ''
  let given = 0
  return (lines) =>
    lines.flatMap((line) => {
      given = line.stamp === last ? given + 1 : 1
      last = line.stamp
      const isNew = from === null || line.stamp > from.stamp || (line.stamp === from.stamp && given > from.given)
      return isNew ? [{ ...line, given }] : []
    })
}

export const cursorText = ({ stamp, given }: LogCursor): string => `${stamp}~${given}`

const cursorPattern = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z)~(\d{1,6})$/

/** null: none of ours. */
export function readCursor(text: string): LogCursor | null {
  const [, stamp, given] = cursorPattern.exec(text) ?? []
  return stamp === undefined || Number.isNaN(Date.parse(stamp)) ? null : { stamp, given: Number(given) }
}

/** Cuts what arrives into lines. A line that never ends is cut off, and the rest of it thrown away. */
export function createLineCutter(longest: number): { take(chunk: string): string[]; rest(): string } {
  let held = ''
  let skipping = false
  return {
    take(chunk) {
      const pieces = chunk.split('\n')
      const lines: string[] = []
      pieces.forEach((piece, at) => {
        if (!skipping) held += piece.length + held.length > longest ? piece.slice(0, Math.max(0, longest - held.length)) : piece
        skipping = skipping || held.length >= longest
        if (at === pieces.length - 1) return
        lines.push(held)
        held = ''
        skipping = false
      })
      return lines
    },
    rest: () => held,
  }
}
