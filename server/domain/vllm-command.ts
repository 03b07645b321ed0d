// Reading a `vllm serve` command line as the process table shows it: words joined by spaces, quotes gone.

export interface CommandFlag {
  /** Long name without dashes, `_` written as `-`. */
  readonly name: string
  readonly value: string | true
}

export interface VllmCommand {
  /** What stands after `serve`: a Hub id or a folder as the container sees it. */
  readonly model: string
  readonly port: number
  /** Names given with --served-model-name; else the model itself, as vLLM does. */
  readonly servedNames: readonly string[]
  /** Machines it spans by its own flags: --nnodes, else tensor times pipeline parallel size (a Spark has one GPU). */
  readonly nodes: number
  /** A worker of a cluster without Ray: it serves no HTTP. */
  readonly headless: boolean
  /** Every flag, in the order given, without the model. */
  readonly flags: readonly CommandFlag[]
}

const defaultPort = 8000
const serveWords = /(?:^|[\s/"'])vllm\s+serve(?:\s+|$)([\s\S]*)$/
const moduleWords = /vllm\.entrypoints\.openai\.api_server(?:\s+|$)([\s\S]*)$/
const shortNames: Readonly<Record<string, string>> = {
  tp: 'tensor-parallel-size',
  pp: 'pipeline-parallel-size',
  dp: 'data-parallel-size',
  q: 'quantization',
  n: 'nnodes',
  r: 'node-rank',
}

/** Lines read lately: every look at a machine shows the same few again. */
const known = new Map<string, VllmCommand | null>()
const mostKnown = 64

/** The command in a process line, or null when none is there. */
export function readVllmCommand(text: string): VllmCommand | null {
  const found = known.get(text)
  if (found !== undefined) return found
  if (known.size >= mostKnown) known.clear()
  const command = parseCommand(text)
  known.set(text, command)
  return command
}

function parseCommand(text: string): VllmCommand | null {
  const rest = serveWords.exec(text)?.[1] ?? moduleWords.exec(text)?.[1]
  if (rest === undefined) return null
  const words = rest
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '')
  const named = words[0] !== undefined && !words[0].startsWith('-') ? bare(words[0]) : null
  const flags = readFlags(named === null ? words : words.slice(1))
  const model = named ?? textOf(flags, 'model')
  if (model === null) return null
  const given = textOf(flags, 'served-model-name')?.split(/\s+/).map(bare) ?? []
  return {
    model,
    port: numberOf(flags, 'port') ?? defaultPort,
    servedNames: given.length > 0 ? given : [model],
    nodes: numberOf(flags, 'nnodes') ?? (numberOf(flags, 'tensor-parallel-size') ?? 1) * (numberOf(flags, 'pipeline-parallel-size') ?? 1),
    headless: flags.some((flag) => flag.name === 'headless'),
    flags: flags.filter((flag) => flag.name !== 'model'),
  }
}

function readFlags(words: readonly string[]): CommandFlag[] {
  const flags: CommandFlag[] = []
  let values: string[] = []
  let name: string | null = null
  const close = (): void => {
    if (name !== null) flags.push({ name, value: values.length === 0 ? true : bare(values.join(' ')) })
    values = []
  }
  for (const word of words) {
    const started = flagStart(word)
    if (started === null) {
      values.push(word)
      continue
    }
    close()
    name = started.name
    if (started.value !== null) values.push(started.value)
  }
  close()
  return flags
}

/** A word that begins a flag; negative numbers and values that only look like one are not. */
function flagStart(word: string): { name: string; value: string | null } | null {
  const long = /^--([A-Za-z][A-Za-z0-9_.-]*)(?:=([\s\S]*))?$/.exec(word)
  if (long !== null) return { name: (long[1] ?? '').replaceAll('_', '-'), value: long[2] ?? null }
  const short = /^-([a-z]{1,2})(?:=([\s\S]*))?$/.exec(word)
  const full = short === null ? undefined : shortNames[short[1] ?? '']
  return full === undefined ? null : { name: full, value: short?.[2] ?? null }
}

/** Without one pair of quotes around the whole. */
function bare(text: string): string {
  return /^(["'])([\s\S]*)\1$/.exec(text)?.[2] ?? text
}

function textOf(flags: readonly CommandFlag[], name: string): string | null {
  const value = flags.findLast((flag) => flag.name === name)?.value
  return typeof value === 'string' ? value : null
}

function numberOf(flags: readonly CommandFlag[], name: string): number | null {
  const text = textOf(flags, name)
  const value = text === null ? Number.NaN : Number(text)
  return Number.isInteger(value) && value > 0 ? value : null
}
