import type { Database } from 'better-sqlite3'
import type { ServingStore } from '../../app/ports.ts'
import type { Serving } from '../../domain/engine.ts'
import { fromColumn, fromNullableColumn, toColumn, toNullableColumn } from './columns.ts'
import { createHeld } from './held.ts'

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
  readonly container_name: string | null
}

/** What each engine serves by our doing. */
export function createServingStore(db: Database): ServingStore {
  const find = db.prepare<[string], Row>('SELECT * FROM serving WHERE engine = ?')
  const set = db.prepare<Row>(
    `INSERT OR REPLACE INTO serving (engine, model, recipe_id, plan, machines, port, served_name, since, adopted, container_name)
     VALUES (@engine, @model, @recipe_id, @plan, @machines, @port, @served_name, @since, @adopted, @container_name)`,
  )
  const clear = db.prepare<[string]>('DELETE FROM serving WHERE engine = ?')
  const held = createHeld(db, (engine: string): Serving | null => {
    const row = find.get(engine)
    return row === undefined ? null : toServing(row)
  })
  return {
    find: held.of,
    set: (serving) => {
      held.forget()
      set.run(toRow(serving))
    },
    clear: (engine) => {
      held.forget()
      clear.run(engine)
    },
  }
}

function toServing(row: Row): Serving {
  return {
    engine: row.engine,
    model: row.model,
    recipeId: row.recipe_id,
    plan: fromNullableColumn<NonNullable<Serving['plan']>>(row.plan),
    machines: fromColumn<string[]>(row.machines),
    port: row.port,
    servedName: row.served_name,
    since: row.since,
    adopted: row.adopted === 1,
    ...(row.container_name === null ? {} : { containerName: row.container_name }),
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
    container_name: serving.containerName ?? null,
  }
}
