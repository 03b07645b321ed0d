// What a recipe must hold to be of use. Names the field, so that the owner sees where to mend it.
import { highestShare } from './memory-fit.ts'
import type { Model } from './model.ts'
import { nearest } from './nearest.ts'
import type { Recipe } from './recipe.ts'
import { countOf } from './start-memory.ts'
import { isVllmFlag, type Range, vllmFlags, vllmRanges } from './vllm-flags.ts'

export const recipeFields = ['model', 'title', 'description', 'image', 'port', 'nodes', 'flags', 'env'] as const
export type RecipeField = (typeof recipeFields)[number]

/** `wrong`: it is not saved. `word`: it is saved only with the owner's word. */
export interface RecipeTrouble {
  readonly field: RecipeField | null
  /** Name of the flag or variable. */
  readonly name: string | null
  readonly why: string
  readonly kind: 'wrong' | 'word'
}

export type RecipeDraft = Pick<Recipe, 'model' | 'title' | 'description' | 'image' | 'port' | 'nodes' | 'flags' | 'env'>
type Checked = Pick<Recipe, 'model' | 'title' | 'image' | 'port' | 'nodes' | 'flags' | 'env'>
type Flag = Recipe['flags'][number]

/** What the launcher puts on a command line without quotes. */
const launcherWord = /^[A-Za-z0-9_./:=@+,-]+$/
const flagName = /^[a-z0-9][a-z0-9._-]*$/i
const envName = /^[A-Za-z_][A-Za-z0-9_]*$/
/** Decided by the launch itself: the place, not the recipe, says them. */
const ofPlace: Readonly<Record<string, string>> = {
  port: 'set "port" instead',
  'tensor-parallel-size': 'set "nodes" instead',
  tp: 'set "nodes" instead',
  host: 'the launch sets it',
  nnodes: 'set "nodes" instead',
  'node-rank': 'the launch sets it for each Spark',
  'master-addr': 'the launch sets it',
  'master-port': 'the launch sets it',
  headless: 'the launch sets it for each Spark',
  model: 'set "model" instead',
}

const wrong = (field: RecipeField, name: string | null, why: string): RecipeTrouble => ({ field, name, why, kind: 'wrong' })
const word = (name: string, why: string): RecipeTrouble => ({ field: 'flags', name, why, kind: 'word' })

/** Everything that keeps a recipe from being carried to a Spark. */
function unusable(draft: Checked): readonly RecipeTrouble[] {
  const plain = [
    draft.model.trim() === '' ? wrong('model', null, 'it is empty') : null,
    draft.title.trim() === '' ? wrong('title', null, 'it is empty') : null,
    draft.image === null || launcherWord.test(draft.image)
      ? null
      : wrong('image', null, 'only letters, digits and _ . / : = @ + , - are possible here'),
  ]
  return [...plain.filter((one) => one !== null), ...flagTroubles(draft.flags), ...envTroubles(draft.env)]
}

function flagTroubles(flags: readonly Flag[]): readonly RecipeTrouble[] {
  const seen = new Set<string>()
  return flags.flatMap((flag) => {
    const name = flag.name.replaceAll('_', '-')
    const again = seen.has(name)
    seen.add(name)
    const why = flagTrouble(flag, name) ?? (again ? 'it is there twice' : null)
    return why === null ? [] : [wrong('flags', flag.name, why)]
  })
}

function flagTrouble(flag: Flag, name: string): string | null {
  if (!flagName.test(flag.name)) return 'a flag is written without dashes in front, in letters, digits, . _ and -'
  const place = ofPlace[name]
  if (place !== undefined) return place
  return flag.value !== true && /[\0\n\r]/.test(String(flag.value)) ? 'its value must stay on one line' : null
}

function envTroubles(env: Recipe['env']): readonly RecipeTrouble[] {
  return Object.entries(env).flatMap(([name, value]) => {
    if (!envName.test(name)) return [wrong('env', name, 'a name of letters, digits and _ is needed')]
    return launcherWord.test(value) ? [] : [wrong('env', name, 'only letters, digits and _ . / : = @ + , - are possible in its value')]
  })
}

/** "field: what", as an error says it. */
export function troubleInWords({ field, name, why }: RecipeTrouble): string {
  if (field === null) return why
  return `${field}${name === null ? '' : `.${JSON.stringify(name.slice(0, 60)).slice(1, -1)}`}: ${why}`
}

/** The first thing that keeps a recipe from being carried to a Spark, as "field: what"; null when there is none. */
export function recipeProblem(draft: Checked): string | null {
  const first = unusable(draft)[0]
  return first === undefined ? null : troubleInWords(first)
}

/** Everything an owner is told while writing a recipe: what cannot be, and what is saved only with their word. */
export function recipeTroubles(draft: Checked, model: Pick<Model, 'inference'> | null): readonly RecipeTrouble[] {
  const found = unusable(draft)
  const told = new Set(found.map((one) => one.name))
  const more = draft.flags.filter((flag) => !told.has(flag.name)).flatMap((flag) => valueTrouble(flag, model) ?? nameTrouble(flag) ?? [])
  return [...found, ...more]
}

function nameTrouble({ name }: Flag): RecipeTrouble | null {
  if (isVllmFlag(name)) return null
  const meant = nearest(name, vllmFlags)
  return word(name, `no flag of vLLM with this name is known here${meant === null ? '' : `; perhaps ${meant} is meant`}`)
}

const isWithin = (count: number, { least, most, whole }: Range): boolean =>
  count >= least && count <= most && (!whole || Number.isInteger(count))

function valueTrouble({ name, value }: Flag, model: Pick<Model, 'inference'> | null): RecipeTrouble | null {
  const range = vllmRanges[name]
  if (range === undefined) return null
  const count = typeof value === 'string' ? (countOf(value) ?? Number(value)) : Number(value)
  if (value === true || !isWithin(count, range)) {
    const kind = range.whole ? 'a whole number' : 'a number'
    return wrong(
      'flags',
      name,
      `${kind} from ${range.least} to ${range.most} is needed${value === true ? '' : `, not ${String(value).slice(0, 40)}`}`,
    )
  }
  if (name === 'gpu-memory-utilization' && count > highestShare)
    return word(name, `above ${highestShare} a Spark runs short of memory itself and may freeze`)
  const trained = model?.inference.memory.shape.trained ?? null
  if (name === 'max-model-len' && trained !== null && count > trained)
    return word(name, `the model was trained for ${trained} tokens; vLLM refuses more unless it is told otherwise`)
  return null
}

/** Whether a start with it asks for more memory than is safe: then the owner's word is needed, whoever wrote it. */
export function asksTooMuch(recipe: Pick<Recipe, 'flags'>): boolean {
  return recipe.flags.some((flag) => flag.name === 'gpu-memory-utilization' && Number(flag.value) > highestShare)
}
