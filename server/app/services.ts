// The services beside the model: the list, what is known of each, and what may be done to it.
import { SparkError } from '../contract/errors.ts'
import type { ServiceTrialView, ServiceView } from '../contract/operations/service-shapes.ts'
import { isIpAddress, tidyAddress } from '../domain/address.ts'
import { type Service, type ServiceKind, serviceKindRows } from '../domain/service.ts'
import { type KindRequests, kindRequests } from '../domain/service-requests.ts'
import { addressKind } from '../domain/target-address.ts'
import type { Fleet } from './fleet.ts'
import { isoTime } from './iso-time.ts'
import type { Clock, Ids } from './ports.ts'
import type { ServiceActs } from './service-acts.ts'
import type { createServiceCandidates } from './service-candidates.ts'
import type { ServiceStore } from './service-ports.ts'
import type { ServiceEdit, ServicesUse } from './service-use.ts'
import { actRecord, actView, serviceView } from './service-view.ts'
import type { ServiceWatch } from './service-watch.ts'
import type { EventsUse, SettingsUse } from './use-cases.ts'

export interface ServicesNeeds {
  readonly clock: Pick<Clock, 'now'>
  readonly ids: Pick<Ids, 'next'>
  readonly store: ServiceStore
  readonly fleet: Pick<Fleet, 'views'>
  readonly watch: ServiceWatch
  readonly acts: ServiceActs
  readonly candidates: ReturnType<typeof createServiceCandidates>
  readonly settings: Pick<SettingsUse, 'get'>
  readonly events: Pick<EventsUse, 'append'>
}

const shownChanges = 50
const shownActs = 20
/** More than these are a mistake of a program. */
const mostServices = 60

/** Where a row comes from that no person added. */
export interface TakenFrom {
  /** Of the environment. */
  readonly variable: string
  /** False: nobody knows where it is, and its place was assumed. */
  readonly found: boolean
}

export interface Services extends ServicesUse {
  /** Adds a service of an earlier installation, and tells where it was found. Raises what `add` does. */
  takeOver(edit: ServiceEdit & { readonly kind: ServiceKind }, from: TakenFrom): void
}

export function createServices(needs: ServicesNeeds): Services {
  const { clock, store, fleet, watch, acts, events } = needs

  const rowOf = (id: string): Service => {
    const found = store.list().find((one) => one.id === id)
    if (found === undefined) throw new SparkError('not_found', { what: `service "${id.slice(0, 64)}"` })
    return found
  }

  const machineOf = (service: Service) => fleet.views().find((view) => view.machine.id === service.machine)

  const viewOf = (service: Service): ServiceView =>
    serviceView({
      service,
      known: watch.known(service.id),
      state: watch.state(service),
      machine: machineOf(service),
      address: watch.addressOf(service),
      act: store.liveActs().find((act) => act.service === service.id) ?? null,
    })

  const refuseDuringAct = (service: Service): void => {
    if (store.liveActs().some((act) => act.service === service.id))
      throw new SparkError('service_act_running', { service: service.name, retryAfterSeconds: 15 })
  }

  const invalid = (why: string): SparkError => new SparkError('service_invalid', { why })

  const checkPlace = (service: Service): void => {
    if (service.machine === null) {
      checkAddress(service.address)
      if (service.container !== null || service.updateProgram !== null)
        throw invalid('without a machine it is only looked at, and has no container')
      return
    }
    if (service.address !== null) throw invalid('it has a machine, so it has no address of its own')
    if (!fleet.views().some((view) => view.machine.id === service.machine)) throw invalid('there is no such machine')
  }

  /** Raises what is wrong with a row as it would be. */
  const check = (service: Service): void => {
    checkPlace(service)
    if (!serviceKindRows[service.kind].managed && service.updateProgram !== null) throw invalid('a model server is only looked at')
    const engine = needs.settings.get('engine.containerName')
    if (service.container === engine) throw invalid(`the container ${engine} is the model's, which is switched and not restarted`)
    const same = store.list().find((one) => one.id !== service.id && isSamePlace(one, service))
    if (same !== undefined) {
      const address = `${watch.addressOf(same) ?? 'its machine'}:${same.port}`
      throw new SparkError('service_exists', { service: same.name, address })
    }
  }

  const insert = (edit: ServiceEdit & { readonly kind: ServiceKind }): Service => {
    if (store.list().length >= mostServices) throw invalid(`${mostServices} services are in the list, and no more can be`)
    const service = edited(fresh(needs.ids.next(), edit.kind, clock.now()), edit)
    check(service)
    store.insert(service)
    watch.follow(service)
    return service
  }

  return {
    list: () => store.list().map(viewOf),
    find: (id) => viewOf(rowOf(id)),
    history: (id) => {
      const service = rowOf(id)
      const name = (machine: string): string => fleet.views().find((view) => view.machine.id === machine)?.machine.name ?? machine
      return {
        changes: store.changes(id, shownChanges).map(({ at, state, sentence }) => ({ at: isoTime(at), state, sentence })),
        acts: store.acts(id, shownActs).map((act) => actRecord(act, service, name(act.machine))),
      }
    },
    add(edit, by) {
      const service = insert(edit)
      events.append('service_added', { service: service.id, name: service.name, by })
      return viewOf(service)
    },
    takeOver(edit, { variable, found }) {
      const service = insert(edit)
      const machine = machineOf(service)?.machine.name ?? ''
      events.append('service_taken_over', { service: service.id, name: service.name, variable, found, machine, port: service.port })
    },
    edit(id, edit, by) {
      const before = rowOf(id)
      refuseDuringAct(before)
      const service = edited(before, edit)
      check(service)
      store.update(service)
      if (isOtherPlace(before, service)) watch.follow(service)
      events.append('service_changed', { service: id, name: service.name, by })
      return viewOf(service)
    },
    remove(id, by) {
      const service = rowOf(id)
      refuseDuringAct(service)
      store.remove(id)
      watch.forget(id)
      events.append('service_removed', { service: id, name: service.name, by })
    },
    async check(id) {
      await watch.lookNow(rowOf(id))
      return viewOf(rowOf(id))
    },
    async try(id, signal): Promise<ServiceTrialView> {
      const service = rowOf(id)
      const { trial }: KindRequests = kindRequests[service.kind]
      if (trial === null) {
        const why = 'a request would disturb whoever uses it now'
        throw new SparkError('service_act_impossible', { service: service.name, kind: 'try', why })
      }
      const proof = await watch.prove(service, signal)
      const ok = proof?.sight.end === 'answered'
      const tookMs = Math.round(proof?.sight.tookMs ?? 0)
      const sentence = ok
        ? `${service.name} did what it is for, in ${tookMs} ms.`
        : `${service.name} did not do it: ${proof?.sight.why ?? 'its machine is not in the list any more'}.`
      return { ok, sentence, path: proof?.path ?? '', tookMs, answer: proof?.shown ?? null }
    },
    candidates: () => needs.candidates.find(),
    async act(id, ask) {
      const service = rowOf(id)
      const act = await acts.begin(service, ask)
      return actView(act, service, machineOf(service)?.machine.name ?? act.machine)
    },
  }
}

function fresh(id: string, kind: ServiceKind, now: number): Service {
  const row = serviceKindRows[kind]
  return {
    id,
    kind,
    name: row.word,
    machine: null,
    address: null,
    port: row.port,
    container: null,
    path: null,
    enabled: true,
    heal: row.heal,
    mayShed: row.mayShed,
    footprintBytes: null,
    updateProgram: null,
    addedAt: now,
  }
}

function edited(service: Service, edit: ServiceEdit): Service {
  const given = Object.fromEntries(Object.entries(edit).filter(([name, value]) => value !== undefined && name in service))
  const next: Service = { ...service, ...given }
  return next.address === null ? next : { ...next, address: tidyAddress(next.address) }
}

/** Somewhere at home, or this computer where its address was typed. Where it is looked at, its own port is another program's. */
function checkAddress(address: string | null): void {
  if (address === null || address === '') throw new SparkError('service_invalid', { why: 'a machine or an address is needed' })
  if (!isIpAddress(address)) throw new SparkError('address_not_ip', { address: address.slice(0, 100) })
  const kind = addressKind(address)
  if (kind !== 'private' && kind !== 'loopback')
    throw new SparkError('service_invalid', { why: `${address} is not an address of a home network` })
}

const isSamePlace = (one: Service, other: Service): boolean =>
  one.port === other.port &&
  (one.machine === null ? other.machine === null && one.address === other.address : one.machine === other.machine)

/** What was seen of it is of no use any more. */
const isOtherPlace = (one: Service, other: Service): boolean =>
  !isSamePlace(one, other) || one.container !== other.container || one.path !== other.path || one.enabled !== other.enabled
