// Looks at every place where something may serve, over HTTP, and keeps what looks showed over time. Each look runs by itself: one that
// hangs delays no other.
import { afterCanary, afterCanaryAsked, afterLook, canaryLimitMs, type EngineSigns, noSigns } from '../domain/engine-signs.ts'
import { type EngineSite, findSites, type SiteFacts } from '../domain/engine-sites.ts'
import { everyBySetting } from './clockwork.ts'
import type { Engines } from './engine-ports.ts'
import type { Fleet } from './fleet.ts'
import type { Clock, Log, ServingStore } from './ports.ts'
import type { SettingsUse } from './use-cases.ts'
import { whenAborted } from './when-aborted.ts'

export interface EngineWatchNeeds {
  readonly clock: Clock
  readonly engines: Pick<Engines, 'look' | 'complete'>
  readonly fleet: Pick<Fleet, 'view' | 'views' | 'onObserved'>
  readonly store: { readonly serving: Pick<ServingStore, 'find'> }
  readonly settings: Pick<SettingsUse, 'get' | 'watch'>
  readonly log: Log
}

export type EngineWatch = ReturnType<typeof createEngineWatch>

export function createEngineWatch(needs: EngineWatchNeeds) {
  const { settings } = needs
  const known = new Map<string, EngineSigns>()
  /** Machines that did not answer when they were last looked at. */
  const silent = new Set<string>()
  const looking = new Map<string, Promise<void>>()
  const listeners = new Set<(site: EngineSite) => void>()

  let found: { readonly from: SiteFacts; readonly sites: readonly EngineSite[] } | null = null
  /** Asked for by everybody at every look: found anew when something they are found from is another. */
  const sites = (): readonly EngineSite[] => {
    const from: SiteFacts = {
      views: needs.fleet.views(),
      serving: needs.store.serving.find('main'),
      containerName: settings.get('engine.containerName'),
      defaultPort: settings.get('engine.port'),
    }
    if (found === null || !isSame(found.from, from)) found = { from, sites: findSites(from) }
    return found.sites
  }

  const signsAt = (site: EngineSite): EngineSigns => known.get(placeOf(site)) ?? noSigns

  const keep = (site: EngineSite, signs: EngineSigns): void => {
    known.set(placeOf(site), signs)
    for (const listener of listeners) listener(site)
  }

  const lookNow = async (site: EngineSite, signal?: AbortSignal): Promise<void> => {
    const place = placeOf(site)
    try {
      const look = await needs.engines.look({ address: site.machine.address, port: site.port }, signal)
      if (signal?.aborted !== true) keep(site, afterLook(signsAt(site), look))
    } catch (error) {
      if (signal?.aborted !== true) needs.log.error('looking at an engine failed', { place, error })
    } finally {
      looking.delete(place)
    }
  }

  /** Nothing while a look at the same place is under way. */
  const lookAt = async (site: EngineSite, signal?: AbortSignal): Promise<void> => {
    const place = placeOf(site)
    if (looking.has(place)) return
    const look = lookNow(site, signal)
    looking.set(place, look)
    await look
  }

  /** A look that begins now: one that is under way may have begun while nothing could answer. */
  const lookAfresh = async (site: EngineSite, signal: AbortSignal): Promise<void> => {
    await looking.get(placeOf(site))
    await lookAt(site, signal)
  }

  /** Starts a look at every site and forgets places that are no longer sites; ends when all looks have ended. */
  const lookAll = async (signal?: AbortSignal): Promise<void> => {
    const now = sites()
    const places = new Set(now.map(placeOf))
    for (const place of known.keys()) if (!places.has(place)) known.delete(place)
    await Promise.all(now.map((site) => lookAt(site, signal)))
  }

  /** True once: at the first good look at a machine after its silence. */
  const isBack = (machine: string): boolean => {
    if (needs.fleet.view(machine).reach !== 'unreachable') return silent.delete(machine)
    silent.add(machine)
    return false
  }

  const follow = (machine: string, signal: AbortSignal): void => {
    const back = isBack(machine)
    for (const site of sites().filter((one) => one.machine.id === machine)) {
      if (back) void lookAfresh(site, signal)
      else if (!known.has(placeOf(site))) void lookAt(site, signal)
    }
  }

  return {
    sites,
    lookAll,
    /** What looks at a site have shown so far. */
    signsAt,

    /** One test request; never two at once at one place. It ends by itself within canaryLimitMs. */
    async sendCanary(site: EngineSite, model: string, signal: AbortSignal): Promise<void> {
      const { canary } = signsAt(site)
      if (canary !== null && canary.endedAt === null) return
      const { clock, engines } = needs
      keep(site, afterCanaryAsked(signsAt(site), clock.now()))
      const answer = await engines
        .complete({ address: site.machine.address, port: site.port }, model, canaryLimitMs, signal)
        .catch(() => null)
      keep(site, afterCanary(signsAt(site), clock.now(), signal.aborted ? null : answer))
    },

    /** Looks by the clock, and at once at a place that a look at a machine has just shown, or whose machine has just come back. */
    start(signal: AbortSignal): void {
      const round = async (): Promise<void> => void lookAll(signal)
      void round()
      everyBySetting(needs, 'machines.pollSeconds', round, signal)
      const off = needs.fleet.onObserved((machine) => follow(machine, signal))
      whenAborted(signal, off)
    },

    /** Called after every look at a site, and when a test request began or ended. */
    onLooked(listener: (site: EngineSite) => void): () => void {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

function isSame(a: SiteFacts, b: SiteFacts): boolean {
  return a.views === b.views && a.serving === b.serving && a.containerName === b.containerName && a.defaultPort === b.defaultPort
}

function placeOf(site: EngineSite): string {
  return `${site.machine.address} ${site.port}`
}
