import type { Database } from 'better-sqlite3'
import type { ServiceChange, ServiceStore } from '../../app/service-ports.ts'
import type { Service } from '../../domain/service.ts'
import type { ServiceAct } from '../../domain/service-act.ts'
import { createWatchedRows } from './watched-rows.ts'

/** Services, what became of them, and what was done to them. */
export function createServiceStore(db: Database): ServiceStore {
  const seeded = db.prepare<[], { kind: string }>('SELECT kind FROM service_seeds ORDER BY kind')
  const markSeeded = db.prepare<[string, number]>('INSERT OR IGNORE INTO service_seeds (kind, at) VALUES (?, ?)')
  const names = { rows: 'services', changes: 'service_changes', acts: 'service_acts', of: 'service' } as const
  return {
    ...createWatchedRows<Service, ServiceChange, ServiceAct>(db, names, (act) => act.service),
    seeded: () => seeded.all().map(({ kind }) => kind),
    markSeeded: (kind, at) => void markSeeded.run(kind, at),
  }
}
