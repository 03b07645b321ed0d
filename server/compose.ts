// The graph: every use case built once, in order, over whatever adapters are given. main.ts gives the real ones; tests and the
// simulation give theirs and get the same house.
import { createChat } from './app/chat.ts'
import { createDeletions } from './app/deletions.ts'
import { createDiscovery } from './app/discovery.ts'
import { readDisks } from './app/disks.ts'
import type { DownloadSparks } from './app/download-ports.ts'
import { createDownloads } from './app/downloads.ts'
import { createEngineWatch } from './app/engine-watch.ts'
import { createEvents } from './app/events.ts'
import { createFleet } from './app/fleet.ts'
import { createHealth } from './app/health.ts'
import { createLock } from './app/lock.ts'
import { createMachines } from './app/machines.ts'
import { recipeFit } from './app/model-memory.ts'
import { createModels } from './app/models.ts'
import { createObserved } from './app/observed.ts'
import { createPlans } from './app/plans.ts'
import type { Clock, Engines, Ids, Log, Sparks, Stores } from './app/ports.ts'
import type { RecipeFiles } from './app/recipe-ports.ts'
import { createRecipes } from './app/recipes.ts'
import { createSettings } from './app/settings.ts'
import { createSpeeds } from './app/speeds.ts'
import { createStatus } from './app/status.ts'
import { createStorage } from './app/storage.ts'
import { measuredBy } from './app/swap-measure.ts'
import { createSwapRunner } from './app/swap-runner.ts'
import { createSwaps } from './app/swaps.ts'
import type { UseCases } from './app/use-cases.ts'
import type { RecipeFitView } from './contract/operations/draft-shapes.ts'
import type { Serving } from './domain/engine.ts'
import { mainEngine } from './domain/engine-sites.ts'
import type { FolderListing, Inference } from './domain/model.ts'
import { modelName } from './domain/model-name.ts'
import type { RecipeDraft } from './domain/recipe-draft.ts'
import type { Swap } from './domain/swap.ts'
import { jobsOf } from './jobs.ts'

/** The world as the house is given it. Whoever opened these closes them, after `close()` of the graph. */
export interface Adapters {
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
  readonly stores: Stores
  readonly sparks: Sparks & DownloadSparks
  readonly engines: Engines
  readonly recipeFiles: RecipeFiles
  /** What a folder says of itself: domain's inferWith(families). */
  readonly infer: (listing: FolderListing) => Inference
  readonly generateKeyPair: () => { readonly privateKey: string; readonly publicKey: string }
  /** Environment variables that seed settings; an unusable one raises setting_invalid here. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly version: string
  /** Tests: an event whose payload is not as its row says is raised. */
  readonly checkEvents?: boolean
}

export type Graph = UseCases & {
  /** Begins what runs by itself, takes up a live switch, then is ready. Ends by `close()`, or when `signal` aborts. */
  start(signal?: AbortSignal): Promise<void>
  /** Stops everything that runs by itself. Switches go on, on the machines; the next start finds them. */
  close(): Promise<void>
}

/** How long a start waits for the machines' first answers before it takes up a live switch, ms. */
const firstLookMs = 8000

export function compose(world: Adapters): Graph {
  const { clock, ids, log, stores, sparks, engines } = world
  const life = new AbortController()
  let ready = false

  const events = createEvents({ store: stores.events, clock, log, checkPayloads: world.checkEvents ?? false })
  const storage = createStorage({ clock, log, store: stores, onBack: events.catchUp })
  const settings = createSettings({ store: stores.settings, clock, env: world.env, events, log })
  const fleet = createFleet({
    clock,
    sparks,
    store: stores.machines,
    settings,
    events,
    log,
    watchNames: () => [settings.get('engine.containerName')],
  })
  const discovery = createDiscovery({ clock, sparks, store: stores, fleet, settings, events, log, infer: world.infer })
  const measured = measuredBy(stores.measured)
  const fitOf = (id: string, draft: RecipeDraft): RecipeFitView | null => {
    const model = discovery.domainModel(id)
    const headroomBytes = settings.get('memory.headroomGigabytes') * 1e9
    return model === null ? null : recipeFit(model, draft, { headroomBytes, sizes: discovery.memorySizes(model), measured })
  }
  const recipes = createRecipes({
    clock,
    ids,
    files: world.recipeFiles,
    store: stores.recipes,
    models: discovery,
    events,
    log,
    fitOf,
    speedOf: (recipe) => speeds.of(recipe),
  })
  const models = createModels({
    clock,
    discovery,
    recipes,
    fleet,
    store: stores,
    settings,
    measured,
    speedOf: (recipe) => speeds.of(recipe),
  })
  const machines = createMachines({
    clock,
    ids,
    sparks,
    store: stores,
    fleet,
    settings,
    events,
    log,
    generateKeyPair: world.generateKeyPair,
    scan: discovery.scanOne,
    forgetModels: discovery.forget,
  })

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
    events,
    log,
    shutdown: life.signal,
  })
  const watch = createEngineWatch({ clock, engines, fleet, store: stores, settings, log })
  const health = createHealth({ clock, fleet, watch, store: stores, settings, log })
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
    inFlight: chat.inFlight,
    nameOf,
  })

  const lookAround = (): Promise<unknown> => {
    const looks = fleet.views().map((view) => fleet.look(view.machine.id, life.signal))
    return Promise.allSettled([...looks, watch.lookAll(life.signal)])
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
    shutdown: life.signal,
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
    observed,
    store: stores,
    models: discovery,
    recipes,
    settings,
    events,
    currentSwap: () => swaps.current(),
    speedOf: (serving) => speeds.ofServing(serving),
    lockView: () => lock.find(),
    storage,
  })

  const downloads = createDownloads({
    clock,
    ids,
    sparks,
    store: stores,
    discovery,
    fleet,
    settings,
    events,
    log,
    shutdown: life.signal,
  })
  const deletions = createDeletions({ sparks, store: stores, discovery, fleet, status, lock, events, log })
  const downloadedAt = (model: string): number | null =>
    stores.downloads.recent(200).find((one) => one.repo === model && one.state === 'succeeded')?.endedAt ?? null
  const serving = (): string | null => stores.serving.find(mainEngine)?.model ?? null
  const disks = () => readDisks({ clock, discovery, fleet, serving, downloadedAt })

  /** A live switch is taken up with what the machines say now, where they say it soon. */
  const takeUp = async (): Promise<void> => {
    if (swaps.current() !== null) {
      const enough = new AbortController()
      await Promise.race([lookAround(), clock.sleep(firstLookMs, enough.signal).catch(() => undefined)])
      enough.abort()
    }
    if (!life.signal.aborted) observed.takeUp()
  }

  return {
    settings,
    events,
    machines,
    models,
    recipes,
    downloads,
    deletions,
    disks,
    plans,
    swaps,
    lock,
    status,
    chat,
    storage,
    isReady: () => ready,
    version: world.version,
    async start(signal) {
      signal?.addEventListener('abort', () => life.abort(signal.reason), { once: true })
      if (signal?.aborted === true) life.abort(signal.reason)
      for (const job of jobsOf({ clock, recipes, fleet, discovery, watch, health, observed, status, lock, storage })) {
        if (life.signal.aborted) return
        await job.start(life.signal)
      }
      downloads.recover()
      await takeUp()
      ready = !life.signal.aborted
    },
    async close() {
      ready = false
      life.abort(new DOMException('the appliance stops', 'AbortError'))
      await Promise.all([swaps.settled(), downloads.settled()])
    },
  }
}
