import type { Clock } from '../../app/ports.ts'
import type { UseCases } from '../../app/use-cases.ts'
import { SparkError } from '../../contract/errors.ts'
import { brokenText } from '../../domain/broken-text.ts'
import type { EdgeContext } from '../edge.ts'
import type { Show } from './shell.tsx'

/** What the pages of one noun need. */
export interface PageNeeds {
  readonly useCases: UseCases
  readonly clock: Pick<Clock, 'now'>
  readonly show: Show
}

/** Lines of a log on its page; the download has all that are kept. */
export const shownLines = 200

/** Fields of a form as text; files and repeated fields are not used by any form here (the last one counts). */
export async function fieldsOf(c: EdgeContext): Promise<Readonly<Record<string, string>>> {
  const body = await c.req.parseBody()
  const fields = Object.fromEntries(Object.entries(body).filter((pair): pair is [string, string] => typeof pair[1] === 'string'))
  const broken = brokenText(fields)
  if (broken !== null) throw new SparkError('invalid_request', { why: `${broken.path}: ${broken.why}` })
  c.set('fields', fields)
  return fields
}

/** A whole number as an address or a form says it; undefined: it says none, or something else. */
export function wholeNumber(text: string | undefined): number | undefined {
  return /^\d{1,15}$/.test(text ?? '') ? Number(text) : undefined
}

/** Where people and apps reach this appliance, as this request did. */
export function originOf(c: EdgeContext): string {
  const url = new URL(c.req.url)
  return `${url.protocol}//${c.req.header('host') ?? url.host}`
}
