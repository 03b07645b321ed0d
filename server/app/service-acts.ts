// Acts on services. Written down before the first effect and taken up again after a restart; a job's key is its act's own, so that no
// command ever runs twice.
import { SparkError, tellError } from '../contract/errors.ts'
import type { MachineView } from '../domain/machine.ts'
import type { Service } from '../domain/service.ts'
import { hardWords, type ServiceAct, takesMemory } from '../domain/service-act.ts'
import type { Fleet } from './fleet.ts'
import type { Lock } from './lock.ts'
import type { Ids, Log } from './ports.ts'
import { createServiceRefusals, type RefusalNeeds } from './service-act-refusals.ts'
import { createServiceSteps, type StepNeeds, type Walk } from './service-act-steps.ts'
import type { ServiceStore } from './service-ports.ts'
import type { ServiceActAsk } from './service-use.ts'
import type { ServiceWatch } from './service-watch.ts'
import type { EventsUse } from './use-cases.ts'

export interface ServiceActNeeds extends StepNeeds, RefusalNeeds {
  readonly ids: Pick<Ids, 'next'>
  readonly store: RefusalNeeds['store'] & { readonly services: ServiceStore }
  readonly fleet: Pick<Fleet, 'look' | 'view' | 'views'>
  readonly watch: Pick<ServiceWatch, 'prove' | 'acted' | 'lookNow' | 'state'>
  readonly lock: Pick<Lock, 'checkLock'>
  readonly events: Pick<EventsUse, 'append'>
  readonly log: Log
}

const usualActSeconds = 15

export type ServiceActs = ReturnType<typeof createServiceActs>

export function createServiceActs(needs: ServiceActNeeds) {
  const { clock, store, fleet, watch, events, shutdown } = needs
  const running = new Map<string, Promise<void>>()
  const refuse = createServiceRefusals(needs)
  const steps = createServiceSteps(needs)

  const serviceOf = (id: string): Service | undefined => store.services.list().find((one) => one.id === id)
  const machineName = (id: string): string => fleet.views().find((view) => view.machine.id === id)?.machine.name ?? id

  const factsOf = (act: ServiceAct, service: Service) => ({
    service: service.id,
    name: service.name,
    act: act.id,
    kind: act.kind,
    machine: machineName(act.machine),
    requestedBy: act.requestedBy.name,
  })

  const walkOf = (act: ServiceAct, service: Service): Walk => ({
    act,
    service,
    write: (change) => {
      const next = { ...act, ...change }
      store.services.updateAct(next)
      events.append('service_observed', { service: service.id, name: service.name })
      return walkOf(next, service)
    },
  })

  const fail = (walk: Walk, error: unknown): void => {
    const { act, service } = walk
    if (!(error instanceof SparkError)) needs.log.error('an act on a service failed', { act: act.id, error })
    const { code, facts } = error instanceof SparkError ? error : new SparkError('internal', { requestId: act.id })
    const { happened, now, next } = tellError(code, facts)
    walk.write({ state: 'failed', endedAt: clock.now(), trouble: { code, happened, now, next } })
    events.append('service_act_failed', { ...factsOf(act, service), code, happened, now })
  }

  const walk = async (begun: ServiceAct): Promise<void> => {
    const service = serviceOf(begun.service)
    if (service === undefined) return
    let at = walkOf(begun, service)
    try {
      if (begun.phase !== 'proof') at = await steps.order(at)
      watch.acted(service, begun.kind === 'stop' ? 'stop' : 'start')
      const { hard } = await steps.prove(at)
      const { act } = at.write({ state: 'succeeded', endedAt: clock.now(), hard })
      events.append('service_act_done', { ...factsOf(begun, service), how: hardWords(act, service) })
    } catch (error) {
      // The appliance stops: the next start takes it up.
      if (shutdown.aborted) return
      fail(walkOf(store.services.findAct(begun.id) ?? begun, service), error)
    }
    await watch.lookNow(service)
  }

  const follow = (act: ServiceAct): void => {
    const walking = walk(act)
      .catch((error: unknown) => needs.log.error('an act on a service could not be written down', { act: act.id, error }))
      .finally(() => running.delete(act.id))
    running.set(act.id, walking)
  }

  const checkLock = ({ lockToken: token, breakLock, requestedBy }: ServiceActAsk): void =>
    needs.lock.checkLock({ cluster: 'default', token, breakLock, by: requestedBy.name, inLine: false })

  const second = (service: Service): SparkError =>
    new SparkError('service_act_running', { service: service.name, retryAfterSeconds: usualActSeconds })

  /** Nothing is awaited in here: what is checked is what holds when the act is written down. */
  const writeDown = (service: Service, view: MachineView, ask: ServiceActAsk): ServiceAct => {
    const box = refuse.boxOf(service, view)
    if (takesMemory(ask.kind)) {
      refuse.duringSwitch(service, view)
      refuse.withoutRoom(service, view, box)
    }
    if (ask.despiteLock !== true) checkLock(ask)
    const act: ServiceAct = {
      id: needs.ids.next(),
      service: service.id,
      kind: ask.kind,
      machine: view.machine.id,
      container: service.container ?? '',
      state: 'running',
      phase: 'order',
      requestedBy: ask.requestedBy,
      why: ask.why ?? null,
      startedAt: clock.now(),
      doneAt: null,
      endedAt: null,
      exitCode: null,
      ran: box.state === 'running',
      hard: false,
      lines: [],
      trouble: null,
    }
    if (!store.services.beginAct(act)) throw second(service)
    return act
  }

  return {
    async begin(service: Service, ask: ServiceActAsk): Promise<ServiceAct> {
      const why = refuse.impossible(service, ask.kind)
      if (why !== null || service.machine === null) {
        throw new SparkError('service_act_impossible', { service: service.name, kind: ask.kind, why: why ?? 'it has no machine' })
      }
      if (store.services.liveActs().some((act) => act.service === service.id)) throw second(service)
      const act = writeDown(service, await fleet.look(service.machine, shutdown), ask)
      events.append('service_act_started', { ...factsOf(act, service), why: act.why })
      follow(act)
      return act
    },

    /** Acts of an earlier life go on where they were. */
    recover(): void {
      for (const act of store.services.liveActs()) if (!running.has(act.id)) follow(act)
    },

    settled: async (): Promise<void> => {
      await Promise.all(running.values())
    },
  }
}
