// Keeps what looks at the machines showed over time, judges the engine by all of it, and sends a test request where one would tell more.
import { upAtLeastMs } from '../domain/container-age.ts'
import type { Serving } from '../domain/engine.ts'
import { noSigns } from '../domain/engine-signs.ts'
import { type EngineSite, mainEngine, runsAnother, servingContainer } from '../domain/engine-sites.ts'
import { type MachineView, missesUntilUnreachable } from '../domain/machine.ts'
import { afterObservation, type MachineSigns, memoryDanger, noMachineSigns } from '../domain/machine-signs.ts'
import type { Patient } from '../domain/patient.ts'
import { type Judgement, judge } from '../domain/verdict.ts'
import type { EngineWatch } from './engine-watch.ts'
import type { Fleet } from './fleet.ts'
import type { Clock, Log, ServingStore, SwapStore } from './ports.ts'
import type { SettingsUse } from './use-cases.ts'
import { whenAborted } from './when-aborted.ts'

export interface HealthNeeds {
  readonly clock: Pick<Clock, 'now'>
  readonly fleet: Pick<Fleet, 'views' | 'onObserved'>
  readonly watch: EngineWatch
  readonly store: { readonly serving: Pick<ServingStore, 'find'>; readonly swaps: Pick<SwapStore, 'live' | 'recent'> }
  readonly settings: Pick<SettingsUse, 'get'>
  readonly log: Log
}

export type Health = ReturnType<typeof createHealth>

const cluster = 'default'
const leastFreshMs = 15_000

export function createHealth(needs: HealthNeeds) {
  const { clock, fleet, watch, store, settings } = needs
  const machines = new Map<string, MachineSigns>()

  /** A good look older than this proves nothing any more, ms. */
  const freshMs = (): number => Math.max(leastFreshMs, settings.get('machines.pollSeconds') * 1000 * missesUntilUnreachable)

  const signsOf = (machine: string): MachineSigns => machines.get(machine) ?? noMachineSigns

  const mainSite = (): EngineSite | undefined => watch.sites().find((site) => site.id === mainEngine)

  /** A load takes most of memory in one step: that is no fall. `since`: the look before. */
  const wasLoading = (machine: string, since: number): boolean => {
    if (store.swaps.live(cluster) !== null || (store.swaps.recent(1)[0]?.endedAt ?? 0) >= since) return true
    if ((store.serving.find(mainEngine)?.since ?? 0) >= since) return true
    return watch.sites().some((site) => site.machine.id === machine && site.command !== null && watch.signsAt(site).good === null)
  }

  const observe = (machine: string): void => {
    const views = fleet.views()
    const listed = new Set(views.map((view) => view.machine.id))
    for (const id of machines.keys()) if (!listed.has(id)) machines.delete(id)
    const seen = views.find((view) => view.machine.id === machine)?.observation ?? null
    const before = signsOf(machine)
    if (seen === null || before.memory?.at === seen.at) return
    const signs = afterObservation(before, seen)
    const fell = signs.fall !== null && before.fall === null
    machines.set(machine, fell && wasLoading(machine, before.memory?.at ?? 0) ? { ...signs, fall: null } : signs)
  }
  // Before anybody else hears of a look: whoever judges by it finds it here.
  fleet.onObserved(observe)

  const patientOf = (serving: Serving, views: readonly MachineView[]): Patient => {
    const site = mainSite()
    const head = views.find((view) => view.machine.id === serving.machines[0])
    return {
      now: clock.now(),
      freshMs: freshMs(),
      since: serving.since,
      servedName: serving.servedName,
      process: processOf(serving, head, settings.get('engine.containerName')),
      engine: site === undefined ? noSigns : watch.signsAt(site),
      machine: signsOf(serving.machines[0] ?? ''),
    }
  }

  const judged = (serving: Serving, views: readonly MachineView[]): Judgement => judge(patientOf(serving, views))

  const considerCanary = (machine: string, signal: AbortSignal): void => {
    const serving = store.serving.find(mainEngine)
    if (serving?.machines[0] !== machine) return
    if (store.swaps.live(cluster) !== null || signal.aborted) return
    const site = mainSite()
    if (site === undefined || !judged(serving, fleet.views()).wantsCanary) return
    watch.sendCanary(site, serving.servedName, signal).catch((error: unknown) => needs.log.error('a test request failed', { error }))
  }

  return {
    freshMs,
    leastFreshMs,
    judged,
    signsOf,
    /** What is wrong with a machine's memory; null when nothing is. */
    memoryDanger: (view: MachineView): string | null =>
      view.reach === 'reachable' && store.swaps.live(cluster) === null ? memoryDanger(signsOf(view.machine.id), view.machine.name) : null,

    /** Sends test requests where they are wanted, until aborted. */
    start(signal: AbortSignal): void {
      const offLooked = watch.onLooked((site) => considerCanary(site.machine.id, signal))
      const offObserved = fleet.onObserved((machine) => considerCanary(machine, signal))
      whenAborted(signal, offLooked, offObserved)
    },
  }
}

/** What the last look inside said of the process; a look from before it was started says nothing. */
function processOf(serving: Serving, head: MachineView | undefined, fallback: string): Patient['process'] {
  const unknown = { state: 'unknown', at: null, upSince: null } as const
  const seen = head?.observation ?? null
  if (seen === null || seen.containers === null || seen.at <= serving.since) return unknown
  const { at } = seen
  const container = seen.containers.find((one) => one.name === servingContainer(serving, fallback))
  if (container === undefined || container.state !== 'running') return { state: 'gone', at, upSince: null }
  // Of the process that was meant nothing was seen then; who answers at the door tells the rest.
  if (runsAnother(serving, container)) return unknown
  return { state: container.serving === null ? 'dead' : 'alive', at, upSince: at - upAtLeastMs(container.status) }
}
