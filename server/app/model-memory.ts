// The memory of a model as its page shows it: the sum of the recipe it would be started with, and how many machines it fits.
import type { RecipeFitView } from '../contract/operations/draft-shapes.ts'
import type { ModelView } from '../contract/operations/shapes.ts'
import { contextWarnings, withShare } from '../domain/memory-advice.ts'
import { fitLadder, plannedMemory } from '../domain/memory-fit.ts'
import { fitSentence, sumSource, sumWords } from '../domain/memory-words.ts'
import type { Model } from '../domain/model.ts'
import type { Recipe } from '../domain/recipe.ts'
import type { MemorySizes } from '../domain/sized-inference.ts'
import { startMemory } from '../domain/start-memory.ts'
import { bytesInWords } from '../domain/words.ts'
import type { Measured } from './ports.ts'

export interface ModelMemoryFacts {
  readonly headroomBytes: number
  readonly sizes: MemorySizes
  readonly measured: Measured
}

export function modelMemory(model: Model, recipe: Recipe, facts: ModelMemoryFacts): ModelView['memory'] {
  if (model.inference.servable === false || model.inference.memory.shape.weightsBytes <= 0) return null
  const { shape, narrowCache } = model.inference.memory
  const seen = recipe.nodes === 1 ? facts.sizes.largest : facts.sizes.smallest
  const totalBytes = seen ?? plannedMemory(null)
  const ladder = [
    ...fitLadder(shape, plannedMemory(facts.sizes.largest), narrowCache).filter((fit) => fit.nodes === 1),
    ...fitLadder(shape, plannedMemory(facts.sizes.smallest), narrowCache).filter((fit) => fit.nodes > 1),
  ]
  return {
    sum: { ...startMemory(model, recipe, recipe.nodes, facts.headroomBytes, facts.measured(recipe, totalBytes)) },
    totalBytes,
    sentence: fitSentence(ladder),
    fits: ladder.map((fit) => ({ ...fit })),
  }
}

/** Whether a recipe that is being written would find its memory. */
export function recipeFit(
  model: Model,
  recipe: Pick<Recipe, 'model' | 'image' | 'port' | 'nodes' | 'flags' | 'env'>,
  facts: ModelMemoryFacts,
): RecipeFitView | null {
  if (model.inference.servable === false || model.inference.memory.shape.weightsBytes <= 0) return null
  const started = withShare(recipe)
  const totalBytes = plannedMemory(recipe.nodes === 1 ? facts.sizes.largest : facts.sizes.smallest)
  const sum = startMemory(model, started, recipe.nodes, facts.headroomBytes, facts.measured(started as Recipe, totalBytes))
  const lacks = sum.needBytes - totalBytes
  const short = cacheShort(model, started, recipe.nodes)
  const each = recipe.nodes === 1 ? '' : ' on each Spark'
  const missing = short > 0 ? `its cache is ${bytesInWords(short)} too small for a conversation of that length` : null
  const why = lacks > 0 ? `${bytesInWords(lacks)} too much` : missing
  const need = `${bytesInWords(sum.needBytes)} of ${bytesInWords(totalBytes)}`
  return {
    fits: why === null,
    needBytes: sum.needBytes,
    totalBytes,
    sentence: why === null ? `It fits: ${need}${each}.` : `It does not fit: ${why}${each}.`,
    sum: `${sumWords(sum)}. ${sumSource(sum)}`,
    warnings: [...contextWarnings(model, started, recipe.nodes, totalBytes)],
  }
}

/** Bytes of cache that one request of full length lacks where the recipe fixes its size. */
function cacheShort(model: Model, recipe: Pick<Recipe, 'flags'>, nodes: number): number {
  const free = { flags: recipe.flags.filter((flag) => flag.name !== 'kv-cache-memory-bytes') }
  const cacheOf = (of: Pick<Recipe, 'flags'>): number => startMemory(model, of, nodes, 0, null).cacheBytes
  return free.flags.length === recipe.flags.length ? 0 : cacheOf(free) - cacheOf(recipe)
}
