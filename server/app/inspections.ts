// The slower look at every machine, beside the quick one that the fleet does; and what the quick ones showed over time. Nothing here
// is kept over a restart: both are looked at again within seconds of it.
import { SparkError } from '../contract/errors.ts'
import { hourMs, minuteMs } from '../domain/durations.ts'
import type { Inspection } from '../domain/inspection.ts'
import type { MachineView } from '../domain/machine.ts'
import { afterLook, type MachineMarks, noMarks } from '../domain/machine-marks.ts'
import type { Fleet } from './fleet.ts'
import type { InspectSparks } from './machine-ports.ts'
import type { Clock, Log } from './ports.ts'
import type { EventsUse, SettingsUse } from './use-cases.ts'
import { whenAborted } from './when-aborted.ts'

export interface InspectionsNeeds {
  readonly clock: Pick<Clock, 'now'>
  readonly sparks: Pick<InspectSparks, 'inspect'>
  readonly fleet: Pick<Fleet, 'views' | 'view' | 'onObserved'>
  readonly settings: Pick<SettingsUse, 'get'>
  readonly events: Pick<EventsUse, 'append'>
  readonly log: Log
  /** Images that recipes start. */
  readonly images: () => readonly string[]
}

interface Known {
  inspection: Inspection | null
  marks: MachineMarks
  /** The last try, good or bad. */
  triedAt: number
  sudoAskedAt: number
  /** What sudo said last. */
  mayDropCaches: boolean | null
  looking: Promise<void> | null
}

/** A look that failed is tried again no sooner, ms. */
const againMs = minuteMs
/** sudo writes each question into the machine's log, so it is asked this seldom unless somebody wants to know, ms. */
const sudoAgainMs = hourMs
const refreshMs = 10_000
/** Machines looked at at the same time, at most. */
const atOnce = 4
/** Images asked for, at most. */
const mostImages = 8

export type Inspections = ReturnType<typeof createInspections>

export function createInspections(needs: InspectionsNeeds) {
  const { clock, fleet, settings } = needs
  const known = new Map<string, Known>()
  let running = 0

  const knownOf = (id: string): Known => {
    const found = known.get(id)
    if (found !== undefined) return found
    const never = Number.NEGATIVE_INFINITY
    const fresh: Known = { inspection: null, marks: noMarks, triedAt: never, sudoAskedAt: never, mayDropCaches: null, looking: null }
    known.set(id, fresh)
    return fresh
  }

  /** Addresses of the others on the cable, for a machine that has one. */
  const peersOf = (view: MachineView): readonly string[] => {
    if (view.observation === null || view.observation.facts.ports.length === 0) return []
    return fleet.views().flatMap((one) => (one.machine.id === view.machine.id ? [] : (fabricAddressOf(one) ?? [])))
  }

  const inspect = async (id: string, asked: boolean, signal?: AbortSignal): Promise<void> => {
    const state = knownOf(id)
    const view = fleet.view(id)
    if (view.machine.hostKey === null)
      throw new SparkError('machine_unreachable', { machine: view.machine.name, why: 'its identity (host key) was not accepted yet' })
    state.triedAt = clock.now()
    const askSudo = asked || clock.now() - state.sudoAskedAt >= sudoAgainMs
    const order = { images: [...new Set(needs.images())].slice(0, mostImages), peers: peersOf(view), askSudo }
    const seen = await needs.sparks.inspect(view.machine, order, signal)
    if (known.get(id) !== state) return
    if (seen.mayDropCaches !== null) {
      state.mayDropCaches = seen.mayDropCaches
      state.sudoAskedAt = seen.at
    }
    state.inspection = { ...seen, mayDropCaches: state.mayDropCaches }
    needs.events.append('machine_observed', { machine: id, name: view.machine.name })
  }

  const begin = (id: string, asked: boolean, signal?: AbortSignal): Promise<void> => {
    const state = knownOf(id)
    running += 1
    state.looking = inspect(id, asked, signal).finally(() => {
      running -= 1
      state.looking = null
    })
    return state.looking
  }

  /** Somebody wants to know: a look that began before they asked does not count. */
  const inspectNow = async (id: string, signal?: AbortSignal): Promise<void> => {
    await knownOf(id).looking?.catch(() => undefined)
    await (knownOf(id).looking ?? begin(id, true, signal))
  }

  const isDue = (state: Known, view: MachineView): boolean => {
    const now = clock.now()
    const { inspection } = state
    if (state.looking !== null || now - state.triedAt < againMs) return false
    if (inspection !== null && peersOf(view).join() !== inspection.peers.map((peer) => peer.address).join()) return true
    return inspection === null || now - inspection.at >= settings.get('machines.inspectMinutes') * minuteMs
  }

  const consider = (id: string, signal: AbortSignal): void => {
    const views = fleet.views()
    const listed = new Set(views.map((view) => view.machine.id))
    for (const one of known.keys()) if (!listed.has(one)) known.delete(one)
    const view = views.find((one) => one.machine.id === id)
    if (view === undefined || view.observation === null) return
    const state = knownOf(id)
    if (state.marks.at !== view.observation.at) state.marks = afterLook(state.marks, view.observation)
    if (view.trouble !== null || signal.aborted || running >= atOnce || !isDue(state, view)) return
    begin(id, false, signal).catch((error: unknown) => {
      if (!signal.aborted) needs.log.info('the slower look at a machine failed', { machine: id, error })
    })
  }

  return {
    of: (id: string): Inspection | null => known.get(id)?.inspection ?? null,
    marksOf: (id: string): MachineMarks => known.get(id)?.marks ?? noMarks,
    /** Looks now; raises what went wrong. */
    inspect: inspectNow,
    /** The same for anybody who may look: a Spark and its launcher's origin are not asked more often than this allows. */
    refresh: async (id: string): Promise<void> => {
      if (clock.now() - knownOf(id).triedAt >= refreshMs) await inspectNow(id)
    },
    /** Looks by itself after the quick looks, until aborted. */
    start(signal: AbortSignal): void {
      const off = fleet.onObserved((id) => consider(id, signal))
      whenAborted(signal, off)
    },
  }
}

function fabricAddressOf({ machine, observation }: MachineView): string | null {
  return machine.fabricAddress ?? observation?.fabricAddress ?? null
}
