// ssh2's and the kernel's failures, translated once into the product's errors.
import { SparkError } from '../../contract/errors.ts'
import { failureCode } from '../../domain/failure-code.ts'
import type { Machine } from '../../domain/machine.ts'

const kernelWords: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was reset',
  EHOSTUNREACH: 'no way to that address',
  ENETUNREACH: 'no way to that network',
  EHOSTDOWN: 'it is down',
  ETIMEDOUT: 'no answer',
  EPIPE: 'the connection was lost',
  EADDRNOTAVAIL: 'no way to that address',
}

/** What went wrong while a connection was opened or used, as the product tells it. */
export function translate(machine: Pick<Machine, 'name' | 'user'>, cause: unknown): SparkError {
  if (cause instanceof SparkError) return cause
  const { level, code, message } = fieldsOf(cause)
  if (level === 'client-authentication')
    return new SparkError('machine_refused_key', { machine: machine.name, user: machine.user }, { cause })
  if (level === 'client-timeout') return unreachable(machine, 'no answer in time', cause)
  return unreachable(machine, kernelWords[code] ?? (message.slice(0, 200) || 'the connection was lost'), cause)
}

export function unreachable(machine: Pick<Machine, 'name'>, why: string, cause?: unknown): SparkError {
  return new SparkError('machine_unreachable', { machine: machine.name, why }, { cause })
}

export function unreadable(machine: Pick<Machine, 'name'>, why: string, cause?: unknown): SparkError {
  return new SparkError('machine_answer_unreadable', { machine: machine.name, why }, { cause })
}

function fieldsOf(cause: unknown): { level: string; code: string; message: string } {
  if (!(cause instanceof Error)) return { level: '', code: '', message: String(cause) }
  const level = 'level' in cause ? String(cause.level) : ''
  const code = failureCode(cause)
  return { level, code, message: cause.message }
}
