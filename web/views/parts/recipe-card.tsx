// A recipe as it is shown beside its model: where it comes from, its flags with their reasons, and what can be done with it.
import type { RecipeView } from '../../../server/contract/operations/shapes.ts'
import { recipeDifferences } from '../../../server/domain/recipe-difference.ts'
import { Mods } from './mods.tsx'
import { FlagList } from './plan.tsx'
import { SpeedLine } from './speed.tsx'

/** Where a recipe comes from, for people. */
export const recipeSource = {
  owner: 'Your own recipe',
  shipped: 'Comes with Spark Control',
  launcher: 'From the launcher on the Spark',
  inferred: "Worked out from the model's files",
} as const

export type LeftRecipes = readonly { readonly file: string; readonly title: string | null; readonly why: string }[]

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

export function RecipeCard({ recipe, used, runs, now }: CardProps) {
  const chosen = recipe.id === used.id
  const asks = !recipe.confirmed && chosen && runs
  return (
    <section class="card stack">
      <div class="between">
        <h2>{recipe.title}</h2>
        <span class="quiet">
          {recipeSource[recipe.source]}
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
