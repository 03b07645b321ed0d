// Starting, loading, warming up and making sure: nothing here believes an exit code or a container that is "Up".
import { SparkError } from '../contract/errors.ts'
import type { PlanStart } from '../domain/plan.ts'
import { readProgress, splitLines } from '../domain/progress.ts'
import { findTelling, lastWords } from '../domain/trouble.ts'
import type { EngineAddress, WatchReading } from './ports.ts'
import type { Ground } from './swap-ground.ts'
import { proveGone, runJob } from './swap-room.ts'

const healthEveryMs = 300
const watchEveryMs = 2000
/** From the launcher's end to the first sight of a vllm process: imports alone take seconds on a cold disk. */
const appearsWithinMs = 30_000
/** Exit code of the job wrapper when a higher fence is on the machine (decisions.md 3). */
const fenceExitCode = 79
const movedBytes = 64 * 1024 * 1024

function headOf(start: PlanStart): string {
  const head = start.machines[0]
  if (head === undefined) throw new Error('a start without a machine')
  return head
}

export function engineAddress(ground: Ground, start: PlanStart): EngineAddress {
  return { address: ground.machine(headOf(start)).address, port: start.port }
}

/** Runs the launcher once. Entered again after a restart it finds the job and follows it. */
export async function launchOnce(ground: Ground, start: PlanStart, step: string): Promise<void> {
  const { sparks } = ground.needs
  const head = headOf(start)
  const key = { swap: ground.id, step }
  const before = await ground.patient(head, (machine, signal) => sparks.readJob(machine, key, 0, signal))
  if (before.state === 'absent') await proveGone(ground, start.machines, start.containerName)
  ground.say({ percent: null, sentence: 'Starting the containers.' })
  const ran = await runJob(ground, head, step, { argv: start.argv, env: start.env })
  if (ran.exitCode === fenceExitCode) return launchOnce(ground, start, `${step}_${ground.swap().fence}`)
  if (ran.exitCode === null)
    throw new SparkError('start_failed', { model: start.model, line: 'the launcher was ended before it finished.' })
  if (ran.exitCode !== 0) throw launchTrouble(ground, start, ran.lines)
  for (const machine of start.machines) {
    const reading = await ground.patient(machine, (one, signal) =>
      sparks.watch(one, { containerName: start.containerName, logOffset: 0, job: null }, signal),
    )
    ground.sameBoot(machine, reading.bootId)
    if (reading.container !== null && reading.container !== 'running') throw launchTrouble(ground, start, ran.lines)
  }
}

/** The telling line of an output as the error it stands for. */
function launchTrouble(ground: Ground, start: PlanStart, lines: readonly string[]): SparkError {
  const telling = findTelling(lines)
  const machine = ground.machine(headOf(start)).name
  const line = telling?.line ?? lastWords(lines)
  switch (telling?.code) {
    case 'image_missing':
      return new SparkError('image_missing', { machine, image: telling.image ?? imageOf(start) })
    case 'docker_permission':
      return new SparkError('docker_permission', { machine })
    case 'memory_short':
      return new SparkError('memory_short', { line })
    case 'kv_cache_negative':
      return new SparkError('kv_cache_negative', { line })
    case 'engine_died':
      return new SparkError('engine_died', { model: start.model, line })
    default:
      return new SparkError('start_failed', { model: start.model, line })
  }
}

function imageOf(start: PlanStart): string {
  const at = start.argv.indexOf('-t')
  return start.argv[at + 1] ?? ''
}

interface LoadMemory {
  offset: number
  rest: string
  lines: string[]
  seenProcess: boolean
  deadLooks: number
  movedAt: number
  availableBytes: number
  readonly startedAt: number
}

/** Follows the load by its log until /health answers. Time limits follow movement, not one number. */
export async function load(ground: Ground, start: PlanStart): Promise<void> {
  const { clock, engines, settings } = ground.needs
  const address = engineAddress(ground, start)
  const now = clock.now()
  const memory: LoadMemory = {
    offset: 0,
    rest: '',
    lines: [],
    seenProcess: false,
    deadLooks: 0,
    movedAt: now,
    availableBytes: 0,
    startedAt: now,
  }
  let nextWatch = 0
  for (;;) {
    if (clock.now() >= nextWatch) {
      await watchHead(ground, start, memory)
      await watchWorkers(ground, start)
      nextWatch = clock.now() + watchEveryMs
    }
    const look = await engines.look(address, ground.signal)
    if (look.healthy) return
    const stillMs = clock.now() - memory.movedAt
    if (stillMs > settings.get('swap.stallSeconds') * 1000)
      throw new SparkError('load_stalled', { model: start.model, minutes: Math.max(1, Math.round(stillMs / 60_000)) })
    await clock.sleep(healthEveryMs, ground.signal)
  }
}

async function watchHead(ground: Ground, start: PlanStart, memory: LoadMemory): Promise<void> {
  const { sparks, clock } = ground.needs
  const head = headOf(start)
  let reading: WatchReading
  do {
    const logOffset = memory.offset
    reading = await ground.patient(head, (machine, signal) =>
      sparks.watch(machine, { containerName: start.containerName, logOffset, job: null }, signal),
    )
    memory.offset = reading.nextLogOffset
    takeLog(ground, memory, reading)
    if (reading.log !== '' || Math.abs(reading.availableBytes - memory.availableBytes) > movedBytes) memory.movedAt = clock.now()
    memory.availableBytes = reading.availableBytes
  } while (reading.log !== '')
  ground.sameBoot(head, reading.bootId)
  if (reading.container === null) return
  if (reading.container !== 'running') throw deathOf(ground, start, memory.lines)
  const late = clock.now() - memory.startedAt > appearsWithinMs
  memory.deadLooks = reading.serving === null && (memory.seenProcess || late) ? memory.deadLooks + 1 : 0
  memory.seenProcess ||= reading.serving !== null
  if (memory.deadLooks >= 2) throw deathOf(ground, start, memory.lines)
}

function takeLog(ground: Ground, memory: LoadMemory, reading: WatchReading): void {
  const split = splitLines(memory.rest, reading.log)
  memory.rest = split.rest
  if (split.lines.length === 0) return
  ground.record(split.lines)
  memory.lines = [...memory.lines, ...split.lines].slice(-2000)
  const notes = split.lines.map((line) => readProgress(line)).filter((note) => note !== null)
  const newest = notes.at(-1)
  if (newest !== undefined) ground.say(newest)
}

/** A rank that is gone on another machine means the head will wait for ever. */
async function watchWorkers(ground: Ground, start: PlanStart): Promise<void> {
  for (const worker of start.machines.slice(1)) {
    const reading = await ground.patient(worker, (machine, signal) =>
      ground.needs.sparks.watch(machine, { containerName: start.containerName, logOffset: 0, job: null }, signal),
    )
    ground.sameBoot(worker, reading.bootId)
    if (reading.container !== null && reading.container !== 'running') {
      throw new SparkError('engine_died', { model: start.model, line: `its container on ${ground.machine(worker).name} is gone.` })
    }
  }
}

function deathOf(ground: Ground, start: PlanStart, lines: readonly string[]): SparkError {
  const trouble = launchTrouble(ground, start, lines)
  return trouble.code === 'start_failed'
    ? new SparkError('engine_died', { model: start.model, line: findTelling(lines)?.line ?? lastWords(lines) })
    : trouble
}

/** The first completion: the right model, and a real answer. It compiles code, so it may take a while. */
export async function warmUp(ground: Ground, start: PlanStart): Promise<void> {
  const { clock, settings, engines } = ground.needs
  const until = clock.now() + settings.get('swap.canarySeconds') * 1000
  for (;;) {
    await rightModel(ground, start)
    const answer = await engines.complete(
      engineAddress(ground, start),
      start.servedName,
      Math.max(1000, until - clock.now()),
      ground.signal,
    )
    if (answer.ok) return
    ground.signal.throwIfAborted()
    await stillAlive(ground, start)
    if (clock.now() >= until) throw new SparkError('no_answer', { model: start.model, why: answer.reason ?? 'no reason was given' })
    await clock.sleep(1000, ground.signal)
  }
}

/** The last word before "ready": alive on the machine, healthy, the right id, and one more one-token completion. */
export async function verify(ground: Ground, start: PlanStart): Promise<void> {
  await stillAlive(ground, start)
  await watchWorkers(ground, start)
  await rightModel(ground, start)
  const answer = await ground.needs.engines.complete(engineAddress(ground, start), start.servedName, 60_000, ground.signal)
  ground.signal.throwIfAborted()
  if (!answer.ok) throw new SparkError('no_answer', { model: start.model, why: answer.reason ?? 'no reason was given' })
}

async function rightModel(ground: Ground, start: PlanStart): Promise<void> {
  const look = await ground.needs.engines.look(engineAddress(ground, start), ground.signal)
  ground.signal.throwIfAborted()
  if (look.models.length > 0 && !look.models.includes(start.servedName))
    throw new SparkError('wrong_model', { wanted: start.servedName, answered: look.models[0] ?? 'Something else' })
  if (!look.healthy) await stillAlive(ground, start)
}

async function stillAlive(ground: Ground, start: PlanStart): Promise<void> {
  const reading = await ground.patient(headOf(start), (machine, signal) =>
    ground.needs.sparks.watch(machine, { containerName: start.containerName, logOffset: 0, job: null }, signal),
  )
  ground.sameBoot(headOf(start), reading.bootId)
  if (reading.container === null) return
  const { lines } = splitLines('', `${reading.log}\n`)
  if (reading.container !== 'running' || reading.serving === null) throw deathOf(ground, start, lines)
}

/** Is the engine answering as this model right now? Used to tell whether a failed change left the old one untouched. */
export async function answersAs(ground: Ground, address: EngineAddress, servedName: string): Promise<boolean> {
  const look = await ground.needs.engines.look(address, ground.signal)
  return look.healthy && look.models.includes(servedName)
}
