// Where a reader of events left off: "123-9f1c02ab", the number of the last event it has and a mark of that event. Numbers alone would
// not do: when a backup is put back, numbers are given out a second time, to other events.

export interface Cursor {
  readonly id: number
  /** null: only a number was kept, and only that it was ever given out can be checked. */
  readonly mark: string | null
}

/** FNV-1a, 32 bit: no secret, only enough to tell one event from another of the same number. */
function markOf(text: string): string {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0
  return hash.toString(16).padStart(8, '0')
}

export function cursorOf({ id, type, at }: { readonly id: number; readonly type: string; readonly at: number }): string {
  return `${id}-${markOf(`${id} ${type} ${at}`)}`
}

export const cursorPattern = /^(\d{1,15})(?:-([0-9a-f]{8}))?$/

export function readCursor(text: string): Cursor | null {
  const found = cursorPattern.exec(text)
  return found === null ? null : { id: Number(found[1]), mark: found[2] ?? null }
}

/** Is this the event that the cursor was made of? */
export function isOf(cursor: Cursor, event: { readonly id: number; readonly type: string; readonly at: number }): boolean {
  return cursor.mark === null || cursorOf(event) === `${cursor.id}-${cursor.mark}`
}
