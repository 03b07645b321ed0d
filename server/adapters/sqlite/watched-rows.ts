// Rows that are looked at and acted on, what became of them, and what was done to them: the same three tables for services and bots.
import type { Database } from 'better-sqlite3'
import { failureCode } from '../../domain/failure-code.ts'
import { fromColumn, toColumn } from './columns.ts'

interface Content {
  readonly content: string
}

interface Change {
  readonly at: number
  readonly state: string
  readonly sentence: string
}

interface Act {
  readonly id: string
  readonly startedAt: number
  readonly endedAt: number | null
}

/** Names of the tables, and of the column that says whose a change or an act is. */
interface Names {
  readonly rows: 'services' | 'bots'
  readonly changes: 'service_changes' | 'bot_changes'
  readonly acts: 'service_acts' | 'bot_acts'
  readonly of: 'service' | 'bot'
}

const keptChanges = 200
const keptActs = 50

/** Lists that every look asks for are held until something is written. `whose`: the row that an act belongs to. */
export function createWatchedRows<Row extends { readonly id: string; readonly addedAt: number }, Change_ extends Change, Act_ extends Act>(
  db: Database,
  { rows, changes: changed, acts: acted, of }: Names,
  whose: (act: Act_) => string,
) {
  const all = db.prepare<[], Content>(`SELECT content FROM ${rows} ORDER BY added_at, id`)
  const insert = db.prepare<[string, string, number]>(`INSERT INTO ${rows} (id, content, added_at) VALUES (?, ?, ?)`)
  const update = db.prepare<[string, string]>(`UPDATE ${rows} SET content = ? WHERE id = ?`)
  const remove = db.prepare<[string]>(`DELETE FROM ${rows} WHERE id = ?`)
  const changes = db.prepare<[string, number], Change_>(
    `SELECT at, state, sentence FROM ${changed} WHERE ${of} = ? ORDER BY id DESC LIMIT ?`,
  )
  const addChange = db.prepare<[string, number, string, string]>(`INSERT INTO ${changed} (${of}, at, state, sentence) VALUES (?, ?, ?, ?)`)
  const dropChanges = db.prepare<[string, string, number]>(
    `DELETE FROM ${changed} WHERE ${of} = ? AND id NOT IN (SELECT id FROM ${changed} WHERE ${of} = ? ORDER BY id DESC LIMIT ?)`,
  )
  const beginAct = db.prepare<[string, string, number, string]>(
    `INSERT INTO ${acted} (id, ${of}, started_at, ended_at, content) VALUES (?, ?, ?, NULL, ?)`,
  )
  const updateAct = db.prepare<[number | null, string, string]>(`UPDATE ${acted} SET ended_at = ?, content = ? WHERE id = ?`)
  const findAct = db.prepare<[string], Content>(`SELECT content FROM ${acted} WHERE id = ?`)
  const acts = db.prepare<[string, number], Content>(
    `SELECT content FROM ${acted} WHERE ${of} = ? ORDER BY started_at DESC, rowid DESC LIMIT ?`,
  )
  const liveActs = db.prepare<[], Content>(`SELECT content FROM ${acted} WHERE ended_at IS NULL ORDER BY started_at, rowid`)
  const dropActs = db.prepare<[string, string, number]>(
    `DELETE FROM ${acted} WHERE ${of} = ? AND ended_at IS NOT NULL
       AND rowid NOT IN (SELECT rowid FROM ${acted} WHERE ${of} = ? ORDER BY started_at DESC, rowid DESC LIMIT ?)`,
  )

  let heldRows: readonly Row[] | null = null
  let heldActs: readonly Act_[] | null = null
  const actOf = ({ content }: Content): Act_ => fromColumn<Act_>(content)
  /** Forgotten before: a write that fails half way leaves nothing stale behind. */
  const writing = <Answer>(write: () => Answer): Answer => {
    heldRows = null
    heldActs = null
    return write()
  }

  return {
    /** One transaction. What was held is read anew, however it ended. */
    together: <Answer>(act: () => Answer): Answer => {
      try {
        return db.transaction(act)()
      } finally {
        heldRows = null
        heldActs = null
      }
    },
    list: (): readonly Row[] => {
      heldRows ??= all.all().map(({ content }) => fromColumn<Row>(content))
      return heldRows
    },
    insert: (row: Row): void => writing(() => void insert.run(row.id, toColumn(row), row.addedAt)),
    update: (row: Row): void => writing(() => void update.run(toColumn(row), row.id)),
    remove: (id: string): void => writing(() => void remove.run(id)),
    changes: (row: string, limit: number): readonly Change_[] => changes.all(row, limit),
    addChange: (row: string, { at, state, sentence }: Change_): void => {
      addChange.run(row, at, state, sentence)
      dropChanges.run(row, row, keptChanges)
    },
    beginAct: (act: Act_): boolean =>
      writing(() => {
        try {
          beginAct.run(act.id, whose(act), act.startedAt, toColumn(act))
          dropActs.run(whose(act), whose(act), keptActs)
          return true
        } catch (error) {
          if (failureCode(error) === 'SQLITE_CONSTRAINT_UNIQUE') return false
          throw error
        }
      }),
    updateAct: (act: Act_): void => writing(() => void updateAct.run(act.endedAt, toColumn(act), act.id)),
    findAct: (id: string): Act_ | null => {
      const row = findAct.get(id)
      return row === undefined ? null : actOf(row)
    },
    acts: (row: string, limit: number): readonly Act_[] => acts.all(row, limit).map(actOf),
    liveActs: (): readonly Act_[] => {
      heldActs ??= liveActs.all().map(actOf)
      return heldActs
    },
  }
}
