// A recipe made from what a folder says, and how one start may depart from a recipe.
import type { Flag, Inference } from './model.ts'
import { modelName } from './model-name.ts'
import type { Recipe } from './recipe.ts'
import { type MemorySizes, sizedInference } from './sized-inference.ts'

/** Flags that follow from the number of machines; a recipe says them with `nodes`. */
const byNodes = new Set(['tensor-parallel-size'])

export const inferredId = (modelId: string): string => `inferred:${modelId}`

/** The recipe that inference suggests. It must be confirmed once before its first start. */
export function inferredRecipe(modelId: string, given: Inference, sizes: MemorySizes): Recipe {
  const inference = sizedInference(given, sizes)
  return {
    id: inferredId(modelId),
    source: 'inferred',
    model: modelId,
    title: modelName(modelId),
    description: inference.reason,
    image: null,
    port: null,
    nodes: inference.topology.minNodes,
    flags: inference.flags.filter((flag) => !byNodes.has(flag.name)),
    env: inference.env,
    confirmed: false,
    file: null,
  }
}

export type Overrides = Readonly<Record<string, string | number | boolean>>

const asked = (name: string, value: string | number | true): Flag => ({
  name,
  value,
  reason: 'Asked for with this start.',
  source: 'request',
})

/** The recipe with single flags replaced, added, or (false) left out. An override keeps the place of the flag it replaces. */
export function mergeOverrides(recipe: Recipe, overrides: Overrides | undefined): Recipe {
  const changes = Object.entries(overrides ?? {}).map(([name, value]) => [name.replace(/^--/, ''), value] as const)
  if (changes.length === 0) return recipe
  const wanted = new Map(changes)
  const kept = recipe.flags.flatMap((flag) => {
    const value = wanted.get(flag.name)
    if (value === undefined) return [flag]
    return value === false ? [] : [asked(flag.name, value)]
  })
  const present = new Set(recipe.flags.map((flag) => flag.name))
  const added = [...wanted].flatMap(([name, value]) => (present.has(name) || value === false ? [] : [asked(name, value)]))
  return { ...recipe, flags: [...kept, ...added] }
}
