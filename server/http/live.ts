// The pages' stream: which fragments went stale comes from events, what they say comes from the present.
//
// State first on every connect, so a sleeping tab, a reconnect or a missed event needs no code of its own. A fragment is sent at most
// four times a second, and only when its words changed. Text is made when the reader has room for it: a slow reader skips states.
import type { Clock } from '../app/ports.ts'
import type { EventsUse } from '../app/use-cases.ts'
import { events as eventRows } from '../contract/events.ts'

export const pingMs = 20_000
export const apartMs = 250
export const tailMs = 1000

export interface LiveEvent {
  readonly type: string
  readonly payload: Readonly<Record<string, unknown>>
}

export interface LiveFragment {
  readonly id: string
  /** Does this event make it stale? */
  readonly concerns: (event: LiveEvent) => boolean
  /** The fragment as it is now, wrapped for its place. */
  readonly draw: () => Promise<string>
  /** Drawn again after this long without an event, for words that age (an ETA); null: never. */
  readonly everyMs: number | null
}

export interface LivePage {
  readonly fragments: readonly LiveFragment[]
  /** A tail that grows: what is new since the last call, already wrapped; '' when nothing is. */
  readonly tail: (() => Promise<string>) | null
}

/** True when the event's row names this part of the pages as stale. */
export function makesStale(event: LiveEvent, name: string): boolean {
  const row = eventRows[event.type as keyof typeof eventRows] as { readonly stale: readonly string[] } | undefined
  return row?.stale.includes(name) ?? false
}

interface Needs {
  readonly events: Pick<EventsUse, 'subscribe'>
  readonly clock: Clock
  /** The reader left. */
  readonly gone: AbortSignal
  /** The server stops. */
  readonly ending: AbortSignal
}

interface Sent {
  readonly at: number
  readonly html: string
}

const messageOf = (html: string): string =>
  `${html
    .split(/\r\n|\r|\n/)
    .map((line) => `data: ${line}\n`)
    .join('')}\n`

/** What a page's fragments owe to the reader. */
function createLedger(page: LivePage, clock: Clock) {
  const dirty = new Set(page.fragments.map((fragment) => fragment.id))
  const sent = new Map<string, Sent>()
  const sentAt = (id: string): number => sent.get(id)?.at ?? Number.NEGATIVE_INFINITY
  const isAged = (one: LiveFragment, now: number): boolean => one.everyMs !== null && now - sentAt(one.id) >= one.everyMs

  return {
    hear(event: LiveEvent): void {
      for (const one of page.fragments) if (one.concerns(event)) dirty.add(one.id)
    },
    async due(): Promise<string> {
      const now = clock.now()
      const wanted = page.fragments.filter((one) => (dirty.has(one.id) || isAged(one, now)) && now - sentAt(one.id) >= apartMs)
      let text = ''
      for (const one of wanted) {
        dirty.delete(one.id)
        const html = await one.draw()
        if (sent.get(one.id)?.html !== html) text += html
        sent.set(one.id, { at: now, html })
      }
      return text
    },
    /** How long nothing can be due, ms. */
    restMs(): number {
      const now = clock.now()
      const waits = page.fragments.map((one) => {
        if (dirty.has(one.id)) return apartMs - (now - sentAt(one.id))
        return one.everyMs === null ? pingMs : one.everyMs - (now - sentAt(one.id))
      })
      return Math.max(1, Math.min(pingMs, ...waits))
    },
  }
}

/** The stream of one open page. */
export function liveStream(page: LivePage, { events, clock, gone, ending }: Needs): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  const over = new AbortController()
  const signal = AbortSignal.any([gone, ending, over.signal])
  const ledger = createLedger(page, clock)
  let wake = (): void => undefined
  let writtenAt = clock.now()
  let tailedAt = Number.NEGATIVE_INFINITY
  const unsubscribe = events.subscribe((event) => {
    ledger.hear(event)
    wake()
  })
  signal.addEventListener('abort', () => {
    unsubscribe()
    wake()
  })

  const rest = async (ms: number): Promise<void> => {
    const pause = new AbortController()
    const nudged = new Promise<void>((resolve) => {
      wake = resolve
    })
    if (signal.aborted) return
    const slept = clock.sleep(ms, pause.signal).catch(() => undefined)
    await Promise.race([nudged, slept])
    pause.abort()
  }

  const tail = async (): Promise<string> => {
    if (page.tail === null || clock.now() - tailedAt < tailMs) return ''
    tailedAt = clock.now()
    return page.tail()
  }

  const nextText = async (): Promise<string | null> => {
    while (!signal.aborted) {
      const html = (await ledger.due()) + (await tail())
      if (html !== '') return messageOf(html)
      const quietMs = clock.now() - writtenAt
      if (quietMs >= pingMs) return ': ping\n\n'
      await rest(Math.max(1, Math.min(ledger.restMs(), pingMs - quietMs, page.tail === null ? pingMs : tailMs)))
    }
    return null
  }

  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const text = await nextText()
        if (text === null) {
          if (!gone.aborted) controller.close()
          return
        }
        writtenAt = clock.now()
        controller.enqueue(encoder.encode(text))
      },
      cancel: () => over.abort(),
    },
    { highWaterMark: 1 },
  )
}
