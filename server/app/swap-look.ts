// What a start looks like from outside: where it answers, whether it lives, and which error its last words stand for.
import { SparkError } from '../contract/errors.ts'
import type { PlanStart } from '../domain/plan.ts'
import { splitLines } from '../domain/progress.ts'
import { findTelling, lastWords } from '../domain/trouble.ts'
import type { EngineAddress, WatchReading } from './ports.ts'
import type { Ground } from './swap-ground.ts'

export function headOf(start: PlanStart): string {
  const head = start.machines[0]
  if (head === undefined) throw new Error('a start without a machine')
  return head
}

export function engineAddress(ground: Ground, start: PlanStart): EngineAddress {
  return { address: ground.machine(headOf(start)).address, port: start.port }
}

/** The telling line of an output as the error it stands for. */
export function launchTrouble(ground: Ground, start: PlanStart, lines: readonly string[]): SparkError {
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

/** Why a vllm process that should live does not. */
export function deathOf(ground: Ground, start: PlanStart, lines: readonly string[]): SparkError {
  const trouble = launchTrouble(ground, start, lines)
  return trouble.code === 'start_failed'
    ? new SparkError('engine_died', { model: start.model, line: findTelling(lines)?.line ?? lastWords(lines) })
    : trouble
}

/** Raises why the head no longer lives. */
export async function stillAlive(ground: Ground, start: PlanStart): Promise<void> {
  const reading = await ground.patient(headOf(start), (machine, signal) =>
    ground.needs.sparks.watch(machine, { containerName: start.containerName, logOffset: 0, job: null }, signal),
  )
  ground.sameBoot(headOf(start), reading.bootId)
  if (reading.container === null) return
  const { lines } = splitLines('', `${reading.log}\n`)
  if (reading.container !== 'running' || reading.serving === null) throw deathOf(ground, start, lines)
}

/** A look at a worker; raises when its container is gone or the machine restarted. */
export async function workerAlive(ground: Ground, start: PlanStart, worker: string): Promise<WatchReading> {
  const reading = await ground.patient(worker, (machine, signal) =>
    ground.needs.sparks.watch(machine, { containerName: start.containerName, logOffset: 0, job: null }, signal),
  )
  ground.sameBoot(worker, reading.bootId)
  if (reading.container !== null && reading.container !== 'running')
    throw new SparkError('engine_died', { model: start.model, line: `its container on ${ground.machine(worker).name} is gone.` })
  return reading
}

/** Is the engine answering as this model right now? Used to tell whether a failed change left the old one untouched. */
export async function answersAs(ground: Ground, address: EngineAddress, servedName: string): Promise<boolean> {
  const look = await ground.needs.engines.look(address, ground.signal)
  ground.signal.throwIfAborted()
  return look.healthy && look.models.includes(servedName)
}
