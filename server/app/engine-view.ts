// An engine as the contract shows it.
import type { ServiceView } from '../contract/operations/service-shapes.ts'
import type { EngineView } from '../contract/operations/shapes.ts'
import { httpUrl } from '../domain/address.ts'
import type { Serving } from '../domain/engine.ts'
import type { EngineSigns } from '../domain/engine-signs.ts'
import { type EngineSite, mainEngine } from '../domain/engine-sites.ts'
import type { EngineState } from '../domain/engine-state.ts'
import type { MachineView } from '../domain/machine.ts'
import { modelName } from '../domain/model-name.ts'
import { isoTimeOrNull } from './iso-time.ts'
import { factViews } from './swap-view.ts'

export const emptyEngine: Omit<EngineView, 'state' | 'sentence' | 'verdict' | 'evidence'> = {
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
  speed: null,
}

export interface ServingViewFacts {
  readonly serving: Serving
  readonly state: EngineState
  readonly views: readonly MachineView[]
  readonly modelName: string
  readonly capabilities: readonly string[]
  readonly seen: EngineSigns
  readonly speed: EngineView['speed']
}

/** The state as the contract shows it. */
export function stateView({
  state,
  sentence,
  verdict,
  evidence,
}: EngineState): Pick<EngineView, 'state' | 'sentence' | 'verdict' | 'evidence'> {
  return { state, sentence, verdict, evidence: factViews(evidence) }
}

export function servingView({ serving, state, views, seen, ...facts }: ServingViewFacts): EngineView {
  const viewOf = (id: string | undefined): MachineView | undefined => views.find((view) => view.machine.id === id)
  const head = viewOf(serving.machines[0])
  // Since it answers; of a silent machine, since it was last heard of.
  const since = state.state === 'unreachable' ? (head?.observation?.at ?? serving.since) : serving.since
  return {
    ...emptyEngine,
    ...stateView(state),
    model: serving.model,
    modelName: facts.modelName,
    since: isoTimeOrNull(since),
    machines: serving.machines.map((id) => viewOf(id)?.machine.name ?? id),
    url: head === undefined ? null : httpUrl(head.machine.address, serving.port),
    recipe: serving.recipeId,
    adopted: serving.adopted,
    capabilities: [...facts.capabilities],
    runningRequests: seen.look?.runningRequests ?? null,
    speed: facts.speed,
  }
}

export interface SiteViewFacts {
  readonly site: EngineSite
  readonly seen: EngineSigns
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
    verdict: null,
    evidence: [],
    model: seen.good?.models[0] ?? site.command?.servedNames[0] ?? null,
    modelName: name,
    machines: [site.machine.name],
    url: httpUrl(site.machine.address, site.port),
    observed: true,
    runningRequests: seen.look?.runningRequests ?? null,
  }
}

/** An engine at an address without a machine of ours: only observed. */
export function elsewhereView(service: ServiceView): EngineView {
  const [model = null] = service.models
  return {
    ...emptyEngine,
    id: service.id,
    state: service.state,
    sentence: service.sentence,
    verdict: null,
    evidence: service.evidence.map((fact) => ({ ...fact })),
    model,
    modelName: model === null ? service.name : modelName(model),
    since: service.since,
    url: service.url,
    observed: true,
  }
}
