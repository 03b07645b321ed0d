// What every page is drawn from, against the world: it may say less than is true ("not known", "as of 3 minutes ago"), never another thing.
import type { EngineView, StatusView } from '../../../server/contract/operations/shapes.ts'
import type { Saga } from './saga.ts'

/** What "answering" rests on: looks every few seconds, believed for three polls; a look itself may take five. */
const believedMs = 21_000
/** Looks come every few seconds; what has run for so long, reachable, cannot be unknown to an honest "stopped". */
const knownByMs = 45_000
/** Three looks that nobody answers, each given up after 15 s. */
const missedByMs = 80_000

export function pageIsTrue(saga: Saga): string | null {
  const status = saga.life.graph.status.status()
  const engine = mainOf(status)
  return answeringIsTrue(saga, engine) ?? stoppedIsTrue(saga, engine) ?? machinesAreTrue(saga, status) ?? switchIsTrue(saga, status)
}

function mainOf(status: StatusView): EngineView {
  const engine = status.clusters[0]?.engines[0]
  if (engine === undefined) throw new Error('a status without an engine')
  return engine
}

function answeringIsTrue({ watchman }: Saga, engine: EngineView): string | null {
  if (engine.state !== 'answering' && engine.state !== 'busy') return null
  if (watchman.servedLately(engine.url ?? '', engine.model ?? '', believedMs)) return null
  return `status says that ${engine.model} is ${engine.state} at ${engine.url}, and it is not`
}

/** "X is no longer running" says nothing of others; "Nothing is running" does. */
function stoppedIsTrue(saga: Saga, engine: EngineView): string | null {
  if (engine.state !== 'stopped' || engine.model !== null) return null
  const { life, watchman } = saga
  const name = String(life.graph.settings.get('engine.containerName'))
  const listed = new Set(life.stores.machines.list().map((one) => one.address))
  const there = life.world
    .serving()
    .find((one) => one.container === name && listed.has(one.address) && life.clock.now() - one.since > knownByMs)
  if (there === undefined || watchman.calmFor(there.node) <= knownByMs) return null
  return `status says "${engine.sentence}", and ${there.model} answers on ${there.node}`
}

function machinesAreTrue({ life, watchman }: Saga, status: StatusView): string | null {
  for (const { name: machine, id, state } of status.machines) {
    const address = life.stores.machines.find(id)?.address
    const node = life.world.options.nodes.find((one) => one.address === address)?.name ?? ''
    if (state === 'reachable' && watchman.awayFor(node) > missedByMs) return `${machine} is said to be reachable, and is not`
    if (state === 'unreachable' && watchman.calmFor(node) > knownByMs) return `${machine} is said to be unreachable, and it answers`
  }
  return null
}

/** Home, the lock and the switch's own page tell of the same switch. */
function switchIsTrue({ life }: Saga, status: StatusView): string | null {
  const cluster = status.clusters[0]
  const live = life.stores.swaps.live('default')
  if ((cluster?.swap?.id ?? null) !== (live?.id ?? null)) return `Home shows the switch ${cluster?.swap?.id}, and ${live?.id} runs`
  if ((cluster?.lock?.by === 'swap') !== (live !== null)) return `the lock says ${cluster?.lock?.by}, and ${live?.id ?? 'no switch'} runs`
  if (live !== null && mainOf(status).state !== 'switching') return `a switch runs, and Home says "${mainOf(status).sentence}"`
  return null
}

/** Quiet now: "I do not know" is never wrong; "stopped" and "answering" must be so at once. */
export function quietPageIsTrue(saga: Saga): string | null {
  const { life, watchman } = saga
  const engine = life.graph.status.engine()
  const name = String(life.graph.settings.get('engine.containerName'))
  const listed = new Set(life.stores.machines.list().map((one) => one.address))
  const serving = life.world.serving().filter((one) => one.container === name && listed.has(one.address))
  const right = engine.url !== null && engine.model !== null && watchman.servedLately(engine.url, engine.model, 1000)
  if (engine.state === 'answering' && !right) return `quiet: "${engine.sentence}", and it is not so`
  if (engine.state === 'stopped' && serving.length > 0) return `quiet: "${engine.sentence}", and ${serving[0]?.model} answers`
  // A running engine keeps the name it was started under, whatever the setting says by now.
  const isWedged = life.world.serving().some((one) => one.wedged && `http://${one.address}:${one.port}` === engine.url)
  if (!['answering', 'busy', 'starting', 'unknown'].includes(engine.state) && right && !isWedged)
    return `quiet: "${engine.sentence}", and it answers`
  return null
}
