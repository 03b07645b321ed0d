// Every error the product can tell of, in one table: what happened, what is true now, what to do.
import type { ActKind } from './acts.ts'
import type { ErrorRow } from './define-error.ts'
import { accessErrors } from './errors-of-access.ts'
import { botErrors } from './errors-of-bots.ts'
import { coordinationErrors } from './errors-of-coordination.ts'
import { downloadErrors } from './errors-of-downloads.ts'
import { engineErrors } from './errors-of-engines.ts'
import { logErrors } from './errors-of-logs.ts'
import { machineActErrors } from './errors-of-machine-acts.ts'
import { machineErrors } from './errors-of-machines.ts'
import { modelErrors } from './errors-of-models.ts'
import { outcomeErrors } from './errors-of-outcomes.ts'
import { requestErrors } from './errors-of-requests.ts'
import { serviceErrors } from './errors-of-services.ts'
import { settingErrors } from './errors-of-settings.ts'
import { startErrors } from './errors-of-starts.ts'
import { storageErrors } from './errors-of-storage.ts'
import { swapErrors } from './errors-of-swaps.ts'
import { webhookErrors } from './errors-of-webhooks.ts'

export const errors = {
  ...requestErrors,
  ...accessErrors,
  ...machineErrors,
  ...machineActErrors,
  ...logErrors,
  ...botErrors,
  ...modelErrors,
  ...swapErrors,
  ...coordinationErrors,
  ...startErrors,
  ...outcomeErrors,
  ...engineErrors,
  ...downloadErrors,
  ...serviceErrors,
  ...settingErrors,
  ...storageErrors,
  ...webhookErrors,
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

export interface ToldError {
  readonly title: string
  readonly status: number
  readonly happened: string
  readonly now: string
  readonly next: string
  /** The one act of ours that helps; null where none does. */
  readonly act: ActKind | null
  /** A command for the machine's own terminal; null where none helps. */
  readonly run: string | null
}

/** The row's sentences for these facts. */
export function tellError<Code extends ErrorCode>(code: Code, facts: FactsOf<Code>): ToldError {
  const { title, status, happened, now, next, act, run } = errors[code] as unknown as ErrorRow
  return {
    title,
    status,
    happened: happened(facts),
    now: now(facts),
    next: next(facts),
    act: act ?? null,
    run: run?.(facts) ?? null,
  }
}

/** The act that a failure's row names; null for codes of earlier versions too. */
export function actKindOf(code: string): ActKind | null {
  const row: { readonly act?: ActKind } | undefined = (errors as Readonly<Record<string, { readonly act?: ActKind }>>)[code]
  return row?.act ?? null
}
