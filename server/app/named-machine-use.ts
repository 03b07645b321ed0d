// What the app offers of machines that need an address.

import type { NamedMachineView } from '../contract/operations/named-machine-shapes.ts'
import type { MachineShape } from '../contract/operations/shapes.ts'

export interface NamedMachinesUse {
  list(): NamedMachineView[]
  /** Becomes a machine. Raises not_found, and what adding a machine raises. */
  place(id: string, where: { readonly address: string; readonly user?: string | undefined }): Promise<MachineShape>
  /** Leaves the list; the variable it came from is not taken again. Raises not_found. */
  forget(id: string): void
}
