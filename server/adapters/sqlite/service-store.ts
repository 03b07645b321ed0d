import type { Database } from 'better-sqlite3'
import type { ServiceChange, ServiceStore } from '../../app/service-ports.ts'
import type { Service } from '../../domain/service.ts'
import type { ServiceAct } from '../../domain/service-act.ts'
import { fromColumn, toColumn } from './columns.ts'

interface Content {
  readonly content: string
}

const keptChanges = 200
const keptActs = 50

/** Services, what became of them, and what was done to them. Lists that every look asks for are held until something is written. */
export function createServiceStore(db: Database): ServiceStore {
  const all = db.prepare<[], Content>('SELECT content FROM services ORDER BY added_at, id')
  const insert = db.prepare<[string, string, number]>('INSERT INTO services (id, content, added_at) VALUES (?, ?, ?)')
  const update = db.prepare<[string, string]>('UPDATE services SET content = ? WHERE id = ?')
  const remove = db.prepare<[string]>('DELETE FROM services WHERE id = ?')
  const changes = db.prepare<[string, number], ServiceChange>(
    'SELECT at, state, sentence FROM service_changes WHERE service = ? ORDER BY id DESC LIMIT ?',
  )
  const addChange = db.prepare<[string, number, string, string]>(
    'INSERT INTO service_changes (service, at, state, sentence) VALUES (?, ?, ?, ?)',
  )
  const dropChanges = db.prepare<[string, string, number]>(
    'DELETE FROM service_changes WHERE service = ? AND id NOT IN (SELECT id FROM service_changes WHERE service = ? ORDER BY id DESC LIMIT ?)',
  )
  const beginAct = db.prepare<[string, string, number, string]>(
    'INSERT INTO service_acts (id, service, started_at, ended_at, content) VALUES (?, ?, ?, NULL, ?)',
  )
  const updateAct = db.prepare<[number | null, string, string]>('UPDATE service_acts SET ended_at = ?, content = ? WHERE id = ?')
  const findAct = db.prepare<[string], Content>('SELECT content FROM service_acts WHERE id = ?')
  const acts = db.prepare<[string, number], Content>(
    'SELECT content FROM service_acts WHERE service = ? ORDER BY started_at DESC, rowid DESC LIMIT ?',
  )
  const liveActs = db.prepare<[], Content>('SELECT content FROM service_acts WHERE ended_at IS NULL ORDER BY started_at, rowid')
  const dropActs = db.prepare<[string, string, number]>(
    `DELETE FROM service_acts WHERE service = ? AND ended_at IS NOT NULL
       AND rowid NOT IN (SELECT rowid FROM service_acts WHERE service = ? ORDER BY started_at DESC, rowid DESC LIMIT ?)`,
  )
  const seeded = db.prepare<[], { kind: string }>('SELECT kind FROM service_seeds ORDER BY kind')
  const markSeeded = db.prepare<[string, number]>('INSERT OR IGNORE INTO service_seeds (kind, at) VALUES (?, ?)')

  let heldServices: readonly Service[] | null = null
  let heldActs: readonly ServiceAct[] | null = null
  const actOf = ({ content }: Content): ServiceAct => fromColumn<ServiceAct>(content)
  /** Forgotten before and after: a write that fails half way leaves nothing stale behind. */
  const writing = <Answer>(write: () => Answer): Answer => {
    heldServices = null
    heldActs = null
    return write()
  }

  return {
    list: () => {
      heldServices ??= all.all().map(({ content }) => fromColumn<Service>(content))
      return heldServices
    },
    insert: (service) => writing(() => void insert.run(service.id, toColumn(service), service.addedAt)),
    update: (service) => writing(() => void update.run(toColumn(service), service.id)),
    remove: (id) => writing(() => void remove.run(id)),
    changes: (service, limit) => changes.all(service, limit),
    addChange: (service, { at, state, sentence }) => {
      addChange.run(service, at, state, sentence)
      dropChanges.run(service, service, keptChanges)
    },
    beginAct: (act) =>
      writing(() => {
        try {
          beginAct.run(act.id, act.service, act.startedAt, toColumn(act))
          dropActs.run(act.service, act.service, keptActs)
          return true
        } catch (error) {
          if (error instanceof Error && 'code' in error && error.code === 'SQLITE_CONSTRAINT_UNIQUE') return false
          throw error
        }
      }),
    updateAct: (act) => writing(() => void updateAct.run(act.endedAt, toColumn(act), act.id)),
    findAct: (id) => {
      const row = findAct.get(id)
      return row === undefined ? null : actOf(row)
    },
    acts: (service, limit) => acts.all(service, limit).map(actOf),
    liveActs: () => {
      heldActs ??= liveActs.all().map(actOf)
      return heldActs
    },
    seeded: () => seeded.all().map(({ kind }) => kind),
    markSeeded: (kind, at) => void markSeeded.run(kind, at),
  }
}
