import type { Database } from 'better-sqlite3'
import type { ServingStore } from '../../app/ports.ts'
import type { Serving } from '../../domain/engine.ts'
import { createColumnReader, fromColumn, toColumn, toNullableColumn } from './columns.ts'

interface Row {
  readonly engine: string
  readonly model: string
  readonly recipe_id: string | null
  readonly plan: string | null
  readonly machines: string
  readonly port: number
  readonly served_name: string
  readonly since: number
  readonly adopted: number
}

/** What each engine serves by our doing. */
export function createServingStore(db: Database): ServingStore {
  const find = db.prepare<[string], Row>('SELECT * FROM serving WHERE engine = ?')
  const set = db.prepare<Row>(
    `INSERT OR REPLACE INTO serving (engine, model, recipe_id, plan, machines, port, served_name, since, adopted)
     VALUES (@engine, @model, @recipe_id, @plan, @machines, @port, @served_name, @since, @adopted)`,
  )
  const clear = db.prepare<[string]>('DELETE FROM serving WHERE engine = ?')
  const readPlan = createColumnReader<NonNullable<Serving['plan']>>()
  /** Read at every look; kept as machines are (machine-store.ts). */
  const held = new Map<string, Serving | null>()
  return {
    find: (engine) => {
      const known = held.get(engine)
      if (known !== undefined) return known
      const row = find.get(engine)
      const serving = row === undefined ? null : toServing(row, readPlan)
      if (!db.inTransaction) held.set(engine, serving)
      return serving
    },
    set: (serving) => {
      held.clear()
      set.run(toRow(serving))
    },
    clear: (engine) => {
      held.clear()
      clear.run(engine)
    },
  }
}

function toServing(row: Row, readPlan: (text: string) => NonNullable<Serving['plan']>): Serving {
  return {
    engine: row.engine,
    model: row.model,
    recipeId: row.recipe_id,
    plan: row.plan === null ? null : readPlan(row.plan),
    machines: fromColumn<string[]>(row.machines),
    port: row.port,
    servedName: row.served_name,
    since: row.since,
    adopted: row.adopted === 1,
  }
}

function toRow(serving: Serving): Row {
  return {
    engine: serving.engine,
    model: serving.model,
    recipe_id: serving.recipeId,
    plan: toNullableColumn(serving.plan),
    machines: toColumn(serving.machines),
    port: serving.port,
    served_name: serving.servedName,
    since: serving.since,
    adopted: Number(serving.adopted),
  }
}
