// A row of the error table. In a file of its own because operations name error codes, and the table must not come round to itself.

export interface ErrorRow<Facts extends Record<string, unknown> = Record<string, unknown>> {
  readonly status: number
  readonly title: string
  /** What happened. */
  readonly happened: (facts: Facts) => string
  /** What is true now. */
  readonly now: (facts: Facts) => string
  /** What to do. */
  readonly next: (facts: Facts) => string
  /** `after` obliges a Retry-After header: facts must carry retryAfterSeconds. */
  readonly retry: 'no' | 'yes' | 'after'
  /** Facts to render the row in docs and tests. */
  readonly sample: Facts
}

export function error<Facts extends Record<string, unknown>>(row: ErrorRow<Facts>): ErrorRow<Facts> {
  return row
}
