// Who wants the Sparks at the same time. Nothing is forbidden by it: people look at it and move something.
import { wallOf, whenInWords } from './wall-clock.ts'

/** Half open: from <= t < until, ms. */
export interface Span {
  readonly from: number
  readonly until: number
}

export interface Wanted {
  readonly id: string
  readonly app: string
  readonly model: string | null
  /** The appliance will switch to the model by itself: asked for and approved. */
  readonly ensured: boolean
  /** Rising; may touch and overlap. */
  readonly spans: readonly Span[]
}

export interface Held extends Span {
  readonly holder: string
}

/**
 * `models`: they name different models, and one answers at a time. `together`: at least one names no model, so it may need all of
 * the Sparks. `reserved`: a reservation that stands now lasts into it. Two that name the same model share it: no overlap.
 */
export interface Overlap extends Span {
  readonly kind: 'models' | 'together' | 'reserved'
  /** Ids of what is registered: two, or one beside a reservation. */
  readonly schedules: readonly string[]
  readonly apps: readonly string[]
  /** Both of them would have the appliance switch: the one that comes first keeps its model until its time is over. */
  readonly contested: boolean
  /** How often in the window; `from` and `until` are the first time. */
  readonly times: number
}

/** One's own times that touch are one time. */
export function merged(spans: readonly Span[]): Span[] {
  const joined: { from: number; until: number }[] = []
  for (const span of spans) {
    const last = joined.at(-1)
    if (last !== undefined && span.from <= last.until) last.until = Math.max(last.until, span.until)
    else joined.push({ ...span })
  }
  return joined
}

/** Where both are, rising. Both lists merged. */
export function common(a: readonly Span[], b: readonly Span[]): Span[] {
  const found: Span[] = []
  let [i, j] = [0, 0]
  for (let x = a[i], y = b[j]; x !== undefined && y !== undefined; x = a[i], y = b[j]) {
    const from = Math.max(x.from, y.from)
    const until = Math.min(x.until, y.until)
    if (from < until) found.push({ from, until })
    if (x.until < y.until) i += 1
    else j += 1
  }
  return found
}

/** The soonest first. */
export function overlapsOf(wanted: readonly Wanted[], held: Held | null): Overlap[] {
  const all = wanted.map((one) => ({ ...one, spans: merged(one.spans) }))
  const found = all.flatMap((a, at) => all.slice(at + 1).flatMap((b) => ofPair(a, b)))
  if (held !== null) found.push(...all.flatMap((one) => ofReservation(one, held)))
  return found.sort((a, b) => a.from - b.from || a.until - b.until)
}

function ofPair(a: Wanted, b: Wanted): Overlap[] {
  if (a.model !== null && a.model === b.model) return []
  const kind = a.model === null || b.model === null ? 'together' : 'models'
  return ofSpans(common(a.spans, b.spans), { kind, schedules: [a.id, b.id], apps: [a.app, b.app], contested: a.ensured && b.ensured })
}

function ofReservation(one: Wanted, held: Held): Overlap[] {
  if (one.app === held.holder) return []
  return ofSpans(common(one.spans, [held]), { kind: 'reserved', schedules: [one.id], apps: [held.holder, one.app], contested: one.ensured })
}

function ofSpans(spans: readonly Span[], what: Omit<Overlap, 'from' | 'until' | 'times'>): Overlap[] {
  const [first] = spans
  return first === undefined ? [] : [{ ...what, ...first, times: spans.length }]
}

/** One sentence or two, with times as on a clock of that zone. */
export function overlapSentence(overlap: Overlap, now: number, timeZone: string, nameOf: (schedule: string) => string | null): string {
  const { kind, apps, schedules, from, until, times, contested } = overlap
  const [one = '', other = ''] = apps
  const began = from <= now ? 'now' : whenInWords(from, now, timeZone).replace(' at ', ' from ')
  const end = wallOf(until, timeZone)
  const span = `${began} until ${end.date === wallOf(Math.max(from, now), timeZone).date ? end.time : `${end.day}, ${end.time}`}`
  const more = times > 1 ? ` (${times} times in these days)` : ''
  if (kind === 'reserved') return `${one} has the Sparks reserved while ${other} wants them: ${span}${more}.`
  if (kind === 'together') return `${one} and ${other} both want the Sparks: ${span}${more}.`
  const models = schedules.map(nameOf)
  const both = `${one} (${models[0] ?? 'a model'}) and ${other} (${models[1] ?? 'a model'}) want different models: ${span}${more}.`
  return contested ? `${both} Whichever begins first keeps its model until its time is over.` : both
}
