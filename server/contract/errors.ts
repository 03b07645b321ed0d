// Every error the product can tell of, in one table: what happened, what is true now, what to do.
import { engineErrors } from './errors-of-engines.ts'
import { machineErrors } from './errors-of-machines.ts'
import { modelErrors } from './errors-of-models.ts'
import { outcomeErrors } from './errors-of-outcomes.ts'
import { requestErrors } from './errors-of-requests.ts'
import { settingErrors } from './errors-of-settings.ts'
import { swapErrors } from './errors-of-swaps.ts'

export const errors = {
  ...requestErrors,
  ...machineErrors,
  ...modelErrors,
  ...swapErrors,
  ...outcomeErrors,
  ...engineErrors,
  ...settingErrors,
} as const

type Errors = typeof errors
export type ErrorCode = keyof Errors
export type FactsOf<Code extends ErrorCode> = Errors[Code]['sample']

/** The one failure class. Facts fill the row's sentences; `cause` is for the log alone. */
export class SparkError<Code extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'SparkError'
  readonly code: Code
  readonly facts: FactsOf<Code>

  constructor(code: Code, facts: FactsOf<Code>, options?: { cause?: unknown }) {
    super(tellError(code, facts).happened, options)
    this.code = code
    this.facts = facts
  }
}

/** The row's three sentences for these facts. */
export function tellError<Code extends ErrorCode>(
  code: Code,
  facts: FactsOf<Code>,
): { happened: string; now: string; next: string; title: string; status: number } {
  const row = errors[code] as unknown as {
    status: number
    title: string
    happened: (f: unknown) => string
    now: (f: unknown) => string
    next: (f: unknown) => string
  }
  return { title: row.title, status: row.status, happened: row.happened(facts), now: row.now(facts), next: row.next(facts) }
}
