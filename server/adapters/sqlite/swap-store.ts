import type { Database } from 'better-sqlite3'
import type { SwapStore } from '../../app/ports.ts'
import type { Swap, SwapStep } from '../../domain/swap.ts'
import { toColumn, toNullableColumn } from './columns.ts'
import { createFence } from './fence.ts'
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
  const live = db.prepare<[string], SwapRow>('SELECT * FROM swaps WHERE cluster = ? AND ended_at IS NULL')
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

  /** The live swap is read at every look and every word of progress; kept as machines are (machine-store.ts). */
  const heldLive = new Map<string, Swap | null>()
  const heldPast = new Map<string, ReturnType<SwapStore['history']>>()
  /** What has ended never changes. */
  const heldEnded = new Map<string, Swap>()
  /** The newest one is asked for at every look; another is the newest only when one begins. */
  let heldNewest: string | null = null
  /** Before every write, so that a transaction that is undone leaves nothing kept. */
  const forget = (): void => heldLive.clear()
  const heldSwap = (id: string): Swap | undefined => [...heldLive.values()].find((swap) => swap?.id === id) ?? undefined

  const read = (row: SwapRow): Swap => toSwap(row, steps.of(row.id))
  const readOne = (row: SwapRow | undefined): Swap | null => (row === undefined ? null : read(row))

  const begin = db.transaction((swap: Omit<Swap, 'fence' | 'steps'>, alongside: (swap: Swap) => void): Swap => {
    insert.run(toSwapRow(swap, fence.next()))
    steps.open(swap.id, swap.phase, swap.startedAt)
    const begun = read(find.get(swap.id) as SwapRow)
    alongside(begun)
    return begun
  })
  const write = ({ id, phase, progress, cancelRequestedAt, trouble }: Swap): boolean =>
    change.run(phase, toColumn(progress), cancelRequestedAt, toNullableColumn(trouble), id).changes === 1
  const update = db.transaction((id: string, now: number, wanted: Parameters<SwapStore['update']>[2]): boolean => {
    const swap = readOne(find.get(id))
    if (swap === null || swap.endedAt !== null) return false
    const next = { ...swap, ...wanted }
    write(next)
    if (next.phase !== swap.phase) {
      steps.close(id, now)
      steps.open(id, next.phase, now)
    }
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
  const findOne = (id: string): Swap | null => {
    const known = heldSwap(id) ?? heldEnded.get(id)
    if (known !== undefined) return known
    const swap = readOne(find.get(id))
    if (swap === null || db.inTransaction) return swap
    if (swap.endedAt === null) heldLive.set(swap.cluster, swap)
    else {
      if (heldEnded.size >= mostEndedHeld) heldEnded.clear()
      heldEnded.set(id, swap)
    }
    return swap
  }
  const renewFence = db.transaction((id: string): number => {
    const renewed = fence.next()
    if (refence.run(renewed, id).changes === 0) throw new Error(`swap ${id} is not live: it needs no fence`)
    return renewed
  })

  return {
    begin: (swap, alongside) => {
      forget()
      heldNewest = null
      try {
        return begin.immediate(swap, alongside)
      } catch (error) {
        if (error instanceof Error && error.message === 'UNIQUE constraint failed: swaps.cluster') return null
        throw error
      }
    },
    find: findOne,
    live: (cluster) => {
      const known = heldLive.get(cluster)
      if (known !== undefined) return known
      const swap = readOne(live.get(cluster))
      if (!db.inTransaction) heldLive.set(cluster, swap)
      return swap
    },
    recent: (limit, before) => {
      const isNewest = limit === 1 && before === undefined
      const ids = isNewest && heldNewest !== null ? [heldNewest] : recent.all(before ?? Number.MAX_SAFE_INTEGER, limit)
      if (isNewest && !db.inTransaction) heldNewest = ids[0] ?? null
      return ids.flatMap((id) => findOne(id) ?? [])
    },
    update: (id, now, wanted) => {
      const held = heldSwap(id)
      forget()
      if (held === undefined || (wanted.phase !== undefined && wanted.phase !== held.phase)) return update.immediate(id, now, wanted)
      // Words of progress, the most frequent write: one statement, and what is kept stays true.
      const next = { ...held, ...wanted }
      if (!write(next)) return false
      if (!db.inTransaction) heldLive.set(next.cluster, next)
      return true
    },
    end: (id, now, outcome, alongside) => {
      forget()
      heldPast.clear()
      return end.immediate(id, now, outcome, alongside)
    },
    appendLog: log.append,
    log: log.read,
    history: (recipeWords, machines, limit) => {
      const key = JSON.stringify([recipeWords, machines, limit])
      const known = heldPast.get(key)
      if (known !== undefined) return known
      const found = past.all(likeness(recipeWords, machines), limit).map((row) => ({
        durationMs: (row.ended_at as number) - row.started_at,
        steps: steps.of(row.id).map(toStep),
      }))
      if (!db.inTransaction) heldPast.set(key, found)
      return found
    },
    highestFence: fence.highest,
    raiseFence: fence.raise,
    renewFence: (id) => {
      forget()
      return renewFence.immediate(id)
    },
  }
}

/** Swaps that have ended and are kept in memory; some 10 kB each. */
const mostEndedHeld = 200

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
