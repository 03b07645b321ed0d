// What happened, as it is kept.

export interface StoredEvent {
  /** Grows by one with each that is kept, and is never given out twice. */
  readonly id: number
  readonly type: string
  /** ms. */
  readonly at: number
  readonly payload: Record<string, unknown>
}
