// A row of the error table. In a file of its own because operations name error codes, and the table must not come round to itself.
import type { ActKind } from './acts.ts'

export interface ErrorRow<Facts extends Record<string, unknown> = Record<string, unknown>> {
  readonly status: number
  readonly title: string
  /** What happened. */
  readonly happened: (facts: Facts) => string
  /** What is true now. */
  readonly now: (facts: Facts) => string
  /** What to do. */
  readonly next: (facts: Facts) => string
  /** The one act of ours that helps, where one does; see acts.ts. */
  readonly act?: ActKind
  /** A command to run on the machine that the facts name, where that is what helps; null: not in this case. */
  readonly run?: (facts: Facts) => string | null
  /** `after` obliges a Retry-After header: facts must carry retryAfterSeconds. */
  readonly retry: 'no' | 'yes' | 'after'
  /** Facts to render the row in docs and tests. */
  readonly sample: Facts
}

export function error<Facts extends Record<string, unknown>>(row: ErrorRow<Facts>): ErrorRow<Facts> {
  return row
}
