import { type SparkError, tellError } from '../contract/errors.ts'

/** What went wrong, in the words of its row. */
export interface SpokenTrouble {
  readonly code: string
  readonly happened: string
  readonly now: string
  readonly next: string
}

export function spokenTrouble({ code, facts }: SparkError): SpokenTrouble {
  const { happened, now, next } = tellError(code, facts)
  return { code, happened, now, next }
}
