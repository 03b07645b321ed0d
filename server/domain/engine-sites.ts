// Where something may serve: the place of our engine, containers that run `vllm serve`, and the usual port of every machine.
import type { Serving } from './engine.ts'
import type { Container, Machine, MachineView } from './machine.ts'
import { readVllmCommand, type VllmCommand } from './vllm-command.ts'

/**
 * `main`: the engine as stored. `ours`: a container of our name nobody has stored yet. `foreign`: a container of another name.
 * `port`: nothing is known to run there; whether something answers shows when it is looked at.
 */
export interface EngineSite {
  readonly id: string
  readonly kind: 'main' | 'ours' | 'foreign' | 'port'
  readonly machine: Machine
  readonly port: number
  readonly command: VllmCommand | null
}

export interface SiteFacts {
  readonly views: readonly MachineView[]
  readonly serving: Serving | null
  /** Name our containers go by (a setting). */
  readonly containerName: string
  readonly defaultPort: number
}

export const mainEngine = 'main'

/** Name of the container a stored engine runs in. */
export function servingContainer(serving: Serving, fallback: string): string {
  return serving.plan?.starts?.containerName ?? serving.containerName ?? fallback
}

/** A process in the container of a stored engine that serves another model: somebody else used the name. */
export function runsAnother(serving: Serving, container: Container): boolean {
  const command = container.serving === null ? null : readVllmCommand(container.serving)
  // A name with a space is cut at it by the process table.
  return command !== null && !command.servedNames.some((name) => serving.servedName.startsWith(name))
}

/** Every place worth a look over HTTP, the main one first; one an address and port. */
export function findSites(facts: SiteFacts): EngineSite[] {
  const main = mainSite(facts)
  const found = facts.views.flatMap((view) => containerSites(view, facts))
  const sites = main === null ? found : [main, ...found]
  for (const view of facts.views) {
    const worker = facts.serving?.machines.includes(view.machine.id) === true
    if (view.observation === null || worker) continue
    sites.push({ id: siteId(view.machine, facts.defaultPort), kind: 'port', machine: view.machine, port: facts.defaultPort, command: null })
  }
  return [...firstAtEach(sites).values()]
}

function mainSite(facts: SiteFacts): EngineSite | null {
  const { serving } = facts
  const view = facts.views.find((one) => one.machine.id === serving?.machines[0])
  if (serving === null || view === undefined) return null
  const name = servingContainer(serving, facts.containerName)
  const text = view.observation?.containers?.find((one) => one.name === name)?.serving ?? null
  return {
    id: mainEngine,
    kind: 'main',
    machine: view.machine,
    port: serving.port,
    command: text === null ? null : readVllmCommand(text),
  }
}

function containerSites(view: MachineView, facts: SiteFacts): EngineSite[] {
  const { serving } = facts
  const ofMain = serving?.machines.includes(view.machine.id) === true ? servingContainer(serving, facts.containerName) : null
  const sites: EngineSite[] = []
  for (const container of view.observation?.containers ?? []) {
    const command = container.serving === null || container.name === ofMain ? null : readVllmCommand(container.serving)
    if (command === null || command.headless) continue
    const kind = container.name === facts.containerName ? 'ours' : 'foreign'
    sites.push({ id: siteId(view.machine, command.port), kind, machine: view.machine, port: command.port, command })
  }
  return sites
}

function siteId(machine: Machine, port: number): string {
  return `at-${machine.id}-${port}`
}

/** By place, in the order they were found. */
function firstAtEach(sites: readonly EngineSite[]): ReadonlyMap<string, EngineSite> {
  const places = new Map<string, EngineSite>()
  for (const site of sites) {
    const place = siteId(site.machine, site.port)
    if (!places.has(place)) places.set(place, site)
  }
  return places
}
