import { type DestinationStream, pino } from 'pino'
import type { Log } from '../../app/ports.ts'
import { forTerminal } from '../../domain/clean-line.ts'

/** Fields that never reach the log, at any depth of the facts. */
const secretFields: ReadonlySet<string> = new Set(['token', 'locktoken', 'password', 'privatekey', 'authorization', 'cookie'])
const deepest = 6

export interface Needs {
  /** fatal, error, warn, info, debug or trace. */
  readonly level: string
  /** Where lines go; standard output when left out. */
  readonly destination?: DestinationStream
}

/** One JSON line a message. Values of fields with a secret's name are replaced before pino sees them. */
export function createLog({ level, destination }: Needs): Log {
  const options = { level, base: null, timestamp: () => `,"time":"${new Date().toISOString()}"` }
  const lines = destination ?? process.stdout
  const logger = pino(options, { write: (line: string) => void lines.write(forTerminal(line)) })
  return {
    info: (message, facts) => logger.info(redact(facts ?? {}), message),
    warn: (message, facts) => logger.warn(redact(facts ?? {}), message),
    error: (message, facts) => logger.error(redact(facts ?? {}), message),
  }
}

// pino's own `redact` takes fixed paths; a secret may lie at any depth, also in an error's facts.
function redact(value: unknown, above: readonly object[] = []): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (above.includes(value)) return '[itself]'
  if (above.length >= deepest) return '[deeper]'
  const path = [...above, value]
  if (Array.isArray(value)) return value.map((item) => redact(item, path))
  if (value instanceof Date) return value.toISOString()
  const fields = value instanceof Error ? errorFields(value) : value
  const entries = Object.entries(fields).map(([key, inner]) => [key, isSecret(key) ? '[redacted]' : redact(inner, path)])
  return Object.fromEntries(entries)
}

function errorFields(error: Error): Record<string, unknown> {
  return {
    ...error,
    name: error.name,
    message: error.message,
    stack: error.stack,
    ...(error.cause === undefined ? {} : { cause: error.cause }),
  }
}

/** private_key, privateKey and Private-Key are one name. */
function isSecret(key: string): boolean {
  return secretFields.has(key.toLowerCase().replace(/[-_]/g, ''))
}
