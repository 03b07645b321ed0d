// Making room: let conversations finish, stop what serves on every machine, and prove it gone and the memory back.
import { SparkError } from '../contract/errors.ts'
import { minuteMs } from '../domain/durations.ts'
import { takenBytes } from '../domain/ledger.ts'
import type { PlanMemory, PlanStart, PlanStop } from '../domain/plan.ts'
import { bytesInWords, exactDuration } from '../domain/words.ts'
import { type Ground, watchContainer } from './swap-ground.ts'
import { jobState, runJob } from './swap-jobs.ts'

const lookEveryMs = 1000
/** docker gives a container ten seconds before it kills it; a few more for a slow disk. */
const goneWithinMs = 45_000

/** Waits until nothing is in progress, at most swap.drainSeconds. New requests are refused meanwhile (app/chat.ts). */
export async function drain(ground: Ground, inFlight: () => number): Promise<void> {
  const { clock, settings } = ground.needs
  const until = clock.now() + settings.get('swap.drainSeconds') * 1000
  while (inFlight() > 0 && clock.now() < until) {
    const count = inFlight()
    ground.say({ percent: null, sentence: `Letting ${count} ${count === 1 ? 'conversation' : 'conversations'} finish.` })
    await clock.sleep(250, ground.signal)
  }
}

/** Name of the step of a plan's stop, by its place in the plan. */
export const stopStep = (at: number): string => (at === 0 ? 'stop' : `stop_${at}`)

/** The step of one stop: the launcher's own on the head, then docker's on each machine that still has the container. */
const ofMachine = (step: string, machine: string): string => `${step}_${machine}`

/** A docker that hangs on a stop is not waited for longer: the command is given up, and what is there is looked at. */
const stopWithinMs = 180_000

/** Stops one container everywhere: the launcher's own stop first, then docker on each machine where it still runs. */
export async function stopEverywhere(ground: Ground, stop: PlanStop, step: string): Promise<void> {
  const head = stop.machines[0]
  if (head === undefined) return
  const slow = { withinMs: stopWithinMs, slow: (ms: number) => tellSlow(ground, stop.containerName, ms) }
  if (stop.force === true) {
    for (const machine of stop.machines) await runJob(ground, machine, ofMachine(step, machine), { argv: stop.stopArgv, env: {} }, slow)
    return
  }
  await runJob(ground, head, step, { argv: stop.stopArgv, env: {} }, slow)
  for (const machine of stop.machines) {
    if (await isGone(ground, machine, stop.containerName, 3000)) continue
    const argv = ['docker', 'stop', '-t', '10', stop.containerName]
    await runJob(ground, machine, ofMachine(step, machine), { argv, env: {} }, slow)
  }
}

function tellSlow(ground: Ground, container: string, ms: number): void {
  const soFar = `${exactDuration(Math.floor(ms / 10_000) * 10_000)} so far`
  ground.say({ percent: null, sentence: `${container} is slow to stop: ${soFar}. It gets ${exactDuration(stopWithinMs)}.` })
}

/** A container started by hand without --rm keeps its name when it has stopped, and nothing can start under that name: it is removed. */
export async function freeName(ground: Ground, machines: readonly string[], containerName: string, step: string): Promise<void> {
  for (const machine of machines) {
    const state = await containerState(ground, machine, containerName)
    if (state !== null && stopped.has(state) && state !== 'absent')
      await runJob(ground, machine, ofMachine(step, machine), { argv: ['docker', 'rm', containerName], env: {} })
  }
}

/** Was this stop ever begun? Waits until no command of it runs any more. */
export async function stopWasBegun(ground: Ground, stop: PlanStop, step: string): Promise<boolean> {
  let begun = false
  const jobs = [[stop.machines[0], step] as const, ...stop.machines.map((machine) => [machine, ofMachine(step, machine)] as const)]
  for (const [machine, name] of jobs) {
    let state = await jobState(ground, machine, name)
    begun ||= state !== 'absent'
    while (state === 'running') {
      await ground.needs.clock.sleep(500, ground.signal)
      state = await jobState(ground, machine, name)
    }
  }
  return begun
}

/** docker's words for a container in which nothing runs. */
const stopped: ReadonlySet<string> = new Set(['absent', 'exited', 'created', 'dead'])
const absent: ReadonlySet<string> = new Set(['absent'])

/** docker's State of the container of that exact name, or 'absent'; null when docker did not answer. */
async function containerState(ground: Ground, machineId: string, containerName: string): Promise<string | null> {
  const reading = await watchContainer(ground, machineId, containerName)
  ground.sawBoot(machineId, reading.bootId)
  return reading.container
}

/** True once nothing runs under that exact name on a machine, false when something still does after `withinMs`. */
export async function isGone(
  ground: Ground,
  machineId: string,
  containerName: string,
  withinMs: number,
  enough: ReadonlySet<string> = stopped,
): Promise<boolean> {
  const { clock } = ground.needs
  const until = clock.now() + withinMs
  for (;;) {
    const state = await containerState(ground, machineId, containerName)
    if (state !== null && enough.has(state)) return true
    if (clock.now() >= until) return false
    await clock.sleep(lookEveryMs, ground.signal)
  }
}

/** A stop is done when nothing runs under the name on any machine. Raises room_not_made, or removal_failed where force was used. */
export async function proveStopped(ground: Ground, { machines, containerName, force }: PlanStop): Promise<void> {
  if (force === true) await prove(ground, machines, containerName, absent, 'removal_failed')
  else await prove(ground, machines, containerName, stopped)
}

/** Nothing starts before every machine reports the name absent. Raises room_not_made. */
export async function proveGone(ground: Ground, machines: readonly string[], containerName: string): Promise<void> {
  await prove(ground, machines, containerName, absent)
}

async function prove(
  ground: Ground,
  machines: readonly string[],
  containerName: string,
  enough: ReadonlySet<string>,
  code: 'room_not_made' | 'removal_failed' = 'room_not_made',
): Promise<void> {
  for (const machine of machines) {
    if (!(await isGone(ground, machine, containerName, goneWithinMs, enough)))
      throw new SparkError(code, { machine: ground.machine(machine).name, container: containerName })
  }
}

/**
 * ... and before there is the memory that the ledger counts on and that vLLM will take by its own fraction: a start beyond that does
 * not end a process, it freezes the Spark. Raises memory_not_back.
 */
export async function proveMemory(ground: Ground, start: PlanStart, memory: readonly PlanMemory[], step = 'cache'): Promise<void> {
  const { clock, settings } = ground.needs
  const until = clock.now() + settings.get('swap.memoryBackSeconds') * 1000
  for (const one of memory) {
    const needed = Math.max(one.needBytes, takenBytes(start.recipe.flags, one.totalBytes))
    for (;;) {
      const reading = await watchContainer(ground, one.machine, start.containerName)
      if (reading.availableBytes >= needed) {
        // Enough for a vLLM that counts as the kernel does; one that counts as the driver does wants it free.
        if (reading.freeBytes < takenBytes(start.recipe.flags, one.totalBytes)) await letGoOfFiles(ground, one.machine, step)
        break
      }
      const name = ground.machine(one.machine).name
      const have = bytesInWords(reading.availableBytes)
      const need = bytesInWords(needed)
      if (clock.now() >= until)
        throw new SparkError('memory_not_back', { machine: name, have, need, others: await othersOn(ground, one.machine) })
      ground.say({ percent: null, sentence: `Waiting for memory on ${name}: ${have} free, ${need} needed.` })
      await clock.sleep(lookEveryMs, ground.signal)
    }
  }
}

/** The one command with sudo, and only where the owner has installed the line that allows it: without it nothing happens. */
export const letGoArgv = ['bash', '-c', 'sync; echo 3 | sudo -n tee /proc/sys/vm/drop_caches'] as const
const letGoWithinMs = minuteMs

/** Asks the kernel to let go of files it holds in memory. It stops nothing; where it is not allowed, vLLM says whether that matters. */
async function letGoOfFiles(ground: Ground, machineId: string, step: string): Promise<void> {
  const { name } = ground.machine(machineId)
  ground.say({ percent: null, sentence: `Letting go of files that ${name} holds in memory.` })
  const limit = { withinMs: letGoWithinMs, slow: () => undefined }
  const ran = await runJob(ground, machineId, ofMachine(step, machineId), { argv: letGoArgv, env: {} }, limit)
  ground.remark(
    ran.exitCode === 0
      ? `(${name} let go of files it held in memory.)`
      : `(${name} does not let us free memory held by files; some images then find too little free. The set-up check of ${name} shows the line that allows it.)`,
  )
}

/** Names of what runs in containers on a machine now, none of it ours: the switch has proved its own gone. Null: docker does not say. */
async function othersOn(ground: Ground, machineId: string): Promise<readonly string[] | null> {
  const seen = await ground.patient(machineId, (machine, signal) => ground.needs.sparks.probe(machine, [], signal))
  return seen.containers?.filter((one) => one.state === 'running').map((one) => one.name) ?? null
}
