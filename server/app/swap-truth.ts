// What is true on the machines when a switch ends, by one look at each, without patience: what is not seen to be gone is not said to be gone.
import { SparkError } from '../contract/errors.ts'
import type { Machine } from '../domain/machine.ts'
import type { Swap } from '../domain/swap.ts'
import type { Ground } from './swap-ground.ts'

/**
 * `untouched`: nobody told it to go. `still`: it was told to go and answers all the same. `restored`: it was started again and answers.
 * `nothing`: nothing of ours runs where the switch was, seen on every machine; `unseen`: names of other machines that do not say what
 * runs there. `unknown`: with the reason; what answers shows when the machines are looked at.
 */
export type Return =
  | { readonly kind: 'untouched' | 'still' | 'restored' }
  | { readonly kind: 'nothing'; readonly unseen: readonly string[] }
  | { readonly kind: 'unknown'; readonly why: string }

interface Spot {
  readonly machine: string
  readonly containerName: string
}

export async function whatIsTrue(ground: Ground): Promise<Return> {
  for (const spot of touchedSpots(ground.swap())) {
    const why = await whyNotGone(ground, spot)
    if (why !== null) return { kind: 'unknown', why }
  }
  return await elsewhere(ground)
}

/** Machines that the switch did not touch: somebody may have started one there by hand, and "nothing is answering" would not be so. */
export async function elsewhere(ground: Ground): Promise<Extract<Return, { kind: 'nothing' | 'unknown' }>> {
  const touched = touchedSpots(ground.swap())
  const names = [...new Set(touched.map((spot) => spot.containerName))]
  const unseen: string[] = []
  for (const machine of ground.needs.store.machines.list()) {
    for (const containerName of names) {
      if (touched.some((spot) => spot.machine === machine.id && spot.containerName === containerName)) continue
      const seen = await lookAt(ground, machine, containerName)
      if (seen === 'runs') return { kind: 'unknown', why: runsWords(machine, containerName) }
      if (seen !== 'gone' && !unseen.includes(machine.name)) unseen.push(machine.name)
    }
  }
  return { kind: 'nothing', unseen }
}

/** Where a swap may have left or met something. */
function touchedSpots(swap: Swap): readonly Spot[] {
  const all = [...swap.plan.stops, swap.plan.starts, swap.wayBack?.starts ?? null]
  return all.flatMap((one) => one?.machines.map((machine) => ({ machine, containerName: one.containerName })) ?? [])
}

/** Null when nothing is seen to run there under that name. */
async function whyNotGone(ground: Ground, { machine: id, containerName }: Spot): Promise<string | null> {
  const machine = ground.needs.store.machines.find(id)
  if (machine === null) return 'A machine of this switch is no longer in the list, so what answers there is not known.'
  const seen = await lookAt(ground, machine, containerName)
  if (seen === 'gone') return null
  if (seen === 'runs') return runsWords(machine, containerName)
  return `${seen === 'docker_silent' ? `Docker on ${machine.name}` : machine.name} does not answer, so what answers there is not known.`
}

const runsWords = (machine: Machine, containerName: string): string =>
  `The container ${containerName} runs on ${machine.name}; Home shows whether it answers.`

async function lookAt(ground: Ground, machine: Machine, containerName: string): Promise<'gone' | 'runs' | 'docker_silent' | 'silent'> {
  try {
    const reading = await ground.needs.sparks.watch(machine, { containerName, logOffset: 0, job: null }, ground.signal)
    if (reading.container === null) return 'docker_silent'
    return reading.container === 'running' && reading.serving !== null ? 'runs' : 'gone'
  } catch (error) {
    ground.signal.throwIfAborted()
    if (!(error instanceof SparkError)) throw error
    return 'silent'
  }
}
