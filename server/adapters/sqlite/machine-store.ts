import type { Database } from 'better-sqlite3'
import type { MachineStore } from '../../app/ports.ts'
import { SparkError } from '../../contract/errors.ts'
import type { Machine } from '../../domain/machine.ts'
import { fromColumn, toColumn } from './columns.ts'
import { createHeld } from './held.ts'

interface Row {
  readonly id: string
  readonly name: string
  readonly address: string
  readonly port: number
  readonly user: string
  readonly host_key: string | null
  readonly fabric_address: string | null
  readonly launcher_path: string | null
  readonly cache_path: string | null
  readonly model_folders: string
  readonly added_at: number
}

/** Machines and the appliance's own key pair. Raises machine_exists for a second machine at the same address and port. */
export function createMachineStore(db: Database): MachineStore {
  const list = db.prepare<[], Row>('SELECT * FROM machines ORDER BY added_at, id')
  const insert = db.prepare<Row>(
    `INSERT INTO machines (id, name, address, port, user, host_key, fabric_address, launcher_path, cache_path, model_folders, added_at)
     VALUES (@id, @name, @address, @port, @user, @host_key, @fabric_address, @launcher_path, @cache_path, @model_folders, @added_at)`,
  )
  const update = db.prepare<Row>(
    `UPDATE machines SET name = @name, address = @address, port = @port, user = @user, host_key = @host_key,
       fabric_address = @fabric_address, launcher_path = @launcher_path, cache_path = @cache_path, model_folders = @model_folders
     WHERE id = @id`,
  )
  const remove = db.prepare<[string]>('DELETE FROM machines WHERE id = ?')
  const keyPair = db.prepare<[], { private_key: string | null; public_key: string | null }>('SELECT private_key, public_key FROM appliance')
  const setKeyPair = db.prepare<[string, string]>('UPDATE appliance SET private_key = ?, public_key = ?')

  const held = createHeld(db, (): readonly Machine[] => list.all().map(toMachine))
  const all = (): readonly Machine[] => held.of('all')
  const write = (act: () => unknown): void => {
    held.forget()
    act()
  }

  return {
    list: all,
    find: (id) => all().find((one) => one.id === id) ?? null,
    insert: (machine) => oneAnAddress(machine, () => write(() => insert.run(toRow(machine)))),
    update: (machine) => oneAnAddress(machine, () => write(() => update.run(toRow(machine)))),
    remove: (id) => write(() => remove.run(id)),
    keyPair: () => {
      const row = keyPair.get()
      if (row === undefined || row.private_key === null || row.public_key === null) return null
      return { privateKey: row.private_key, publicKey: row.public_key }
    },
    setKeyPair: (pair) => {
      setKeyPair.run(pair.privateKey, pair.publicKey)
    },
  }
}

function oneAnAddress(machine: Machine, write: () => unknown): void {
  try {
    write()
  } catch (cause) {
    const taken = cause instanceof Error && cause.message === 'UNIQUE constraint failed: machines.address, machines.port'
    throw taken ? new SparkError('machine_exists', { address: machine.address }, { cause }) : cause
  }
}

function toMachine(row: Row): Machine {
  return {
    id: row.id,
    name: row.name,
    address: row.address,
    port: row.port,
    user: row.user,
    hostKey: row.host_key,
    fabricAddress: row.fabric_address,
    launcherPath: row.launcher_path,
    cachePath: row.cache_path,
    modelFolders: fromColumn<string[]>(row.model_folders),
    addedAt: row.added_at,
  }
}

function toRow(machine: Machine): Row {
  return {
    id: machine.id,
    name: machine.name,
    address: machine.address,
    port: machine.port,
    user: machine.user,
    host_key: machine.hostKey,
    fabric_address: machine.fabricAddress,
    launcher_path: machine.launcherPath,
    cache_path: machine.cachePath,
    model_folders: toColumn(machine.modelFolders),
    added_at: machine.addedAt,
  }
}
