// What is known of machines beside their looks, and what is done to them beside switching.
import type { Discovery } from './app/discovery.ts'
import type { Events } from './app/events.ts'
import { flatStatus } from './app/flat-status.ts'
import type { Fleet } from './app/fleet.ts'
import { createInspections } from './app/inspections.ts'
import type { Lock } from './app/lock.ts'
import { createMachineActs } from './app/machine-acts.ts'
import type { MachineFactsUse } from './app/machine-facts-use.ts'
import type { MachineKnowledge } from './app/machine-facts-view.ts'
import type { Recipes } from './app/recipes.ts'
import type { MachinesUse, SettingsUse, StatusUse } from './app/use-cases.ts'
import { agreements, type OfMachine } from './domain/agreement.ts'
import { type EngineSite, mainEngine } from './domain/engine-sites.ts'
import type { MachineView } from './domain/machine.ts'
import { type MachineNote, machineNotes } from './domain/machine-notes.ts'
import { modelName } from './domain/model-name.ts'
import type { Adapters } from './world.ts'

interface Ground {
  readonly world: Adapters
  readonly events: Events
  readonly settings: SettingsUse
  readonly fleet: Fleet
  readonly discovery: Discovery
  readonly recipes: Recipes
}

interface Later {
  readonly lock: Lock
  readonly status: StatusUse
  readonly machines: MachinesUse
  readonly memoryDanger: (view: MachineView) => string | null
  readonly coming: () => EngineSite | null
}

/** `later`: what is built after this and asked only once everything is. */
export function composeMachineFacts(ground: Ground, later: () => Later) {
  const { world, events, settings, fleet, discovery, recipes } = ground
  const { clock, ids, log, stores, sparks } = world
  const images = (): string[] => [settings.get('engine.image'), ...recipes.list().recipes.flatMap((recipe) => recipe.image ?? [])]
  const inspections = createInspections({ clock, sparks, fleet, settings, events, log, images })

  /** What serves across two Sparks, or is set up to. */
  const acrossSparks = (): string | null => {
    const serving = stores.serving.find(mainEngine)
    const nameOf = (id: string): string => discovery.domainModel(id)?.name ?? modelName(id)
    if (serving !== null && serving.machines.length > 1) return nameOf(serving.model)
    const recipe = recipes.overSeveral()
    return recipe === null ? null : nameOf(recipe.model)
  }
  const notesOf = (view: MachineView): readonly MachineNote[] =>
    machineNotes(view, { now: clock.now(), marks: inspections.marksOf(view.machine.id), acrossSparks })

  const nameAt = (address: string): string =>
    fleet.views().find(({ machine, observation }) => (machine.fabricAddress ?? observation?.fabricAddress) === address)?.machine.name ??
    address

  const serviceIn = (machine: string, container: string) => {
    const found = stores.services.list().find((one) => one.machine === machine && one.container === container)
    return found === undefined ? null : { id: found.id, name: found.name }
  }

  const knowledge = (view: MachineView): MachineKnowledge => ({
    inspection: inspections.of(view.machine.id),
    notes: notesOf(view),
    danger: later().memoryDanger(view),
    dropped: acts().lastDrop(view.machine.id),
    nameAt,
    serviceIn: (container) => serviceIn(view.machine.id, container),
  })

  let built: ReturnType<typeof createMachineActs> | null = null
  const acts = (): ReturnType<typeof createMachineActs> => {
    const { lock, status, coming } = later()
    built ??= createMachineActs({
      clock,
      ids,
      appliance: stores.appliance,
      sparks,
      store: stores,
      fleet,
      inspections,
      lock,
      status,
      coming: () => {
        const site = coming()
        return site === null ? null : { machine: site.machine.id, model: modelName(site.command?.model ?? 'A model') }
      },
      events,
      log,
      scan: discovery.scanOne,
    })
    return built
  }

  const agree = () => agreements(fleet.views().map((view) => ofMachine(view, inspections.of(view.machine.id))))
  const use: MachineFactsUse = {
    inspect: (id) => inspections.inspect(id),
    dropCaches: (id, ask) => acts().dropCaches(id, ask),
    launcherChanges: (id) => acts().launcherChanges(id),
    updateLauncher: (id, ask) => acts().updateLauncher(id, ask),
    agreements: agree,
    flatStatus: () => flatStatus(later().status.status(), later().machines.list()),
  }
  /** Rows for the list of what needs attention. */
  const attention = (view: MachineView): readonly MachineNote[] => notesOf(view)
  const differences = (): readonly MachineNote[] => agree().filter((one) => !one.agree)
  return { inspections, knowledge, attention, differences, use }
}

function ofMachine({ machine, observation }: MachineView, inspection: ReturnType<ReturnType<typeof createInspections>['of']>): OfMachine {
  return {
    name: machine.name,
    images: inspection?.images ?? null,
    storageDriver: inspection?.storageDriver ?? null,
    commit: observation?.launcher?.commit ?? null,
    date: observation?.launcher?.date ?? null,
  }
}
