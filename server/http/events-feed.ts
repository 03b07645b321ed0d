// GET /api/events: what happened, as a stream that resumes exactly, or as a list.
//
// The stream pulls rows from the store by number whenever its reader has room; a nudge only says "look again". So nothing is lost
// or told twice across a reconnect, and a reader that does not read costs no memory: it is dropped after a while.
import type { Hono } from 'hono'
import type { Clock } from '../app/ports.ts'
import type { EventsUse, UseCases } from '../app/use-cases.ts'
import { SparkError } from '../contract/errors.ts'
import { operations } from '../contract/index.ts'
import type { EventView } from '../contract/operations/shapes.ts'
import { readInput } from '../contract/reading.ts'
import type { EdgeContext, EdgeEnv } from './edge.ts'

export const pingMs = 20_000
export const dropAfterMs = 60_000

interface Needs {
  readonly events: EventsUse
  readonly clock: Clock
  /** Aborted when the server stops: feeds end at once, readers come back to the next start. */
  readonly ending: AbortSignal
}

const rowText = (event: EventView): string => `id: ${event.id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`

/** Rows after `from`, then every later one. `gone`: the reader left. */
function feedOf(from: number, batch: number, gone: AbortSignal, { events, clock, ending }: Needs): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  const over = new AbortController()
  const signal = AbortSignal.any([gone, ending, over.signal])
  let cursor = from
  let waiting = false
  let askedAt = clock.now()
  let wake = (): void => undefined
  const unsubscribe = events.subscribe(() => wake())
  signal.addEventListener('abort', () => {
    unsubscribe()
    wake()
  })

  /** Resolves with 'nudge' at news or the end, with 'ping' after a quiet while. */
  const news = async (): Promise<'nudge' | 'ping'> => {
    const pause = new AbortController()
    const nudged = new Promise<'nudge'>((resolve) => {
      wake = () => resolve('nudge')
    })
    const quiet = clock.sleep(pingMs, pause.signal).then(
      () => 'ping' as const,
      () => 'nudge' as const,
    )
    const which = await Promise.race([nudged, quiet])
    pause.abort()
    return which
  }

  const nextText = async (): Promise<string | null> => {
    while (!signal.aborted) {
      const rows = events.after(cursor, batch)
      const last = rows.at(-1)
      if (last !== undefined) {
        cursor = last.id
        return rows.map(rowText).join('')
      }
      if ((await news()) === 'ping') return ': ping\n\n'
    }
    return null
  }

  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        // An id without data is remembered by the reader: even one that leaves before the first event comes back to the right place.
        controller.enqueue(encoder.encode(`retry: 2000\nid: ${cursor}\n\n`))
        clock.every(
          () => pingMs,
          async () => {
            if (waiting || clock.now() - askedAt < dropAfterMs) return
            controller.error(new Error('the reader of events does not read'))
            over.abort()
          },
          signal,
        )
      },
      async pull(controller) {
        waiting = true
        const text = await nextText()
        waiting = false
        askedAt = clock.now()
        if (text === null) {
          if (!gone.aborted) controller.close()
          return
        }
        controller.enqueue(encoder.encode(text))
      },
      cancel: () => over.abort(),
    },
    { highWaterMark: 1 },
  )
}

function startOf(c: EdgeContext, events: EventsUse, after: number): number {
  const seen = c.req.header('last-event-id')
  if (seen !== undefined && seen !== '') {
    if (!/^\d{1,15}$/.test(seen)) throw new SparkError('invalid_request', { why: 'Last-Event-ID: a number is needed' })
    // A number that was never given out is of another database (a backup was put back): waiting for it would be silence.
    return Math.min(Number(seen), events.last())
  }
  return c.req.query('after') === undefined ? events.last() : Math.min(after, events.last())
}

const wantsList = (accept: string): boolean => accept.includes('application/json') && !accept.includes('text/event-stream')

export function mountEventsFeed(app: Hono<EdgeEnv>, needs: Omit<Needs, 'events'> & { readonly useCases: Pick<UseCases, 'events'> }): void {
  const row = operations['events.list']
  const { events } = needs.useCases
  app.get(row.path, (c) => {
    const { query } = readInput(row, { params: {}, query: c.req.query(), body: undefined })
    if (wantsList(c.req.header('accept') ?? '')) {
      const found = events.after(query.after, query.limit)
      const last = found.at(-1)
      return c.json({ events: found, ...(last === undefined ? {} : { next: String(last.id) }) })
    }
    const feed = feedOf(startOf(c, events, query.after), query.limit, c.req.raw.signal, { ...needs, events })
    return new Response(feed, {
      headers: { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache, no-transform', 'x-accel-buffering': 'no' },
    })
  })
}
