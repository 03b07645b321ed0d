// Parsers guessed from a chat template, for models whose family is not known. Markers are how a template writes a call or a thought.
import type { ModelFacts } from './facts.ts'
import type { FamilySettings } from './family.ts'

const toolMarkers: readonly (readonly [readonly string[], string])[] = [
  [['<tool_call>', '<function='], 'qwen3_coder'],
  [['<tool_call>', '<arg_key>'], 'glm45'],
  [['<minimax:tool_call>'], 'minimax_m2'],
  [['<|tool_calls_section_begin|>'], 'kimi_k2'],
  [['[TOOL_CALLS]'], 'mistral'],
  [['<seed:tool_call>'], 'seed_oss'],
  [['<tool_call>', 'arguments'], 'hermes'],
]

/** Settings for a model of no known family, as far as its chat template goes. */
export function markerSettings(facts: ModelFacts): FamilySettings {
  const template = facts.template
  if (template === null) return { tools: null, reasoning: null }
  const tools = toolMarkers.find(([pieces]) => pieces.every((piece) => template.includes(piece)))?.[1] ?? null
  const reasoning = template.includes('enable_thinking') ? 'qwen3' : template.includes('<think>') ? 'deepseek_r1' : null
  return { tools, reasoning }
}
