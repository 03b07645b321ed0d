// One act on a service: a command on its machine, and the proof that it did what it was for.
import { footprintOf, type Service, serviceKindRows } from './service.ts'
import type { Requester } from './swap.ts'
import { aboutDuration, bytesInWords } from './words.ts'

export const serviceActKinds = ['start', 'stop', 'restart', 'update'] as const
export type ServiceActKind = (typeof serviceActKinds)[number]

export interface ServiceActTrouble {
  readonly code: string
  readonly happened: string
  readonly now: string
  readonly next: string
}

export interface ServiceAct {
  readonly id: string
  readonly service: string
  readonly kind: ServiceActKind
  readonly machine: string
  readonly container: string
  readonly state: 'running' | 'succeeded' | 'failed'
  /** `order`: nothing was sent yet. `command`: it runs on the machine. `proof`: a real request is waited for. */
  readonly phase: 'order' | 'command' | 'proof'
  readonly requestedBy: Requester
  readonly why: string | null
  readonly startedAt: number
  /** When the command was over, by its exit code. */
  readonly doneAt: number | null
  readonly endedAt: number | null
  readonly exitCode: number | null
  /** Its container ran when the act was begun. */
  readonly ran: boolean
  /** Of a stop: it did not end by itself in its time, and docker ended it. */
  readonly hard: boolean
  /** The last lines it printed. */
  readonly lines: readonly string[]
  readonly trouble: ServiceActTrouble | null
}

/** The words of the command; container names are checked where they come in, so that none can be an option. */
export function argvOf(kind: ServiceActKind, service: Pick<Service, 'kind' | 'container' | 'updateProgram'>): readonly string[] {
  const name = service.container ?? ''
  if (kind === 'update') return [service.updateProgram ?? '']
  if (kind === 'start') return ['docker', 'start', name]
  return ['docker', kind, '-t', String(serviceKindRows[service.kind].graceSeconds), name]
}

export const takesMemory = (kind: ServiceActKind): boolean => kind !== 'stop'

/** Which acts there are for a service, whatever its state. */
export function actsOf(service: Service): readonly ServiceActKind[] {
  if (!serviceKindRows[service.kind].managed || service.machine === null || service.container === null) return []
  return serviceActKinds.filter((kind) => kind !== 'update' || service.updateProgram !== null)
}

/** A stop that was not heeded may have lost what was not written down yet; null: it ended by itself. */
export function hardWords({ hard }: Pick<ServiceAct, 'hard'>, { kind }: Pick<Service, 'kind'>): string | null {
  return hard ? `It did not end by itself within ${serviceKindRows[kind].graceSeconds} seconds, so docker ended it.` : null
}

/** What it costs, before the button is pressed. */
export function consequenceOf(kind: ServiceActKind, service: Service, machine: string): string {
  const { does, startMs, graceSeconds } = serviceKindRows[service.kind]
  const wait = `Apps that use it get no answer meanwhile, for ${aboutDuration(startMs / 5)} as a rule.`
  if (kind === 'start') return `${service.name} takes about ${bytesInWords(footprintOf(service))} of ${machine} and ${does} again.`
  if (kind === 'stop')
    return `${service.name} stops on ${machine}: nothing there ${does} until somebody starts it. It gets ${graceSeconds} seconds to end by itself. About ${bytesInWords(footprintOf(service))} of memory come back.`
  if (kind === 'restart') return `${service.name} on ${machine} is ended and started again. What it works on now is lost. ${wait}`
  return `${service.updateProgram} runs on ${machine}. What it does is up to it. ${wait}`
}

export const actWords: Readonly<Record<ServiceActKind, { readonly button: string; readonly now: string; readonly done: string }>> = {
  start: { button: 'Start', now: 'Starting', done: 'started' },
  stop: { button: 'Stop', now: 'Stopping', done: 'stopped' },
  restart: { button: 'Restart', now: 'Restarting', done: 'restarted' },
  update: { button: 'Update', now: 'Updating', done: 'updated' },
}

/** What services on their way up will hold of a machine's memory soon, though nothing shows it yet, bytes. `starts`: by themselves. */
export function comingBytes(
  machine: string,
  services: readonly Service[],
  acts: readonly ServiceAct[],
  starts: (service: Service) => boolean,
): number {
  const asked = (service: Service): boolean =>
    acts.some((act) => act.service === service.id && act.state === 'running' && takesMemory(act.kind))
  const coming = services.filter((one) => one.machine === machine && (asked(one) || starts(one)))
  return coming.reduce((sum, one) => sum + footprintOf(one), 0)
}
