import type { Database } from 'better-sqlite3'
import type { NamedMachine, NamedMachineStore } from '../../app/named-machine-ports.ts'
import { createHeld } from './held.ts'

export function createNamedMachineStore(db: Database): NamedMachineStore {
  const list = db.prepare<[], NamedMachine>(
    'SELECT id, host, user, port, came_from AS cameFrom, added_at AS addedAt FROM named_machines ORDER BY added_at, id',
  )
  const insert = db.prepare<NamedMachine>(
    'INSERT INTO named_machines (id, host, user, port, came_from, added_at) VALUES (@id, @host, @user, @port, @cameFrom, @addedAt)',
  )
  const remove = db.prepare<[string]>('DELETE FROM named_machines WHERE id = ?')
  const find = db.prepare<[string], { name: string }>('SELECT name FROM taken_seeds WHERE name = ?')
  const take = db.prepare<[string, string, number]>('INSERT OR IGNORE INTO taken_seeds (name, value, taken_at) VALUES (?, ?, ?)')
  const held = createHeld(db, (): readonly NamedMachine[] => list.all())
  return {
    list: () => held.of('all'),
    insert: (machine) => {
      held.forget()
      insert.run(machine)
    },
    remove: (id) => {
      held.forget()
      remove.run(id)
    },
    isTaken: (variable) => find.get(variable) !== undefined,
    take: (variable, value, now) => void take.run(variable, value, now),
    together: (act) => db.transaction(act)(),
  }
}
