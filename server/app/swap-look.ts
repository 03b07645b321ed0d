// What a start looks like from outside: where it answers, whether it lives, and which error its last words stand for.
import { SparkError } from '../contract/errors.ts'
import type { PlanStart } from '../domain/plan.ts'
import { splitLines } from '../domain/progress.ts'
import { findTelling, lastWords, memoryFound } from '../domain/trouble.ts'
import { bytesInWords } from '../domain/words.ts'
import type { EngineAddress } from './engine-ports.ts'
import type { WatchReading } from './ports.ts'
import { type Ground, watchContainer } from './swap-ground.ts'

export function headOf(start: PlanStart): string {
  const head = start.machines[0]
  if (head === undefined) throw new Error('a start without a machine')
  return head
}

export function engineAddress(ground: Ground, start: PlanStart): EngineAddress {
  return { address: ground.machine(headOf(start)).address, port: start.port }
}

/** The telling line of an output as the error it stands for. `at`: the machine whose output it is; the head when left out. */
export function launchTrouble(ground: Ground, start: PlanStart, lines: readonly string[], at = headOf(start)): SparkError {
  const telling = findTelling(lines)
  const where = ground.machine(at).name
  const named = telling?.address == null ? null : nameAt(ground, telling.address)
  const { model, port } = start
  const line = telling?.line ?? lastWords(lines)
  switch (telling?.code) {
    case 'worker_refused':
      return new SparkError('worker_refused', {
        machine: where,
        worker: telling.address ?? 'the other Spark',
        workerName: named ?? telling.address ?? 'the other Spark',
        line,
      })
    case 'image_missing':
    case 'image_differs':
      return new SparkError(telling.code, { machine: named ?? where, image: telling.image ?? imageOf(start) })
    case 'start_raced':
      return new SparkError('start_raced', { machine: named ?? where, line })
    case 'docker_permission':
    case 'docker_down':
      return new SparkError(telling.code, { machine: where })
    case 'links_wrong':
      return new SparkError('links_wrong', { machine: where, line })
    case 'mod_failed':
      return new SparkError('mod_failed', { machine: named ?? where, model, line })
    case 'memory_short':
      return new SparkError('memory_short', { machine: where, ...memoryWords(line), line })
    case 'port_in_use':
      return new SparkError('port_in_use', { machine: where, port, line })
    case 'kv_cache_negative':
    case 'model_not_readable':
    case 'flag_refused':
      return new SparkError(telling.code, { model, line })
    case 'model_files_missing':
      return new SparkError('model_files_missing', { model, machine: where, line })
    case 'memory_ran_out':
    case 'engine_killed':
    case 'engine_died':
      return new SparkError(telling.code, { model, machine: where, line })
    default:
      return new SparkError('start_failed', { model, machine: where, line })
  }
}

/** The machine at an address the launcher names: often that of the cable. */
function nameAt(ground: Ground, address: string): string | null {
  const found = ground.needs.store.machines.list().find((one) => one.address === address || one.fabricAddress === address)
  return found?.name ?? null
}

function memoryWords(line: string): { readonly free: string | null; readonly wanted: string | null } {
  const found = memoryFound(line)
  if (found === null) return { free: null, wanted: null }
  return { free: bytesInWords(found.freeBytes), wanted: bytesInWords(found.wantedBytes) }
}

function imageOf(start: PlanStart): string {
  const at = start.argv.indexOf('-t')
  return start.argv[at + 1] ?? ''
}

/** Why a vllm process that should live does not. `lines`: its log on that machine. */
export function deathOf(ground: Ground, start: PlanStart, lines: readonly string[], at = headOf(start)): SparkError {
  const machine = ground.machine(at).name
  if (lines.every((line) => line.trim() === '')) return new SparkError('engine_absent', { model: start.model, machine })
  const trouble = launchTrouble(ground, start, lines, at)
  if (trouble.code !== 'start_failed') return trouble
  return new SparkError('engine_died', { model: start.model, machine, line: findTelling(lines)?.line ?? lastWords(lines) })
}

/** Raises why the head no longer lives. */
export async function stillAlive(ground: Ground, start: PlanStart): Promise<void> {
  const reading = await watchContainer(ground, headOf(start), start.containerName)
  ground.sameBoot(headOf(start), reading.bootId)
  if (reading.container === null) return
  const { lines } = splitLines('', `${reading.log}\n`)
  if (reading.container !== 'running' || reading.serving === null) throw deathOf(ground, start, lines)
}

/** A look at a worker; raises when its container is gone or the machine restarted. */
export async function workerAlive(ground: Ground, start: PlanStart, worker: string): Promise<WatchReading> {
  const reading = await watchContainer(ground, worker, start.containerName)
  ground.sameBoot(worker, reading.bootId)
  if (reading.container !== null && reading.container !== 'running')
    throw new SparkError('engine_died', { model: start.model, machine: ground.machine(worker).name, line: 'Its container is gone.' })
  return reading
}

/** Is the engine answering as this model right now? Used to tell whether a failed change left the old one untouched. */
export async function answersAs(ground: Ground, address: EngineAddress, servedName: string): Promise<boolean> {
  const look = await ground.needs.engines.look(address, ground.signal)
  ground.signal.throwIfAborted()
  return look.healthy && look.models.includes(servedName)
}
