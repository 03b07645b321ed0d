// The command line of launch-cluster.sh, read as each era reads it.
import type { Era } from '../types.ts'

export interface LauncherFlags {
  readonly nodes: string | null
  readonly image: string
  readonly name: string
  readonly ethIf: string | null
  readonly ibIf: string | null
  readonly env: readonly string[]
  readonly volumes: readonly string[]
  readonly publish: readonly string[]
  readonly mods: readonly string[]
  readonly masterPort: string
  readonly solo: boolean
  readonly ray: boolean
  readonly noRay: boolean
  readonly daemon: boolean
  readonly checkConfig: boolean
  readonly setup: boolean
  readonly nonPrivileged: boolean
  readonly earlyoom: boolean
  readonly action: Action | null
  /** Everything after `exec`. */
  readonly words: readonly string[]
}

export type Action = 'start' | 'stop' | 'status' | 'exec'

/** null inside `trouble`: `--help`, which is no error but ends with 1 as well. */
export type ParsedFlags = { readonly ok: true; readonly flags: LauncherFlags } | { readonly ok: false; readonly trouble: string | null }

const valued: Readonly<Record<Era, readonly string[]>> = {
  E1: ['-n', '--nodes', '-t', '--name', '--eth-if', '--ib-if', '--apply-mod'],
  E2: [
    '-n',
    '--nodes',
    '-t',
    '--name',
    '--eth-if',
    '--ib-if',
    '-e',
    '--env',
    '-j',
    '--apply-mod',
    '--launch-script',
    '--master-port',
    '--head-port',
    '-p',
    '--publish',
    '--mem-limit-gb',
    '--mem-swap-limit-gb',
    '--pids-limit',
    '--shm-size-gb',
    '--config',
  ],
  E3: [
    '-n',
    '--nodes',
    '-t',
    '--name',
    '--eth-if',
    '--ib-if',
    '-e',
    '--env',
    '-j',
    '--apply-mod',
    '--apply-vllm-pr',
    '--launch-script',
    '--master-port',
    '--head-port',
    '-p',
    '--publish',
    '-v',
    '--volume',
    '--earlyoom-args',
    '--mem-limit-gb',
    '--mem-swap-limit-gb',
    '--pids-limit',
    '--shm-size-gb',
    '--config',
  ],
}

const bare: Readonly<Record<Era, readonly string[]>> = {
  E1: ['--check-config', '-d'],
  E2: ['--check-config', '--solo', '--no-ray', '--no-cache-dirs', '--non-privileged', '-d', '--setup', '--discover'],
  E3: [
    '--check-config',
    '--solo',
    '--ray',
    '--no-ray',
    '--no-cache-dirs',
    '--keep-entrypoint',
    '--earlyoom',
    '--non-privileged',
    '-d',
    '--setup',
    '--discover',
  ],
}

/** The only spellings with `=` that are understood. */
const joined = ['-p', '-v', '--publish', '--volume', '--earlyoom-args']
const actions: readonly string[] = ['start', 'stop', 'status', 'exec']
const levels = ['VERSION', 'WARN', 'INFO', 'TRACE']

interface Reading {
  readonly values: ReadonlyMap<string, readonly string[]>
  readonly bare: ReadonlySet<string>
  readonly action: Action | null
  readonly words: readonly string[]
}

export function parseLauncherFlags(era: Era, argv: readonly string[]): ParsedFlags {
  const reading = readWords(era, argv)
  if (typeof reading === 'string' || reading === null) return { ok: false, trouble: reading }
  const action = reading.action ?? (era === 'E1' ? 'start' : null)
  const last = (...names: string[]): string | null => names.flatMap((name) => reading.values.get(name) ?? []).at(-1) ?? null
  const all = (...names: string[]): readonly string[] => names.flatMap((name) => reading.values.get(name) ?? [])
  const flags: LauncherFlags = {
    nodes: last('-n', '--nodes'),
    image: last('-t') ?? 'vllm-node',
    name: last('--name') ?? 'vllm_node',
    ethIf: last('--eth-if'),
    ibIf: last('--ib-if'),
    env: all('-e', '--env'),
    volumes: all('-v', '--volume'),
    publish: all('-p', '--publish'),
    mods: all('--apply-mod'),
    masterPort: last('--master-port', '--head-port') ?? '29501',
    solo: reading.bare.has('--solo'),
    ray: reading.bare.has('--ray'),
    noRay: reading.bare.has('--no-ray'),
    daemon: reading.bare.has('-d'),
    checkConfig: reading.bare.has('--check-config'),
    setup: reading.bare.has('--setup') || reading.bare.has('--discover'),
    nonPrivileged: reading.bare.has('--non-privileged'),
    earlyoom: reading.bare.has('--earlyoom'),
    action,
    words: reading.words,
  }
  const trouble = contradiction(flags)
  return trouble === null ? { ok: true, flags } : { ok: false, trouble }
}

function contradiction(flags: LauncherFlags): string | null {
  if (flags.ray && flags.noRay) return 'Error: --ray and --no-ray are mutually exclusive.'
  if (flags.solo && (flags.ray || flags.noRay)) return `Error: ${flags.ray ? '--ray' : '--no-ray'} cannot be used in solo mode.`
  if (flags.publish.length > 0 && !flags.solo) return 'Error: -p/--publish is only supported in solo mode.'
  if (flags.action === null && !flags.checkConfig && !flags.setup) return 'Error: No action specified. Use: start | stop | status | exec'
  if (flags.action === 'exec' && flags.words.length === 0) return 'Error: exec action requires a command.'
  return null
}

/** A text: the error. null: help was asked for. */
function readWords(era: Era, argv: readonly string[]): Reading | string | null {
  const values = new Map<string, string[]>()
  const seen = new Set<string>()
  for (let at = 0; at < argv.length; ) {
    const word = argv[at] ?? ''
    if (word === '-h' || word === '--help') return null
    if (actions.includes(word)) return { values, bare: seen, action: word as Action, words: argv.slice(at + 1) }
    const taken = readFlag(era, argv, at, values, seen)
    if (taken > 0) at += taken
    else if (era === 'E1') return { values, bare: seen, action: 'exec', words: argv.slice(at) }
    else return `Error: Unknown argument or action: ${word}`
  }
  return { values, bare: seen, action: null, words: [] }
}

/** How many words the flag at `at` takes; 0: it is not known. */
function readFlag(era: Era, argv: readonly string[], at: number, values: Map<string, string[]>, seen: Set<string>): number {
  const word = argv[at] ?? ''
  const keep = (name: string, value: string): void => {
    values.set(name, [...(values.get(name) ?? []), value])
  }
  if (valued[era].includes(word)) {
    keep(word, argv[at + 1] ?? '')
    return 2
  }
  if (word === '--nccl-debug') return levels.includes(argv[at + 1] ?? '') ? 2 : 1
  const equals = word.indexOf('=')
  const isJoined = equals > 0 && era !== 'E1' && joined.includes(word.slice(0, equals))
  if (isJoined) keep(word.slice(0, equals), word.slice(equals + 1))
  else if (bare[era].includes(word)) seen.add(word)
  else return 0
  return 1
}

/** What `--help` and usage errors print: it names the flags the era knows, which is how a controller tells eras apart. */
export function usageText(era: Era, script: string): string {
  const rayChoice = { E1: '', E2: ' [--no-ray]', E3: ' [--ray|--no-ray]' }[era]
  const shown = bare[era].filter((flag) => flag !== '--ray' && flag !== '--no-ray')
  const lines = [
    `Usage: ${script} [-n <node_ips>] [-t <image_name>] [--name <container_name>]${rayChoice} [-d] ${era === 'E1' ? '[action]' : '<action>'} [command]`,
    ...valued[era].map((flag) => `  ${flag} <value>`),
    '  --nccl-debug [VERSION|WARN|INFO|TRACE]',
    ...shown.map((flag) => `  ${flag}`),
    '  action: start | stop | status | exec',
  ]
  return `${lines.join('\n')}\n`
}
