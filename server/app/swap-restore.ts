// Bringing the previous model back, in the same swap: take down what was started, prove it gone, start the old one, make sure it answers.
import { SparkError } from '../contract/errors.ts'
import type { SwapTrouble } from '../domain/swap.ts'
import type { Ground } from './swap-ground.ts'
import { proveGone, proveMemory, stopEverywhere } from './swap-room.ts'
import { answersAs, launchOnce, load, verify, warmUp } from './swap-start.ts'

const step = 'back_start'

/** `untouched`: it never went away. `restored`: it was started again and answers. `lost`: it does not answer. */
export type Return = 'untouched' | 'restored' | 'lost'

/** Never raises but on shutdown: whatever fails here means "lost". */
export async function bringBack(ground: Ground, nameOf: (model: string | null) => string, trouble: SwapTrouble | null): Promise<Return> {
  const name = nameOf(ground.swap().previousModel)
  try {
    if (await neverWentAway(ground)) return 'untouched'
    return (await startAgain(ground, name, trouble)) ? 'restored' : 'lost'
  } catch (error) {
    ground.signal.throwIfAborted()
    ground.needs.log.warn('bringing the previous model back failed', { swap: ground.id, error })
    ground.record([
      error instanceof SparkError ? `Bringing ${name} back did not work: ${error.message}` : `Bringing ${name} back did not work.`,
    ])
    return 'lost'
  }
}

async function startAgain(ground: Ground, name: string, trouble: SwapTrouble | null): Promise<boolean> {
  const back = ground.swap().wayBack
  const start = back?.starts ?? null
  const onItsWay = start !== null && (await jobState(ground, start.machines[0], step)) !== 'absent'
  if (!onItsWay && !isHopeless(trouble)) await takeDown(ground)
  if (back === null || start === null || isHopeless(trouble)) return false
  ground.speakAs(`Bringing ${name} back. `)
  if (!onItsWay) await proveMemory(ground, back.memory, start.containerName)
  await launchOnce(ground, start, step)
  await load(ground, start)
  await warmUp(ground, start)
  await verify(ground, start)
  return true
}

/** A machine that belongs to someone else now, or never came back, is not told anything more. */
function isHopeless(trouble: SwapTrouble | null): boolean {
  return trouble !== null && ['fence_refused', 'machine_silent', 'host_key_changed', 'machine_refused_key'].includes(trouble.code)
}

/** The failure came before anything new was started, and the old model still answers. A stop that is under way is waited out first. */
async function neverWentAway(ground: Ground): Promise<boolean> {
  const swap = ground.swap()
  const before = ground.needs.store.serving.find(swap.engine)
  const head = before?.machines[0]
  if (before === null || head === undefined) return false
  if (swap.plan.starts !== null && (await jobState(ground, swap.plan.starts.machines[0], 'start')) !== 'absent') return false
  while ((await jobState(ground, head, 'stop')) === 'running') await ground.needs.clock.sleep(500, ground.signal)
  return answersAs(ground, { address: ground.machine(head).address, port: before.port }, before.servedName)
}

async function jobState(ground: Ground, machineId: string | undefined, name: string): Promise<'absent' | 'running' | 'ended' | 'lost'> {
  if (machineId === undefined) return 'absent'
  const reading = await ground.patient(machineId, (machine, signal) =>
    ground.needs.sparks.readJob(machine, { swap: ground.id, step: name }, 0, signal),
  )
  return reading.state
}

async function takeDown(ground: Ground): Promise<void> {
  const start = ground.swap().plan.starts
  const head = start?.machines[0]
  if (start === null || head === undefined || (await jobState(ground, head, 'start')) === 'absent') return
  await ground.patient(head, (machine, signal) => ground.needs.sparks.endJob(machine, { swap: ground.id, step: 'start' }, signal))
  await stopEverywhere(
    ground,
    { model: start.model, containerName: start.containerName, machines: start.machines, stopArgv: start.stopArgv },
    'undo',
  )
  await proveGone(ground, start.machines, start.containerName)
}
