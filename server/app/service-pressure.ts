// When a machine is about to run out of memory: the least important service that may be stopped is stopped, one at a time, and each
// must show what it gave back. When the machine is well again, what was stopped for it comes back, where there is room.
import type { PressureLevel } from '../domain/pressure-level.ts'
import type { Service } from '../domain/service.ts'
import type { Fleet } from './fleet.ts'
import { byImportance, managedServices } from './managed-services.ts'
import type { Clock, Log } from './ports.ts'
import type { Pressures } from './pressure.ts'
import type { ServiceActs } from './service-acts.ts'
import type { ServiceStore } from './service-ports.ts'
import type { ServiceWatch } from './service-watch.ts'
import type { EventsUse } from './use-cases.ts'

export interface ServicePressureNeeds {
  readonly clock: Clock
  readonly store: Pick<ServiceStore, 'list' | 'acts' | 'liveActs'>
  readonly fleet: Pick<Fleet, 'views' | 'onObserved'>
  readonly watch: Pick<ServiceWatch, 'state'>
  readonly acts: Pick<ServiceActs, 'begin'>
  readonly pressure: Pick<Pressures, 'levelOf' | 'onChange' | 'readingOf'>
  readonly events: Pick<EventsUse, 'append'>
  readonly log: Log
}

const byHouse = { kind: 'system', name: 'Spark Control', address: null } as const
/** Memory of a stopped container is back within this time, or it does not come back, ms. */
const effectMs = 15_000
/** Less than this share of what it was said to hold is no effect. */
const effectShare = 0.5
/** A service that could not come back for want of room is tried again after this long, ms. */
const againMs = 300_000

export function createServicePressure(needs: ServicePressureNeeds) {
  const { clock, store, pressure, events } = needs
  /** Machines where something is being stopped, or its effect is waited for. */
  const shedding = new Set<string>()
  /** Machines whose last stop had no effect: said once, until they are well again. */
  const ineffective = new Set<string>()
  const triedAt = new Map<string, number>()

  /** The last thing that was done to it was that we stopped it. A person's stop is a person's. */
  const wasShed = (service: Service): boolean => {
    const last = store.acts(service.id, 1)[0]
    return last?.kind === 'stop' && last.requestedBy.kind === 'system' && last.state === 'succeeded'
  }
  const onMachine = (machine: string): readonly Service[] =>
    store.list().filter((one) => one.machine === machine && one.container !== null && one.enabled)
  const isUp = (service: Service): boolean => !['stopped', 'unknown'].includes(needs.watch.state(service))
  const nameOf = (machine: string): string => needs.fleet.views().find((view) => view.machine.id === machine)?.machine.name ?? machine
  const stepOf = (service: Service, level: PressureLevel) => managedServices[service.kind].onPressure(level, service, wasShed(service))

  const available = (machine: string): number | null => pressure.readingOf(machine)?.availableBytes ?? null

  const tellEffect = (service: Service, machine: string, before: number | null): void => {
    const after = available(machine)
    const expectedBytes = managedServices[service.kind].shed(service)
    if (before === null || after === null || ineffective.has(machine)) return
    const freedBytes = Math.max(0, after - before)
    if (freedBytes >= expectedBytes * effectShare) return
    ineffective.add(machine)
    events.append('shed_ineffective', { service: service.id, name: service.name, machine: nameOf(machine), expectedBytes, freedBytes })
  }

  const shedOne = async (machine: string, signal: AbortSignal): Promise<boolean> => {
    const service = onMachine(machine)
      .filter((one) => isUp(one) && stepOf(one, pressure.levelOf(machine)) === 'shed')
      .toSorted(byImportance)[0]
    if (service === undefined) return false
    const before = available(machine)
    const why = `${nameOf(machine)} was about to run out of memory`
    await needs.acts.begin(service, { kind: 'stop', requestedBy: byHouse, why, despiteLock: true })
    const expectedBytes = managedServices[service.kind].shed(service)
    events.append('service_shed', { service: service.id, name: service.name, machine: nameOf(machine), expectedBytes })
    while (store.liveActs().some((act) => act.service === service.id)) await clock.sleep(1000, signal)
    await clock.sleep(effectMs, signal)
    tellEffect(service, machine, before)
    return true
  }

  const shed = async (machine: string, signal: AbortSignal): Promise<void> => {
    if (shedding.has(machine)) return
    shedding.add(machine)
    try {
      while (!signal.aborted && pressure.levelOf(machine) === 'critical') if (!(await shedOne(machine, signal))) return
    } catch (error) {
      if (!signal.aborted) needs.log.warn('a service could not be stopped to save memory', { machine, error })
    } finally {
      shedding.delete(machine)
    }
  }

  const bringBack = (machine: string): void => {
    if (pressure.levelOf(machine) !== 'normal') return
    ineffective.delete(machine)
    for (const service of onMachine(machine)) {
      const due = clock.now() - (triedAt.get(service.id) ?? Number.NEGATIVE_INFINITY) >= againMs
      if (!due || stepOf(service, 'normal') !== 'come_back') continue
      triedAt.set(service.id, clock.now())
      const why = `${nameOf(machine)} has memory again`
      needs.acts.begin(service, { kind: 'start', requestedBy: byHouse, why }).catch((error: unknown) => {
        needs.log.info('a service that was stopped for its memory stays stopped', { service: service.name, error })
      })
    }
  }

  return {
    start(signal: AbortSignal): void {
      pressure.onChange(({ machine, to }) => {
        if (signal.aborted || onMachine(machine).length === 0) return
        if (to === 'critical') void shed(machine, signal)
        else bringBack(machine)
      })
      const off = needs.fleet.onObserved((machine) => {
        if (onMachine(machine).length > 0) bringBack(machine)
      })
      signal.addEventListener('abort', off, { once: true })
    },
  }
}
