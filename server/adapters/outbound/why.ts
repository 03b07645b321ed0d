// Why a connection failed, in half a sentence.
import { failureCode } from '../../domain/failure-code.ts'

export const refused = 'connection refused'

const whys: Readonly<Record<string, string>> = {
  ECONNREFUSED: refused,
  ECONNRESET: 'it closed the connection',
  EPIPE: 'it closed the connection',
  UND_ERR_SOCKET: 'it closed the connection',
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
  ETIMEDOUT: 'no connection in time',
  EHOSTUNREACH: 'there is no way to its machine',
  ENETUNREACH: 'there is no way to its machine',
}

export function whyOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return whyOf(error.errors[0])
  const code = failureCode(error)
  if (code.startsWith('HPE_')) return 'what it sent is not HTTP'
  return whys[code] ?? (error instanceof Error ? error.message : 'the connection failed')
}
