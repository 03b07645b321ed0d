// What is said about a recipe's memory before it is started: no share that nobody asked for, none above 0.85 without the owner's
// word, and a context that does not fit is told of.
import { longestContext, workingBytes } from './memory-estimate.ts'
import { highestShare, usualShare } from './memory-fit.ts'
import type { Flag, Model } from './model.ts'
import type { PlanReason } from './plan.ts'
import type { Recipe } from './recipe.ts'
import { countOf, serveOf } from './start-memory.ts'
import { bytesInWords } from './words.ts'

const shareName = 'gpu-memory-utilization'
const shareOf = (flags: readonly Flag[]): Flag | undefined => flags.find((flag) => flag.name === shareName)

/** The recipe with a share of memory: vLLM's own of 0.92 is nobody's word, and it freezes a Spark. */
export function withShare<R extends Pick<Recipe, 'flags'>>(recipe: R): R {
  if (shareOf(recipe.flags) !== undefined) return recipe
  const flag: Flag = {
    name: shareName,
    value: usualShare,
    reason: "The recipe does not say how much memory vLLM may take, and vLLM's own 0.92 can freeze a Spark.",
    source: 'rule: 0.8 of the shared memory',
  }
  return { ...recipe, flags: [...recipe.flags, flag] }
}

/** A request may not raise the share above 0.85; a recipe of the owner's may. */
export function shareReasons(recipe: Pick<Recipe, 'flags'>): readonly PlanReason[] {
  const flag = shareOf(recipe.flags)
  const share = Number(flag?.value)
  if (flag === undefined || flag.source !== 'request' || !(share > highestShare)) return []
  return [
    {
      code: 'share_too_high',
      sentence: `This start asks for ${Math.round(share * 100)} % of memory. Above 85 % a Spark may freeze.`,
      unblock: 'Ask for 0.85 or less, or write the higher share into a recipe of your own.',
    },
  ]
}

/** A context for which vLLM will find no room, by the share it may take or the cache it is given. */
export function contextWarnings(
  model: Pick<Model, 'inference'>,
  recipe: Pick<Recipe, 'flags'>,
  nodes: number,
  totalBytes: number,
): readonly string[] {
  const { shape, pooling } = model.inference.memory
  if (shape.cache === null || pooling || totalBytes <= 0) return []
  const serve = serveOf(recipe.flags, model, nodes)
  const fixed = countOf(recipe.flags.find((flag) => flag.name === 'kv-cache-memory-bytes')?.value)
  const share = Number(shareOf(recipe.flags)?.value ?? usualShare)
  const room = fixed ?? share * totalBytes - shape.weightsBytes / nodes - workingBytes(shape, serve)
  const longest = longestContext(shape.cache, serve, Math.max(0, room))
  if (longest === null || longest >= serve.context) return []
  const left = bytesInWords(Math.max(0, room))
  return [
    longest < 1024
      ? `By our sum ${left} are left for its cache, which is not enough for a conversation. vLLM will probably refuse to start.`
      : `By our sum its cache of ${left} holds ${longest} tokens, not the ${serve.context} of this recipe. vLLM may refuse to start; set max-model-len lower.`,
  ]
}
