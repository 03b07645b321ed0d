// Parsers read from a chat template, for models whose family does not say. Markers are how a template writes a call or a thought.
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

/** Where the template hands over to the model. A thought that opens here is always thought; elsewhere it may only be cut out of old turns. */
const handover = 'add_generation_prompt'

function thinks(template: string): string | null {
  if (template.includes('enable_thinking')) return 'qwen3'
  return template.slice(Math.max(0, template.lastIndexOf(handover))).includes('<think>') ? 'deepseek_r1' : null
}

/** What a chat template says of parsers; null where it has no marker of one. */
export function markerSettings(facts: ModelFacts): FamilySettings {
  const template = facts.template
  if (template === null) return { tools: null, reasoning: null }
  const tools = toolMarkers.find(([pieces]) => pieces.every((piece) => template.includes(piece)))?.[1] ?? null
  return { tools, reasoning: thinks(template) }
}
