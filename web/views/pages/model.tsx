import type { RecipeDraftView } from '../../../server/contract/operations/draft-shapes.ts'
import type { ModelView, RecipeView, SwapView } from '../../../server/contract/operations/shapes.ts'
import { recipeDifferences } from '../../../server/domain/recipe-difference.ts'
import { aboutDuration, bytesInWords, exactDuration, type ServiceState } from '../../../server/domain/words.ts'
import { Heading } from '../layout.tsx'
import { StateBadge } from '../parts/badge.tsx'
import { ModelEvidence, ModelMemory } from '../parts/model-facts.tsx'
import { Mods } from '../parts/mods.tsx'
import { Note } from '../parts/notice.tsx'
import { FlagList } from '../parts/plan.tsx'
import { SpeedLine } from '../parts/speed.tsx'
import { Tags } from '../parts/tags.tsx'
import { Ago } from '../parts/time.tsx'
import { RecipeSaved } from './recipe.tsx'
import { OutcomeBadge } from './swap.tsx'

interface Props {
  readonly model: ModelView
  readonly recipes: readonly RecipeView[]
  /** Recipes of the launcher for it that cannot be used here. */
  readonly left: LeftRecipes
  /** The recipe that was saved a moment ago. */
  readonly saved: RecipeView | null
  /** What the engine that holds it is; null: none holds it. */
  readonly state: ServiceState | null
  readonly past: readonly SwapView[]
  /** Recipes of the owner's that were removed, and what is being written. */
  readonly gone: readonly GoneRecipe[]
  readonly drafts: readonly RecipeDraftView[]
  readonly now: number
}

interface GoneRecipe {
  readonly id: string
  readonly title: string
  readonly version: number
  readonly at: string
}

export function ModelPage(props: Props) {
  const { model, recipes, left, saved, state, past, now } = props
  const runs = model.canRun.verdict === 'now' || model.canRun.verdict === 'needs_room'
  return (
    <div class="page narrow">
      <Heading title={model.name} up={{ href: '/library', word: 'Models' }}>
        <p class="tags">
          {state === null ? null : <StateBadge state={state} />}
          <Tags words={model.capabilities} />
          <span class="quiet">{model.id}</span>
        </p>
      </Heading>
      {saved === null ? null : <RecipeSaved title={saved.title} used={saved.id === model.recipe?.id} />}
      {runs ? null : <CannotStart model={model} />}
      <Unsaved {...props} />
      {model.serving === null && runs ? (
        <p class="acts">
          <a class="button main" href={`/swaps/new?model=${encodeURIComponent(model.id)}`}>
            Switch to this
          </a>
          <span class="quiet">You see the whole plan first.</span>
        </p>
      ) : null}
      <AboutModel model={model} now={now} />
      {model.memory === null ? null : <ModelMemory memory={model.memory} />}
      {recipes.map((recipe) => (
        <RecipeCard recipe={recipe} used={recipes.find((one) => one.id === model.recipe?.id) ?? recipe} runs={runs} now={now} />
      ))}
      <LeftInLauncher left={left} />
      <Removed {...props} />
      {runs ? <RunWithChanges model={model} recipes={recipes} /> : null}
      <Past swaps={past} now={now} />
      <OnDisk model={model} />
    </div>
  )
}

/** What can be done with its folders: fetch what is missing, or let it go. */
function OnDisk({ model }: { readonly model: ModelView }) {
  if (model.repo === null) return null
  const machines = new URLSearchParams([['repo', model.repo], ...model.machines.map((copy) => [`on-${copy.machine}`, 'yes'])])
  return (
    <p class="acts">
      <a class="button" href={`/library/downloads/new?${machines}`}>
        {model.complete ? 'Look for a newer version' : 'Download the rest'}
      </a>
      <a class="button plain" href={`/library/${encodeURIComponent(model.id)}/deletion`}>
        Delete it
      </a>
    </p>
  )
}

const recipePath = (model: ModelView): string => `/library/${encodeURIComponent(model.id)}/recipe`

function CannotStart({ model }: { readonly model: ModelView }) {
  return (
    <Note kind="warn" icon="warning">
      <p>
        <strong>It cannot start now.</strong> {model.canRun.why}
      </p>
      {lacksRecipe(model) ? (
        <a class="button main" href={recipePath(model)}>
          Write a recipe
        </a>
      ) : null}
    </Note>
  )
}

/** What stands in the way is only that nobody said how to start it. */
export function lacksRecipe(model: ModelView): boolean {
  return model.canRun.verdict === 'needs_setup' && model.servable === null && model.recipe?.source !== 'owner'
}

/** The owner's own recipe is changed; any other is the beginning of one. */
function RecipeActs({ recipe }: Pick<CardProps, 'recipe'>) {
  const page = `/library/${encodeURIComponent(recipe.model)}/recipe`
  const editor = `${page}?recipe=${encodeURIComponent(recipe.id)}`
  if (recipe.mods.length > 0)
    return <p class="quiet">A recipe that changes the image stays with the launcher: change it in its folder there.</p>
  if (recipe.source !== 'owner') {
    return (
      <p class="acts">
        <a class="button" href={editor}>
          Make it mine
        </a>
        <span class="quiet">You change a copy; this one stays.</span>
      </p>
    )
  }
  return (
    <div class="acts">
      <a class="button" href={editor}>
        Change
      </a>
      <a class="button plain" href={`${editor}#history`}>
        History
      </a>
      <form method="post" action={`${page}/removal`}>
        <input type="hidden" name="recipe" value={recipe.id} />
        <button type="submit" class="button plain">
          Remove
        </button>
      </form>
    </div>
  )
}

/** A removal acts at once and is taken back here. */
function Removed({ model, gone, now }: Props) {
  return (
    <>
      {gone.map(({ id, title, version, at }) => (
        <div class="note" data-kind="plain">
          <p>
            <strong>"{title}" was removed</strong> <Ago at={at} now={now} />. Its versions are kept.
          </p>
          <form method="post" action={`${recipePath(model)}/return`}>
            <input type="hidden" name="recipe" value={id} />
            <input type="hidden" name="to" value={String(version)} />
            <input type="hidden" name="version" value={String(version)} />
            <button type="submit" class="button">
              Bring it back
            </button>
          </form>
        </div>
      ))}
    </>
  )
}

function Unsaved({ model, drafts, now }: Props) {
  const [first] = drafts
  if (first === undefined || first.changedAt === null) return null
  return (
    <Note kind="plain" icon="settings">
      <p>
        <strong>You are writing a recipe</strong>, last changed <Ago at={first.changedAt} now={now} /> and not saved yet.{' '}
        <a href={`${recipePath(model)}?draft=${encodeURIComponent(first.id ?? '')}`}>Go on with it</a>
      </p>
    </Note>
  )
}

function AboutModel({ model, now }: { readonly model: ModelView; readonly now: number }) {
  const facts: (readonly [string, unknown])[] = [
    ['On the disks', model.stateSentence],
    ['Size', model.sizeBytes > 0 ? bytesInWords(model.sizeBytes) : 'not known'],
    ['Family', model.family ?? 'not known'],
    ['Weights', model.quantization === 'none' ? 'full precision' : model.quantization],
    ['Usual switch', model.typicalSwapSeconds === null ? 'first time here' : aboutDuration(model.typicalSwapSeconds * 1000)],
    ['Last used', model.lastUsedAt === null ? 'not yet' : <Ago at={model.lastUsedAt} now={now} />],
  ]
  return (
    <section class="card stack" aria-label="About this model">
      <dl class="facts">
        {facts.map(([word, value]) => (
          <div>
            <dt>{word}</dt>
            <dd>{value as string}</dd>
          </div>
        ))}
      </dl>
      {model.reason === null ? null : <p>{model.reason}</p>}
      {model.revisionsDiffer ? (
        <p>The copies on the machines are different versions. A switch over several Sparks needs the same one on each.</p>
      ) : null}
      <ModelEvidence evidence={model.evidence} />
      <ul class="stack tight">
        {model.machines.map((copy) => (
          <li class="between quiet">
            <span>
              {copy.name}: {copy.state.replaceAll('_', ' ')}
              {copy.revision === null ? '' : `, version ${copy.revision.slice(0, 8)}`}
            </span>
            <span>{bytesInWords(copy.bytes)}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}

const sources = {
  owner: 'Your own recipe',
  shipped: 'Comes with Spark Control',
  launcher: 'From the launcher on the Spark',
  inferred: "Worked out from the model's files",
} as const

type LeftRecipes = readonly { readonly file: string; readonly title: string | null; readonly why: string }[]

/** What lies in the launcher's folder for it and cannot be used: told, so that nobody looks for it in vain. */
export function LeftInLauncher({ left }: { readonly left: LeftRecipes }) {
  if (left.length === 0) return null
  return (
    <details class="more">
      <summary>
        {left.length} {left.length === 1 ? 'recipe' : 'recipes'} of the launcher cannot be used here
      </summary>
      <dl class="flags">
        {left.map((one) => (
          <div>
            <dt>{one.title === null ? one.file : `${one.title} (${one.file})`}</dt>
            <dd>{one.why}</dd>
          </div>
        ))}
      </dl>
    </details>
  )
}

interface CardProps {
  readonly recipe: RecipeView
  /** The one a switch uses unless another is named; may be this one. */
  readonly used: RecipeView
  readonly runs: boolean
  readonly now: number
}

function RecipeCard({ recipe, used, runs, now }: CardProps) {
  const chosen = recipe.id === used.id
  const asks = !recipe.confirmed && chosen && runs
  return (
    <section class="card stack">
      <div class="between">
        <h2>{recipe.title}</h2>
        <span class="quiet">
          {sources[recipe.source]}
          {chosen ? ', used by default' : ', not used now'}
        </span>
      </div>
      {recipe.description === null ? null : <p>{recipe.description}</p>}
      <p class="quiet">
        {recipe.nodes === 1 ? 'Runs on one Spark.' : `Runs on ${recipe.nodes} Sparks together.`}
        {recipe.image === null ? '' : ` Image ${recipe.image}.`}
        {recipe.file === null ? '' : ` File ${recipe.file}.`}
      </p>
      <SpeedLine speed={recipe.speed} now={now} />
      {recipe.flags.length === 0 ? (
        <p class="quiet">No flags: vLLM's own defaults.</p>
      ) : (
        <details class="more" open={asks}>
          <summary>
            {recipe.flags.length} {recipe.flags.length === 1 ? 'flag' : 'flags'}, and why each is there
          </summary>
          <FlagList flags={recipe.flags} />
        </details>
      )}
      <Mods mods={recipe.mods} open={asks} />
      {chosen ? null : <Differences recipe={recipe} used={used} />}
      {asks ? (
        <form class="acts" method="post" action={`/recipes/${encodeURIComponent(recipe.id)}/confirmation`}>
          <input type="hidden" name="digest" value={recipe.digest} />
          <button type="submit" class="button">
            {recipe.mods.length === 0 ? 'Confirm these flags' : 'Confirm these flags and scripts'}
          </button>
          <span class="quiet">Asked once, before its first start{recipe.source === 'launcher' ? ', and again when it changes' : ''}.</span>
        </form>
      ) : null}
      <RecipeActs recipe={recipe} />
    </section>
  )
}

/** Flag by flag, in what a recipe differs from the one that is used. */
function Differences({ recipe, used }: Pick<CardProps, 'recipe' | 'used'>) {
  const lines = recipeDifferences(used, recipe)
  if (lines.length === 0) return <p class="quiet">It starts the model as the recipe that is used does.</p>
  return (
    <details class="more">
      <summary>In what it differs from the recipe that is used</summary>
      <dl class="flags">
        {lines.map((line) => (
          <div>
            <dt>
              <code>{line.what}</code>
            </dt>
            <dd>
              {line.other === null ? 'not here' : <code>{line.other}</code>};{' '}
              <span class="quiet">{line.used === null ? 'not in the other' : `${line.used} in the other`}</span>
            </dd>
          </div>
        ))}
      </dl>
    </details>
  )
}

const changeable = [
  { name: 'max-model-len', label: 'Longest conversation', hint: 'tokens, e.g. 32768' },
  { name: 'gpu-memory-utilization', label: 'Share of memory', hint: 'from 0.1 to 0.85' },
  { name: 'max-num-seqs', label: 'Conversations at once', hint: 'a number, e.g. 8' },
] as const

/** One run with other flags: nothing is saved, the plan shows what comes of it. */
function RunWithChanges({ model, recipes }: Pick<Props, 'model' | 'recipes'>) {
  return (
    <details class="more">
      <summary>Run with changes</summary>
      <form class="card stack" method="get" action="/swaps/new">
        <input type="hidden" name="model" value={model.id} />
        {recipes.length < 2 ? null : (
          <div class="field">
            <label for="recipe">Recipe</label>
            <select id="recipe" name="recipe">
              {recipes.map((recipe) => (
                <option value={recipe.id} selected={recipe.id === model.recipe?.id}>
                  {recipe.title} ({sources[recipe.source].toLowerCase()})
                </option>
              ))}
            </select>
          </div>
        )}
        <div class="fields">
          {changeable.map((flag) => (
            <div class="field">
              <label for={flag.name}>{flag.label}</label>
              <input id={flag.name} name={flag.name} inputmode="decimal" autocomplete="off" aria-describedby={`${flag.name}-hint`} />
              <span class="hint" id={`${flag.name}-hint`}>
                {flag.hint}. Empty: as the recipe says.
              </span>
            </div>
          ))}
        </div>
        <p>
          <button type="submit" class="button">
            Show the plan
          </button>
        </p>
      </form>
    </details>
  )
}

function Past({ swaps, now }: { readonly swaps: readonly SwapView[]; readonly now: number }) {
  if (swaps.length === 0) return null
  return (
    <section class="stack">
      <h2>Past switches</h2>
      <ul class="list">
        {swaps.map((swap) => (
          <li>
            <p class="tags">
              <OutcomeBadge swap={swap} />
              <a href={`/swaps/${swap.id}`}>
                <Ago at={swap.startedAt} now={now} />
              </a>
            </p>
            <span class="quiet">{exactDuration(swap.durationMs)}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
