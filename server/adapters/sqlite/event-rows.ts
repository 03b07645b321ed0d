import type { StoredEvent } from '../../app/ports.ts'
import { fromColumn } from './columns.ts'

export interface EventRow {
  readonly id: number
  readonly type: string
  readonly at: number
  readonly payload: string
}

export function toEvent(row: EventRow): StoredEvent {
  return { ...row, payload: fromColumn<Record<string, unknown>>(row.payload) }
}
