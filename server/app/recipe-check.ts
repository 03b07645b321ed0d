// What an owner is told of a text while writing it: the same as saving says, with a line for each, and whether it fits in memory.
import type { RecipeCheckView, RecipeFitView, RecipeTroubleView } from '../contract/operations/draft-shapes.ts'
import type { RecipeDraft, RecipeTrouble } from '../domain/recipe-draft.ts'
import { type RecipeForm, valueOfField } from '../domain/recipe-form.ts'
import type { ReadText } from './recipe-ports.ts'

interface Needs {
  readonly troublesOf: (draft: RecipeDraft) => readonly RecipeTrouble[]
  readonly fitOf: (model: string, draft: RecipeDraft) => RecipeFitView | null
}

/** The schema's words are for programs; these fields are met by everyone. */
const plain: Readonly<Record<string, string>> = {
  title: 'a title of at most 200 characters is needed',
  nodes: 'a whole number from 1 to 16 is needed',
  port: 'a whole number from 1 to 65535 is needed, or nothing',
}

function fieldOf(path: string | null): { readonly field: string | null; readonly name: string | null } {
  const [field = null, ...rest] = path?.split('.') ?? []
  return { field, name: field === 'env' && rest.length > 0 ? rest.join('.') : null }
}

/** What a form says, as far as it can be read: the rest of it is checked beside what is wrong. */
function readable(model: string, form: RecipeForm): RecipeDraft {
  const nodes = Number(form.nodes)
  return {
    model,
    title: form.title.trim() === '' ? 'untitled' : form.title,
    description: null,
    image: form.image.trim() === '' ? null : form.image.trim(),
    port: null,
    nodes: Number.isInteger(nodes) && nodes >= 1 && nodes <= 16 ? nodes : 1,
    flags: form.flags.map(({ name, value, reason }) => ({ name, value: valueOfField(value), reason, source: '' })),
    env: Object.fromEntries(form.env.map(({ name, value }) => [name, value])),
  }
}

/** What the schema says, in the words of the page. */
function brokenOf({ form, problems }: ReadText): readonly RecipeTroubleView[] {
  // Where a text stops being YAML, what follows is only confused by it.
  const own = problems.filter(({ sentence }, at) => at === 0 || !sentence.startsWith('Not valid YAML'))
  return own.map(({ field: path, line, sentence }) => {
    const at = fieldOf(path)
    const row = /^flags\.(\d+)/.exec(path ?? '')?.[1]
    const name = row === undefined ? at.name : (form?.flags[Number(row)]?.name ?? null)
    const said = sentence.replace(/\.$/, '').replace(/^[a-z]+(?:\.[^:\s]*)?: /, '')
    return { field: at.field, name, line, why: plain[at.field ?? ''] ?? said, kind: 'wrong' }
  })
}

export function checkText(read: ReadText, model: string, { troublesOf, fitOf }: Needs): RecipeCheckView {
  const { form, lineOf } = read
  const broken = brokenOf(read)
  const draft = read.draft ?? (form === null ? null : readable(model, form))
  if (draft === null) return { troubles: [...broken], memory: null }
  const other: RecipeTrouble = { field: 'model', name: null, why: `it names another model; here ${model} is meant`, kind: 'wrong' }
  const told = new Set(broken.map((one) => `${one.field} ${one.name}`))
  const more = [...(draft.model === model ? [] : [other]), ...troublesOf(draft)]
    .filter((one) => !told.has(`${one.field} ${one.name}`))
    .map((one) => ({ ...one, line: one.field === null ? null : lineOf(one.name === null ? one.field : `${one.field}.${one.name}`) }))
  return { troubles: [...broken, ...more], memory: fitOf(model, draft) }
}
