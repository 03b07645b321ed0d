// What a recipe must hold to be of use. Names the field, so that the owner sees where to mend it.
import type { Recipe } from './recipe.ts'

/** What the launcher puts on a command line without quotes. */
const launcherWord = /^[A-Za-z0-9_./:=@+,-]+$/
const flagName = /^[a-z0-9][a-z0-9._-]*$/i
const envName = /^[A-Za-z_][A-Za-z0-9_]*$/
/** Decided by the launch itself: the place, not the recipe, says them. */
const ofPlace: Readonly<Record<string, string>> = {
  port: 'set "port" instead',
  'tensor-parallel-size': 'set "nodes" instead',
  host: 'the launch sets it',
  nnodes: 'set "nodes" instead',
  model: 'set "model" instead',
}

/** The first thing wrong with a recipe, as "field: what"; null when there is none. */
export function recipeProblem(draft: Pick<Recipe, 'model' | 'title' | 'image' | 'port' | 'nodes' | 'flags' | 'env'>): string | null {
  if (draft.model.trim() === '') return 'model: it is empty'
  if (draft.title.trim() === '') return 'title: it is empty'
  if (draft.image !== null && !launcherWord.test(draft.image)) return 'image: only letters, digits and _ . / : = @ + , - are possible here'
  return flagProblem(draft.flags) ?? envProblem(draft.env)
}

function flagProblem(flags: Recipe['flags']): string | null {
  const seen = new Set<string>()
  for (const flag of flags) {
    const name = flag.name.replaceAll('_', '-')
    const shown = `flags.${JSON.stringify(flag.name.slice(0, 60)).slice(1, -1)}`
    if (!flagName.test(flag.name)) return `${shown}: a flag is written without dashes in front, in letters, digits, . _ and -`
    const place = ofPlace[name]
    if (place !== undefined) return `${shown}: ${place}`
    if (seen.has(name)) return `${shown}: it is there twice`
    seen.add(name)
    if (flag.value !== true && /[\0\n\r]/.test(String(flag.value))) return `${shown}: its value must stay on one line`
  }
  return null
}

function envProblem(env: Recipe['env']): string | null {
  for (const [name, value] of Object.entries(env)) {
    const shown = `env.${JSON.stringify(name.slice(0, 60)).slice(1, -1)}`
    if (!envName.test(name)) return `${shown}: a name of letters, digits and _ is needed`
    if (!launcherWord.test(value)) return `${shown}: only letters, digits and _ . / : = @ + , - are possible in its value`
  }
  return null
}
