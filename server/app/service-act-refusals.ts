// Why an act on a service is not begun. Each refusal says what stands in the way, with the numbers.
import { SparkError } from '../contract/errors.ts'
import type { Container, MachineView } from '../domain/machine.ts'
import { footprintOf, type Service } from '../domain/service.ts'
import { actsOf, comingBytes, type ServiceActKind } from '../domain/service-act.ts'
import { bytesInWords } from '../domain/words.ts'
import { managedServices } from './managed-services.ts'
import type { ServingStore, SwapStore } from './ports.ts'
import type { ServiceStore } from './service-ports.ts'
import type { ServiceWatch } from './service-watch.ts'
import type { SettingsUse } from './use-cases.ts'

export interface RefusalNeeds {
  readonly store: {
    readonly services: Pick<ServiceStore, 'list' | 'liveActs'>
    readonly swaps: Pick<SwapStore, 'live'>
    readonly serving: Pick<ServingStore, 'find'>
  }
  readonly watch: Pick<ServiceWatch, 'state'>
  readonly settings: Pick<SettingsUse, 'get'>
}

const usualSwapSeconds = 30

export function createServiceRefusals({ store, watch, settings }: RefusalNeeds) {
  /** Why this act cannot be for this service at all; null: it can. */
  const impossible = (service: Service, kind: ServiceActKind): string | null => {
    if (managedServices[service.kind].shutdown(service) === null) return 'it is only looked at'
    if (service.machine === null) return 'it is known by its address alone'
    if (service.container === null) return 'no container of its is named'
    if (!actsOf(service).includes(kind)) return 'no program that updates it is named'
    const ofEngine = [settings.get('engine.containerName'), store.serving.find('main')?.containerName]
    return ofEngine.includes(service.container) ? `the container ${service.container} is the model's` : null
  }

  /** A switch has counted the memory of its machines before it began. */
  const duringSwitch = (service: Service, { machine }: MachineView): void => {
    const swap = store.swaps.live('default')
    if (swap === null) return
    const starts = [swap.plan.starts, swap.wayBack?.starts ?? null].flatMap((start) => start?.machines ?? [])
    const stops = swap.plan.stops.flatMap((stop) => stop.machines)
    if (![...starts, ...stops].includes(machine.id)) return
    throw new SparkError('service_switch_running', { service: service.name, machine: machine.name, retryAfterSeconds: usualSwapSeconds })
  }

  /** A program that is started on a full Spark does not fail: the Spark freezes. What is on its way up counts as taken already. */
  const withoutRoom = (service: Service, { machine, observation }: MachineView, box: Container): void => {
    if (box.state === 'running') return
    const others = store.services.list().filter((one) => one.id !== service.id)
    const coming = comingBytes(machine.id, others, store.services.liveActs(), (one) => watch.state(one) === 'starting')
    const have = Math.max(0, (observation?.memory.availableBytes ?? 0) - coming)
    const need = footprintOf(service) + settings.get('memory.headroomGigabytes') * 1e9
    if (have >= need) return
    const facts = { service: service.name, machine: machine.name, have: bytesInWords(have), need: bytesInWords(need) }
    throw new SparkError('service_no_memory', facts)
  }

  /** Its container, as the look at the machine shows it. */
  const boxOf = (service: Service, { machine, observation }: MachineView): Container => {
    const facts = { service: service.name, machine: machine.name }
    const containers = observation?.containers ?? null
    if (containers === null) throw new SparkError('service_docker_silent', facts)
    const box = containers.find((one) => one.name === service.container)
    if (box === undefined) throw new SparkError('service_container_missing', { ...facts, container: service.container ?? '' })
    return box
  }

  return { impossible, duringSwitch, withoutRoom, boxOf }
}
