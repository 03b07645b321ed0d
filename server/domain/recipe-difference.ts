// In what two recipes of one model differ, line by line.
import type { Recipe } from './recipe.ts'

export interface Difference {
  readonly what: string
  /** As in the recipe that is used; null: not there. */
  readonly used: string | null
  readonly other: string | null
}

type Compared = Pick<Recipe, 'image' | 'port' | 'nodes' | 'flags' | 'env'> & {
  readonly mods?: readonly { readonly path: string }[] | undefined
}

function linesOf(recipe: Compared): ReadonlyMap<string, string> {
  return new Map([
    ['Sparks', String(recipe.nodes)],
    ...(recipe.image === null ? [] : ([['image', recipe.image]] as const)),
    ...(recipe.port === null ? [] : ([['port', String(recipe.port)]] as const)),
    ...(recipe.mods ?? []).map((mod) => [mod.path, 'applied'] as const),
    ...recipe.flags.map((flag) => [`--${flag.name}`, flag.value === true ? 'set' : String(flag.value)] as const),
    ...Object.entries(recipe.env).map(([name, value]) => [name, value] as const),
  ])
}

/** A number however it is written: 0.8 and "0.80" are one. */
const same = (a: string | null, b: string | null): boolean =>
  a === b || (a !== null && b !== null && a.trim() !== '' && b.trim() !== '' && Number(a) === Number(b))

/** Every line in which they differ, in the order of the one that is used. */
export function recipeDifferences(used: Compared, other: Compared): readonly Difference[] {
  const [here, there] = [linesOf(used), linesOf(other)]
  const names = [...here.keys(), ...[...there.keys()].filter((name) => !here.has(name))]
  return names
    .map((what) => ({ what, used: here.get(what) ?? null, other: there.get(what) ?? null }))
    .filter((one) => !same(one.used, one.other))
}
