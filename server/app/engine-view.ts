// An engine as the contract shows it.
import type { EngineView } from '../contract/operations/shapes.ts'
import { httpUrl } from '../domain/address.ts'
import type { Serving } from '../domain/engine.ts'
import { type EngineSite, mainEngine, servingContainer } from '../domain/engine-sites.ts'
import type { EngineState, ProcessState } from '../domain/engine-state.ts'
import type { MachineView } from '../domain/machine.ts'
import type { SiteLook } from './engine-watch.ts'
import { isoTimeOrNull } from './iso-time.ts'

export const emptyEngine: Omit<EngineView, 'state' | 'sentence'> = {
  id: mainEngine,
  model: null,
  modelName: null,
  since: null,
  machines: [],
  url: null,
  recipe: null,
  adopted: false,
  observed: false,
  capabilities: [],
  runningRequests: null,
}

export interface ServingViewFacts {
  readonly serving: Serving
  readonly state: EngineState
  readonly views: readonly MachineView[]
  readonly modelName: string
  readonly capabilities: readonly string[]
  readonly seen: SiteLook | null
}

export function servingView({ serving, state, views, seen, ...facts }: ServingViewFacts): EngineView {
  const viewOf = (id: string | undefined): MachineView | undefined => views.find((view) => view.machine.id === id)
  const head = viewOf(serving.machines[0])
  // Since it answers; of a silent machine, since it was last heard of.
  const since = state.state === 'unreachable' ? (head?.observation?.at ?? serving.since) : serving.since
  return {
    ...emptyEngine,
    ...state,
    model: serving.model,
    modelName: facts.modelName,
    since: isoTimeOrNull(since),
    machines: serving.machines.map((id) => viewOf(id)?.machine.name ?? id),
    url: head === undefined ? null : httpUrl(head.machine.address, serving.port),
    recipe: serving.recipeId,
    adopted: serving.adopted,
    capabilities: [...facts.capabilities],
    runningRequests: seen?.look.runningRequests ?? null,
  }
}

export interface SiteViewFacts {
  readonly site: EngineSite
  readonly seen: SiteLook | null
  readonly name: string
  /** Its machine does not answer. */
  readonly silent: boolean
  /** It was healthy a moment ago. */
  readonly answers: boolean
}

const siteWords = {
  unreachable: 'does not answer',
  answering: 'is answering',
  unknown: 'may run',
  starting: 'runs and does not answer yet',
} as const

/** An engine that was not started here. */
export function siteView({ site, seen, name, silent, answers }: SiteViewFacts): EngineView {
  const waiting = site.command === null ? 'unknown' : 'starting'
  const state = silent ? 'unreachable' : answers ? 'answering' : waiting
  return {
    ...emptyEngine,
    id: site.id,
    state,
    sentence: `${name} ${siteWords[state]} on ${site.machine.name}, port ${site.port}; it was not started here.`,
    model: seen?.good?.models[0] ?? site.command?.servedNames[0] ?? null,
    modelName: name,
    machines: [site.machine.name],
    url: httpUrl(site.machine.address, site.port),
    observed: true,
    runningRequests: seen?.look.runningRequests ?? null,
  }
}

/** What the last look inside said of the process; a look from before it was started says nothing. */
export function processOf(serving: Serving, head: MachineView | undefined, fallback: string): ProcessState {
  const seen = head?.observation ?? null
  if (seen === null || seen.containers === null || seen.at <= serving.since) return 'unknown'
  const container = seen.containers.find((one) => one.name === servingContainer(serving, fallback))
  if (container === undefined || container.state !== 'running') return 'gone'
  return container.serving === null ? 'dead' : 'alive'
}

/** When the right model was last seen healthy, ms; another model's health proves nothing. */
export function goodAtOf(serving: Serving, seen: SiteLook | null): number | null {
  const good = seen?.good ?? null
  return good?.models.includes(serving.servedName) === true ? good.at : null
}
