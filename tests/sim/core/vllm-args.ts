// The argv of `vllm serve`, read as far as the simulation needs it.

export interface VllmArgs {
  readonly model: string
  readonly served: readonly string[]
  readonly port: number
  readonly maxModelLen: number | null
  readonly gpuMemoryUtilization: number
  readonly worldSize: number
  readonly nodes: number
  readonly rank: number
  readonly masterAddress: string | null
  readonly masterPort: number
  readonly executor: string | null
  /** What argparse would say; null: all well. */
  readonly complaint: string | null
}

const jsonFlags = [
  '--speculative-config',
  '--mm-processor-kwargs',
  '--compilation-config',
  '--limit-mm-per-prompt',
  '--default-chat-template-kwargs',
]

/** The words after `vllm serve`; null when `words` is not a serve command. */
export function parseServe(words: readonly string[]): VllmArgs | null {
  if (words[0] !== 'vllm' || words[1] !== 'serve') return null
  const flags = readFlags(words.slice(2))
  const one = (...names: string[]): string | null =>
    names.map((name) => flags.values.get(name)?.[0]).find((value) => value !== undefined) ?? null
  const count = (fallback: number, ...names: string[]): number => Number(one(...names) ?? fallback)
  const model = one('--model') ?? flags.positional[0] ?? ''
  const served = flags.values.get('--served-model-name') ?? []
  return {
    model,
    served: served.length > 0 ? served : [model],
    port: count(8000, '--port'),
    maxModelLen: lengthOf(one('--max-model-len')),
    gpuMemoryUtilization: count(0.9, '--gpu-memory-utilization'),
    worldSize:
      count(1, '-tp', '--tensor-parallel-size') * count(1, '-pp', '--pipeline-parallel-size') * count(1, '-dp', '--data-parallel-size'),
    nodes: count(1, '--nnodes'),
    rank: count(0, '--node-rank'),
    masterAddress: one('--master-addr'),
    masterPort: count(29501, '--master-port'),
    executor: one('--distributed-executor-backend'),
    complaint: complaintOf(model, flags.values),
  }
}

interface Flags {
  readonly positional: readonly string[]
  readonly values: ReadonlyMap<string, readonly string[]>
}

function readFlags(words: readonly string[]): Flags {
  const positional: string[] = []
  const values = new Map<string, string[]>()
  let open: string[] | null = null
  for (const word of words) {
    const flag = /^(--?[a-zA-Z][\w.-]*)(?:=([\s\S]*))?$/.exec(word)
    if (flag?.[1] !== undefined) {
      open = flag[2] === undefined ? [] : [flag[2]]
      values.set(flag[1], open)
    } else if (open === null) positional.push(word)
    else open.push(word)
  }
  return { positional, values }
}

function lengthOf(text: string | null): number | null {
  const match = /^(\d+)([kK]?)$/.exec(text ?? '')
  return match?.[1] === undefined ? null : Number(match[1]) * (match[2] === 'k' ? 1000 : match[2] === 'K' ? 1024 : 1)
}

function complaintOf(model: string, values: ReadonlyMap<string, readonly string[]>): string | null {
  if (model === '') return 'the following arguments are required: model_tag'
  for (const flag of jsonFlags) {
    const value = values.get(flag)?.join(' ')
    if (value === undefined || readsAsJson(value)) continue
    return `argument ${flag}: Value ${value} cannot be converted to <function loads at 0xffff8a1c2e60>.`
  }
  return null
}

function readsAsJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
