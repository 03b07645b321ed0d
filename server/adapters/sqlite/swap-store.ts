import type { Database } from 'better-sqlite3'
import type { SwapStore } from '../../app/ports.ts'
import type { Swap, SwapStep } from '../../domain/swap.ts'
import { toColumn, toNullableColumn } from './columns.ts'
import { createFence } from './fence.ts'
import { createHeld } from './held.ts'
import { createSwapLog } from './swap-log.ts'
import { fromTruth, likeness, type StepRow, type SwapRow, toStep, toSwap, toSwapRow } from './swap-rows.ts'

const columns = `id, cluster, engine, model, previous_model, recipe_id, likeness, plan, way_back, state, phase, fence, restored, progress,
  started_at, ended_at, requested_by, why, cancel_requested_at, trouble`

/** Swaps, their steps, their log and the fence. That a cluster has one live swap is the index one_live_swap's doing, not this file's. */
export function createSwapStore(db: Database): SwapStore {
  const fence = createFence(db)
  const log = createSwapLog(db)
  const insert = db.prepare<SwapRow>(`INSERT INTO swaps (${columns}) VALUES (${columns.replace(/\w+/g, '@$&')})`)
  const find = db.prepare<[string], SwapRow>('SELECT * FROM swaps WHERE id = ?')
  const live = db.prepare<[string], string>('SELECT id FROM swaps WHERE cluster = ? AND ended_at IS NULL').pluck()
  const recent = db
    .prepare<[number, number], string>('SELECT id FROM swaps WHERE started_at < ? ORDER BY started_at DESC, rowid DESC LIMIT ?')
    .pluck()
  const past = db.prepare<[string, number], SwapRow>(
    "SELECT * FROM swaps WHERE likeness = ? AND state = 'succeeded' ORDER BY started_at DESC, rowid DESC LIMIT ?",
  )
  const change = db.prepare<[string, string, number | null, string | null, string]>(
    'UPDATE swaps SET phase = ?, progress = ?, cancel_requested_at = ?, trouble = ? WHERE id = ? AND ended_at IS NULL',
  )
  const finish = db.prepare<[string, number, number | null, string | null, string, string]>(
    'UPDATE swaps SET state = ?, ended_at = ?, restored = ?, trouble = ?, progress = ? WHERE id = ? AND ended_at IS NULL',
  )
  const refence = db.prepare<[number, string]>('UPDATE swaps SET fence = ? WHERE id = ? AND ended_at IS NULL')
  const steps = createSteps(db)

  const read = (row: SwapRow): Swap => toSwap(row, steps.of(row.id))

  // All asked for at every look, and at every word of progress.
  const byId = createHeld(db, (id: string): Swap | undefined => {
    const row = find.get(id)
    return row === undefined ? undefined : read(row)
  })
  const liveId = createHeld(db, (cluster: string): string | null => live.get(cluster) ?? null)
  const newestIds = createHeld(db, () => recent.all(Number.MAX_SAFE_INTEGER, 1))
  const history = createHeld(db, (key: string) => {
    const [words, machines, limit] = JSON.parse(key) as Parameters<SwapStore['history']>
    return past.all(likeness(words, machines), limit).map((row) => ({
      durationMs: (row.ended_at as number) - row.started_at,
      steps: steps.of(row.id).map(toStep),
    }))
  })

  const begin = db.transaction((swap: Omit<Swap, 'fence' | 'steps'>, alongside: (swap: Swap) => void): Swap => {
    insert.run(toSwapRow(swap, fence.next()))
    steps.open(swap.id, swap.phase, swap.startedAt)
    const begun = read(find.get(swap.id) as SwapRow)
    alongside(begun)
    return begun
  })
  const write = ({ id, phase, progress, cancelRequestedAt, trouble }: Swap): boolean =>
    change.run(phase, toColumn(progress), cancelRequestedAt, toNullableColumn(trouble), id).changes === 1
  const move = db.transaction((swap: Swap, now: number): boolean => {
    if (!write(swap)) return false
    steps.close(swap.id, now)
    steps.open(swap.id, swap.phase, now)
    return true
  })
  const end = db.transaction((id: string, now: number, outcome: Parameters<SwapStore['end']>[2], alongside: () => void): boolean => {
    const { state, restored, trouble, progress } = outcome
    if (finish.run(state, now, fromTruth(restored), toNullableColumn(trouble), toColumn(progress), id).changes === 0) return false
    steps.close(id, now)
    log.dropOld()
    alongside()
    return true
  })
  const renewFence = db.transaction((id: string): number => {
    const renewed = fence.next()
    if (refence.run(renewed, id).changes === 0) throw new Error(`swap ${id} is not live: it needs no fence`)
    return renewed
  })

  return {
    begin: (swap, alongside) => {
      liveId.forget()
      newestIds.forget()
      byId.forget(swap.id)
      try {
        return begin.immediate(swap, alongside)
      } catch (error) {
        if (error instanceof Error && error.message === 'UNIQUE constraint failed: swaps.cluster') return null
        throw error
      }
    },
    find: (id) => byId.of(id) ?? null,
    live: (cluster) => {
      const id = liveId.of(cluster)
      return id === null ? null : (byId.of(id) ?? null)
    },
    recent: (limit, before) => {
      const isNewest = limit === 1 && before === undefined
      const ids = isNewest ? newestIds.of('newest') : recent.all(before ?? Number.MAX_SAFE_INTEGER, limit)
      return ids.flatMap((id) => byId.of(id) ?? [])
    },
    update: (id, now, wanted) => {
      const swap = byId.of(id)
      if (swap === undefined || swap.endedAt !== null) return false
      const next = { ...swap, ...wanted }
      byId.forget(id)
      if (next.phase !== swap.phase) return move.immediate(next, now)
      // Words of progress, the most frequent write: one statement, and what it makes is known.
      if (!write(next)) return false
      byId.keep(id, next)
      return true
    },
    end: (id, now, outcome, alongside) => {
      liveId.forget()
      byId.forget(id)
      history.forget()
      return end.immediate(id, now, outcome, alongside)
    },
    appendLog: log.append,
    log: log.read,
    history: (...ask) => history.of(JSON.stringify(ask)),
    highestFence: fence.highest,
    raiseFence: fence.raise,
    renewFence: (id) => {
      byId.forget(id)
      return renewFence.immediate(id)
    },
  }
}

interface Steps {
  of(swap: string): readonly StepRow[]
  open(swap: string, phase: SwapStep['phase'], now: number): void
  close(swap: string, now: number): void
}

function createSteps(db: Database): Steps {
  const of = db.prepare<[string], StepRow>('SELECT phase, started_at, ended_at FROM swap_steps WHERE swap = ? ORDER BY number')
  const open = db.prepare<[string, string, string, number]>(
    `INSERT INTO swap_steps (swap, number, phase, started_at)
     VALUES (?, (SELECT coalesce(max(number), 0) + 1 FROM swap_steps WHERE swap = ?), ?, ?)`,
  )
  const close = db.prepare<[number, string]>('UPDATE swap_steps SET ended_at = ? WHERE swap = ? AND ended_at IS NULL')
  return {
    of: (swap) => of.all(swap),
    open: (swap, phase, now) => {
      open.run(swap, swap, phase, now)
    },
    close: (swap, now) => {
      close.run(now, swap)
    },
  }
}
