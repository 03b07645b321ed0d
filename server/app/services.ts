// The services beside the model: the list, what is known of each, and what may be done to it.
import { SparkError } from '../contract/errors.ts'
import type { ServiceTrialView, ServiceView } from '../contract/operations/service-shapes.ts'
import { httpUrl, isIpAddress, tidyAddress } from '../domain/address.ts'
import { type Service, type ServiceKind, serviceKindRows } from '../domain/service.ts'
import { type KindRequests, kindRequests } from '../domain/service-requests.ts'
import { judgeName, readTarget } from '../domain/target-address.ts'
import type { Fleet } from './fleet.ts'
import { isoTime } from './iso-time.ts'
import type { Clock, Ids } from './ports.ts'
import type { ServiceActs } from './service-acts.ts'
import type { createServiceCandidates } from './service-candidates.ts'
import { placeOf } from './service-looks.ts'
import type { ServiceDoors, ServiceStore } from './service-ports.ts'
import type { ServiceEdit, ServicesUse } from './service-use.ts'
import { actRecord, actView, serviceView } from './service-view.ts'
import type { ServiceWatch } from './service-watch.ts'
import type { EventsUse, SettingsUse } from './use-cases.ts'

export interface ServicesNeeds {
  readonly clock: Pick<Clock, 'now'>
  readonly ids: Pick<Ids, 'next'>
  readonly store: ServiceStore
  readonly doors: Pick<ServiceDoors, 'refusal'>
  readonly fleet: Pick<Fleet, 'views'>
  readonly watch: ServiceWatch
  readonly acts: ServiceActs
  readonly candidates: ReturnType<typeof createServiceCandidates>
  readonly settings: Pick<SettingsUse, 'get'>
  readonly events: Pick<EventsUse, 'append'>
}

const mdnsWords = '. Names that end in .local are found by multicast, which does not reach into containers: use the IP address'
const shownChanges = 50
const shownActs = 20
/** Of a name (RFC 1035). */
const longestHost = 253
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

  const checkName = (host: string | null): void => {
    if (host === null || host === '') throw invalid('a machine or an address is needed')
    const own = judgeName({ host, literal: isIpAddress(host) }, { ownNames: needs.settings.get('access.hosts') })
    if (own !== null) throw invalid(own)
  }

  const checkPlace = (service: Service): void => {
    if (service.machine === null) {
      checkName(service.address)
      if (service.container !== null || service.updateProgram !== null)
        throw invalid('without a machine it is only looked at, and has no container')
      return
    }
    if (service.address !== null || service.secure) throw invalid('it has a machine, so it has no address of its own')
    if (!fleet.views().some((view) => view.machine.id === service.machine)) throw invalid('there is no such machine')
  }

  /** Asked before anything is written down: a name is looked up for it. What stays where it was may be changed though it is gone. */
  const judge = async (service: Service, before: Service | null): Promise<void> => {
    const address = watch.addressOf(service)
    if (address === null || (before !== null && isSamePlace(before, service) && before.secure === service.secure)) return
    const why = await needs.doors.refusal(placeOf({ service, address }))
    if (why !== null) throw invalid(`${why}${address.endsWith('.local') ? mdnsWords : ''}`)
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

  const made = (edit: ServiceEdit & { readonly kind: ServiceKind }): Service => {
    if (store.list().length >= mostServices) throw invalid(`${mostServices} services are in the list, and no more can be`)
    const service = edited(fresh(needs.ids.next(), edit.kind, clock.now()), edit)
    check(service)
    return service
  }

  const insert = (service: Service): Service => {
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
    async add(edit, by) {
      const service = made(edit)
      await judge(service, null)
      insert(service)
      events.append('service_added', { service: service.id, name: service.name, by })
      return viewOf(service)
    },
    takeOver(edit, { variable, found }) {
      // Nobody has said yet that it is the owner's: nothing is done to it by itself.
      const service = insert(made({ ...edit, heal: 'manual', mayShed: false }))
      const machine = machineOf(service)?.machine.name ?? ''
      events.append('service_taken_over', { service: service.id, name: service.name, variable, found, machine, port: service.port })
    },
    async edit(id, edit, by) {
      await judge(edited(rowOf(id), edit), rowOf(id))
      // Nothing is awaited from here on: what is checked is what holds when it is written down.
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
    secure: false,
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
  return next.address === null ? next : { ...next, address: tidyHost(next.address, next.port) }
}

/** As a browser reads it: an IPv4 address has many spellings. Where it leads is judged at each question. */
function tidyHost(address: string, port: number): string {
  const target = readTarget(httpUrl(address.includes(':') && !address.includes('[') ? tidyAddress(address) : address, port))
  if ('refused' in target || target.host.length > longestHost || new URL(target.url).pathname !== '/')
    throw new SparkError('service_invalid', { why: `"${address.slice(0, 100)}" is no address` })
  return target.host
}

const isSamePlace = (one: Service, other: Service): boolean =>
  one.port === other.port &&
  (one.machine === null ? other.machine === null && one.address === other.address : one.machine === other.machine)

/** What was seen of it is of no use any more. */
const isOtherPlace = (one: Service, other: Service): boolean =>
  !isSamePlace(one, other) ||
  one.secure !== other.secure ||
  one.container !== other.container ||
  one.path !== other.path ||
  one.enabled !== other.enabled
