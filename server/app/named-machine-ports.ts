// Machines that are known by a name only, and what of the environment was taken already.

export interface NamedMachine {
  readonly id: string
  /** As it was given: a name such as spark-1.local, or an address without a user. */
  readonly host: string
  /** '' where none was given. */
  readonly user: string
  readonly port: number
  /** The environment variable it came from. */
  readonly cameFrom: string
  readonly addedAt: number
}

export interface NamedMachineStore {
  list(): readonly NamedMachine[]
  insert(machine: NamedMachine): void
  remove(id: string): void
  /** A variable that became something of our own is not taken again, also when that is gone. */
  isTaken(variable: string): boolean
  take(variable: string, value: string, now: number): void
  /** One transaction. */
  together<T>(act: () => T): T
}
