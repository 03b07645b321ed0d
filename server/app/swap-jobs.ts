// Commands of a swap on its machines: each step is one detached job, given once, found again after a restart, followed to its end.
import { splitLines } from '../domain/progress.ts'
import { exactDuration } from '../domain/words.ts'
import type { JobKey, JobReading } from './ports.ts'
import type { Ground } from './swap-ground.ts'

/**
 * Exit code of the job wrapper that found a higher fence (decisions.md 3). It did nothing. The fence is our own, renewed while the
 * order was on its way, or startJob itself would have refused: the order is given again, under a name of its own.
 */
const outfencedExitCode = 79
const mostTries = 20

export interface Ran {
  /** Null: it was killed, or its machine restarted. */
  readonly exitCode: number | null
  readonly lines: readonly string[]
}

export interface Command {
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

const nameOfTry = (step: string, tried: number): string => (tried === 1 ? step : `${step}-try${tried}`)

/** How long a command may take. `slow` is told now and then, from the time it is unusual on, how long it has taken. */
export interface Limit {
  readonly withinMs: number
  readonly slow: (ms: number) => void
}

const slowFromMs = 20_000

/** Gives a command to a machine, or finds it there, and follows it to its end, or until its limit: then it is ended. */
export async function runJob(ground: Ground, machineId: string, step: string, command: Command, limit: Limit | null = null): Promise<Ran> {
  for (let tried = 1; ; tried++) {
    const ran = await runTry(ground, machineId, nameOfTry(step, tried), command, limit)
    if (ran.exitCode !== outfencedExitCode || tried >= mostTries) return ran
  }
}

async function runTry(ground: Ground, machineId: string, step: string, { argv, env }: Command, limit: Limit | null): Promise<Ran> {
  const { sparks, clock } = ground.needs
  const swap = ground.swap()
  const key = { swap: swap.id, step }
  const order = { appliance: ground.needs.appliance, fence: swap.fence, ...key, argv, env, cwd: folderOf(argv[0]) }
  await ground.patient(machineId, (machine, signal) => sparks.startJob(machine, order, signal))
  const since = clock.now()
  const read: Read = { offset: 0, rest: '', lines: [] }
  for (;;) {
    const reading = await readOn(ground, machineId, key, read)
    if (reading.text !== '') continue
    if (reading.state !== 'running') {
      takeRest(ground, read)
      return { exitCode: reading.state === 'ended' ? reading.exitCode : null, lines: read.lines }
    }
    const tookMs = clock.now() - since
    if (limit !== null && tookMs > limit.withinMs) {
      await ground.patient(machineId, (machine, signal) => sparks.endJob(machine, key, signal))
      ground.remark(`(${nameOf(argv)} did not end within ${exactDuration(limit.withinMs)} and was given up.)`)
      return { exitCode: null, lines: read.lines }
    }
    if (limit !== null && tookMs > slowFromMs) limit.slow(tookMs)
    await clock.sleep(300, ground.signal)
  }
}

/** How far a job's output was read. */
interface Read {
  offset: number
  rest: string
  readonly lines: string[]
}

async function readOn(ground: Ground, machineId: string, key: JobKey, read: Read): Promise<JobReading> {
  const from = read.offset
  const reading = await ground.patient(machineId, (machine, signal) => ground.needs.sparks.readJob(machine, key, from, signal))
  const split = splitLines(read.rest, reading.text)
  read.offset = reading.nextOffset
  read.rest = split.rest
  read.lines.push(...split.lines)
  ground.record(split.lines)
  return reading
}

function takeRest(ground: Ground, read: Read): void {
  if (read.rest.trim() === '') return
  read.lines.push(read.rest)
  ground.record([read.rest])
}

const nameOf = (argv: readonly string[]): string => argv[0]?.split('/').at(-1) ?? 'The command'

/** State of the newest try of a step. A try that did nothing counts as absent. */
export async function jobState(ground: Ground, machineId: string | undefined, step: string): Promise<JobReading['state']> {
  return (await newestTry(ground, machineId, step)).state
}

/** Ends the newest try of a step; nothing to do when it has ended. */
export async function endJob(ground: Ground, machineId: string, step: string): Promise<void> {
  const newest = await newestTry(ground, machineId, step)
  if (newest.state !== 'running') return
  const key = { swap: ground.id, step: newest.name }
  await ground.patient(machineId, (machine, signal) => ground.needs.sparks.endJob(machine, key, signal))
}

async function newestTry(
  ground: Ground,
  machineId: string | undefined,
  step: string,
): Promise<{ readonly name: string; readonly state: JobReading['state'] }> {
  for (let tried = 1; tried <= mostTries; tried++) {
    const name = nameOfTry(step, tried)
    if (machineId === undefined) return { name, state: 'absent' }
    const reading = await ground.patient(machineId, (machine, signal) =>
      ground.needs.sparks.readJob(machine, { swap: ground.id, step: name }, 0, signal),
    )
    if (reading.state !== 'ended' || reading.exitCode !== outfencedExitCode) return { name, state: reading.state }
  }
  return { name: nameOfTry(step, mostTries), state: 'ended' }
}

function folderOf(path: string | undefined): string | null {
  return path?.startsWith('/') === true ? path.slice(0, path.lastIndexOf('/')) || '/' : null
}
