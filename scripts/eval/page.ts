// docs/INFERENCE.md from the scores.
import type { HostileRow } from '../../tests/bench/hostile.ts'

export interface Scores {
  readonly marks: readonly { readonly name: string; readonly right: number; readonly of: number }[]
  readonly misses: readonly string[]
}

/** Share that must be right; marks that are only derived, or matters of taste, have none. */
const targets: Readonly<Record<string, number>> = {
  as: 1,
  reason: 1,
  cache_state: 1,
  memory_safe: 1,
  quantization: 0.98,
  tool_parser: 0.96,
  reason_parser: 0.96,
  topology: 0.9,
  min_nodes: 0.85,
  total: 0.96,
}
export const targetOf = (name: string): number => targets[name] ?? (name.startsWith('badge:') ? 0.95 : 0)

const meanings: Readonly<Record<string, string>> = {
  as: 'served as chat, embedding, ..., or not',
  tool_parser: 'tool-call parser, or none',
  reason_parser: 'reasoning parser, or none',
  quantization: 'how the weights are stored',
  memory_safe: 'never more than 0.9 of a Spark, never left to vLLM',
  cache_state: 'whole, arriving or broken off',
  reason: 'a sentence where it is not servable',
  topology: 'number of Sparks, where it is published',
  'topology~': 'the same, where the case only derives it',
  min_nodes: 'least number of Sparks, where it is published',
  flags: 'other flags of one published recipe',
  total: 'all but `flags` and `topology~`',
}

/** Why a miss is one, by what was expected; the first that fits. */
const causes: readonly (readonly [RegExp, string])[] = [
  [
    /--trust-remote-code expected true/,
    'vLLM knows the class itself and the files need no code of theirs. We never ask for it without need: it runs what the folder brings.',
  ],
  [/--tokenizer-mode expected "auto"/, 'The recipe writes down a default of vLLM; we leave defaults out.'],
  [/--kv-cache-dtype expected "auto"/, 'The recipe writes down a default of vLLM; we leave defaults out.'],
  [/--moe-backend/, 'Published recipes disagree and it changes with the version of vLLM; we set one only for weight-only experts.'],
  [
    /--kv-cache-dtype expected "fp8"/,
    'A choice of that recipe: the checkpoint is not calibrated for an 8-bit cache, which can cost quality.',
  ],
  [/--attention-backend/, 'Goes with the choice of an 8-bit cache there.'],
  [
    /^topology~ .* expected too_large, said cluster/,
    'The case derives it from a rounded size. By its bytes each of eight Sparks holds 84 GB, and larger models are published on eight.',
  ],
  [
    /^topology~ .* expected solo, said cluster/,
    "The case derives it from the name; the folder it is scored on is filled with the publisher's figure, which is of full precision. We count bytes.",
  ],
]

const why = (miss: string): string => causes.find(([pattern]) => pattern.test(miss))?.[1] ?? 'Not looked into yet.'

const table = (rows: readonly (readonly string[])[]): string =>
  rows.map((row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`).join('\n')
const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`

function hostileCells({ what, value, most }: HostileRow): readonly string[] {
  const target = most === null ? 'for information' : `under ${most} ms`
  return [what, target, `${Math.round(value)} ms`, most === null ? '' : value <= most ? 'yes' : '**no**']
}

export function inferencePage(scores: Scores, hostile: readonly HostileRow[]): string {
  const marks = scores.marks.map((mark) => {
    const target = targetOf(mark.name)
    const share = mark.right / mark.of
    return [
      `\`${mark.name}\``,
      meanings[mark.name] ?? `the badge "${mark.name.replace('badge:', '')}"`,
      `${mark.right} of ${mark.of}`,
      percent(share),
      target === 0 ? '' : percent(target),
      target === 0 ? '' : share >= target ? 'yes' : '**no**',
    ]
  })
  const misses = scores.misses.map((miss) => [miss.replace(/^(\S+) (\S+?):/, '`$1` $2:'), why(miss)])
  return `# Inference

Written by \`make eval CORPUS=/path/to/cases\`; do not edit. What Spark Control says about a model folder, scored against published recipes.

## Scores

${table([['Mark', 'What', 'Right', 'Share', 'Target', 'Met'], ['---', '---', '---', '---', '---', '---'], ...marks])}

${scores.misses.length === 0 ? 'No misses.' : `### Each miss, and why it is one\n\n${table([['Miss', 'Why'], ['---', '---'], ...misses])}`}

### Hostile folders

${table([['What', 'Target', 'Measured', 'Met'], ['---', '---', '---', '---'], ...hostile.map(hostileCells)])}

## How it is found out

In this order, and each conclusion keeps what it rests on (the model's page shows it): \`model_type\`, the class, the files that say more
(\`hf_quant_config.json\`, the text part of the config, the chat template, \`modules.json\`, \`params.json\`, the index), then the name of the repository.

Memory is a sum a machine: weights (bytes of the files that the index names, shared out by tensor parallel) + cache (each kind of layer by its
own formula: full, window, latent, fixed state, cross attention, for the wanted context and requests) + start-up (processes, recorded graphs,
activations, buffers of the load) + what is kept free. A recipe of ours takes 0.8 of a Spark, 0.85 at most. Where the cache can be counted the
recipe fixes it with \`kv-cache-memory-bytes\`: vLLM then measures nothing at start, so that page cache or a neighbour cannot change the outcome.
Each finished start corrects the sum for its recipe on machines of that size.

## Adding a family

One file, \`recipes/families/<name>.yaml\`:

| Field | What |
| --- | --- |
| \`id\`, \`title\` | the file's name without ending, and the name for people |
| \`match\` | \`types\` (model_type), \`classes\` (\`*\` for any letters), \`files\` (all of them, where neither is named) |
| \`unnamed\`, \`turnEnds\` | what a model is that says nothing of it: \`chat\` or \`completion\`; the tokens that end a turn, of which one that converses stops at one |
| \`set\` | what holds for all: \`tools\`, \`reasoning\`, \`badges\`, \`flags\` with a reason each, \`env\`, \`as\`, \`unservable\` |
| \`rules\` | \`when\` (name, type, class, template, file, vision, moe, code, quantization) and \`set\`; the last that holds wins |
| \`memory\` | only what the config does not tell: \`note\`, \`formula\` (\`grouped\`, \`encoder-decoder\`), \`fullEvery\` (one layer of so many keeps everything) |
| \`examples\` | id, config and what must come out of it; each is a test, and a file without one fails the build |
`
}
