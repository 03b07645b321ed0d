// A log that keeps its lines for the test to read.
import type { Log } from '../../server/app/ports.ts'

interface LoggedLine {
  readonly level: 'info' | 'warn' | 'error'
  readonly message: string
  readonly facts: Readonly<Record<string, unknown>>
}

export interface FakeLog extends Log {
  readonly lines: LoggedLine[]
}

export function createFakeLog(): FakeLog {
  const lines: LoggedLine[] = []
  const at =
    (level: LoggedLine['level']) =>
    (message: string, facts: Record<string, unknown> = {}): void => {
      lines.push({ level, message, facts })
    }
  return { lines, info: at('info'), warn: at('warn'), error: at('error') }
}
