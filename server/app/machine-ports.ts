// What the slower look at machines needs from the world.
import type { Inspection, LauncherChanges } from '../domain/inspection.ts'
import type { Machine } from '../domain/machine.ts'

export interface InspectionOrder {
  /** Images that recipes start. */
  readonly images: readonly string[]
  /** Addresses of the others on the cable. */
  readonly peers: readonly string[]
  /** sudo writes down each time it is asked, so it is not asked at every look. */
  readonly askSudo: boolean
}

export interface InspectSparks {
  /** One script, one channel; nothing on the machine is changed. Rejects as `Sparks` does. */
  inspect(machine: Machine, order: InspectionOrder, signal?: AbortSignal): Promise<Inspection>
  /** Fetches what the launcher's origin has beside the checkout, which stays as it is. null: there is none to update. */
  launcherChanges(machine: Machine, signal?: AbortSignal): Promise<LauncherChanges | null>
}
