// What answers now, in one sentence and in detail. Every word of it rests on a look, never on what was meant to be.
import { SparkError } from '../contract/errors.ts'
import type { EngineView, LockView, StatusView, SwapView } from '../contract/operations/shapes.ts'
import { httpUrl } from '../domain/address.ts'
import { hubId } from '../domain/adoption.ts'
import type { Serving } from '../domain/engine.ts'
import { type EngineSite, mainEngine, servingContainer } from '../domain/engine-sites.ts'
import { type EngineState, engineState, type ProcessState } from '../domain/engine-state.ts'
import { type MachineView, missesUntilUnreachable } from '../domain/machine.ts'
import type { Model } from '../domain/model.ts'
import { modelName } from '../domain/model-name.ts'
import { statusSentence } from '../domain/status-sentence.ts'
import { attention } from './attention.ts'
import { tellStateChanges } from './engine-news.ts'
import type { EngineWatch } from './engine-watch.ts'
import type { Fleet } from './fleet.ts'
import { isoTime, isoTimeOrNull } from './iso-time.ts'
import type { Observed } from './observed.ts'
import type { Clock, FileProblem, ServingStore } from './ports.ts'
import type { EventsUse, SettingsUse, StatusUse } from './use-cases.ts'

export interface StatusNeeds {
  readonly clock: Clock
  readonly version: string
  readonly appliance: string
  readonly fleet: Pick<Fleet, 'views' | 'onObserved'>
  readonly watch: EngineWatch
  readonly observed: Pick<Observed, 'observedSites' | 'comingSite'>
  readonly store: { readonly serving: Pick<ServingStore, 'find'> }
  readonly models: { domainModel(id: string): Model | null }
  readonly recipes: { problems(): readonly FileProblem[] }
  readonly settings: Pick<SettingsUse, 'get'>
  readonly events: Pick<EventsUse, 'append'>
  readonly currentSwap: () => SwapView | null
  readonly lockView: () => LockView
}

export interface Status extends StatusUse {
  /** Tells of changes of the main engine's state; ends when aborted. */
  start(signal: AbortSignal): void
}

const leastFreshMs = 15_000

export function createStatus(needs: StatusNeeds): Status {
  const { clock, settings, watch } = needs

  const nameOf = (id: string): string => needs.models.domainModel(id)?.name ?? modelName(id)

  const freshMs = (): number => Math.max(leastFreshMs, settings.get('machines.pollSeconds') * 1000 * missesUntilUnreachable)

  const mainSite = (): EngineSite | null => watch.sites().find((site) => site.id === mainEngine) ?? null

  const mainState = (serving: Serving | null, views: readonly MachineView[]): EngineState => {
    const site = mainSite()
    const seen = site === null ? null : watch.lastAt(site)
    const head = views.find((view) => view.machine.id === serving?.machines[0])
    const coming = needs.observed.comingSite()
    const swap = needs.currentSwap()
    const good = seen?.good ?? null
    return engineState({
      now: clock.now(),
      freshMs: freshMs(),
      swap: swap === null ? null : { sentence: swapSentence(swap) },
      serving: serving === null ? null : { name: nameOf(serving.model), servedName: serving.servedName, since: serving.since },
      head: head === undefined ? null : { name: head.machine.name, reach: head.reach, seenAt: head.observation?.at ?? null },
      process: serving === null ? 'unknown' : processOf(serving, head, settings.get('engine.containerName')),
      look: seen?.look ?? null,
      goodAt: good !== null && serving !== null && good.models.includes(serving.servedName) ? good.at : null,
      coming: coming === null ? null : { name: siteName(coming), machine: coming.machine.name },
      allSeen: views.length > 0 && views.every((view) => view.reach !== 'unknown'),
    })
  }

  const siteName = (site: EngineSite): string =>
    nameOf(hubId(site.command?.model ?? watch.lastAt(site)?.look.models[0] ?? 'A model').replace(/\/+$/, ''))

  const mainView = (views: readonly MachineView[]): EngineView => {
    const serving = needs.store.serving.find(mainEngine)
    const { state, sentence } = mainState(serving, views)
    const named = (id: string): string => views.find((view) => view.machine.id === id)?.machine.name ?? id
    const head = views.find((view) => view.machine.id === serving?.machines[0])
    const site = mainSite()
    return {
      id: mainEngine,
      state,
      sentence,
      model: serving?.model ?? null,
      modelName: serving === null ? null : nameOf(serving.model),
      since: isoTimeOrNull(sinceOf(state, serving, head)),
      machines: serving?.machines.map(named) ?? [],
      url: serving === null || head === undefined ? null : httpUrl(head.machine.address, serving.port),
      recipe: serving?.recipeId ?? null,
      adopted: serving?.adopted ?? false,
      observed: false,
      capabilities: serving === null ? [] : [...(needs.models.domainModel(serving.model)?.inference.capabilities ?? [])],
      runningRequests: site === null ? null : (watch.lastAt(site)?.look.runningRequests ?? null),
    }
  }

  const observedView = (site: EngineSite, views: readonly MachineView[]): EngineView => {
    const seen = watch.lastAt(site)
    const good = seen?.good ?? null
    const model = good?.models[0] ?? site.command?.servedNames[0] ?? null
    const name = siteName(site)
    const where = site.machine.name
    const silent = views.find((view) => view.machine.id === site.machine.id)?.reach === 'unreachable'
    const answers = good !== null && clock.now() - good.at <= freshMs()
    const state = silent ? 'unreachable' : answers ? 'answering' : site.command === null ? 'unknown' : 'starting'
    const words = {
      unreachable: 'does not answer',
      answering: 'is answering',
      unknown: 'may run',
      starting: 'runs and does not answer yet',
    }
    return {
      id: site.id,
      state,
      sentence: `${name} ${words[state]} on ${where}, port ${site.port}; it was not started here.`,
      model,
      modelName: name,
      since: null,
      machines: [where],
      url: httpUrl(site.machine.address, site.port),
      recipe: null,
      adopted: false,
      observed: true,
      capabilities: [],
      runningRequests: seen?.look.runningRequests ?? null,
    }
  }

  const engines = (views: readonly MachineView[]): EngineView[] => [
    mainView(views),
    ...needs.observed.observedSites().map((site) => observedView(site, views)),
  ]

  const status = (): StatusView => {
    const views = needs.fleet.views()
    const all = engines(views)
    const main = all[0] ?? mainView(views)
    const rows = attention({ now: clock.now(), appliance: needs.appliance, views, engine: main, problems: needs.recipes.problems() })
    const looks = views.flatMap((view) => (view.observation === null ? [] : [view.observation.at]))
    return {
      version: needs.version,
      sentence: statusSentence({ now: clock.now(), views, main, others: all.slice(1), troubled: rows.length > 0 }),
      checkedAt: looks.length === 0 ? null : isoTime(Math.max(...looks)),
      clusters: [{ id: 'default', engines: all, swap: needs.currentSwap(), lock: needs.lockView() }],
      machines: views.map(({ machine, reach }) => ({ id: machine.id, name: machine.name, state: reach })),
      attention: rows,
    }
  }

  return {
    status,
    engine(id = mainEngine) {
      const found = engines(needs.fleet.views()).find((one) => one.id === id)
      if (found === undefined) throw new SparkError('engine_unknown', { engine: id.slice(0, 100) })
      return found
    },
    start(signal) {
      const consider = tellStateChanges(needs.events, () => mainView(needs.fleet.views()))
      const offLooked = watch.onLooked(consider)
      const offObserved = needs.fleet.onObserved(consider)
      const end = (): void => {
        offLooked()
        offObserved()
      }
      signal.addEventListener('abort', end, { once: true })
    },
  }
}

function swapSentence(swap: SwapView): string {
  if (swap.phase === 'restore') return `Bringing ${swap.previousModelName ?? 'the previous model'} back.`
  return swap.model === null ? `Stopping ${swap.previousModelName ?? 'the model'}.` : `Switching to ${swap.modelName}.`
}

/** Since when the word holds: since it answers, or since its machine was last heard of. */
function sinceOf(state: EngineState['state'], serving: Serving | null, head: MachineView | undefined): number | null {
  if (serving === null) return null
  return state === 'unreachable' ? (head?.observation?.at ?? serving.since) : serving.since
}

/** What the last look inside said of the process; a look from before it was started says nothing. */
function processOf(serving: Serving, head: MachineView | undefined, fallback: string): ProcessState {
  const seen = head?.observation ?? null
  if (seen === null || seen.containers === null || seen.at <= serving.since) return 'unknown'
  const container = seen.containers.find((one) => one.name === servingContainer(serving, fallback))
  if (container === undefined || container.state !== 'running') return 'gone'
  return container.serving === null ? 'dead' : 'alive'
}
