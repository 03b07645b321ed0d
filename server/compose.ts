// The graph: every use case built once, in order, over whatever adapters are given. main.ts gives the real ones; tests and the
// simulation give theirs and get the same house.
import { createAccess } from './app/access.ts'
import { createDeletions } from './app/deletions.ts'
import { createDiscovery } from './app/discovery.ts'
import { readDisks } from './app/disks.ts'
import { createDownloads } from './app/downloads.ts'
import { createEvents } from './app/events.ts'
import { createFleet } from './app/fleet.ts'
import { createLogs } from './app/logs.ts'
import { createMachines } from './app/machines.ts'
import { recipeFit } from './app/model-memory.ts'
import { createModels } from './app/models.ts'
import { createNamedMachines } from './app/named-machines.ts'
import { createRecipes } from './app/recipes.ts'
import { createSettings } from './app/settings.ts'
import { createSettingsFile } from './app/settings-file.ts'
import { createStorage } from './app/storage.ts'
import { measuredBy } from './app/swap-measure.ts'
import type { UseCases } from './app/use-cases.ts'
import { createWebhooks } from './app/webhooks.ts'
import { composeBots } from './compose-bots.ts'
import { composeMachineFacts } from './compose-machine-facts.ts'
import { declaredBy } from './compose-pressure.ts'
import { composeSchedules } from './compose-schedules.ts'
import { composeServices } from './compose-services.ts'
import { composeSwitching } from './compose-switching.ts'
import type { RecipeFitView } from './contract/operations/draft-shapes.ts'
import { mainEngine } from './domain/engine-sites.ts'
import type { RecipeDraft } from './domain/recipe-draft.ts'
import { jobsOf } from './jobs.ts'
import type { Adapters } from './world.ts'

export type Graph = UseCases & {
  /** Begins what runs by itself, takes up a live switch, then is ready. Ends by `close()`, or when `signal` aborts. */
  start(signal?: AbortSignal): Promise<void>
  /** Stops everything that runs by itself. Switches go on, on the machines; the next start finds them. */
  close(): Promise<void>
}

/** How long a start waits for the machines' first answers before it takes up a live switch, ms. */
const firstLookMs = 8000

export function compose(world: Adapters): Graph {
  const { clock, ids, log, stores, sparks } = world
  const life = new AbortController()
  let ready = false

  const events = createEvents({ store: stores.events, clock, log, checkPayloads: world.checkEvents ?? false })
  const storage = createStorage({
    clock,
    log,
    store: stores,
    onBack: events.catchUp,
    backupsKept: () => settings.get('storage.backupsKept'),
  })
  const settings = createSettings({ store: stores.settings, clock, env: world.env, sealer: world.sealer, events, log })
  const webhooks = createWebhooks({
    clock,
    ids,
    log,
    appliance: stores.appliance,
    store: stores,
    sender: world.webhookSender,
    sealer: world.sealer,
    settings,
    events,
    writable: storage.writable,
    shutdown: life.signal,
  })
  const access = createAccess({ ...world.wayIn, clock, ids, log, store: stores, settings })
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
    speedOf: (recipe) => switching.speeds.of(recipe),
  })
  const models = createModels({
    clock,
    discovery,
    recipes,
    fleet,
    store: stores,
    settings,
    measured,
    speedOf: (recipe) => switching.speeds.of(recipe),
  })
  const machineFacts = composeMachineFacts({ world, events, settings, fleet, discovery, recipes }, () => ({
    lock,
    status,
    machines,
    memoryDanger: health.memoryDanger,
    coming: () => observed.truth().coming,
  }))
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
    inspect: machineFacts.inspections.refresh,
    knowledge: machineFacts.knowledge,
    scan: discovery.scanOne,
    forgetModels: discovery.forget,
    pressureOf: (machine) => switching.pressure.view(machine),
  })

  const switching = composeSwitching({
    world,
    events,
    storage,
    settings,
    fleet,
    discovery,
    recipes,
    models,
    measured,
    machineFacts,
    alsoNeedsOwner: [
      () => namedMachines.attention(),
      webhooks.attention,
      () => beside.attention(),
      () => bots.attention(),
      () => scheduling.schedules.attention(),
    ],
    declaredOn: (machine) => declaredBy(beside.services, machine),
    elsewhere: () => beside.elsewhere(),
    shutdown: life.signal,
  })
  const { lock, chat, watch, health, streams, plans, swaps, observed, status, lookAround } = switching

  const scheduling = composeSchedules({ world, events, settings, models: discovery, swaps, lock, status })
  const beside = composeServices({ world, events, settings, fleet, lock, pressure: switching.pressure, shutdown: life.signal })

  const logs = createLogs({ clock, sparks, store: stores })
  const bots = composeBots({ world, events, fleet, logs: logs.any, shutdown: life.signal })
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
  const disks = () => readDisks({ clock, discovery, fleet, serving, downloadedAt, settings })

  /** A live switch is taken up with what the machines say now, where they say it soon. */
  const takeUp = async (): Promise<void> => {
    if (swaps.current() !== null) {
      const enough = new AbortController()
      await Promise.race([lookAround(), clock.sleep(firstLookMs, enough.signal).catch(() => undefined)])
      enough.abort()
    }
    if (!life.signal.aborted) observed.takeUp()
  }

  const namedMachines = createNamedMachines({ store: stores.namedMachines, machines, env: world.env, clock, ids: world.ids, log })
  const settingsFile = createSettingsFile({ settings, text: world.settingsText, clock, ids: world.ids, version: world.version })

  return {
    access,
    settings,
    settingsFile,
    events,
    machines,
    machineFacts: machineFacts.use,
    namedMachines,
    watching: switching.watching,
    models,
    recipes,
    downloads,
    deletions,
    disks,
    plans,
    swaps,
    lock,
    schedules: scheduling.schedules,
    status,
    chat,
    storage,
    webhooks,
    services: beside.services,
    logs: logs.use,
    bots: bots.bots,
    isReady: () => ready,
    version: world.version,
    async start(signal) {
      signal?.addEventListener('abort', () => life.abort(signal.reason), { once: true })
      if (signal?.aborted === true) life.abort(signal.reason)
      if (!life.signal.aborted) settings.takeSeeds()
      if (!life.signal.aborted) void namedMachines.takeSeeds()
      const own = jobsOf({
        clock,
        recipes,
        fleet,
        inspections: machineFacts.inspections,
        discovery,
        watch,
        health,
        streams,
        observed,
        status,
        lock,
        storage,
        webhooks,
        ...scheduling,
      })
      for (const job of [...own, ...beside.jobs, ...bots.jobs]) {
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
      await Promise.all([swaps.settled(), downloads.settled(), webhooks.settled(), beside.settled(), bots.settled()])
    },
  }
}
