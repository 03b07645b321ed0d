import type { RecipeDraftView } from '../../../server/contract/operations/draft-shapes.ts'
import type { ModelView, RecipeView, SwapView } from '../../../server/contract/operations/shapes.ts'
import { aboutDuration, bytesInWords, exactDuration, type ServiceState } from '../../../server/domain/words.ts'
import { Heading } from '../layout.tsx'
import { StateBadge } from '../parts/badge.tsx'
import { ModelEvidence, ModelMemory } from '../parts/model-facts.tsx'
import { Note } from '../parts/notice.tsx'
import { LeftInLauncher, type LeftRecipes, RecipeCard, recipeSource } from '../parts/recipe-card.tsx'
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
                  {recipe.title} ({recipeSource[recipe.source].toLowerCase()})
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
