// What long runs leave behind: docs/reliability.json, from which docs/RELIABILITY.md is written. The newest run of each part counts.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'

export const partNames = ['lives', 'kills', 'pairs', 'fleet', 'return', 'hostile', 'tabs', 'day', 'outbox', 'entry'] as const
export type PartName = (typeof partNames)[number]

export interface Measured {
  readonly what: string
  /** What the product is held to, in words; null: for information. */
  readonly target: string | null
  readonly value: string
  /** null where there is no target. */
  readonly met: boolean | null
}

export interface Canary {
  readonly promise: string
  /** What was broken on purpose. */
  readonly broken: string
  /** Lives that were lived with it, and those that noticed. */
  readonly lives: number
  readonly caught: number
}

/** What one part hands over. */
export interface PartResult {
  readonly measured: readonly Measured[]
  /** Repeats exactly this. */
  readonly command: string
  readonly canaries?: readonly Canary[]
}

export interface Run extends PartResult {
  readonly part: PartName
  /** ISO 8601, UTC: when it ended. */
  readonly at: string
  readonly tookSeconds: number
  /** What was measured: version, commit, and whether the sources differed from it. */
  readonly version: string
  readonly commit: string
  readonly changed: boolean
  /** Kind of computer, in words. */
  readonly computer: string
}

const root = new URL('../../', import.meta.url)
const file = new URL('docs/reliability.json', root)
/** Older runs of a part are dropped. */
const keptRuns = 3

export function readRuns(): readonly Run[] {
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly runs: readonly Run[] }).runs
}

/** The newest run of each part, in the order of the page. */
export function newestRuns(runs: readonly Run[]): readonly Run[] {
  return partNames.flatMap((part) => runs.findLast((run) => run.part === part) ?? [])
}

/** The run of a part begins now: what is measured is what is there now. The function it gives writes the result down. */
export function beginRun(part: PartName): (result: PartResult) => void {
  const began = { from: performance.now(), ...subject() }
  return (result) => {
    const { from, ...about } = began
    const tookSeconds = Math.round((performance.now() - from) / 1000)
    addRun({ part, at: new Date().toISOString(), tookSeconds, ...about, computer: computer(), ...result })
  }
}

function addRun(run: Run): void {
  const all = [...readRuns(), run]
  const runs = partNames.flatMap((name) => all.filter((one) => one.part === name).slice(-keptRuns))
  writeFileSync(file, `${JSON.stringify({ runs }, null, 2)}\n`)
}

function subject(): Pick<Run, 'version' | 'commit' | 'changed'> {
  const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { version: string }
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: fileURLToPath(root), encoding: 'utf8' }).trim()
  // The pages that runs themselves write are no other sources.
  const changed = git('status', '--porcelain', '--', 'server', 'web', 'recipes', 'tests', 'scripts', 'package-lock.json') !== ''
  return { version, commit: git('rev-parse', '--short=12', 'HEAD'), changed }
}

function computer(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor'
  return `${availableParallelism()} cores (${model}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`
}
