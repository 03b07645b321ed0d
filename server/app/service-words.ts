// What is said of a service: one sentence, what it is doing, and the facts both rest on.
import type { MachineView } from '../domain/machine.ts'
import { healthPath, type Service } from '../domain/service.ts'
import type { ContainerSight, DoorSight, HealthSigns } from '../domain/service-health.ts'
import { type ServiceState, wholeDuration } from '../domain/words.ts'
import type { ServiceKnown } from './service-looks.ts'

export interface SaidOf {
  readonly service: Service
  readonly known: ServiceKnown
  readonly state: ServiceState
  readonly machine: MachineView | undefined
}

export function serviceSentence(said: SaidOf): string {
  const { service, known, state, machine } = said
  const { name } = service
  const { hold, door, flips } = known.signs
  if (!service.enabled) return `${name} is switched off here and is not looked at.`
  if (service.machine !== null && machine === undefined) return `The machine of ${name} is not in the list any more.`
  if (hold !== null && state === 'degraded')
    return `${name} keeps going and coming back: ${flips.length} times in ten minutes.${door?.end === 'answered' ? '' : because(door?.why ?? null)}`
  return sentences[state](said)
}

const sentences: Readonly<Record<ServiceState, (said: SaidOf) => string>> = {
  answering: ({ service }) => `${service.name} is answering.`,
  busy: ({ service, known }) =>
    known.signs.door?.end === 'answered'
      ? `${service.name} is busy: requests wait.`
      : `${service.name} is busy: its work moves, and it answers late.`,
  starting: ({ service }) => `${service.name} is starting.`,
  switching: ({ service }) => `${service.name} is being switched.`,
  stopped: ({ service, known }) => stoppedSentence(service, known.signs.container),
  degraded: ({ service, known }) => degradedSentence(service, known.signs),
  unreachable: ({ service, known, machine }) =>
    machine?.reach === 'unreachable'
      ? `${machine.machine.name} does not answer, and neither does ${service.name}.`
      : [`${service.name} does not answer${because(known.signs.door?.why ?? null)}`, elsewhere(service, machine)].join(' ').trim(),
  unknown: ({ service, known }) =>
    known.signs.door === null
      ? `${service.name} has not been looked at yet.`
      : `${service.name} was not seen to answer${because(known.signs.door.why)}`,
}

/** Docker tells the ports of a container only while it runs: one that was stopped when it was added may have another than was guessed. */
function elsewhere({ container, port }: Service, machine: MachineView | undefined): string {
  const box = machine?.observation?.containers?.find(({ name, state }) => name === container && state === 'running')
  const ports = box?.ports ?? []
  if (ports.length === 0 || ports.includes(port)) return ''
  const those = ports.length === 1 ? `port ${ports[0]}` : `ports ${ports.join(', ')}`
  return `Its container publishes ${those}, and it is asked at ${port}: change that on its page.`
}

const because = (why: string | null): string => (why === null ? '.' : `: ${why}.`)

function stoppedSentence({ name, container }: Service, box: ContainerSight | null): string {
  if (box?.state === 'absent') return `${name} is not there: its machine has no container ${container}.`
  return box?.crashed === true ? `${name} ended by itself, with an error.` : `${name} is stopped.`
}

function degradedSentence({ name, container }: Service, signs: HealthSigns): string {
  if (signs.stranger) return `Something answers at the address of ${name}, but its container ${container} is not running.`
  if (signs.slowSince !== null && signs.door?.end === 'answered') return `${name} answers, and takes more than twice as long as usual.`
  return signs.door?.end === 'answered'
    ? `${name} answers again; one more good answer is waited for.`
    : `${name} does not do its work${because(signs.door?.why ?? null)}`
}

/** Null: it does not say. */
export function doingWords({ known, state }: Pick<SaidOf, 'known' | 'state'>): string | null {
  if (state !== 'answering' && state !== 'busy' && state !== 'degraded') return null
  const { running, waiting } = known.signs.door ?? { running: null, waiting: null }
  if (running === null && waiting === null) return null
  if ((running ?? 0) + (waiting ?? 0) === 0) return 'Nothing at the moment'
  const parts = [
    running === null ? '' : `${running} ${running === 1 ? 'request' : 'requests'} in progress`,
    (waiting ?? 0) > 0 ? `${waiting} waiting` : '',
  ]
  return parts.filter((part) => part !== '').join(', ')
}

export interface Fact {
  readonly what: string
  readonly value: string
  readonly at: number
}

const containerWords: Readonly<Record<ContainerSight['state'], string>> = {
  running: 'running',
  stopped: 'not running',
  absent: 'not there',
  unknown: 'not known: docker or its machine did not answer, or it is between two starts',
  none: 'none was named',
}

export function serviceFacts({ service, known }: Pick<SaidOf, 'service' | 'known'>): Fact[] {
  const { signs, proof } = known
  const { door, container, progressAt, baselineMs } = signs
  const facts: (Fact | null)[] = [
    door === null ? null : { what: `Look at ${healthPath(service)}`, value: doorWords(door), at: door.at },
    proof === null ? null : { what: `Real request to ${proof.path}`, value: doorWords(proof.sight), at: proof.sight.at },
    container === null || container.state === 'none'
      ? null
      : { what: `Container ${service.container}`, value: containerValue(container), at: container.at },
    progressAt === null ? null : { what: 'Its work', value: 'moved', at: progressAt },
    baselineMs === null || door === null ? null : { what: 'Usual time to answer', value: `${Math.round(baselineMs)} ms`, at: door.at },
    signs.failures === 0 || signs.firstFailureAt === null
      ? null
      : {
          what: 'Without a good answer',
          value: `${signs.failures} ${signs.failures === 1 ? 'look' : 'looks'} in a row`,
          at: signs.firstFailureAt,
        },
  ]
  return facts.filter((fact) => fact !== null)
}

const doorWords = (sight: DoorSight): string => (sight.end === 'answered' ? `answered in ${sight.tookMs} ms` : (sight.why ?? 'no answer'))

function containerValue(box: ContainerSight): string {
  if (box.state === 'running' && box.upSince !== null) return `running for ${wholeDuration(Math.max(1000, box.at - box.upSince))} at least`
  return box.crashed ? 'ended by itself, with an error' : containerWords[box.state]
}
