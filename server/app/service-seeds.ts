// The services of an earlier installation, by the names of its environment: PARAKEET_PORT, KOKORO_PORT, EMBED_PORT, QDRANT_PORT. The
// names say which port, and not on which machine: each becomes one row on the machine where it is found. Each is taken once; what the
// owner removed or did not want (DISABLED_SERVICES) does not come back.
import { SparkError } from '../contract/errors.ts'
import { settings as rows } from '../contract/settings.ts'
import type { MachineView } from '../domain/machine.ts'
import type { Fleet } from './fleet.ts'
import type { NamedMachineStore } from './named-machine-ports.ts'
import type { Clock, Log } from './ports.ts'
import { type Found, isPortKind, type PortKind, portSettings, type ServiceCandidates, wantedKinds } from './service-candidates.ts'
import type { ServiceStore } from './service-ports.ts'
import type { Services } from './services.ts'
import type { Env } from './setting-values.ts'
import type { SettingsUse } from './use-cases.ts'
import { whenAborted } from './when-aborted.ts'

export interface ServiceSeedsNeeds {
  readonly clock: Pick<Clock, 'now'>
  readonly env: Env
  readonly store: Pick<ServiceStore, 'list' | 'seeded' | 'markSeeded'>
  /** Machines of the same installation that still wait for an address: it may be there. */
  readonly waiting: Pick<NamedMachineStore, 'list'>
  readonly fleet: Pick<Fleet, 'views' | 'onObserved'>
  readonly candidates: Pick<ServiceCandidates, 'lookFor'>
  readonly services: Pick<Services, 'takeOver'>
  readonly settings: Pick<SettingsUse, 'get'>
  readonly log: Log
}

/** Looked for at most this often, ms. */
const everyMs = 15_000
/** A service that starts with its Spark gets so long to be found before a place is assumed, ms. */
const patienceMs = 120_000

interface Place {
  readonly view: MachineView
  readonly found: Found | null
}

export function createServiceSeeds(needs: ServiceSeedsNeeds) {
  const { clock, env, store, fleet, settings, log } = needs
  const variableOf = (kind: PortKind): string => rows[portSettings[kind]].env ?? ''
  const isNamed = (kind: PortKind): boolean => (env[variableOf(kind)]?.trim() ?? '') !== ''

  const best = async (kind: PortKind): Promise<Place | null> => {
    const port = settings.get(portSettings[kind])
    const views = fleet.views().filter((view) => view.reach === 'reachable')
    const all = await Promise.all(
      views.map(async (view): Promise<Place> => ({ view, found: await needs.candidates.lookFor(view, kind, port) })),
    )
    const rank = ({ found }: Place): number => (found === null ? 0 : 1 + (found.open ? 2 : 0) + (found.box === null ? 0 : 1))
    // A stable sort: of two that are as good, the owner's first machine.
    return all.filter((place) => rank(place) > 0).toSorted((a, b) => rank(b) - rank(a))[0] ?? null
  }

  /** Every Spark was asked and nobody waits for an address: it is nowhere, and not merely somewhere else. */
  const isWhole = (): boolean => needs.waiting.list().length === 0 && fleet.views().every((view) => view.reach === 'reachable')

  const take = (kind: PortKind, { view, found }: Place): void => {
    const from = { variable: variableOf(kind), found: found !== null }
    try {
      needs.services.takeOver(
        { kind, machine: view.machine.id, port: settings.get(portSettings[kind]), container: found?.box?.name ?? null },
        from,
      )
    } catch (error) {
      if (!(error instanceof SparkError)) throw error
      log.info('a service of the environment is not added', { from: from.variable, why: error.message })
    }
    store.markSeeded(kind, clock.now())
  }

  /** Not wanted, or the owner was faster. */
  const isMoot = (kind: PortKind): boolean => !wantedKinds(settings).includes(kind) || store.list().some((row) => row.kind === kind)

  /** True: this kind is settled. `lost`: it was looked for long enough. */
  const settle = async (kind: PortKind, lost: boolean, signal: AbortSignal): Promise<boolean> => {
    const place = isMoot(kind) ? null : await best(kind)
    if (signal.aborted) return false
    if (isMoot(kind)) {
      store.markSeeded(kind, clock.now())
      return true
    }
    const [first] = fleet.views()
    const taken = place ?? (lost && first !== undefined ? { view: first, found: null } : null)
    if (taken !== null) take(kind, taken)
    return taken !== null
  }

  return {
    start(signal: AbortSignal): void {
      const taken = new Set(store.seeded())
      const open = new Set(
        Object.keys(portSettings)
          .filter(isPortKind)
          .filter((kind) => isNamed(kind) && !taken.has(kind)),
      )
      if (open.size === 0) return
      let searching = false
      let searchedAt = Number.NEGATIVE_INFINITY
      let wholeSince: number | null = null

      const search = async (): Promise<void> => {
        searchedAt = clock.now()
        wholeSince = isWhole() ? (wholeSince ?? searchedAt) : null
        const lost = wholeSince !== null && searchedAt - wholeSince >= patienceMs
        for (const kind of open) if (await settle(kind, lost, signal)) open.delete(kind)
        if (open.size === 0) off()
      }
      const off = fleet.onObserved(() => {
        if (searching || fleet.views().length === 0 || clock.now() - searchedAt < everyMs) return
        searching = true
        search()
          .catch((error: unknown) => log.error('services of the environment cannot be kept yet', { error }))
          .finally(() => {
            searching = false
          })
      })
      whenAborted(signal, off)
    },
  }
}
