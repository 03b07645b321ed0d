// A recipe as text in a form, and back: one flag or variable a line, every trouble with its line.
import { type RecipeField, type RecipeTrouble, recipeFields } from '../../../web/views/pages/recipe.tsx'
import type { ModelView, RecipeView } from '../../contract/operations/shapes.ts'

type Flag = RecipeView['flags'][number]
type Fields = Readonly<Record<string, string>>
export type RecipeText = Readonly<Record<RecipeField, string>>

export interface RecipeDraft {
  readonly model: string
  readonly title: string
  readonly description: string | null
  readonly image: string | null
  readonly port: number | null
  readonly nodes: number
  readonly flags: readonly Flag[]
  readonly env: Readonly<Record<string, string>>
}

/** The text of the form, read; `lines` tells on which line of its field each name stands. */
export interface ReadRecipe {
  readonly draft: RecipeDraft
  readonly lines: Readonly<Record<'flags' | 'env', ReadonlyMap<string, number>>>
  readonly trouble: readonly RecipeTrouble[]
}

interface Line {
  readonly text: string
  /** From 1, as an editor counts. */
  readonly number: number
}

/** What the form shows before anything is typed. */
export function recipeText(model: Pick<ModelView, 'name'>, base: RecipeView | null): RecipeText {
  return {
    title: base?.source === 'owner' ? base.title : `My ${model.name}`,
    nodes: String(base?.nodes ?? 1),
    image: base?.image ?? '',
    port: base?.port === null || base === null ? '' : String(base.port),
    flags: (base?.flags ?? []).map((flag) => (flag.value === true ? `--${flag.name}` : `--${flag.name} ${flag.value}`)).join('\n'),
    env: Object.entries(base?.env ?? {})
      .map(([name, value]) => `${name}=${value}`)
      .join('\n'),
  }
}

export function typedRecipe(fields: Fields): RecipeText {
  return Object.fromEntries(recipeFields.map((name) => [name, fields[name] ?? ''])) as Record<RecipeField, string>
}

/** Lines that say something; `#` begins a remark, and a `\\` at the end is what a shell needed. */
function linesOf(text: string): readonly Line[] {
  return text
    .split(/\r\n|\r|\n/)
    .map((line, at) => ({ text: line.replace(/\s*\\\s*$/, '').trim(), number: at + 1 }))
    .filter((line) => line.text !== '' && !line.text.startsWith('#'))
}

/** Quotes around the whole value are a shell's, not the value's. */
function bare(value: string): string {
  const quote = value.charAt(0)
  const isWrapped = value.length > 1 && (quote === '"' || quote === "'") && value.endsWith(quote)
  return isWrapped && !value.slice(1, -1).includes(quote) ? value.slice(1, -1) : value
}

const numeric = /^-?(0|[1-9]\d{0,14})(\.\d{1,15})?$/

function flagValue(text: string): string | number {
  const value = bare(text)
  // A number only where it would be written the same way again: 1.50 stays text.
  return numeric.test(value) && String(Number(value)) === value ? Number(value) : value
}

function whyNotFlag(text: string): string | null {
  if (!text.startsWith('--')) return 'a flag begins with two dashes, such as --max-model-len 32768'
  if (text.length > 10_000) return 'it is longer than 10,000 characters'
  const value = text.replace(/^--\S+?(=|\s+|$)/, '')
  if (!/^['"{[]/.test(value) && /\s--[a-z]/i.test(value)) return 'there are several flags here; write one a line'
  return null
}

/** A flag left as it was keeps its reason. */
function flagOf(text: string, base: RecipeView | null): Flag {
  const [, name = '', rest = ''] = /^--([^\s=]*)(?:=|\s+|$)([\s\S]*)$/.exec(text) ?? []
  const value = rest === '' ? true : flagValue(rest)
  const before = base?.flags.find((flag) => flag.name === name)
  if (before !== undefined && String(before.value) === String(value)) return before
  const reason = before === undefined ? 'You added it.' : `You changed it${before.value === true ? '' : ` from ${before.value}`}.`
  return { name, value, reason, source: 'your own recipe' }
}

function readFlags(text: string, base: RecipeView | null, trouble: RecipeTrouble[]) {
  const flags: Flag[] = []
  const lines = new Map<string, number>()
  for (const line of linesOf(text)) {
    const why = whyNotFlag(line.text)
    if (why !== null) {
      trouble.push({ field: 'flags', line: line.number, why })
      continue
    }
    const flag = flagOf(line.text, base)
    const first = lines.get(flag.name)
    if (first === undefined) {
      lines.set(flag.name, line.number)
      flags.push(flag)
    } else trouble.push({ field: 'flags', line: line.number, why: `--${flag.name} is on line ${first} already` })
  }
  return { flags, lines }
}

function readEnv(text: string, trouble: RecipeTrouble[]) {
  const env: [string, string][] = []
  const lines = new Map<string, number>()
  for (const line of linesOf(text)) {
    const [, name = '', value = ''] = /^(?:export\s+)?([^\s=]+)=(.*)$/.exec(line.text) ?? []
    const first = lines.get(name)
    if (name === '') trouble.push({ field: 'env', line: line.number, why: 'a variable is written as NAME=value' })
    else if (first !== undefined) trouble.push({ field: 'env', line: line.number, why: `${name} is on line ${first} already` })
    else {
      lines.set(name, line.number)
      env.push([name, bare(value)])
    }
  }
  return { env: Object.fromEntries(env), lines }
}

function wholeNumber(text: string, field: RecipeField, [least, most]: readonly [number, number], trouble: RecipeTrouble[]): number {
  const typed = text.trim()
  const value = /^\d{1,9}$/.test(typed) ? Number(typed) : Number.NaN
  if (value >= least && value <= most) return value
  trouble.push({ field, line: null, why: `a number from ${least} to ${most} is needed, not "${typed.slice(0, 40)}"` })
  return least
}

/** Everything that is wrong is told at once. */
export function readRecipe(model: string, text: RecipeText, base: RecipeView | null): ReadRecipe {
  const trouble: RecipeTrouble[] = []
  const title = text.title.trim()
  if (title === '') trouble.push({ field: 'title', line: null, why: 'a title is needed' })
  if (title.length > 200) trouble.push({ field: 'title', line: null, why: 'it is longer than 200 characters' })
  const nodes = wholeNumber(text.nodes, 'nodes', [1, 16], trouble)
  const port = text.port.trim() === '' ? null : wholeNumber(text.port, 'port', [1, 65_535], trouble)
  const { flags, lines } = readFlags(text.flags, base, trouble)
  const { env, lines: envLines } = readEnv(text.env, trouble)
  const description = base?.source === 'owner' ? base.description : null
  return {
    draft: { model, title, description, image: text.image.trim() || null, port, nodes, flags, env },
    lines: { flags: lines, env: envLines },
    trouble,
  }
}

/** "flags.host: the launch sets it", as saving says it, with the line it is about. */
export function troubleOfSaving(why: string, lines: ReadRecipe['lines']): RecipeTrouble {
  const [, where = '', what = why] = /^([a-z]+(?:\.[^:]*)?): ([\s\S]*)$/.exec(why) ?? []
  const [field = '', ...rest] = where.split('.')
  const known = recipeFields.find((one) => one === field) ?? null
  const name = rest.join('.')
  const line = known === 'flags' || known === 'env' ? (lines[known].get(name) ?? null) : null
  const shown = known === 'flags' ? `--${name}` : name
  const named = name === '' ? what : `${shown}: ${what}`
  return { field: known, line, why: (known === null ? why : named).replace(/\.$/, '') }
}
