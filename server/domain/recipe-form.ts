// A recipe as the fields of a form: all of it text, so that what is half typed or wrong is kept as it was typed.
import type { Flag } from './model.ts'

export interface FlagField {
  readonly name: string
  /** Empty: a flag without a value. */
  readonly value: string
  readonly reason: string
  /** The reason as the page drew it; left out where nothing was drawn. The same now: the owner did not touch it. */
  readonly drawn?: string | undefined
  /** Its place in the text when the form was drawn; null: a new row. */
  readonly at: number | null
}

export interface EnvField {
  readonly name: string
  readonly value: string
}

export interface RecipeForm {
  readonly title: string
  readonly description: string
  readonly nodes: string
  readonly image: string
  readonly port: string
  readonly flags: readonly FlagField[]
  readonly env: readonly EnvField[]
}

const numeric = /^-?(0|[1-9]\d{0,14})(\.\d{1,15})?$/
/** A number only where it would be written the same way again: 1.50 stays text. */
const isNumber = (text: string): boolean => numeric.test(text) && String(Number(text)) === text
const isQuoted = (text: string): boolean => text.length > 1 && /^["']/.test(text) && text.endsWith(text.charAt(0))

/** A value as it stands in its field. Quotes keep apart what would read as a number or as nothing. */
export function fieldOfValue(value: Flag['value']): string {
  if (value === true) return ''
  if (typeof value === 'number') return String(value)
  return value === '' || isNumber(value) || isQuoted(value) || value !== value.trim() ? `"${value}"` : value
}

/** The value that a field says. Quotes around the whole are a shell's habit, not the value's. */
export function valueOfField(field: string): Flag['value'] {
  const text = field.trim()
  if (text === '') return true
  if (isQuoted(text)) return text.slice(1, -1)
  return isNumber(text) ? Number(text) : text
}

/** The name as it is wanted, however it was pasted: `--max-model-len` and `max-model-len=8192` have lost their dashes. */
export function flagFieldOf({ name, value, ...rest }: FlagField): FlagField {
  const [, bare = '', glued] = /^-{0,2}([^=\s]*)(?:[=\s]+(\S[\s\S]*))?$/.exec(name.trim()) ?? ['', name.trim()]
  return { ...rest, name: bare, value: value.trim() === '' && glued !== undefined ? glued : value }
}

export const isEmptyFlag = ({ name, value, reason }: FlagField): boolean => `${name}${value}${reason}`.trim() === ''
export const isEmptyEnv = ({ name, value }: EnvField): boolean => `${name}${value}`.trim() === ''
