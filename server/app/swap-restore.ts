// Undoing a swap: take down what was started, prove it gone, start the previous model again in the same swap, and find out what is true.
import { SparkError } from '../contract/errors.ts'
import type { PlanStart, PlanStop } from '../domain/plan.ts'
import type { SwapTrouble } from '../domain/swap.ts'
import { type Ground, touchedMachines } from './swap-ground.ts'
import { endJob, jobState } from './swap-jobs.ts'
import { load } from './swap-load.ts'
import { answersAs, headOf } from './swap-look.ts'
import { freeName, isGone, proveMemory, stopEverywhere, stopStep, stopWasBegun } from './swap-room.ts'
import { launchOnce, verify, warmUp } from './swap-start.ts'
import { type Return, whatIsTrue } from './swap-truth.ts'

const backStep = 'back_start'
/** docker's ten seconds of grace run on without the command that asked for them. */
const graceMs = 15_000

/** Raises nothing but the shutdown: whatever fails here ends in what can be seen. */
export async function bringBack(ground: Ground, nameOf: (model: string | null) => string, trouble: SwapTrouble | null): Promise<Return> {
  const name = nameOf(ground.swap().previousModel)
  try {
    if (handsOff.has(trouble?.code ?? '')) return await whatIsTrue(ground)
    const deaf = await takeOver(ground, trouble?.code === 'machine_silent')
    // Taken up after a restart: what is on its way back had gone away.
    const onItsWay = await isOnItsWay(ground, deaf)
    const never = deaf.size === 0 && !onItsWay ? await neverWentAway(ground) : null
    if (never !== null) return { kind: never }
    if (await startAgain(ground, name, deaf, onItsWay)) return { kind: 'restored' }
  } catch (error) {
    ground.signal.throwIfAborted()
    ground.needs.log.warn('bringing the previous model back failed', { swap: ground.id, error })
    const why = error instanceof SparkError ? `: ${error.message}` : '.'
    ground.remark(`(Bringing ${name} back did not work${why})`)
    await clearAttempt(ground)
  }
  return await whatIsTrue(ground)
}

/** The cluster belongs to someone else now: nothing more is told to any machine. */
const handsOff: ReadonlySet<string> = new Set(['fence_refused'])

/**
 * A renewed fence on every machine that answers: an order of ours that is still on its way there does nothing any more. Returns those
 * that do not answer or do not let us in; they are left alone. `waitedAlready`: one of them was silent for as long as the owner allows.
 */
async function takeOver(ground: Ground, waitedAlready: boolean): Promise<ReadonlySet<string>> {
  const deaf = new Set<string>()
  const swap = ground.swap()
  ground.needs.store.swaps.renewFence(swap.id)
  for (const id of touchedMachines(swap)) {
    try {
      await ground.takeFences([id], !waitedAlready)
    } catch (error) {
      ground.signal.throwIfAborted()
      if (!(error instanceof SparkError) || handsOff.has(error.code)) throw error
      ground.remark(`(${error.message} The rest goes on without it.)`)
      deaf.add(id)
    }
  }
  return deaf
}

/** Neither a stop nor a start took effect: nobody told it to go, or it answers although somebody did. Null: it went away. */
async function neverWentAway(ground: Ground): Promise<'untouched' | 'still' | null> {
  const swap = ground.swap()
  if (swap.plan.starts !== null && (await jobState(ground, headOf(swap.plan.starts), 'start')) !== 'absent') return null
  let begun = false
  for (const [at, stop] of swap.plan.stops.entries()) begun = (await stopWasBegun(ground, stop, stopStep(at))) || begun
  if (!begun) return 'untouched'
  const before = ground.needs.store.serving.find(swap.engine)
  const head = before?.machines[0]
  if (before === null || head === undefined) return null
  const address = { address: ground.machine(head).address, port: before.port }
  if (!(await answersAs(ground, address, before.servedName))) return null
  await ground.needs.clock.sleep(graceMs, ground.signal)
  return (await answersAs(ground, address, before.servedName)) ? 'still' : null
}

async function isOnItsWay(ground: Ground, deaf: ReadonlySet<string>): Promise<boolean> {
  const start = ground.swap().wayBack?.starts ?? null
  if (start === null || deaf.has(headOf(start))) return false
  return (await jobState(ground, headOf(start), backStep)) !== 'absent'
}

async function startAgain(ground: Ground, name: string, deaf: ReadonlySet<string>, onItsWay: boolean): Promise<boolean> {
  const { plan, wayBack: back } = ground.swap()
  const start = back?.starts ?? null
  if (!onItsWay) await takeDown(ground, plan.starts, 'start', 'undo', deaf)
  if (back === null || start === null || start.machines.some((id) => deaf.has(id))) return false
  ground.speakAs(`Bringing ${name} back. `)
  if (!onItsWay) {
    // A stop that was cut short may have left the old one half there.
    for (const [at, stop] of plan.stops.entries()) await stopWhatIsLeft(ground, hearing(stop, deaf), `back_${stopStep(at)}`)
    await freeName(ground, start.machines, start.containerName, 'back_free')
    await proveMemory(ground, start, back.memory, 'back_cache')
  }
  await launchOnce(ground, start, back.memory, backStep)
  await load(ground, start)
  await warmUp(ground, start)
  await verify(ground, start)
  return true
}

/** Ends a start of ours: its launcher first, then its containers. */
async function takeDown(
  ground: Ground,
  start: PlanStart | null,
  step: string,
  undo: string,
  deaf: ReadonlySet<string> = new Set(),
): Promise<void> {
  if (start === null) return
  const head = headOf(start)
  if (deaf.has(head)) {
    // Whether its launcher began is not known; from that phase on, what runs under the name elsewhere is of this start.
    if (!ground.swap().steps.some((one) => one.phase === step)) return
  } else {
    if ((await jobState(ground, head, step)) === 'absent') return
    await endJob(ground, head, step)
  }
  await stopEverywhere(ground, hearing(start, deaf), undo)
}

/** An attempt that did not answer is not left half alive: it holds memory, and might answer long after it was said not to. */
async function clearAttempt(ground: Ground): Promise<void> {
  try {
    await takeDown(ground, ground.swap().wayBack?.starts ?? null, backStep, 'back_undo')
  } catch (error) {
    ground.signal.throwIfAborted()
    ground.needs.log.warn('clearing what was started did not work', { swap: ground.id, error })
  }
}

async function stopWhatIsLeft(ground: Ground, stop: PlanStop, step: string): Promise<void> {
  for (const machine of stop.machines) {
    if (!(await isGone(ground, machine, stop.containerName, 0))) {
      await stopEverywhere(ground, stop, step)
      return
    }
  }
}

function hearing(stop: PlanStop, deaf: ReadonlySet<string>): PlanStop {
  return { ...stop, machines: stop.machines.filter((id) => !deaf.has(id)) }
}
