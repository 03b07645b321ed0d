// The owner writes how a model is started: a form and YAML, two views of one draft. What was worked out or shipped is the beginning;
// nothing runs because of a save.
import type { Child } from 'hono/jsx'
import type { RecipeDraftView, RecipeTroubleView, RecipeVersionView } from '../../../server/contract/operations/draft-shapes.ts'
import type { ModelView } from '../../../server/contract/operations/shapes.ts'
import { vllmFlags } from '../../../server/domain/vllm-flags.ts'
import { capital } from '../../../server/domain/words.ts'
import { hx } from '../../hx.ts'
import { Heading } from '../layout.tsx'
import { Icon } from '../parts/icon.tsx'
import { Note } from '../parts/notice.tsx'
import { Ago } from '../parts/time.tsx'
import { RecipeFields } from './recipe-fields.tsx'
import { Changes, History } from './recipe-history.tsx'

export interface RecipeData {
  readonly model: ModelView
  readonly draft: RecipeDraftView
  readonly view: 'form' | 'yaml'
  /** The recipe it began from, where one was named. */
  readonly began: string | null
  /** Mark of this window. */
  readonly editor: string
  /** Other drafts for this model. */
  readonly others: readonly RecipeDraftView[]
  readonly versions: readonly RecipeVersionView[]
  /** Why nothing was saved just now. */
  readonly refused: string | null
  readonly word: boolean
  /** The kind of row that was asked for just now. */
  readonly add: 'flag' | 'env' | null
  readonly now: number
}

const modelPath = (model: ModelView): string => `/library/${encodeURIComponent(model.id)}`

/** Key of the place on the form that a trouble is about: `flag-3`, `env-0`, `port`. */
export function fieldKey({ form }: Pick<RecipeDraftView, 'form'>, { field, name }: RecipeTroubleView): string | null {
  if (field === 'flags') {
    const at = (form?.flags ?? []).findIndex((flag) => flag.name === name)
    return at < 0 ? null : `flag-${at}`
  }
  if (field === 'env') {
    const at = (form?.env ?? []).findIndex((one) => one.name === name)
    return at < 0 ? null : `env-${at}`
  }
  const row = /^flags\.(\d+)/.exec(field ?? '')?.[1]
  if (row !== undefined) return `flag-${row}`
  return field !== null && ['title', 'nodes', 'port', 'image', 'description'].includes(field) ? field : null
}

function told({ field, name, line, why }: RecipeTroubleView, view: RecipeData['view']): string {
  const what = field === 'flags' ? `--${name ?? ''}` : (name ?? null)
  const where = [view === 'yaml' && line !== null ? `line ${line}` : '', what ?? (field === null ? '' : field)].filter(
    (word) => word !== '',
  )
  const said = where.length === 0 ? why : `${where.join(', ')}: ${why}`
  return `${capital(said)}.`
}

/** What each field is told, by its key. */
export function saidOf(draft: RecipeDraftView): ReadonlyMap<string, string> {
  const said = new Map<string, string>()
  for (const trouble of draft.troubles) {
    const key = fieldKey(draft, trouble)
    if (key !== null) said.set(key, [said.get(key), `${capital(trouble.why)}.`].filter((one) => one !== undefined).join(' '))
  }
  return said
}

/** A text that no form can show is shown as it is. */
const shownView = ({ view, draft }: Pick<RecipeData, 'view' | 'draft'>): RecipeData['view'] =>
  view === 'form' && draft.form !== null ? 'form' : 'yaml'

export function RecipePage(data: RecipeData) {
  const { model, draft, refused } = data
  const shown = shownView(data)
  return (
    <div class="page narrow">
      <Heading title={`How to start ${model.name}`} up={{ href: modelPath(model), word: model.name }}>
        <p>
          {draft.recipe === null
            ? 'It begins with what is known here. Change what you like; saving starts nothing.'
            : 'Your own recipe. Saving starts nothing, and every version is kept.'}
        </p>
      </Heading>
      <OtherDrafts {...data} />
      {refused === null ? null : (
        <div class="note" data-kind="bad" role="alert">
          <p>
            <strong>Nothing was saved.</strong> {refused}
          </p>
        </div>
      )}
      <form
        class="card stack recipe"
        method="post"
        action={`${modelPath(model)}/recipe`}
        novalidate
        {...hx({ post: `${modelPath(model)}/recipe`, trigger: 'input delay:400ms', swap: 'none' })}
      >
        {/* Enter in a field checks what was typed; it never saves or takes a row away. */}
        <button type="submit" name="act" value="check" class="sr" tabindex={-1}>
          Check
        </button>
        <input type="hidden" name="view" value={shown} />
        <input type="hidden" name="editor" value={data.editor} />
        <input type="hidden" name="base" value={String(draft.base)} />
        <input type="hidden" name="recipe" value={draft.recipe ?? data.began ?? ''} />
        <div class="between recipe-top">
          <ViewSwitch shown={shown} />
          <div id="recipe-bar" class="acts">
            <Bar {...data} />
          </div>
        </div>
        {data.view === 'form' && shown === 'yaml' ? (
          <p class="said bad">The form cannot show this text until what is named below is mended. The text is as you left it.</p>
        ) : null}
        {shown === 'form' && draft.form !== null ? (
          <RecipeFields form={draft.form} said={saidOf(draft)} add={data.add} />
        ) : (
          <YamlField {...data} />
        )}
        <div id="recipe-said" role="status">
          <Said {...data} />
        </div>
        <div id="recipe-memory" class="recipe-memory">
          <Memory draft={draft} />
        </div>
        <div id="recipe-acts" class="stack">
          <Acts {...data} />
        </div>
      </form>
      <datalist id="vllm-flags">
        {vllmFlags.map((flag) => (
          <option value={flag} />
        ))}
      </datalist>
      <History model={model} recipe={draft.recipe} versions={data.versions} now={data.now} />
    </div>
  )
}

/** What is drawn again while somebody types: all but the fields themselves. */
export function recipeParts(data: RecipeData): readonly { readonly id: string; readonly body: Child }[] {
  const said = saidOf(data.draft)
  const form = data.view === 'form' ? data.draft.form : null
  const keys =
    form === null
      ? []
      : ['title', 'nodes', 'port', 'image', ...form.flags.map((_, at) => `flag-${at}`), ...form.env.map((_, at) => `env-${at}`)]
  return [
    { id: 'recipe-bar', body: <Bar {...data} /> },
    { id: 'recipe-said', body: <Said {...data} /> },
    { id: 'recipe-memory', body: <Memory draft={data.draft} /> },
    { id: 'recipe-acts', body: <Acts {...data} /> },
    ...keys.map((key) => ({ id: `${key}-wrong`, body: <>{said.get(key) ?? ''}</> })),
  ]
}

function ViewSwitch({ shown }: { readonly shown: 'form' | 'yaml' }) {
  return (
    <fieldset class="themes views">
      <legend class="sr">Write it as</legend>
      <button type="submit" name="act" value="form" aria-pressed={shown === 'form' ? 'true' : 'false'}>
        Form
      </button>
      <button type="submit" name="act" value="yaml" aria-pressed={shown === 'yaml' ? 'true' : 'false'}>
        YAML
      </button>
    </fieldset>
  )
}

function Bar({ draft, now }: RecipeData) {
  return (
    <>
      <input type="hidden" name="draft" value={draft.id ?? ''} />
      <input type="hidden" name="revision" value={String(draft.revision)} />
      {draft.changedAt === null ? null : (
        <span class="quiet kept">
          Kept <Ago at={draft.changedAt} now={now} />
        </span>
      )}
      <button type="submit" name="act" value="undo" class="button small" disabled={!draft.canUndo}>
        <Icon name="back" /> Undo
      </button>
      <button type="submit" name="act" value="redo" class="button small" disabled={!draft.canRedo}>
        Redo
      </button>
    </>
  )
}

function YamlField({ draft }: RecipeData) {
  return (
    <div class="field">
      <label for="yaml">The recipe as YAML</label>
      <textarea id="yaml" name="yaml" rows={22} wrap="off" spellcheck={false} autocapitalize="off" aria-describedby="recipe-said">
        {draft.text}
      </textarea>
    </div>
  )
}

function Said(data: RecipeData) {
  const { draft } = data
  const view = shownView(data)
  const wrong = draft.troubles.filter((one) => one.kind === 'wrong')
  return (
    <>
      {draft.parted ? (
        <p class="said bad">
          This recipe is being changed in another window too. What you type here is a draft of its own from now on; neither is lost.
        </p>
      ) : null}
      {wrong.length === 0 ? null : (
        <ul class="stack tight troubles">
          {wrong.map((one) => {
            const key = view === 'form' ? fieldKey(draft, one) : null
            return <li>{key === null ? told(one, view) : <a href={`#${key}`}>{told(one, view)}</a>}</li>
          })}
        </ul>
      )}
    </>
  )
}

function Memory({ draft: { memory } }: Pick<RecipeData, 'draft'>) {
  if (memory === null) return <p class="quiet">Whether it fits in memory is said when the recipe can be read.</p>
  return (
    <>
      <p>
        <strong class={memory.fits ? 'fits' : 'fits not'}>{memory.sentence}</strong> <span class="quiet">{memory.sum}</span>
      </p>
      {memory.warnings.map((warning) => (
        <p class="quiet">{warning}</p>
      ))}
    </>
  )
}

function Acts(data: RecipeData) {
  const { draft, word, model } = data
  const view = shownView(data)
  const asks = draft.troubles.filter((one) => one.kind === 'word')
  const stale = draft.newest > draft.base
  return (
    <>
      {asks.length === 0 ? null : (
        <Note kind="warn" icon="warning">
          <ul class="stack tight">
            {asks.map((one) => (
              <li>{told(one, view)}</li>
            ))}
          </ul>
          <label class="choice">
            <input type="checkbox" name="word" value="yes" checked={word} />
            <span>I know, and want it so</span>
          </label>
        </Note>
      )}
      {stale ? <Stale {...data} /> : <Changes title="What you changed" lines={draft.differences} />}
      <p class="acts">
        <button type="submit" name="act" value={stale ? 'save-over' : 'save'} class="button main">
          {stale ? 'Save mine as the next version' : 'Save this recipe'}
        </button>
        {draft.id === null ? (
          <a class="button plain" href={modelPath(model)}>
            Not now
          </a>
        ) : (
          <button type="submit" name="act" value="discard" class="button plain">
            {stale ? 'Give mine up' : 'Throw this draft away'}
          </button>
        )}
      </p>
    </>
  )
}

/** Somebody else saved while this was written: seen before anything is saved over it. */
function Stale({ draft }: RecipeData) {
  return (
    <div class="note" data-kind="warn">
      <Icon name="warning" />
      <div class="stack tight">
        <p>
          <strong>Version {draft.newest} was saved meanwhile.</strong> Yours was made from version {draft.base}. Theirs stays until you save
          yours, and is kept even then.
        </p>
        <Changes title="Yours, against theirs" lines={draft.differences} open />
      </div>
    </div>
  )
}

function OtherDrafts({ model, others, now }: RecipeData) {
  const [first] = others
  if (first === undefined || first.changedAt === null) return null
  return (
    <Note kind="plain" icon="settings">
      <p>
        <strong>You have changes that are not saved</strong>, from <Ago at={first.changedAt} now={now} />.{' '}
        <a href={`${modelPath(model)}/recipe?draft=${encodeURIComponent(first.id ?? '')}`}>Go on with them</a>
      </p>
    </Note>
  )
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
