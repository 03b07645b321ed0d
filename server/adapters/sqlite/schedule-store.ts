import type { Database } from 'better-sqlite3'
import type { ScheduleRun, ScheduleStore, StoredSchedule } from '../../app/schedule-ports.ts'
import { fromColumn, toColumn } from './columns.ts'
import { createHeld } from './held.ts'

interface Row {
  readonly content: string
}

/** What apps registered, and each time of what was approved. Runs of an entry go with it. */
export function createScheduleStore(db: Database): ScheduleStore {
  const insert = db.prepare<[string, number, string]>('INSERT INTO schedules (id, registered_at, content) VALUES (?, ?, ?)')
  const update = db.prepare<[string, string]>('UPDATE schedules SET content = ? WHERE id = ?')
  const remove = db.prepare<[string]>('DELETE FROM schedules WHERE id = ?')
  const list = db.prepare<[], Row>('SELECT content FROM schedules ORDER BY registered_at, rowid')
  const run = db.prepare<[string, number], Row>('SELECT content FROM schedule_runs WHERE schedule = ? AND at = ?')
  const openRuns = db.prepare<[], Row>('SELECT content FROM schedule_runs WHERE is_open = 1 ORDER BY at, schedule')
  const lastRun = db.prepare<[string], Row>('SELECT content FROM schedule_runs WHERE schedule = ? ORDER BY at DESC LIMIT 1')
  const setRun = db.prepare<[string, number, number, string]>(
    'INSERT OR REPLACE INTO schedule_runs (schedule, at, is_open, content) VALUES (?, ?, ?, ?)',
  )
  const dropRuns = db.prepare<[number, number]>('DELETE FROM schedule_runs WHERE at < ? OR at > ?')

  const schedules = createHeld(db, (_: 'all'): readonly StoredSchedule[] =>
    list.all().map((row) => fromColumn<StoredSchedule>(row.content)),
  )
  const all = (): readonly StoredSchedule[] => schedules.of('all')
  // Asked for at every look at the clock: almost always there is none.
  const open = createHeld(db, (_: 'all'): readonly ScheduleRun[] => openRuns.all().map((row) => fromColumn<ScheduleRun>(row.content)))
  const one = (row: Row | undefined): ScheduleRun | null => (row === undefined ? null : fromColumn<ScheduleRun>(row.content))

  return {
    list: all,
    find: (id) => all().find((schedule) => schedule.id === id) ?? null,
    insert: (schedule) => {
      schedules.forget()
      insert.run(schedule.id, schedule.registeredAt, toColumn(schedule))
    },
    update: (schedule) => {
      schedules.forget()
      update.run(toColumn(schedule), schedule.id)
    },
    remove: (id) => {
      schedules.forget()
      open.forget()
      remove.run(id)
    },
    run: (schedule, at) => one(run.get(schedule, at)),
    openRuns: () => open.of('all'),
    lastRun: (schedule) => one(lastRun.get(schedule)),
    setRun: (row) => {
      open.forget()
      setRun.run(row.schedule, row.at, row.state === 'waiting' || row.state === 'switching' ? 1 : 0, toColumn(row))
    },
    dropRuns: (before, after) => {
      open.forget()
      dropRuns.run(before, after)
    },
  }
}
