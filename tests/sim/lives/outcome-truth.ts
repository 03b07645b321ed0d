// An outcome is judged in the very moment it is told: by the world, not by what the appliance has seen of it.
import type { PlanStart } from '../../../server/domain/plan.ts'
import type { Swap } from '../../../server/domain/swap.ts'
import type { Saga } from './saga.ts'

/** Ready is only what answers by its own right: the right model, alive, from our container. */
export function readyIsTrue(saga: Saga, swap: Swap): string | null {
  const start = promised(swap)
  if (start === null) return null
  const { life, watchman } = saga
  const what = `${swap.state}, restored ${swap.restored}: ${start.servedName}`
  const machine = life.stores.machines.find(start.machines[0] ?? '')
  const serve = watchman.servesNow(machine?.address ?? '', start.port, start.servedName)
  if (serve === undefined) return `${what} does not answer`
  if (serve.wedged) return `${what} is wedged`
  return serve.container === start.containerName ? null : `${what} is answered by someone else`
}

/** What the outcome says that answers now. */
function promised(swap: Swap): PlanStart | null {
  if (swap.state === 'succeeded') return swap.plan.starts
  return swap.restored === true ? (swap.wayBack?.starts ?? null) : null
}

export function saysWhatIsTrue(saga: Saga, swap: Swap): string | null {
  const { life } = saga
  const sentence = swap.progress.sentence
  // What removes a container beside the one that serves says nothing of what serves.
  const isBeside = swap.plan.stops.every((stop) => stop.force === true && stop.model === null)
  const isWholeStop = swap.state === 'succeeded' && swap.plan.starts === null && !isBeside && !/not known|Home shows/.test(sentence)
  const saysNothing = /Nothing (that Spark Control started )?is answering\./.test(sentence) || isWholeStop
  const names = namesOf(saga, swap)
  const ours = life.world.serving().find((one) => names.has(one.container) && isListed(saga, one.address))
  if (saysNothing && ours !== undefined) return `"${sentence}", and ${ours.model} answers`
  if (/is as it was/.test(sentence) && swap.previousModel !== null) stillAsItWas(saga, swap, swap.previousModel)
  return null
}

/** Containers of a name that was ours before a setting or a restored database are those of a stranger. */
function namesOf({ life }: Saga, { plan, wayBack }: Swap): ReadonlySet<string> {
  const ofPlans = [...plan.stops, plan.starts, wayBack?.starts ?? null].flatMap((one) => one?.containerName ?? [])
  return new Set([...ofPlans, String(life.graph.settings.get('engine.containerName'))])
}

const isListed = ({ life }: Saga, address: string): boolean => life.stores.machines.list().some((one) => one.address === address)

/** "As it was" must still be so when a container that was told to stop would be gone. */
function stillAsItWas(saga: Saga, swap: Swap, model: string): void {
  const { life, watchman } = saga
  const serve = life.world.serving().find((one) => one.names.includes(model))
  if (serve === undefined) return
  const { bootId } = life.world.look(serve.node)
  const told = life.clock.now()
  void life.clock.sleep(15_000).then(() => {
    const isNewest = saga.life.stores.swaps.recent(1)[0]?.id === swap.id
    const rebooted = life.world.look(serve.node).bootId !== bootId
    const still = life.world.serving().some((one) => one.node === serve.node && one.since === serve.since)
    const died = life.world.faults().some((one) => one.name === 'F11') || watchman.harmedAt() >= told
    if (isNewest && !saga.down && !still && !rebooted && !died)
      saga.break('page-is-true', `"${swap.progress.sentence}", and it went away right after`)
  })
}
