// Everything around a switch: the lock, chat, plans, the runner, and what is said of it all.
import { shedBackground } from './app/background.ts'
import { createChat } from './app/chat.ts'
import type { Discovery } from './app/discovery.ts'
import { createEngineWatch } from './app/engine-watch.ts'
import type { Events } from './app/events.ts'
import type { Fleet } from './app/fleet.ts'
import { createHealth } from './app/health.ts'
import { createLock } from './app/lock.ts'
import type { Models } from './app/models.ts'
import { createObserved } from './app/observed.ts'
import { createPlans } from './app/plans.ts'
import type { Recipes } from './app/recipes.ts'
import { createSpeeds } from './app/speeds.ts'
import { createStatus, type StatusNeeds } from './app/status.ts'
import type { Storage } from './app/storage.ts'
import type { measuredBy } from './app/swap-measure.ts'
import { createSwapRunner } from './app/swap-runner.ts'
import { createSwaps } from './app/swaps.ts'
import type { SettingsUse } from './app/use-cases.ts'
import type { composeMachineFacts } from './compose-machine-facts.ts'
import { composePressure } from './compose-pressure.ts'
import type { Serving } from './domain/engine.ts'
import { modelName } from './domain/model-name.ts'
import type { PlanFacts } from './domain/plan-facts.ts'
import type { Swap } from './domain/swap.ts'
import type { Adapters } from './world.ts'

/** What the house has already when switching is built. */
export interface SwitchingGround {
  readonly world: Adapters
  readonly events: Events
  readonly storage: Storage
  readonly settings: SettingsUse
  readonly fleet: Fleet
  readonly discovery: Discovery
  readonly recipes: Recipes
  readonly models: Models
  readonly measured: ReturnType<typeof measuredBy>
  /** What else Home asks the owner to look at. */
  readonly alsoNeedsOwner: StatusNeeds['alsoNeedsOwner']
  readonly machineFacts: Pick<ReturnType<typeof composeMachineFacts>, 'attention' | 'differences'>
  /** Services that run on a machine, and what they count on there. */
  readonly declaredOn: NonNullable<PlanFacts['declaredOn']>
  readonly elsewhere: StatusNeeds['elsewhere']
  readonly shutdown: AbortSignal
}

export function composeSwitching(ground: SwitchingGround) {
  const { world, events, storage, settings, fleet, discovery, recipes, models, measured, machineFacts, shutdown } = ground
  const { clock, ids, log, stores, sparks, engines } = world

  const nameOf = (model: string | null): string => (model === null ? 'nothing' : (discovery.domainModel(model)?.name ?? modelName(model)))
  const etaSeconds = (swap: Swap): number | null => swaps.find(swap.id).etaSeconds
  const lock = createLock({ clock, ids, store: stores, events, etaSeconds, nameOf })
  const chat = createChat({
    engines,
    serving: stores.serving,
    swaps: stores.swaps,
    machines: () => stores.machines.list(),
    etaSeconds,
    nameOf,
    comes: () => speeds.yieldTo(),
  })
  const speeds = createSpeeds({
    clock,
    engines,
    store: stores,
    machine: (id) => stores.machines.find(id),
    model: discovery.domainModel,
    inFlight: chat.inFlight,
    settings,
    events,
    log,
    shutdown,
  })
  const watch = createEngineWatch({ clock, engines, fleet, store: stores, settings, log })
  const health = createHealth({ clock, fleet, watch, store: stores, settings, log })
  const { streams, pressure, watching } = composePressure({ world, events, fleet, watch, health, settings, measured })
  shedBackground({ pressure, work: [() => speeds.yieldTo()], log })
  const plans = createPlans({
    clock,
    ids,
    appliance: stores.appliance,
    settings,
    store: stores,
    fleet,
    models,
    recipes,
    measured,
    modsOn: discovery.modsOn,
    pressureOn: pressure.planFacts,
    declaredOn: ground.declaredOn,
    inFlight: chat.inFlight,
    nameOf,
  })

  const lookAround = (): Promise<unknown> => {
    const looks = fleet.views().map((view) => fleet.look(view.machine.id, shutdown))
    return Promise.allSettled([...looks, watch.lookAll(shutdown)])
  }
  const runner = createSwapRunner({
    clock,
    sparks,
    engines,
    store: stores,
    events,
    settings,
    appliance: stores.appliance,
    log,
    inFlight: chat.inFlight,
    nameOf,
    ended: (swap) => {
      void lookAround()
      void speeds.measure(swap)
    },
  })
  const swaps = createSwaps({
    clock,
    ids,
    log,
    appliance: stores.appliance,
    store: stores,
    events,
    plans,
    runner,
    fleet,
    checkLock: lock.checkLock,
    nameOf,
    storage,
    shutdown,
  })

  const startAgain = async (serving: Serving): Promise<void> => {
    await swaps.start({
      model: serving.model,
      recipe: serving.recipeId ?? undefined,
      engine: serving.engine,
      why: 'its machine restarted',
      requestedBy: { kind: 'system', name: 'Spark Control', address: null },
    })
  }
  const clearUp = async (swap: Swap, machines: readonly string[], still: () => boolean): Promise<void> => {
    await swaps.remove({
      engine: swap.engine,
      machines,
      still,
      why: `the switch to ${nameOf(swap.model)} left it there when it ended`,
      requestedBy: { kind: 'system', name: 'Spark Control', address: null },
    })
  }
  const observed = createObserved({
    clock,
    appliance: stores.appliance,
    fleet,
    watch,
    store: stores,
    models: discovery,
    recipes,
    settings,
    events,
    log,
    startAgain,
    takeUp: swaps.takeUp,
    clearUp,
  })
  const status = createStatus({
    clock,
    version: world.version,
    appliance: stores.appliance,
    fleet,
    watch,
    health,
    pressure,
    observed,
    store: stores,
    models: discovery,
    recipes,
    settings,
    events,
    elsewhere: ground.elsewhere,
    currentSwap: () => swaps.current(),
    speedOf: (serving) => speeds.ofServing(serving),
    lockView: () => lock.find(),
    storage,
    alsoNeedsOwner: ground.alsoNeedsOwner,
    machineNotes: machineFacts.attention,
    differences: machineFacts.differences,
  })

  return { lock, chat, speeds, watch, health, streams, pressure, watching, plans, swaps, observed, status, lookAround }
}
