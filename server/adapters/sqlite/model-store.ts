import type { Database } from 'better-sqlite3'
import type { ModelStore } from '../../app/ports.ts'
import type { FolderListing } from '../../domain/model.ts'
import { fromColumn, toColumn } from './columns.ts'

/** The last complete scan of every machine, and when each model was last used. */
export function createModelStore(db: Database): ModelStore {
  const listings = db.prepare<[], { machine: string; at: number; folders: string }>('SELECT * FROM model_listings ORDER BY machine')
  const setListings = db.prepare<[string, number, string]>('INSERT OR REPLACE INTO model_listings (machine, at, folders) VALUES (?, ?, ?)')
  const removeListings = db.prepare<[string]>('DELETE FROM model_listings WHERE machine = ?')
  const lastUsed = db.prepare<[], { model: string; at: number }>('SELECT model, at FROM model_uses')
  const markUsed = db.prepare<[string, number]>(
    'INSERT INTO model_uses (model, at) VALUES (?, ?) ON CONFLICT (model) DO UPDATE SET at = max(at, excluded.at)',
  )
  return {
    listings: () => listings.all().map((row) => ({ machine: row.machine, at: row.at, folders: fromColumn<FolderListing[]>(row.folders) })),
    setListings: (machine, at, folders) => {
      setListings.run(machine, at, toColumn(folders))
    },
    removeListings: (machine) => {
      removeListings.run(machine)
    },
    lastUsed: () => Object.fromEntries(lastUsed.all().map((row) => [row.model, row.at])),
    markUsed: (model, at) => {
      markUsed.run(model, at)
    },
  }
}
