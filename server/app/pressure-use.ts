// What is asked of the machines' memory, their line and their history.
import type { ConnectivityShapeView, HistoryShapeView } from '../contract/operations/connectivity.ts'
import type { PressureShapeView } from '../contract/operations/pressure-shapes.ts'

export type PressureView = PressureShapeView

export interface WatchingUse {
  /** Raises not_found. */
  connectivity(machine: string): ConnectivityShapeView
  history(machine: string, span: 'hour' | 'day'): HistoryShapeView
}
