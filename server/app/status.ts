// What answers now, in one sentence and in detail. Every word of it rests on a look, never on what was meant to be.
import { SparkError } from '../contract/errors.ts'
import type { EngineView, LockView, StatusView, SwapView } from '../contract/operations/shapes.ts'
import { hubId } from '../domain/adoption.ts'
import type { Serving } from '../domain/engine.ts'
import { type EngineSigns, noSigns } from '../domain/engine-signs.ts'
import { type EngineSite, mainEngine } from '../domain/engine-sites.ts'
import { type EngineFacts, engineState, type ServingFacts, silentOf } from '../domain/engine-state.ts'
import { stillFor } from '../domain/load-signs.ts'
import type { MachineView } from '../domain/machine.ts'
import type { MachineNote } from '../domain/machine-notes.ts'
import type { Model } from '../domain/model.ts'
import { modelName } from '../domain/model-name.ts'
import { findOrphans, type Orphan } from '../domain/orphans.ts'
import type { Truth } from '../domain/reconcile.ts'
import { statusSentence } from '../domain/status-sentence.ts'
import { clearingWord } from '../domain/words.ts'
import { attention } from './attention.ts'
import { tellStateChanges } from './engine-news.ts'
import { emptyEngine, servingView, siteView, stateView } from './engine-view.ts'
import type { EngineWatch } from './engine-watch.ts'
import type { Fleet } from './fleet.ts'
import type { Health } from './health.ts'
import { isoTime } from './iso-time.ts'
import type { Observed } from './observed.ts'
import type { Clock, FileProblem, ServingStore } from './ports.ts'
import type { Pressures } from './pressure.ts'
import type { Storage } from './storage.ts'
import type { EventsUse, SettingsUse, StatusUse } from './use-cases.ts'
import { whenAborted } from './when-aborted.ts'

export interface StatusNeeds {
  readonly clock: Clock
  readonly version: string
  readonly appliance: string
  readonly fleet: Pick<Fleet, 'views' | 'onObserved'>
  readonly watch: EngineWatch
  readonly health: Health
  readonly pressure: Pick<Pressures, 'attention'>
  readonly observed: Pick<Observed, 'truth' | 'reservedBy'>
  readonly store: { readonly serving: Pick<ServingStore, 'find'> }
  readonly models: { domainModel(id: string): Model | null }
  readonly recipes: { problems(): readonly FileProblem[] }
  readonly settings: Pick<SettingsUse, 'get'>
  readonly events: Pick<EventsUse, 'append'>
  readonly storage: Pick<Storage, 'attention'>
  /** Rows of other parts of the house, least urgent of all. */
  readonly alsoNeedsOwner: readonly (() => StatusView['attention'])[]
  /** Engines that are known by their address alone. */
  readonly elsewhere: () => readonly EngineView[]
  readonly currentSwap: () => SwapView | null
  /** What its switch measured. */
  readonly speedOf: (serving: Serving) => EngineView['speed']
  readonly lockView: () => LockView
  readonly machineNotes: (view: MachineView) => readonly MachineNote[]
  readonly differences: () => readonly MachineNote[]
}

/** What one answer rests on, read once. */
interface Now {
  readonly views: readonly MachineView[]
  readonly truth: () => Truth
  readonly swap: SwapView | null
}

export interface Status extends StatusUse {
  /** Tells of changes of the main engine's state; ends when aborted. */
  start(signal: AbortSignal): void
}

export function createStatus(needs: StatusNeeds): Status {
  const { clock, settings, watch, health } = needs

  const nameOf = (id: string): string => needs.models.domainModel(id)?.name ?? modelName(id)

  const seenAt = (site: EngineSite | undefined): EngineSigns => (site === undefined ? noSigns : watch.signsAt(site))

  const siteName = (site: EngineSite): string =>
    nameOf(hubId(site.command?.model ?? watch.signsAt(site).look?.models[0] ?? 'A model').replace(/\/+$/, ''))

  const comingFact = ({ coming: site }: Truth): EngineFacts['coming'] => {
    if (site === null) return null
    const { memoryMovedAt, workedAt } = health.signsOf(site.machine.id)
    const stillMs = stillFor(clock.now(), [memoryMovedAt, workedAt], settings.get('swap.stallSeconds') * 1000)
    return { name: siteName(site), machine: site.machine.name, stillMs }
  }

  const servingFacts = (serving: Serving, views: readonly MachineView[], seen: EngineSigns): ServingFacts => {
    const head = views.find((view) => view.machine.id === serving.machines[0])
    return {
      name: nameOf(serving.model),
      head: head === undefined ? null : { name: head.machine.name, reach: head.reach, seenAt: head.observation?.at ?? null },
      judgement: health.judged(serving, views),
      engine: seen,
      machine: health.signsOf(serving.machines[0] ?? ''),
    }
  }

  const readNow = (): Now => {
    let truth: Truth | null = null
    const known = (): Truth => {
      truth ??= needs.observed.truth()
      return truth
    }
    return { views: needs.fleet.views(), truth: known, swap: needs.currentSwap() }
  }

  const mainView = ({ views, truth, swap }: Now): EngineView => {
    const serving = needs.store.serving.find(mainEngine)
    const seen = seenAt(watch.sites().find((site) => site.id === mainEngine))
    const state = engineState({
      now: clock.now(),
      swap: swap === null ? null : { sentence: swapSentence(swap) },
      serving: serving === null ? null : servingFacts(serving, views, seen),
      coming: serving === null && swap === null ? comingFact(truth()) : null,
      silent: silentOf(views),
      allSeen: views.length > 0 && views.every((view) => view.reach !== 'unknown'),
    })
    if (serving === null) return { ...emptyEngine, ...stateView(state) }
    const capabilities = needs.models.domainModel(serving.model)?.inference.capabilities ?? []
    return servingView({ serving, state, views, modelName: nameOf(serving.model), capabilities, seen, speed: needs.speedOf(serving) })
  }

  const observedView = (site: EngineSite, views: readonly MachineView[]): EngineView => {
    const seen = watch.signsAt(site)
    const silent = views.find((view) => view.machine.id === site.machine.id)?.reach === 'unreachable'
    const goodAt = seen.good?.at ?? Number.NEGATIVE_INFINITY
    const trustedMs = seen.look?.reachable === false ? health.leastFreshMs : health.freshMs()
    return siteView({ site, seen, name: siteName(site), silent, answers: clock.now() - goodAt <= trustedMs })
  }

  /** A place that is seen over SSH is told once. */
  const engines = (now: Now): EngineView[] => {
    const here = [mainView(now), ...now.truth().observed.map((site) => observedView(site, now.views))]
    return [...here, ...needs.elsewhere().filter((one) => !here.some(({ url }) => url === one.url))]
  }

  /** While a switch runs, what is half there is its own affair. */
  const orphans = ({ views, swap }: Now): readonly Orphan[] =>
    swap === null ? findOrphans(views, needs.store.serving.find(mainEngine), settings.get('engine.containerName')) : []

  const status = (): StatusView => {
    const now = readNow()
    const { views, swap } = now
    const truth = now.truth()
    const all = engines(now)
    const main = all[0] ?? mainView(now)
    const own = needs.storage.attention()
    const others = attention({
      now: clock.now(),
      appliance: needs.appliance,
      views,
      engine: main,
      memoryDanger: health.memoryDanger,
      pressure: needs.pressure.attention,
      orphans: orphans(now),
      leftBehind: truth.leftBehind.map((left) => ({ ...left, of: nameOf(left.swap.model ?? '') })),
      reservedBy: truth.leftBehind.length === 0 ? null : needs.observed.reservedBy(),
      somebody: truth.somebody,
      insteadOf: truth.insteadOf === null ? null : { before: nameOf(truth.insteadOf.model), now: main.modelName ?? 'another model' },
      problems: needs.recipes.problems(),
      notes: needs.machineNotes,
      differences: needs.differences(),
    })
    const rows = [...(own === null ? [] : [own]), ...others, ...needs.alsoNeedsOwner.flatMap((rowsOf) => rowsOf())]
    const looks = views.flatMap((view) => (view.observation === null ? [] : [view.observation.at]))
    return {
      version: needs.version,
      sentence: statusSentence({ now: clock.now(), views, main, others: all.slice(1), troubled: rows.length > 0 }),
      checkedAt: looks.length === 0 ? null : isoTime(Math.max(...looks)),
      clusters: [{ id: 'default', engines: all, swap, lock: needs.lockView() }],
      machines: views.map(({ machine, reach }) => ({ id: machine.id, name: machine.name, state: reach })),
      attention: rows,
    }
  }

  return {
    status,
    engine(id = mainEngine) {
      const found = engines(readNow()).find((one) => one.id === id)
      if (found === undefined) throw new SparkError('engine_unknown', { engine: id.slice(0, 100) })
      return found
    },
    start(signal) {
      const consider = tellStateChanges(needs.events, () => mainView(readNow()))
      const offLooked = watch.onLooked(consider)
      const offObserved = needs.fleet.onObserved(consider)
      whenAborted(signal, offLooked, offObserved)
    },
  }
}

function swapSentence(swap: SwapView): string {
  if (swap.phase === 'restore') return swap.previousModelName === null ? `${clearingWord}.` : `Bringing ${swap.previousModelName} back.`
  if (swap.removes !== null) return `Removing ${swap.removes} by force.`
  return swap.model === null ? `Stopping ${swap.previousModelName ?? 'the model'}.` : `Switching to ${swap.modelName}.`
}
