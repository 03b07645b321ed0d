// Swaps as rows and back, and the likeness by which past durations are found.
import { createHash } from 'node:crypto'
import { recipeWords } from '../../domain/recipe.ts'
import type { Swap, SwapStep } from '../../domain/swap.ts'
import { fromColumn, fromNullableColumn, toColumn, toNullableColumn } from './columns.ts'

export interface SwapRow {
  readonly id: string
  readonly cluster: string
  readonly engine: string
  readonly model: string | null
  readonly previous_model: string | null
  readonly recipe_id: string | null
  readonly likeness: string | null
  readonly plan: string
  readonly way_back: string | null
  readonly state: string
  readonly phase: string
  readonly fence: number
  readonly restored: number | null
  readonly progress: string
  readonly started_at: number
  readonly ended_at: number | null
  readonly requested_by: string
  readonly why: string | null
  readonly cancel_requested_at: number | null
  readonly trouble: string | null
}

export interface StepRow {
  readonly phase: string
  readonly started_at: number
  readonly ended_at: number | null
}

export function toSwap(row: SwapRow, steps: readonly StepRow[]): Swap {
  return {
    id: row.id,
    cluster: row.cluster,
    engine: row.engine,
    model: row.model,
    previousModel: row.previous_model,
    recipeId: row.recipe_id,
    plan: fromColumn<Swap['plan']>(row.plan),
    wayBack: fromNullableColumn<Swap['plan']>(row.way_back),
    state: row.state as Swap['state'],
    phase: row.phase as Swap['phase'],
    fence: row.fence,
    restored: toTruth(row.restored),
    progress: fromColumn<Swap['progress']>(row.progress),
    startedAt: row.started_at,
    endedAt: row.ended_at,
    requestedBy: fromColumn<Swap['requestedBy']>(row.requested_by),
    why: row.why,
    steps: steps.map(toStep),
    cancelRequestedAt: row.cancel_requested_at,
    trouble: fromNullableColumn<NonNullable<Swap['trouble']>>(row.trouble),
  }
}

export function toSwapRow(swap: Omit<Swap, 'fence' | 'steps'>, fence: number): SwapRow {
  const starts = swap.plan.starts
  return {
    id: swap.id,
    cluster: swap.cluster,
    engine: swap.engine,
    model: swap.model,
    previous_model: swap.previousModel,
    recipe_id: swap.recipeId,
    likeness: starts === null ? null : likeness(recipeWords(starts.recipe), starts.machines),
    plan: toColumn(swap.plan),
    way_back: toNullableColumn(swap.wayBack),
    state: swap.state,
    phase: swap.phase,
    fence,
    restored: fromTruth(swap.restored),
    progress: toColumn(swap.progress),
    started_at: swap.startedAt,
    ended_at: swap.endedAt,
    requested_by: toColumn(swap.requestedBy),
    why: swap.why,
    cancel_requested_at: swap.cancelRequestedAt,
    trouble: toNullableColumn(swap.trouble),
  }
}

export function toStep(row: StepRow): SwapStep {
  return { phase: row.phase as SwapStep['phase'], startedAt: row.started_at, endedAt: row.ended_at }
}

export function fromTruth(value: boolean | null): number | null {
  return value === null ? null : Number(value)
}

/** The same recipe words on the same machines; which of them is the head makes no difference to how long it takes. */
export function likeness(words: string, machines: readonly string[]): string {
  return createHash('sha256')
    .update(JSON.stringify([words, [...machines].sort()]))
    .digest('hex')
}

function toTruth(value: number | null): boolean | null {
  return value === null ? null : value === 1
}
