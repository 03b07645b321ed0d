// Looks at every place where something may serve, over HTTP. Each look runs by itself: one that hangs delays no other.
import type { EngineLook } from '../domain/engine.ts'
import { type EngineSite, findSites } from '../domain/engine-sites.ts'
import { everyBySetting } from './clockwork.ts'
import type { Fleet } from './fleet.ts'
import type { Clock, Engines, Log, ServingStore } from './ports.ts'
import type { SettingsUse } from './use-cases.ts'

export interface EngineWatchNeeds {
  readonly clock: Clock
  readonly engines: Pick<Engines, 'look'>
  readonly fleet: Pick<Fleet, 'views' | 'onObserved'>
  readonly store: { readonly serving: Pick<ServingStore, 'find'> }
  readonly settings: Pick<SettingsUse, 'get' | 'watch'>
  readonly log: Log
}

/** What is remembered of one address and port. */
export interface SiteLook {
  readonly look: EngineLook
  /** When it last answered healthy, and the ids it then listed. */
  readonly good: EngineLook | null
}

export type EngineWatch = ReturnType<typeof createEngineWatch>

export function createEngineWatch(needs: EngineWatchNeeds) {
  const { settings } = needs
  const looks = new Map<string, SiteLook>()
  const looking = new Set<string>()
  const listeners = new Set<(site: EngineSite) => void>()

  const sites = (): EngineSite[] =>
    findSites({
      views: needs.fleet.views(),
      serving: needs.store.serving.find('main'),
      containerName: settings.get('engine.containerName'),
      defaultPort: settings.get('engine.port'),
    })

  const keep = (site: EngineSite, look: EngineLook): void => {
    const before = looks.get(placeOf(site))
    looks.set(placeOf(site), { look, good: look.reachable && look.healthy ? look : (before?.good ?? null) })
    for (const listener of listeners) listener(site)
  }

  const lookAt = async (site: EngineSite, signal?: AbortSignal): Promise<void> => {
    const place = placeOf(site)
    if (looking.has(place)) return
    looking.add(place)
    try {
      const look = await needs.engines.look({ address: site.machine.address, port: site.port }, signal)
      if (signal?.aborted !== true) keep(site, look)
    } catch (error) {
      if (signal?.aborted !== true) needs.log.error('looking at an engine failed', { place, error })
    } finally {
      looking.delete(place)
    }
  }

  /** Starts a look at every site and forgets places that are no longer sites; ends when all looks have ended. */
  const lookAll = async (signal?: AbortSignal): Promise<void> => {
    const now = sites()
    const places = new Set(now.map(placeOf))
    for (const place of looks.keys()) if (!places.has(place)) looks.delete(place)
    await Promise.all(now.map((site) => lookAt(site, signal)))
  }

  return {
    sites,
    lookAll,
    /** What the last look at a site said; null when it was never looked at. */
    lastAt: (site: EngineSite): SiteLook | null => looks.get(placeOf(site)) ?? null,
    /** The last look at an engine by its id; null when it was never looked at or is not known. */
    lastLook(engine = 'main'): EngineLook | null {
      const site = sites().find((one) => one.id === engine)
      return site === undefined ? null : (looks.get(placeOf(site))?.look ?? null)
    },

    /** Looks by the clock, and at once at a place that a look at a machine has just shown. */
    start(signal: AbortSignal): void {
      const round = async (): Promise<void> => void lookAll(signal)
      void round()
      everyBySetting(needs, 'machines.pollSeconds', round, signal)
      const off = needs.fleet.onObserved((machine) => {
        for (const site of sites()) if (site.machine.id === machine && !looks.has(placeOf(site))) void lookAt(site, signal)
      })
      signal.addEventListener('abort', off, { once: true })
    },

    /** Called after every look at a site. */
    onLooked(listener: (site: EngineSite) => void): () => void {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

function placeOf(site: EngineSite): string {
  return `${site.machine.address} ${site.port}`
}
