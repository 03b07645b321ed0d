// What services need of the world beside what the rest of the house does.
import type { Machine } from '../domain/machine.ts'
import type { Service } from '../domain/service.ts'
import type { ServiceAct } from '../domain/service-act.ts'
import type { ServiceState } from '../domain/words.ts'

/** Where the door of a service is. */
export interface ServicePlace {
  /** IP literal, or a name where it is `foreign`. */
  readonly address: string
  readonly port: number
  /** By https. */
  readonly secure: boolean
  /** Known by its address alone: only at home, judged anew at each question. */
  readonly foreign: boolean
}

/** One question to the door of a service. */
export interface ServiceQuestion extends ServicePlace {
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** Sent as JSON. */
  readonly json?: unknown
  /** Sent as a form with one file. */
  readonly form?: {
    readonly fields: Readonly<Record<string, string>>
    readonly file: { readonly name: string; readonly type: string; readonly bytes: Uint8Array<ArrayBuffer> }
  }
  /** From the question to the last byte of the answer, ms. */
  readonly timeoutMs: number
}

/** `status` null: there was no answer, `why` in half a sentence. `body`: at most a megabyte; a longer one is no answer. */
export type ServiceAnswer =
  | { readonly status: number; readonly contentType: string; readonly body: Uint8Array; readonly tookMs: number }
  | { readonly status: null; readonly why: string; readonly tookMs: number }

/** The doors of services over HTTP. Asked once, never again by itself; never rejects, follows no redirect, never asks the appliance. */
export interface ServiceDoors {
  /** Why a place may not be asked, in half a sentence; null: it may. A name without an address now may not. */
  refusal(place: ServicePlace): Promise<string | null>
  ask(question: ServiceQuestion, signal?: AbortSignal): Promise<ServiceAnswer>
}

/** A job beside switches: no fence, no lock. */
export interface FreeJobOrder {
  /** As ports.ts has it: both are names of folders on the machine. */
  readonly key: { readonly swap: string; readonly step: string }
  readonly argv: readonly string[]
}

/** Bounded in time and rejecting as `Sparks` does. */
export interface ServiceSparks {
  /** Starts a detached job once: one of the same key that was ever started is left as it is. Read by readJob. */
  startFreeJob(machine: Machine, order: FreeJobOrder, signal?: AbortSignal): Promise<void>
}

/** A change of the word for a service. */
export interface ServiceChange {
  readonly at: number
  readonly state: ServiceState
  readonly sentence: string
}

export interface ServiceStore {
  /** In the order they were added; the same list until one is written. */
  list(): readonly Service[]
  insert(service: Service): void
  update(service: Service): void
  /** With its acts and changes. */
  remove(id: string): void
  /** Newest first. */
  changes(service: string, limit: number): readonly ServiceChange[]
  /** Keeps the newest 200 of a service. */
  addChange(service: string, change: ServiceChange): void
  /** False: another act on that service is under way (unique index one_live_service_act). Keeps the newest 50 of a service. */
  beginAct(act: ServiceAct): boolean
  updateAct(act: ServiceAct): void
  findAct(id: string): ServiceAct | null
  /** Newest first. */
  acts(service: string, limit: number): readonly ServiceAct[]
  /** The same list until an act is written. */
  liveActs(): readonly ServiceAct[]
  /** Kinds that were taken over from the environment of an earlier installation, or were not wanted when they would have been. */
  seeded(): readonly string[]
  markSeeded(kind: string, at: number): void
}
