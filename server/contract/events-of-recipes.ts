// Events of recipes and of what was measured with them.
import { z } from 'zod'
import { event } from './define.ts'
import { named, who } from './event-words.ts'

export const recipeEvents = {
  recipe_confirmed: event({
    payload: z.object({ recipe: z.string(), model: z.string(), by: z.string() }),
    sample: { recipe: 'inferred:Qwen/Qwen3-8B', model: 'Qwen/Qwen3-8B', by: 'owner' },
    sentence: (p) => `${who(p.by)} confirmed the recipe for ${named(p.model)}.`,
    stale: ['library', 'activity'],
    webhook: false,
    kind: 'model',
  }),
  recipe_saved: event({
    payload: z.object({ recipe: z.string(), model: z.string(), title: z.string(), version: z.int(), by: z.string() }),
    sample: { recipe: 'owner:Qwen/Qwen3-8B', model: 'Qwen/Qwen3-8B', title: 'Long documents', version: 2, by: 'owner' },
    sentence: (p) => `${who(p.by)} saved version ${p.version} of the recipe "${p.title}" for ${named(p.model)}.`,
    stale: ['library', 'activity'],
    webhook: false,
    kind: 'model',
  }),
  recipe_removed: event({
    payload: z.object({ recipe: z.string(), model: z.string(), title: z.string(), by: z.string() }),
    sample: { recipe: 'owner:Qwen/Qwen3-8B', model: 'Qwen/Qwen3-8B', title: 'Long documents', by: 'owner' },
    sentence: (p) => `${who(p.by)} removed the recipe "${p.title}" for ${named(p.model)}. Its versions are kept.`,
    stale: ['library', 'activity'],
    webhook: false,
    kind: 'model',
  }),
  speed_measured: event({
    payload: z.object({ model: z.string(), recipe: z.string(), tokensPerSecond: z.number().nullable(), why: z.string().nullable() }),
    sample: { model: 'Qwen/Qwen3-8B', recipe: 'inferred:Qwen/Qwen3-8B', tokensPerSecond: 38.4, why: null },
    sentence: (p) =>
      p.tokensPerSecond === null
        ? `How fast ${named(p.model)} answers was not measured: ${p.why ?? 'no reason given'}.`
        : `${named(p.model)} gives ${Math.round(p.tokensPerSecond)} tokens a second.`,
    stale: ['home', 'library'],
    webhook: false,
    kind: 'model',
  }),
} as const
