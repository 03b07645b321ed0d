// Lists that are read a page at a time, newest first, by the number of the last row that was shown.
import type { EdgeContext } from '../edge.ts'
import { wholeNumber } from './needs.ts'

/** The number after which the asked page begins; undefined: the newest page. */
export function beforeOf(c: EdgeContext): number | undefined {
  return wholeNumber(c.req.query('before'))
}

export interface OnePage<Row> {
  readonly rows: readonly Row[]
  /** The number after which the next page begins; null: this is the end. */
  readonly before: number | null
  /** This is not the newest page. */
  readonly older: boolean
}

/** One row more than is shown is read, to know whether there is another page. */
export function onePage<Row extends { readonly id: number }>(
  read: (limit: number, before?: number) => readonly Row[],
  most: number,
  before: number | undefined,
): OnePage<Row> {
  const found = read(most + 1, before)
  const rows = found.slice(0, most)
  const last = rows.at(-1)
  return { rows, before: found.length > most && last !== undefined ? last.id : null, older: before !== undefined }
}
