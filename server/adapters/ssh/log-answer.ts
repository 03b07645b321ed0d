// What the log scripts answered, and why a log cannot be read.
import type { LogPiece, LogSource } from '../../app/log-ports.ts'
import { SparkError } from '../../contract/errors.ts'
import { cleanLine } from '../../domain/clean-line.ts'
import { readLogLines } from '../../domain/log-line.ts'
import type { Machine } from '../../domain/machine.ts'
import type { Answer } from './exec.ts'
import { pieceBytes } from './scripts/log.ts'

export const logName = ({ kind, name }: LogSource): string => `${kind} "${name}"`

/** Ended by the time limit, or by the end of who reads: what came is good. */
const cutCodes = new Set([124, 137, 141])

export function readLogAnswer(machine: Machine, source: LogSource, answer: Answer): LogPiece {
  const [code = Number.NaN] = answer.text('codes').trim().split(' ').map(Number)
  const bytes = answer.bytes('log')
  const text = bytes.toString('utf8')
  if (code !== 0 && !cutCodes.has(code)) throw logTrouble(machine, source, answer.text('why') || text, code)
  const isCut = bytes.length >= pieceBytes || cutCodes.has(code)
  const lines = text.split('\n')
  // The last line of a cut piece may be half a line.
  return { lines: readLogLines(isCut ? lines.slice(0, -1) : lines), cut: isCut }
}

/** `said`: the last thing docker or journalctl wrote. */
export function logTrouble(machine: Machine, source: LogSource, said: string, code: number): SparkError {
  const what = logName(source)
  const last = cleanLine(said.trim().split('\n').at(-1) ?? '')
  if (/no such container/i.test(said)) return new SparkError('log_absent', { machine: machine.name, what })
  return new SparkError('log_unreadable', { machine: machine.name, what, why: whyOf(said, code, last) })
}

function whyOf(said: string, code: number, last: string): string {
  if (/permission denied/i.test(said)) return 'the user of this login may not use docker'
  if (code === 127 || /command not found/i.test(said)) return 'what would give it out is not installed'
  if (code === 124 || code === 137) return 'it took too long'
  return last === '' ? `it ended with code ${code}` : last.replace(/[.\s]+$/, '').slice(0, 300)
}
