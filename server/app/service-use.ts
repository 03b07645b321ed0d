// What the app offers of services.
import type {
  ServiceActView,
  ServiceCandidateView,
  ServiceHistoryView,
  ServiceTrialView,
  ServiceView,
} from '../contract/operations/service-shapes.ts'
import type { ServiceKind } from '../domain/service.ts'
import type { ServiceActKind } from '../domain/service-act.ts'
import type { Requester } from '../domain/swap.ts'

/** What is left out stays, or is the usual of its kind. */
export interface ServiceEdit {
  readonly name?: string | undefined
  readonly machine?: string | null | undefined
  readonly address?: string | null | undefined
  readonly secure?: boolean | undefined
  readonly port?: number | undefined
  readonly container?: string | null | undefined
  readonly path?: string | null | undefined
  readonly enabled?: boolean | undefined
  readonly heal?: 'auto' | 'manual' | undefined
  readonly mayShed?: boolean | undefined
  readonly footprintBytes?: number | null | undefined
  readonly updateProgram?: string | null | undefined
}

export interface ServiceActAsk {
  readonly kind: ServiceActKind
  readonly requestedBy: Requester
  readonly lockToken?: string | undefined
  readonly breakLock?: boolean | undefined
  readonly why?: string | null | undefined
  /** A stop that keeps a Spark from freezing waits for no reservation. */
  readonly despiteLock?: boolean | undefined
}

export interface ServicesUse {
  list(): ServiceView[]
  /** Raises not_found, as all that name a service do. */
  find(id: string): ServiceView
  history(id: string): ServiceHistoryView
  /** Raises service_invalid, service_exists. */
  add(edit: ServiceEdit & { readonly kind: ServiceKind }, by: string): Promise<ServiceView>
  /** Raises the same, and service_act_running. */
  edit(id: string, edit: ServiceEdit, by: string): Promise<ServiceView>
  /** Raises service_act_running. */
  remove(id: string, by: string): void
  check(id: string): Promise<ServiceView>
  /** Raises service_act_impossible where nothing can be tried without harm. */
  try(id: string, signal: AbortSignal): Promise<ServiceTrialView>
  /** Containers and open doors that look like services and are in no row. */
  candidates(): Promise<ServiceCandidateView[]>
  /** Raises service_act_*, service_switch_running, service_no_memory, service_container_missing, swap_locked, and what looks raise. */
  act(id: string, ask: ServiceActAsk): Promise<ServiceActView>
}
