// git for the launcher's checkout: which commit it is, what its origin has beyond it, and taking that over.
import type { SimCommit } from '../condition.ts'
import type { SimNode } from '../node.ts'
import type { Sim, Tool } from '../sim.ts'
import type { ToolCall, ToolIo } from '../types.ts'

interface Checkout {
  readonly sim: Sim
  readonly node: SimNode
  readonly launcher: NonNullable<SimNode['launcher']>
  /** The subcommand's own words. */
  readonly argv: readonly string[]
  readonly io: ToolIo
}

const full = (commit: string): string => commit.padEnd(40, '0')
/** The ref that a fetch wrote, and every way to name the newest commit of the origin. */
const isNewest = (word: string, newest: string): boolean =>
  word.replace(/\^\{commit\}$/, '') === newest || word.startsWith('refs/spark-control/')

export const git: Tool = async (sim, call, io) => {
  const node = sim.node(call.node)
  const { argv, folder } = ownWords(call)
  const { launcher } = node
  if (launcher === null || !(folder === launcher.path || folder.startsWith(`${launcher.path}/`))) {
    io.err('fatal: not a git repository (or any of the parent directories): .git\n')
    return 128
  }
  const [name = ''] = argv
  return (commands[name] ?? (() => 1))({ sim, node, launcher, argv: argv.slice(1), io })
}

/** Without `-C DIR` and `-c NAME=VALUE`, which come before the subcommand. */
function ownWords(call: ToolCall): { readonly argv: readonly string[]; readonly folder: string } {
  let folder = call.cwd
  let at = 0
  while (call.argv[at] === '-C' || call.argv[at] === '-c') {
    if (call.argv[at] === '-C') folder = call.argv[at + 1] ?? folder
    at += 2
  }
  return { argv: call.argv.slice(at), folder }
}

/** What the origin has, newest first; the last one is what the checkout is at. */
function history({ node, launcher }: Checkout): readonly SimCommit[] {
  const here = { commit: launcher.commit, date: launcher.date, subject: 'as it was installed' }
  return [...(node.condition.origin ?? []), here]
}

const newestOf = (checkout: Checkout): string => full(history(checkout)[0]?.commit ?? '')

const commands: Readonly<Record<string, (checkout: Checkout) => number>> = {
  'rev-parse': (checkout) => {
    const { argv, io, launcher } = checkout
    const commit = argv.some((word) => word.startsWith('refs/spark-control/')) ? newestOf(checkout) : full(launcher.commit)
    io.out(`${argv.includes('--short') ? commit.slice(0, 7) : commit}\n`)
    return 0
  },
  log: (checkout) => {
    const { argv, io } = checkout
    const all = history(checkout)
    const told = argv.some((word) => word.includes('..')) ? all.slice(0, -1) : all.slice(-1)
    const format = argv.map((word) => /^--(?:format|pretty)=(?:t?format:)?([\s\S]*)$/.exec(word)?.[1]).find((one) => one !== undefined)
    if (format !== undefined) for (const one of told) io.out(`${fill(format, one)}\n`)
    return 0
  },
  'symbolic-ref': ({ io }) => {
    io.out('main\n')
    return 0
  },
  config: ({ argv, io }) => {
    io.out(argv.at(-1)?.endsWith('.remote') === true ? 'origin\n' : 'refs/heads/main\n')
    return 0
  },
  'ls-remote': (checkout) => reached(checkout, () => checkout.io.out(`${newestOf(checkout)}\trefs/heads/main\n`)),
  fetch: (checkout) => reached(checkout, () => undefined),
  status: ({ node, io }) => {
    for (const file of node.condition.localChanges) io.out(` M ${file}\n`)
    return 0
  },
  'cat-file': (checkout) =>
    isNewest(checkout.argv.at(-1) ?? '', newestOf(checkout)) && (checkout.node.condition.origin ?? []).length > 0 ? 1 : 0,
  // Here the origin is only ever ahead: HEAD is in what it has, and what it has is in HEAD only when both are the same.
  'merge-base': (checkout) => (checkout.argv.at(-2) === 'HEAD' || newestOf(checkout) === full(checkout.launcher.commit) ? 0 : 1),
  merge: (checkout) => {
    const { node, launcher, sim, io } = checkout
    const newest = history(checkout)[0]
    if (newest === undefined || !isNewest(checkout.argv.at(-1) ?? '', full(newest.commit))) {
      io.err('fatal: Not possible to fast-forward, aborting.\n')
      return 128
    }
    io.out(`Updating ${launcher.commit}..${newest.commit}\nFast-forward\n`)
    node.launcher = { path: launcher.path, commit: newest.commit, date: newest.date }
    node.condition = { ...node.condition, origin: [] }
    sim.changed()
    return 0
  },
}

function reached({ node, io }: Checkout, act: () => void): number {
  if (node.condition.origin === null) {
    io.err("fatal: unable to access 'https://github.com/eugr/spark-vllm-docker/': Could not resolve host: github.com\n")
    return 128
  }
  act()
  return 0
}

function fill(format: string, { commit, date, subject }: SimCommit): string {
  const values: Readonly<Record<string, string>> = {
    '%H': full(commit),
    '%h': commit,
    '%cs': date,
    '%as': date,
    '%cI': `${date}T12:00:00+00:00`,
    '%ct': String(Date.parse(`${date}T12:00:00Z`) / 1000),
    '%s': subject,
    '%x09': '\t',
  }
  return format.replace(/%(?:cs|cI|ct|as|x09|H|h|s)/g, (name) => values[name] ?? name)
}
