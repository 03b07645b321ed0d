// The pool: one connection a machine, as long as what it stands on (address, user, keys) stays the same.
import type { Machine } from '../../domain/machine.ts'
import { type Connection, createConnection } from './connection.ts'

export interface Connections {
  of(machine: Machine): Connection
  forget(machineId: string): void
  close(): void
}

interface Needs {
  readonly privateKey: () => string
}

export function createConnections({ privateKey }: Needs): Connections {
  const pool = new Map<string, { readonly ground: string; readonly connection: Connection }>()

  const forget = (id: string): void => {
    const entry = pool.get(id)
    pool.delete(id)
    entry?.connection.close()
  }

  return {
    of(machine) {
      const key = privateKey()
      const ground = JSON.stringify([machine.address, machine.port, machine.user, machine.hostKey, machine.name, key])
      const known = pool.get(machine.id)
      if (known?.ground === ground) return known.connection
      forget(machine.id)
      const connection = createConnection(machine, key)
      pool.set(machine.id, { ground, connection })
      return connection
    },
    forget,
    close() {
      for (const id of [...pool.keys()]) forget(id)
    },
  }
}
