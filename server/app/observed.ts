// Keeps what is stored about the engine true to what was seen: adopts what was started by hand, clears what is gone.
// It only ever reads and remembers; nothing here changes what runs on a machine.
import { adopt } from '../domain/adoption.ts'
import type { Serving } from '../domain/engine.ts'
import { type EngineSite, mainEngine, servingContainer } from '../domain/engine-sites.ts'
import type { MachineView } from '../domain/machine.ts'
import type { Model } from '../domain/model.ts'
import type { Recipe } from '../domain/recipe.ts'
import type { EngineWatch } from './engine-watch.ts'
import type { Fleet } from './fleet.ts'
import type { Clock, Log, ServingStore, SwapStore } from './ports.ts'
import type { EventsUse, SettingsUse } from './use-cases.ts'

export interface ObservedNeeds {
  readonly clock: Clock
  readonly fleet: Pick<Fleet, 'views' | 'onObserved'>
  readonly watch: EngineWatch
  readonly store: { readonly serving: ServingStore; readonly swaps: Pick<SwapStore, 'live' | 'recent'> }
  readonly models: { models(): readonly Model[] }
  readonly recipes: { of(model: string): readonly Recipe[] }
  readonly settings: Pick<SettingsUse, 'get'>
  readonly events: Pick<EventsUse, 'append'>
  readonly log: Log
  /** Starts a model again that a restart of its machine ended; called once a restart, only while swap.startAfterReboot is on. */
  readonly startAgain: (serving: Serving) => Promise<void> | void
}

export type Observed = ReturnType<typeof createObserved>

const cluster = 'default'
/** So soon after a switch ended, what was seen may be older than it looks: two looks must agree, ms. */
const unsettledMs = 60_000
const looksUntilGone = 2

export function createObserved(needs: ObservedNeeds) {
  const { clock, store, events, settings, fleet, watch } = needs
  /** Looks in a row, by their time, that found the container of this engine gone. */
  let absentAt: readonly number[] = []
  /** The look that would have adopted, when one alone is not enough. */
  let seenOnceAt: number | null = null
  /** What to start once every machine it needs is back. */
  let again: Serving | null = null

  const endedAt = (): number => store.swaps.recent(1)[0]?.endedAt ?? Number.NEGATIVE_INFINITY

  /** True when a look after the last switch found it, and (soon after a switch) a second one agreed. */
  const isSettled = (lookAt: number, machineAt: number): boolean => {
    const ended = endedAt()
    if (lookAt <= ended || machineAt <= ended) return false
    if (clock.now() - ended > unsettledMs) return true
    const before = seenOnceAt
    seenOnceAt = lookAt
    return before !== null && before > ended && before < lookAt
  }

  const considerAdoption = (site: EngineSite): void => {
    if (site.kind !== 'ours' || store.serving.find(mainEngine) !== null || store.swaps.live(cluster) !== null) return
    const views = fleet.views()
    const machineAt = views.find((view) => view.machine.id === site.machine.id)?.observation?.at
    const look = watch.signsAt(site).look
    if (look === null || machineAt === undefined) return
    const containerName = settings.get('engine.containerName')
    const facts = { site, look, views, models: needs.models.models(), recipesOf: needs.recipes.of, containerName, now: clock.now() }
    const serving = adopt(facts)
    if (serving === null || !isSettled(look.at, machineAt)) return
    seenOnceAt = null
    again = null
    store.serving.set(serving)
    const names = serving.machines.map((id) => views.find((view) => view.machine.id === id)?.machine.name ?? id)
    needs.log.info('an engine started by hand is adopted', { model: serving.model, machines: names })
    events.append('engine_adopted', { engine: mainEngine, model: serving.model, machines: names })
  }

  /** Gone is said only of a machine that answered, whose docker answered, twice in a row, with no switch in between. */
  const considerGone = (machine: string): void => {
    const serving = store.serving.find(mainEngine)
    if (serving === null || serving.machines[0] !== machine) return
    if (store.swaps.live(cluster) !== null) {
      absentAt = []
      return
    }
    const view = fleet.views().find((one) => one.machine.id === machine)
    const seen = view?.observation ?? null
    if (view === undefined || seen === null || seen.containers === null || seen.at <= serving.since) return
    const name = servingContainer(serving, settings.get('engine.containerName'))
    if (seen.containers.some((one) => one.name === name && one.state === 'running')) {
      absentAt = []
      return
    }
    absentAt = [...absentAt.filter((at) => at > serving.since && at < seen.at), seen.at]
    if (absentAt.length >= looksUntilGone) clear(serving, view)
  }

  const clear = (serving: Serving, head: MachineView): void => {
    absentAt = []
    store.serving.clear(mainEngine)
    needs.log.warn('the container of the engine is gone', { model: serving.model, machine: head.machine.id })
    if (bootedAt(head) > serving.since && serving.plan?.starts != null) again = serving
    tryAgain()
  }

  /** After a restart of a machine the model is started again when the owner wants it, once every machine it needs answers. */
  const tryAgain = (): void => {
    if (again === null) return
    if (store.serving.find(mainEngine) !== null || store.swaps.live(cluster) !== null || !settings.get('swap.startAfterReboot')) {
      again = null
      return
    }
    const wanted = again
    const views = fleet.views()
    const ready = wanted.machines.every((id) =>
      views.some((view) => view.machine.id === id && view.reach === 'reachable' && view.misses === 0),
    )
    if (!ready) return
    again = null
    Promise.resolve(needs.startAgain(wanted)).catch((error: unknown) => {
      needs.log.warn('the model could not be started again after a restart', { model: wanted.model, error })
    })
  }

  return {
    /** What serves without our doing and is not the main engine: shown, never touched. */
    observedSites: (): readonly EngineSite[] => {
      const live = store.swaps.live(cluster)
      const busy = new Set(
        live === null ? [] : [...(live.plan.starts?.machines ?? []), ...live.plan.stops.flatMap((stop) => stop.machines)],
      )
      return watch.sites().filter((site) => {
        if (site.kind === 'main' || (site.kind !== 'foreign' && busy.has(site.machine.id))) return false
        if (site.kind === 'foreign') return true
        if (site.kind === 'port') return watch.signsAt(site).look?.reachable === true && (watch.signsAt(site).look?.models.length ?? 0) > 0
        return store.serving.find(mainEngine) !== null
      })
    },

    /** A container of our name that runs vLLM and is not stored: it will be adopted when it answers. */
    comingSite: (): EngineSite | null => {
      if (store.serving.find(mainEngine) !== null) return null
      return watch.sites().find((site) => site.kind === 'ours') ?? null
    },

    start(signal: AbortSignal): void {
      const offLooked = watch.onLooked(considerAdoption)
      const offObserved = fleet.onObserved((machine) => {
        considerGone(machine)
        tryAgain()
      })
      const end = (): void => {
        offLooked()
        offObserved()
      }
      signal.addEventListener('abort', end, { once: true })
    },
  }
}

/** When a machine last started, ms; its own clock plays no part. */
function bootedAt(view: MachineView): number {
  const seen = view.observation
  return seen === null
    ? Number.NEGATIVE_INFINITY
    : Math.max(view.rebootedAt ?? Number.NEGATIVE_INFINITY, seen.at - seen.uptimeSeconds * 1000)
}
