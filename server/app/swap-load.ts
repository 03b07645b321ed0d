// Following a load: by the container's log, its process, its memory, and the door it opens at the end.
import { SparkError } from '../contract/errors.ts'
import { afterLoadLook, beginLoad, isStalled, type LoadSigns, loadFacts } from '../domain/load-signs.ts'
import type { PlanStart } from '../domain/plan.ts'
import { readProgress, splitLines } from '../domain/progress.ts'
import { findTelling } from '../domain/trouble.ts'
import type { WatchReading } from './ports.ts'
import { type Ground, watchContainer } from './swap-ground.ts'
import { deathOf, engineAddress, headOf, workerAlive } from './swap-look.ts'

const healthEveryMs = 300
const watchEveryMs = 2000
/** From the launcher's end to the first sight of a vllm process: imports alone take seconds on a cold disk. */
const appearsWithinMs = 30_000
const linesRemembered = 2000
/** They name no cause. */
const vague: ReadonlySet<string> = new Set(['engine_died', 'engine_absent'])

interface Follower {
  offset: number
  rest: string
  lines: string[]
  signs: LoadSigns
  readonly ranks: Map<string, Rank>
}

/** The vllm process of one machine. */
interface Rank {
  seen: boolean
  deadLooks: number
}

/** Follows the load until /health answers. Time limits follow movement, not one number. */
export async function load(ground: Ground, start: PlanStart): Promise<void> {
  const { clock, engines, settings } = ground.needs
  const address = engineAddress(ground, start)
  const follower: Follower = { offset: 0, rest: '', lines: [], signs: beginLoad(clock.now()), ranks: new Map() }
  let nextWatch = 0
  for (;;) {
    if (clock.now() >= nextWatch) {
      await followHead(ground, start, follower)
      await followWorkers(ground, start, follower)
      nextWatch = clock.now() + watchEveryMs
    }
    const look = await engines.look(address, ground.signal)
    if (look.healthy) return
    if (isStalled(follower.signs, settings.get('swap.stallSeconds') * 1000))
      throw new SparkError('load_stalled', { model: start.model, stillMs: follower.signs.stillMs })
    await clock.sleep(healthEveryMs, ground.signal)
  }
}

async function followHead(ground: Ground, start: PlanStart, follower: Follower): Promise<void> {
  const { clock } = ground.needs
  const head = headOf(start)
  let logGrew = false
  let reading: WatchReading
  do {
    const logOffset = follower.offset
    reading = await watchContainer(ground, head, start.containerName, logOffset)
    follower.offset = reading.nextLogOffset
    if (reading.serving !== null && follower.ranks.get(head)?.seen !== true) ground.say({ percent: null, sentence: 'vLLM is starting.' })
    takeLog(ground, follower, reading)
    logGrew ||= reading.log !== ''
  } while (reading.log !== '')
  const { availableBytes, serving } = reading
  follower.signs = afterLoadLook(follower.signs, { at: clock.now(), logGrew, availableBytes, processSeen: serving !== null })
  ground.know(loadFacts(follower.signs))
  ground.sameBoot(head, reading.bootId)
  if (reading.container === null) return
  if (reading.container !== 'running') throw deathOf(ground, start, follower.lines.length > 0 ? follower.lines : ['Its container is gone.'])
  // A process that ended between two looks was never seen; its last words say that there is nothing to wait for.
  const late = clock.now() - follower.signs.startedAt > appearsWithinMs || findTelling(follower.lines) !== null
  if (isDead(follower, head, reading, late)) throw await deathOfAny(ground, start, follower.lines)
}

/** The head falls with a rank on another machine, and says little more than that: the last words there tell why. */
async function deathOfAny(ground: Ground, start: PlanStart, lines: readonly string[]): Promise<SparkError> {
  const death = deathOf(ground, start, lines)
  if (!vague.has(death.code)) return death
  for (const worker of start.machines.slice(1)) {
    const reading = await workerAlive(ground, start, worker)
    if (reading.container !== 'running' || reading.serving !== null) continue
    const first = deathOf(ground, start, splitLines('', `${reading.log}\n`).lines, worker)
    if (!vague.has(first.code)) return first
  }
  return death
}

/** True when the process was there and two looks in a row find it gone; or when it never came. */
function isDead(follower: Follower, machine: string, reading: WatchReading, late: boolean): boolean {
  const rank = follower.ranks.get(machine) ?? { seen: false, deadLooks: 0 }
  follower.ranks.set(machine, rank)
  rank.deadLooks = reading.serving === null && (rank.seen || late) ? rank.deadLooks + 1 : 0
  rank.seen ||= reading.serving !== null
  return rank.deadLooks >= 2
}

function takeLog(ground: Ground, follower: Follower, reading: WatchReading): void {
  const split = splitLines(follower.rest, reading.log)
  follower.rest = split.rest
  if (split.lines.length === 0) return
  ground.record(split.lines)
  follower.lines = [...follower.lines, ...split.lines].slice(-linesRemembered)
  const notes = split.lines.map((line) => readProgress(line)).filter((note) => note !== null)
  const newest = notes.at(-1)
  if (newest !== undefined) ground.say(newest)
}

/** A rank that is gone on another machine means the head will wait for ever. With Ray a worker shows no vllm process at all. */
async function followWorkers(ground: Ground, start: PlanStart, follower: Follower): Promise<void> {
  for (const worker of start.machines.slice(1)) {
    const reading = await workerAlive(ground, start, worker)
    if (reading.container !== 'running') continue
    const death = deathOf(ground, start, splitLines('', `${reading.log}\n`).lines, worker)
    // One that ended before it was ever seen has left its words, and the head would wait for it ten minutes.
    if (isDead(follower, worker, reading, !vague.has(death.code))) throw death
  }
}
