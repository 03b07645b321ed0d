// Lives any number of whole lives and says what came of them: `make simulate LIVES=100000 [SEED=1] [JOBS=2] [RECORD=file]`.
// Exit code 1 when an invariant was broken; the first failing life is then shrunk and printed as a story and as a test.
//
// A record goes on where it ended, as long as the newest commit that changes a life is the same. With GO_ON=1 it goes on with a later
// commit too: lives that broke are lived again first, and it says how many were lived with which. docs/RELIABILITY.md is made from it:
// { commit, earlier: [{ commit, lives }], from, lives, minutes, perMinutePerCore, computer, outcomes: { words: count },
//   met: { "step @ what was going on": count }, broken: [{ seed, invariant, sentence }], mended: the same,
//   canaries: [{ invariant, promise, what, lives, caught, seed }] }
// `lives` are those of the seeds from `from` on; `minutes` are minutes of one core (user and system time), start-up included.
import { type ChildProcess, execFileSync, fork } from 'node:child_process'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, setPriority } from 'node:os'
import { fileURLToPath } from 'node:url'
import { type Caught, canaries, tryCanary } from '../tests/sim/lives/canaries.ts'
import { invariants } from '../tests/sim/lives/invariants.ts'
import { live } from '../tests/sim/lives/life.ts'
import { drawSchedule } from '../tests/sim/lives/schedule.ts'
import { shrink } from '../tests/sim/lives/shrink.ts'
import { testCode } from '../tests/sim/lives/story.ts'

interface Failed {
  readonly seed: number
  readonly invariant: string
  readonly sentence: string
}

interface Chunk {
  readonly lives: number
  readonly cpuMs: number
  readonly outcomes: Record<string, number>
  readonly met: Record<string, number>
  readonly broken: readonly Failed[]
}

interface Record_ {
  commit: string
  /** What was lived with commits before that one. */
  readonly earlier: { readonly commit: string; readonly lives: number }[]
  readonly from: number
  lives: number
  minutes: number
  perMinutePerCore: number
  readonly computer: string
  readonly outcomes: Record<string, number>
  readonly met: Record<string, number>
  broken: Failed[]
  /** Broke with an earlier commit, and no more with this one. */
  readonly mended: Failed[]
  canaries: (Caught & { readonly promise: string })[]
}

type Order = { readonly from: number; readonly lives: number } | { readonly canary: number; readonly from: number; readonly lives: number }

const chunkLives = 100
/** A worker is replaced after so many chunks: databases of dead lives are left to the garbage collector. */
const chunksAWorker = 50
const mostBroken = 50

const count = (into: Record<string, number>, what: string, by = 1): void => {
  into[what] = (into[what] ?? 0) + by
}

// ---- the one who lives them

const liveChunk = (from: number, lives: number): Promise<Chunk> => relive(Array.from({ length: lives }, (_, at) => from + at))

async function relive(seeds: readonly number[]): Promise<Chunk> {
  const began = process.cpuUsage()
  const outcomes: Record<string, number> = {}
  const met: Record<string, number> = {}
  const broken: Failed[] = []
  for (const seed of seeds) {
    const lived = await live(drawSchedule(seed))
    for (const outcome of lived.outcomes) count(outcomes, outcome)
    for (const [what, times] of lived.met) count(met, what, times)
    for (const { invariant, sentence } of lived.broken) broken.push({ seed, invariant, sentence })
  }
  const { user, system } = process.cpuUsage(began)
  return { lives: seeds.length, cpuMs: (user + system) / 1000, outcomes, met, broken }
}

function serveOrders(): void {
  // Friendly to whatever else runs here.
  setPriority(10)
  const answer = async (order: Order): Promise<void> => {
    const canary = 'canary' in order ? canaries[order.canary] : undefined
    const done = canary === undefined ? await liveChunk(order.from, order.lives) : await tryCanary(canary, order.from, order.lives, false)
    process.send?.(done)
  }
  process.on('message', (order: Order) => {
    answer(order).catch((error: unknown) => {
      process.stderr.write(`${String(error instanceof Error ? error.stack : error)}\n`)
      process.exit(2)
    })
  })
}

// ---- the one who counts

const env = process.env
const total = Number(env['LIVES'] ?? 2000)
const seedFrom = Number(env['SEED'] ?? 1)
const jobs = Math.min(Number(env['JOBS'] ?? 1), availableParallelism())
const canaryLives = Number(env['CANARIES'] ?? 200)
const recordFile = env['RECORD'] ?? ''

/** What a life depends on: a commit that changes none of these lives the same lives. */
const dependedOn = ['server', 'recipes', 'tests/sim', 'tests/fakes']

function commitNow(): string {
  const git = (...args: string[]): string => execFileSync('git', args, { encoding: 'utf8' }).trim()
  try {
    const changed = git('status', '--porcelain', '--', ...dependedOn) !== ''
    return `${git('log', '-1', '--format=%h', '--abbrev=12', '--', ...dependedOn)}${changed ? ' and changes' : ''}`
  } catch {
    return 'unknown'
  }
}

async function readRecord(): Promise<Record_> {
  const commit = commitNow()
  const fresh: Record_ = {
    commit,
    earlier: [],
    from: seedFrom,
    lives: 0,
    minutes: 0,
    perMinutePerCore: 0,
    computer: `${cpus()[0]?.model ?? 'unknown'}, Node ${process.versions.node}`,
    outcomes: {},
    met: {},
    broken: [],
    mended: [],
    canaries: [],
  }
  if (recordFile === '' || !existsSync(recordFile)) return fresh
  const found = JSON.parse(readFileSync(recordFile, 'utf8')) as Record_
  if (found.commit === commit && found.from === seedFrom) return found
  if (env['GO_ON'] === '1' && found.from === seedFrom) return await goOn(found, commit)
  process.stdout.write(`${recordFile} is of ${found.commit} from seed ${found.from}; it begins anew.\n`)
  return fresh
}

/** Of lives that broke before, only those that still do stay broken. */
async function goOn(record: Record_, commit: string): Promise<Record_> {
  const livedBefore = record.earlier.reduce((all, { lives }) => all + lives, 0)
  record.earlier.push({ commit: record.commit, lives: record.lives - livedBefore })
  record.commit = commit
  const before = record.broken
  const { broken } = await relive(before.map(({ seed }) => seed))
  record.broken = [...broken]
  record.mended.push(...before.filter(({ seed }) => broken.every((one) => one.seed !== seed)))
  return record
}

function writeRecord(record: Record_): void {
  if (recordFile === '') return
  writeFileSync(`${recordFile}.new`, `${JSON.stringify(record, null, 2)}\n`)
  renameSync(`${recordFile}.new`, recordFile)
}

/** Hands orders to a worker, a new one now and then. */
function createWorker(): { do<T>(order: Order): Promise<T>; end(): void } {
  let child: ChildProcess | null = null
  let done = 0
  return {
    do<T>(order: Order): Promise<T> {
      if (done >= chunksAWorker) {
        child?.kill()
        child = null
        done = 0
      }
      child ??= fork(fileURLToPath(import.meta.url), ['--worker'], {
        execArgv: process.execArgv,
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      })
      const worker = child
      done += 1
      return new Promise((resolve, reject) => {
        const onExit = (code: number | null): void => reject(new Error(`a worker ended with ${code}`))
        worker.once('exit', onExit)
        worker.once('message', (answer) => {
          worker.removeListener('exit', onExit)
          resolve(answer as T)
        })
        worker.send(order)
      })
    },
    end: () => void child?.kill(),
  }
}

function add(record: Record_, chunk: Chunk): void {
  record.lives += chunk.lives
  record.minutes += chunk.cpuMs / 60_000
  record.perMinutePerCore = Math.round(record.lives / record.minutes)
  for (const [what, times] of Object.entries(chunk.outcomes)) count(record.outcomes, what, times)
  for (const [what, times] of Object.entries(chunk.met)) count(record.met, what, times)
  record.broken.push(...chunk.broken.slice(0, mostBroken - record.broken.length))
}

async function liveAll(record: Record_): Promise<void> {
  const goal = total
  let next = record.from + record.lives
  // Chunks may end out of order: what is written down is a range without a gap.
  const waiting = new Map<number, Chunk>()
  const settle = (): void => {
    for (let chunk = waiting.get(record.from + record.lives); chunk !== undefined; chunk = waiting.get(record.from + record.lives)) {
      waiting.delete(record.from + record.lives)
      add(record, chunk)
    }
    writeRecord(record)
    const rate = `${record.perMinutePerCore} a minute and core`
    process.stdout.write(`${record.lives} of ${goal} lives, seeds from ${record.from}, ${rate}, ${record.broken.length} broken\n`)
  }
  const work = async (): Promise<void> => {
    const worker = createWorker()
    try {
      while (next < record.from + goal && !ending.aborted) {
        const from = next
        const lives = Math.min(chunkLives, record.from + goal - from)
        next += lives
        waiting.set(from, await worker.do<Chunk>({ from, lives }))
        settle()
      }
    } finally {
      worker.end()
    }
  }
  await Promise.all(Array.from({ length: jobs }, work))
}

async function tryCanaries(record: Record_): Promise<void> {
  const worker = createWorker()
  try {
    for (const [canary, { invariant, what }] of canaries.entries()) {
      if (ending.aborted || record.canaries.some((one) => one.what === what && one.lives >= canaryLives)) continue
      const caught = await worker.do<Caught>({ canary, from: seedFrom, lives: canaryLives })
      const { promise } = invariants[invariant]
      record.canaries = [...record.canaries.filter((one) => one.what !== what), { ...caught, promise }]
      writeRecord(record)
      process.stdout.write(`canary ${invariant} (${what}): caught in ${caught.caught} of ${caught.lives} lives\n`)
    }
  } finally {
    worker.end()
  }
}

async function tellFailure({ seed, invariant }: Failed): Promise<void> {
  process.stdout.write(`\nseed ${seed} breaks "${invariant}"; making the story shorter ...\n`)
  const { schedule, lived, tries } = await shrink(drawSchedule(seed), invariant)
  process.stdout.write(`${lived.story}\n(${tries} lives)\n\n${testCode(schedule, `seed ${seed}: ${lived.broken[0]?.sentence ?? ''}`)}\n`)
}

const sorted = (counts: Record<string, number>): [string, number][] => Object.entries(counts).sort((a, b) => b[1] - a[1])

/** Steps and faults, with what was going on left out. */
function summary(record: Record_): string {
  const kinds: Record<string, number> = {}
  for (const [what, times] of Object.entries(record.met)) if (!what.startsWith('dies')) count(kinds, what.replace(/ @ .*/, ''), times)
  const busy: Record<string, number> = {}
  for (const [what, times] of Object.entries(record.met))
    if (what.includes(' @ ') && !what.startsWith('dies')) count(busy, what.replace(/.* @ /, ''), times)
  const deaths: Record<string, number> = {}
  for (const [what, times] of Object.entries(record.met)) if (what.startsWith('dies')) count(deaths, what.replace(/,.*/, ''), times)
  const rows = (title: string, counts: Record<string, number>): string =>
    `${title}: ${sorted(counts)
      .map(([what, times]) => `${what} ${times}`)
      .join(', ')}`
  return [rows('outcomes', record.outcomes), rows('met', kinds), rows('while', busy), rows('deaths', deaths)].join('\n')
}

const stop = new AbortController()
const ending = stop.signal

async function main(): Promise<void> {
  process.once('SIGINT', () => stop.abort())
  const record = await readRecord()
  await liveAll(record)
  if (canaryLives > 0) await tryCanaries(record)
  process.stdout.write(`${summary(record)}\n`)
  const first = record.broken[0]
  const uncaught = record.canaries.filter((one) => one.caught === 0)
  for (const one of uncaught) process.stdout.write(`NOT CAUGHT: ${one.invariant}, ${one.what}\n`)
  const lives = `${record.lives} lives, seeds ${record.from} to ${record.from + record.lives - 1}`
  const rate = `${record.perMinutePerCore} a minute on one core`
  process.stdout.write(
    `${lives}, ${rate}, commit ${record.commit}: ${first === undefined ? 'no invariant broken' : `${record.broken.length} broken`}\n`,
  )
  if (first !== undefined) await tellFailure(first)
  if (first !== undefined || uncaught.length > 0) process.exitCode = 1
}

if (process.argv.includes('--worker')) serveOrders()
else await main()
