// The memory of a model as its page shows it: the sum of the recipe it would be started with, and how many machines it fits.
import type { ModelView } from '../contract/operations/shapes.ts'
import { fitLadder, plannedMemory } from '../domain/memory-fit.ts'
import { fitSentence } from '../domain/memory-words.ts'
import type { Model } from '../domain/model.ts'
import type { Recipe } from '../domain/recipe.ts'
import type { MemorySizes } from '../domain/sized-inference.ts'
import { startMemory } from '../domain/start-memory.ts'
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
