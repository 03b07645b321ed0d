// Making room: let conversations finish, stop what serves on every machine, and prove it gone and the memory back.
import { SparkError } from '../contract/errors.ts'
import type { PlanMemory, PlanStop } from '../domain/plan.ts'
import { splitLines } from '../domain/progress.ts'
import { bytesInWords } from '../domain/words.ts'
import type { JobKey } from './ports.ts'
import type { Ground } from './swap-ground.ts'

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

/** Runs a command as a detached job on a machine and follows it to its end; returns its exit code, null when it was lost. */
export async function runJob(
  ground: Ground,
  machineId: string,
  step: string,
  order: { argv: readonly string[]; env: Readonly<Record<string, string>> },
): Promise<{ exitCode: number | null; lines: readonly string[] }> {
  const { sparks, clock } = ground.needs
  const swap = ground.swap()
  const key: JobKey = { swap: swap.id, step }
  await ground.patient(machineId, (machine, signal) =>
    sparks.startJob(
      machine,
      {
        appliance: ground.needs.appliance,
        fence: swap.fence,
        swap: swap.id,
        step,
        argv: order.argv,
        env: order.env,
        cwd: folderOf(order.argv[0]),
      },
      signal,
    ),
  )
  const lines: string[] = []
  let offset = 0
  let rest = ''
  for (;;) {
    const from = offset
    const reading = await ground.patient(machineId, (machine, signal) => sparks.readJob(machine, key, from, signal))
    offset = reading.nextOffset
    const split = splitLines(rest, reading.text)
    rest = split.rest
    lines.push(...split.lines)
    ground.record(split.lines)
    if (reading.text === '' && reading.state !== 'running') {
      if (rest.trim() !== '') {
        lines.push(rest)
        ground.record([rest])
      }
      return { exitCode: reading.state === 'ended' ? reading.exitCode : null, lines }
    }
    if (reading.text === '') await clock.sleep(300, ground.signal)
  }
}

function folderOf(path: string | undefined): string | null {
  return path?.startsWith('/') === true ? path.slice(0, path.lastIndexOf('/')) || '/' : null
}

/** Stops one container everywhere: the launcher's own stop first, then docker on each machine that still has it. */
export async function stopEverywhere(ground: Ground, stop: PlanStop, step: string): Promise<void> {
  const head = stop.machines[0]
  if (head === undefined) return
  ground.say({
    percent: null,
    sentence:
      stop.model === null ? 'Clearing what an earlier start left behind.' : 'Stopping the old model. This takes about ten seconds a Spark.',
  })
  await runJob(ground, head, step, { argv: stop.stopArgv, env: {} })
  for (const machine of stop.machines) {
    if (await isGone(ground, machine, stop.containerName, 3000)) continue
    await runJob(ground, machine, `${step}_${machine}`, { argv: ['docker', 'stop', '-t', '10', stop.containerName], env: {} })
  }
}

/** True once a machine reports the exact name absent, false when it is still there after `withinMs`. */
async function isGone(ground: Ground, machineId: string, containerName: string, withinMs: number): Promise<boolean> {
  const { sparks, clock } = ground.needs
  const until = clock.now() + withinMs
  for (;;) {
    const reading = await ground.patient(machineId, (machine, signal) =>
      sparks.watch(machine, { containerName, logOffset: 0, job: null }, signal),
    )
    if (reading.container === 'absent') return true
    if (clock.now() >= until) return false
    await clock.sleep(lookEveryMs, ground.signal)
  }
}

/** Nothing starts before every machine reports the name absent. Raises room_not_made. */
export async function proveGone(ground: Ground, machines: readonly string[], containerName: string): Promise<void> {
  for (const machine of machines) {
    if (!(await isGone(ground, machine, containerName, goneWithinMs)))
      throw new SparkError('room_not_made', { machine: ground.machine(machine).name, container: containerName })
  }
}

/** ... and before the memory is back. Raises memory_not_back. */
export async function proveMemory(ground: Ground, memory: readonly PlanMemory[], containerName: string): Promise<void> {
  const { sparks, clock, settings } = ground.needs
  const until = clock.now() + settings.get('swap.memoryBackSeconds') * 1000
  for (const one of memory) {
    for (;;) {
      const reading = await ground.patient(one.machine, (machine, signal) =>
        sparks.watch(machine, { containerName, logOffset: 0, job: null }, signal),
      )
      if (reading.availableBytes >= one.needBytes) break
      const name = ground.machine(one.machine).name
      const have = bytesInWords(reading.availableBytes)
      const need = bytesInWords(one.needBytes)
      if (clock.now() >= until) throw new SparkError('memory_not_back', { machine: name, have, need })
      ground.say({ percent: null, sentence: `Waiting for memory on ${name}: ${have} free, ${need} needed.` })
      await clock.sleep(lookEveryMs, ground.signal)
    }
  }
}
