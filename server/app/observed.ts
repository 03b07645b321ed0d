// Keeps what is stored about the engine true to what was seen, as domain/reconcile.ts says: here are only its effects.
// It only ever reads and remembers; what changes something on a machine is asked of the one writer (swaps.ts), as any switch is.
import type { Serving } from '../domain/engine.ts'
import { type EngineSite, mainEngine } from '../domain/engine-sites.ts'
import { findLeftBehind } from '../domain/left-behind.ts'
import type { Model } from '../domain/model.ts'
import type { Recipe } from '../domain/recipe.ts'
import { type Act, type Known, noNotes, reconcile, type Seen, type Truth, truthOf } from '../domain/reconcile.ts'
import { commandName, machineOf, type Somebody, somebodySentence } from '../domain/somebody-else.ts'
import type { Swap } from '../domain/swap.ts'
import type { EngineWatch } from './engine-watch.ts'
import type { Fleet } from './fleet.ts'
import type { Clock, Log, ReservationStore, ServingStore, SwapStore } from './ports.ts'
import type { EventsUse, SettingsUse } from './use-cases.ts'
import { whenAborted } from './when-aborted.ts'

export interface ObservedNeeds {
  readonly clock: Clock
  readonly appliance: string
  readonly fleet: Pick<Fleet, 'views' | 'onObserved'>
  readonly watch: EngineWatch
  readonly store: {
    readonly serving: ServingStore
    readonly swaps: Pick<SwapStore, 'live' | 'recent' | 'find' | 'highestFence' | 'raiseFence'>
    readonly reservations: Pick<ReservationStore, 'find'>
  }
  readonly models: { models(): readonly Model[] }
  readonly recipes: { of(model: string): readonly Recipe[] }
  readonly settings: Pick<SettingsUse, 'get'>
  readonly events: Pick<EventsUse, 'append'>
  readonly log: Log
  /** Starts a model again that a restart of its machine ended; called once a restart, only while swap.startAfterReboot is on. */
  readonly startAgain: (serving: Serving) => Promise<void> | void
  /** Walks a live switch on from where its row says it is. */
  readonly takeUp: (swap: string) => void
  /** Removes what a switch left on machines, under lock and fence; `still` is asked after a fresh look at them. */
  readonly clearUp: (swap: Swap, machines: readonly string[], still: () => boolean) => Promise<void> | void
}

export type Observed = ReturnType<typeof createObserved>

const cluster = 'default'

export function createObserved(needs: ObservedNeeds) {
  const { store, events, settings, fleet, watch } = needs
  let notes = noNotes

  const reservedBy = (): string | null => {
    const reservation = store.reservations.find(cluster)
    return reservation !== null && reservation.until > needs.clock.now() ? reservation.holder : null
  }

  const known = (walked: boolean): Known => {
    const swap = store.swaps.live(cluster)
    return {
      now: needs.clock.now(),
      appliance: needs.appliance,
      containerName: settings.get('engine.containerName'),
      startAfterReboot: settings.get('swap.startAfterReboot'),
      serving: store.serving.find(mainEngine),
      live: swap === null ? null : { swap, walked },
      lastSwap: store.swaps.recent(1)[0] ?? null,
      highestFence: store.swaps.highestFence(),
      swapOf: store.swaps.find,
      reservedBy,
      notes,
    }
  }

  const seen = (): Seen => ({
    views: fleet.views(),
    sites: watch.sites().map((site) => ({ site, look: watch.signsAt(site).look })),
    models: needs.models.models(),
    recipesOf: needs.recipes.of,
  })

  const nameOf = (id: string): string => fleet.views().find((view) => view.machine.id === id)?.machine.name ?? id
  const namesOf = (serving: Serving): string[] => serving.machines.map(nameOf)

  const adopted = (serving: Serving): void => {
    store.serving.set(serving)
    const machines = namesOf(serving)
    needs.log.info('an engine started by hand is adopted', { model: serving.model, machines })
    events.append('engine_adopted', { engine: mainEngine, model: serving.model, machines })
  }

  const forgotten = ({ model, machines }: Serving, by: EngineSite | null): void => {
    store.serving.clear(mainEngine)
    needs.log.warn('the container of the engine is gone', { model, machine: machines[0] })
    if (by === null) return
    events.append('engine_replaced', { engine: mainEngine, model, machine: nameOf(by.machine.id), by: commandName(by) })
  }

  const startAgain = (serving: Serving): void => {
    Promise.resolve(needs.startAgain(serving)).catch((error: unknown) => {
      needs.log.warn('the model could not be started again after a restart', { model: serving.model, error })
    })
  }

  const clearUp = (swap: Swap, machines: readonly string[]): void => {
    const still = (): boolean => {
      const left = findLeftBehind({ ...known(true), ...seen() }).filter((one) => one.swap.id === swap.id)
      return machines.every((id) => left.some(({ machine }) => machine.id === id))
    }
    Promise.resolve(needs.clearUp(swap, machines, still)).catch((error: unknown) => {
      needs.log.warn('what a switch left behind was not removed', { swap: swap.id, machines: machines.map(nameOf), error })
    })
  }

  const tell = (somebody: Somebody): void => {
    const machine = machineOf(somebody)
    const sentence = somebodySentence(somebody, nameOf)
    events.append('somebody_else', { machine, name: nameOf(machine), kind: somebody.kind, sentence })
  }

  const effect = (act: Act): void => {
    if (act.do === 'raise_fence') store.swaps.raiseFence(act.floor)
    else if (act.do === 'take_up') needs.takeUp(act.swap.id)
    else if (act.do === 'adopt') adopted(act.serving)
    else if (act.do === 'forget') forgotten(act.serving, act.by)
    else if (act.do === 'start_again') startAgain(act.serving)
    else if (act.do === 'clear_up') clearUp(act.swap, act.machines)
    else tell(act.somebody)
  }

  const settle = (walked: boolean): void => {
    const done = reconcile(known(walked), seen())
    notes = done.notes
    for (const act of done.acts) effect(act)
  }

  return {
    truth: (): Truth => truthOf(known(true), seen()),
    reservedBy,

    /** At start, once: a live switch that nobody walks is taken up. */
    takeUp: (): void => settle(false),

    start(signal: AbortSignal): void {
      const consider = (): void => settle(true)
      const offLooked = watch.onLooked(consider)
      const offObserved = fleet.onObserved(consider)
      whenAborted(signal, offLooked, offObserved)
    },
  }
}
