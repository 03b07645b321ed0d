// What arrives, read through an operation's schemas: values of the right kind, or invalid_request naming the field and the reason.
import type { z } from 'zod'
import { brokenText } from '../domain/broken-text.ts'
import { nearest } from '../domain/nearest.ts'
import type { InputOf, Operation } from './define.ts'
import { SparkError } from './errors.ts'

export interface Arrived {
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
  /** Undefined when there was no body. */
  readonly body: unknown
}

const mostReasons = 3
const kindWords: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'a list',
}

/** One reason in words; an issue of a union is told by the branch that came nearest. */
function reasonOf(issue: z.core.$ZodIssue): { readonly path: readonly PropertyKey[]; readonly reason: string } {
  if (issue.code === 'invalid_union') {
    const nearest = issue.errors
      .map((branch) => branch[0])
      .find((one) => one !== undefined && (one.path.length > 0 || one.code !== 'invalid_type'))
    if (nearest !== undefined) {
      const told = reasonOf(nearest)
      return { path: [...issue.path, ...told.path], reason: told.reason }
    }
  }
  if (issue.code === 'invalid_type') {
    const missing = issue.message.endsWith('received undefined')
    return { path: issue.path, reason: `${missing ? 'is missing, ' : ''}${kindWords[issue.expected] ?? issue.expected} is needed` }
  }
  return { path: issue.path, reason: sizeReason(issue) ?? plainReason(issue.message) }
}

const unitOf: Readonly<Record<string, string>> = { string: ' characters', array: ' entries', record: ' entries', object: ' entries' }

/** Too long, too short, too large, too small: with the limit. */
function sizeReason(issue: z.core.$ZodIssue): string | null {
  if (issue.code !== 'too_big' && issue.code !== 'too_small') return null
  const unit = unitOf[issue.origin] ?? ''
  if (issue.code === 'too_big') return `at most ${issue.maximum}${unit} can be taken`
  return issue.minimum === 1 && unit !== '' ? 'it must not be empty' : `at least ${issue.minimum}${unit} is needed`
}

/** Our own words where a row has them; the schema library's own only say that something does not fit. */
function plainReason(message: string): string {
  return /^Invalid (string|key|input)\b/.test(message) ? 'it holds something that is not possible here' : message
}

/** The keys an object may have, through whatever its schema is wrapped in. */
function keysOf(schema: z.core.$ZodType): readonly string[] {
  const def = schema._zod.def as {
    readonly type: string
    readonly shape?: object
    readonly out?: z.ZodType
    readonly innerType?: z.ZodType
  }
  if (def.shape !== undefined) return Object.keys(def.shape)
  const inner = def.out ?? def.innerType
  return inner === undefined ? [] : keysOf(inner)
}

/** An unknown key is refused, never dropped: a misspelt one would do something else than was asked. */
function unknownReason(keys: readonly string[], known: readonly string[]): string {
  const key = keys[0] ?? ''
  const near = nearest(key, known)
  const hint = near === null ? (known.length === 0 ? '' : `; what can be sent is ${known.join(', ')}`) : `; is "${near}" meant?`
  return `"${key.slice(0, 60)}" is not known here${hint}`
}

/** The issues of one part as text, e.g. `body.model: a text is needed`. */
function tellIssues(part: string, issues: readonly z.core.$ZodIssue[], known: readonly string[] = []): string {
  const told = issues.slice(0, mostReasons).map((issue) => {
    if (issue.code === 'unrecognized_keys') return unknownReason(issue.keys, issue.path.length === 0 ? known : [])
    const { path, reason } = reasonOf(issue)
    const field = path.length === 0 ? `the ${part}` : path.map(String).join('.')
    return `${field}: ${reason}`
  })
  const more = issues.length - told.length
  return more > 0 ? `${told.join('; ')}; and ${more} more` : told.join('; ')
}

/** Every part through its schema; raises invalid_request. */
export function readInput<Row extends Operation>(row: Row, arrived: Arrived): InputOf<Row> {
  const read: Record<string, unknown> = {}
  for (const [part, schema] of Object.entries(row.input) as [keyof Arrived, z.ZodType][]) {
    const broken = brokenText(arrived[part])
    if (broken !== null) throw new SparkError('invalid_request', { why: `${broken.path || `the ${part}`}: ${broken.why}` })
    const result = schema.safeParse(arrived[part])
    if (!result.success) throw new SparkError('invalid_request', { why: tellIssues(part, result.error.issues, keysOf(schema)) })
    read[part] = result.data
  }
  return read as InputOf<Row>
}

/** What is wrong with an answer by its own schema; null when nothing is. Nothing is ever filled in. */
export function faultOfOutput(row: Operation, value: unknown): string | null {
  const result = row.output.safeParse(value)
  return result.success ? null : tellIssues('answer', result.error.issues)
}
