// GET /api/events: what happened, as a stream that resumes exactly, or as a list.
//
// The stream pulls rows from the store by number whenever its reader has room; a nudge only says "look again". So nothing is lost
// or told twice across a reconnect, and a reader that does not read costs no memory: it is dropped after a while.

import type { Hono } from 'hono'
import type { Clock } from '../app/ports.ts'
import type { EventsUse, UseCases } from '../app/use-cases.ts'
import { SparkError, tellError } from '../contract/errors.ts'
import { events as eventRows } from '../contract/events.ts'
import { operations } from '../contract/index.ts'
import type { EventView } from '../contract/operations/shapes.ts'
import { readInput } from '../contract/reading.ts'
import { minuteMs } from '../domain/durations.ts'
import type { EdgeContext, EdgeEnv } from './edge.ts'

export const pingMs = 20_000
export const dropAfterMs = minuteMs

interface Needs {
  readonly events: EventsUse
  readonly clock: Clock
  /** Aborted when the server stops: feeds end at once, readers come back to the next start. */
  readonly ending: AbortSignal
}

type Told = EventView & { readonly cursor: string }

const rowText = ({ cursor, ...event }: Told): string => `id: ${cursor}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`

/** Where a stream begins. `reset`: the place that was asked for is of another database, so it begins at the end, and says so. */
interface Start {
  readonly from: number
  readonly types: readonly string[] | undefined
  readonly reset: string | null
}

const resetText = ({ from, reset }: Start): string =>
  reset === null ? '' : `event: feed_reset\ndata: ${JSON.stringify({ type: 'feed_reset', sentence: reset, next: String(from) })}\n\n`

/** Rows after `from`, then every later one. `gone`: the reader left. */
function feedOf(start: Start, batch: number, gone: AbortSignal, { events, clock, ending }: Needs): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  const over = new AbortController()
  const signal = AbortSignal.any([gone, ending, over.signal])
  let cursor = start.from
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
      const rows = events.after(cursor, batch, start.types)
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
        controller.enqueue(encoder.encode(`retry: 2000\nid: ${cursor}\n\n${resetText(start)}`))
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

function startOf(c: EdgeContext, events: EventsUse, after: string, types: readonly string[] | undefined): Start {
  const seen = c.req.header('last-event-id') ?? ''
  if (seen === '' && c.req.query('after') === undefined) return { from: events.last(), types, reset: null }
  try {
    return { from: events.placeOf(seen === '' ? after : seen), types, reset: null }
  } catch (error) {
    // A browser's EventSource gives up for good at a refusal: it is told within the stream, and hears everything from now on.
    if (!(error instanceof SparkError) || error.code !== 'events_cursor_unknown') throw error
    const { happened, next } = tellError(error.code, error.facts)
    return { from: events.last(), types, reset: `${happened} ${next}` }
  }
}

function typesOf(text: string | undefined): readonly string[] | undefined {
  const types = text?.split(',')
  const unknown = types?.find((type) => !Object.hasOwn(eventRows, type))
  if (unknown !== undefined) throw new SparkError('invalid_request', { why: `types: there is no event "${unknown.slice(0, 60)}"` })
  return types
}

const wantsList = (accept: string): boolean => accept.includes('application/json') && !accept.includes('text/event-stream')

export function mountEventsFeed(app: Hono<EdgeEnv>, needs: Omit<Needs, 'events'> & { readonly useCases: Pick<UseCases, 'events'> }): void {
  const row = operations['events.list']
  const { events } = needs.useCases
  app.get(row.path, (c) => {
    const { query } = readInput(row, { params: {}, query: c.req.query(), body: undefined })
    const types = typesOf(query.types)
    if (wantsList(c.req.header('accept') ?? '')) {
      return c.json(events.page(query.after, query.limit, types))
    }
    const feed = feedOf(startOf(c, events, query.after, types), query.limit, c.req.raw.signal, { ...needs, events })
    return new Response(feed, {
      headers: { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache, no-transform', 'x-accel-buffering': 'no' },
    })
  })
}
