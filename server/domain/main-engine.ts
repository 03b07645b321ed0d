// Whether a model may be the cluster's engine. That one is what /v1 answers chats and completions with, so a model that gives
// vectors, scores or labels would start, load, and then answer nobody: it is refused before anything is stopped.
import type { Model, ServedAs } from './model.ts'
import type { PlanReason } from './plan.ts'
import type { Recipe } from './recipe.ts'

const gives: Readonly<Record<Exclude<ServedAs, 'chat' | 'completion'>, string>> = {
  embedding: 'turns text into numbers for search (an embedding model)',
  rerank: 'sorts search results (a rerank model)',
  classify: 'puts text into classes',
  transcription: 'turns speech into text',
}

/** Older vLLM named the same by the task. */
const poolingTasks: ReadonlySet<unknown> = new Set(['embed', 'embedding', 'score', 'reward', 'classify'])

/** Why it may not; null where it may, or where nobody knows what it gives. */
export function notForChat(model: Model, recipe: Pick<Recipe, 'source' | 'flags'>): PlanReason | null {
  const flag = (name: string): unknown => recipe.flags.find((one) => one.name === name)?.value
  const pools = flag('runner') === 'pooling' || poolingTasks.has(flag('task'))
  const { as } = model.inference
  const other = as === null || as === 'chat' || as === 'completion' ? null : gives[as]
  // The owner knows better than a worked out guess, and says so in vLLM's own words.
  const overruled = recipe.source === 'owner' && (flag('runner') === 'generate' || flag('task') === 'generate')
  if ((other === null && !pools) || overruled) return null
  const what = other ?? 'is started so that it gives numbers instead of text'
  return {
    code: 'not_for_chat',
    sentence: `${model.name} ${what}. It answers neither chats nor completions, so it cannot be the model that is switched to.`,
    unblock: other === null ? 'Change its recipe, or choose another model.' : 'Choose a model that chats.',
  }
}
