// Services and acts as the contract shows them.
import type { ServiceActRecordView, ServiceActView, ServiceView } from '../contract/operations/service-shapes.ts'
import { httpUrl } from '../domain/address.ts'
import type { MachineView } from '../domain/machine.ts'
import { footprintOf, healthPath, type Service, serviceKindRows } from '../domain/service.ts'
import { actsOf, actWords, argvOf, consequenceOf, hardWords, type ServiceAct } from '../domain/service-act.ts'
import { type KindRequests, kindRequests } from '../domain/service-requests.ts'
import type { ServiceState } from '../domain/words.ts'
import { isoTime, isoTimeOrNull } from './iso-time.ts'
import type { ServiceKnown } from './service-looks.ts'
import { doingWords, serviceFacts, serviceSentence } from './service-words.ts'

export interface ServiceViewFacts {
  readonly service: Service
  readonly known: ServiceKnown
  readonly state: ServiceState
  readonly machine: MachineView | undefined
  readonly address: string | null
  readonly act: ServiceAct | null
}

export function serviceView(facts: ServiceViewFacts): ServiceView {
  const { service, known, state, machine, address } = facts
  const { signs } = known
  const row = serviceKindRows[service.kind]
  const { trial }: KindRequests = kindRequests[service.kind]
  const act = facts.act === null ? null : actView(facts.act, service, machine?.machine.name ?? facts.act.machine)
  return {
    id: service.id,
    kind: service.kind,
    kindWord: row.word,
    does: row.does,
    name: service.name,
    machine: machine === undefined ? null : { id: machine.machine.id, name: machine.machine.name },
    address,
    port: service.port,
    url: address === null ? null : httpUrl(address, service.port, service.secure),
    container: service.container,
    healthPath: healthPath(service),
    enabled: service.enabled,
    state: act === null || act.kind === 'stop' || state === 'answering' ? state : 'starting',
    sentence: act?.sentence ?? serviceSentence(facts),
    since: isoTimeOrNull(signs.since),
    checkedAt: isoTimeOrNull(signs.door?.at ?? null),
    latencyMs: signs.door?.end === 'answered' ? Math.round(signs.door.tookMs) : null,
    usualMs: signs.baselineMs === null ? null : Math.round(signs.baselineMs),
    doing: doingWords(facts),
    models: known.models.length > 0 ? [...known.models] : known.says === null ? [] : [known.says],
    evidence: serviceFacts(facts).map(({ what, value, at }) => ({ what, value, at: isoTime(at) })),
    heal: service.heal,
    mayShed: service.mayShed,
    footprintBytes: footprintOf(service),
    updateProgram: service.updateProgram,
    trial,
    acts:
      machine === undefined
        ? []
        : possibleActs(service, state).map((kind) => ({
            kind,
            label: actWords[kind].button,
            consequence: consequenceOf(kind, service, machine.machine.name),
          })),
    act,
    links: { self: `/api/services/${service.id}`, page: `/services/${service.id}` },
  }
}

/** What runs is not started, and what stands still is not stopped; where nobody knows, everything is offered. */
function possibleActs(service: Service, state: ServiceState): ReturnType<typeof actsOf> {
  const stopped = state === 'stopped'
  const runs = state === 'answering' || state === 'busy' || state === 'starting'
  return actsOf(service).filter((kind) => (kind === 'start' ? !runs : kind === 'stop' || kind === 'restart' ? !stopped : true))
}

export function actView(act: ServiceAct, service: Service, machine: string): ServiceActView {
  return {
    id: act.id,
    service: act.service,
    kind: act.kind,
    state: act.state,
    sentence: actSentence(act, service),
    machine,
    requestedBy: act.requestedBy.name,
    why: act.why,
    startedAt: isoTime(act.startedAt),
    endedAt: isoTimeOrNull(act.endedAt),
    exitCode: act.exitCode,
    error: act.trouble === null ? null : { ...act.trouble },
  }
}

/** With the command and what it said. */
export function actRecord(act: ServiceAct, service: Service, machine: string): ServiceActRecordView {
  return { ...actView(act, service, machine), argv: [...argvOf(act.kind, { ...service, container: act.container })], lines: [...act.lines] }
}

function actSentence(act: ServiceAct, service: Service): string {
  const { name } = service
  const words = actWords[act.kind]
  if (act.state === 'failed') return act.trouble?.happened ?? `${name} was not ${words.done}.`
  if (act.state === 'succeeded' && act.kind !== 'stop') return `${name} was ${words.done} and answers.`
  if (act.state === 'succeeded') return [`${name} was stopped.`, hardWords(act, service) ?? ''].join(' ').trim()
  if (act.phase !== 'proof') return `${words.now} ${name}.`
  return act.kind === 'stop' ? `Making sure that ${name} is stopped.` : `Making sure that ${name} answers.`
}
