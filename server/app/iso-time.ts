/** The same few moments are told at every look. */
const told = new Map<number, string>()
const mostTold = 500

/** Milliseconds as the API writes times: ISO 8601, UTC. */
export function isoTime(ms: number): string {
  const known = told.get(ms)
  if (known !== undefined) return known
  const text = new Date(ms).toISOString()
  if (told.size >= mostTold) told.clear()
  told.set(ms, text)
  return text
}

export function isoTimeOrNull(ms: number | null): string | null {
  return ms === null ? null : isoTime(ms)
}
