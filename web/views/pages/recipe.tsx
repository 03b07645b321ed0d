// The owner writes how a model is started. What was worked out or shipped is the beginning; nothing runs because of a save.
import type { ModelView } from '../../../server/contract/operations/shapes.ts'
import { Heading } from '../layout.tsx'
import { Note } from '../parts/notice.tsx'
import { FlagList } from '../parts/plan.tsx'

export const recipeFields = ['title', 'nodes', 'image', 'port', 'flags', 'env'] as const
export type RecipeField = (typeof recipeFields)[number]

/** What is wrong and where; `line` counts from 1 in the fields that hold one thing a line. */
export interface RecipeTrouble {
  readonly field: RecipeField | null
  readonly line: number | null
  readonly why: string
}

type Flags = Parameters<typeof FlagList>[0]['flags']

export interface RecipeData {
  readonly model: ModelView
  /** As typed, or as the best recipe of the model says it. */
  readonly values: Readonly<Record<RecipeField, string>>
  /** What was filled in before anything was typed, with its reasons. */
  readonly base: { readonly id: string; readonly title: string; readonly own: boolean; readonly flags: Flags } | null
  readonly trouble: readonly RecipeTrouble[]
}

const words: Readonly<Record<RecipeField, string>> = {
  title: 'Title',
  nodes: 'Number of Sparks',
  image: 'Image',
  port: 'Port',
  flags: 'Flags of vllm serve',
  env: 'Environment',
}

const href = (model: ModelView): string => `/library/${encodeURIComponent(model.id)}`

export function RecipePage(data: RecipeData) {
  const { model, base, trouble } = data
  return (
    <div class="page narrow">
      <Heading title={`How to start ${model.name}`} up={{ href: href(model), word: model.name }}>
        <p>
          {base === null
            ? 'Nothing is known about how to start it. Write it down here; saving starts nothing.'
            : `The fields hold what "${base.title}" says. Change what you like; saving starts nothing.`}
        </p>
      </Heading>
      {trouble.length === 0 ? null : <NotSaved trouble={trouble} />}
      <RecipeForm {...data} />
      {base === null || base.flags.length === 0 ? null : (
        <details class="more">
          <summary>Why each flag was there</summary>
          <FlagList flags={base.flags} />
        </details>
      )}
    </div>
  )
}

/** One list of everything to mend, each leading to its field. */
function NotSaved({ trouble }: Pick<RecipeData, 'trouble'>) {
  return (
    <div class="note" data-kind="bad" role="alert">
      <p>
        <strong>Nothing was saved.</strong> Correct this first:
      </p>
      <ul class="stack tight">
        {trouble.map((one) => (
          <li>{one.field === null ? told(one) : <a href={`#${one.field}`}>{`${words[one.field]}: ${told(one)}`}</a>}</li>
        ))}
      </ul>
    </div>
  )
}

function told({ line, why }: RecipeTrouble): string {
  return line === null ? `${why}.` : `line ${line}: ${why}.`
}

function RecipeForm({ model, values, base, trouble }: RecipeData) {
  const field = (name: RecipeField) => ({ name, value: values[name], wrong: trouble.filter((one) => one.field === name) })
  return (
    <form class="card stack recipe" method="post" action={`${href(model)}/recipe`}>
      {base === null ? null : <input type="hidden" name="from" value={base.id} />}
      <Line
        {...field('title')}
        required
        hint={base?.own === true ? 'The same title replaces your recipe; another one is kept beside it.' : 'How you recognise it.'}
      />
      <div class="fields">
        <Line {...field('nodes')} numeric required hint="1, or 2 for a model that one Spark cannot hold." />
        <Line {...field('port')} numeric hint="Empty: as the settings say." />
      </div>
      <Line {...field('image')} hint="The container image. Empty: as the settings say." />
      <Lines
        {...field('flags')}
        rows={10}
        hint="One a line, as --name value or --name alone. Spark Control adds model, host, port and number of Sparks itself."
      />
      <Lines {...field('env')} rows={3} hint="One a line, as NAME=value." />
      <p class="acts">
        <button type="submit" class="button main">
          Save this recipe
        </button>
        <a class="button plain" href={href(model)}>
          Not now
        </a>
      </p>
    </form>
  )
}

interface FieldProps {
  readonly name: RecipeField
  readonly value: string
  readonly wrong: readonly RecipeTrouble[]
  readonly hint: string
}

const marks = ({ name, wrong }: FieldProps) => ({
  id: name,
  name,
  autocomplete: 'off' as const,
  autocapitalize: 'none' as const,
  spellcheck: false,
  'aria-describedby': wrong.length === 0 ? `${name}-hint` : `${name}-wrong ${name}-hint`,
  'aria-invalid': wrong.length === 0 ? undefined : ('true' as const),
})

function Around({ field, children }: { readonly field: FieldProps; readonly children: unknown }) {
  const { name, wrong, hint } = field
  return (
    <div class="field">
      <label for={name}>{words[name]}</label>
      {children as never}
      {wrong.length === 0 ? null : (
        <span class="said bad" id={`${name}-wrong`}>
          {wrong.map((one) => capital(told(one))).join(' ')}
        </span>
      )}
      <span class="hint" id={`${name}-hint`}>
        {hint}
      </span>
    </div>
  )
}

function Line({ numeric = false, required = false, ...field }: FieldProps & { readonly numeric?: boolean; readonly required?: boolean }) {
  return (
    <Around field={field}>
      <input {...marks(field)} value={field.value} inputmode={numeric ? 'numeric' : undefined} required={required} />
    </Around>
  )
}

function Lines({ rows, ...field }: FieldProps & { readonly rows: number }) {
  return (
    <Around field={field}>
      <textarea {...marks(field)} rows={rows} wrap="off">
        {field.value}
      </textarea>
    </Around>
  )
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** After a save: what is true now. */
export function RecipeSaved({ title, used }: { readonly title: string; readonly used: boolean }) {
  return (
    <Note kind="good" icon="check">
      <p role="status">
        <strong>"{title}" is saved.</strong>{' '}
        {used
          ? 'The next switch to this model uses it. Nothing was started.'
          : 'Another recipe of yours is used by default; choose this one under "Run with changes".'}
      </p>
    </Note>
  )
}
