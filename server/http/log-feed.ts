// GET .../log/stream: a log as it is written. A reader that does not read costs a bounded queue, and lines that it is told were left out.
import type { Hono } from 'hono'
import type { LogReader } from '../app/logs-use.ts'
import type { UseCases } from '../app/use-cases.ts'
import type { InputOf } from '../contract/define.ts'
import { operations } from '../contract/index.ts'
import { readInput } from '../contract/reading.ts'
import { readCursor } from '../domain/log-line.ts'
import type { EdgeEnv } from './edge.ts'

export const pingMs = 20_000

interface Needs {
  readonly useCases: Pick<UseCases, 'logs' | 'bots'>
  /** Aborted when the server stops. */
  readonly ending: AbortSignal
}

const eventText = (name: string, data: unknown, id?: string): string =>
  `${id === undefined ? '' : `id: ${id}\n`}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`

/** What a reader has to be told; '' when nothing. `told`: the trouble it knows of. */
function textOf(reader: LogReader, told: { trouble: string | null }): string {
  const { lines, left, trouble, next } = reader.take()
  const parts = lines.map((line, at) => eventText('line', line, at === lines.length - 1 && next !== null ? next : undefined))
  if (left > 0) parts.unshift(eventText('left', { count: left }))
  if (trouble !== told.trouble && trouble !== null) parts.push(eventText('trouble', { sentence: trouble }))
  told.trouble = trouble
  return parts.join('')
}

type Feed = (typeof operations)['logs.follow' | 'bots.followLog']

export function mountLogFeed(app: Hono<EdgeEnv>, { useCases: { logs, bots }, ending }: Needs): void {
  mount(app, ending, operations['logs.follow'], ({ params }, after, signal) =>
    logs.follow({ machine: params.id, container: params.container }, after, signal),
  )
  mount(app, ending, operations['bots.followLog'], ({ params }, after, signal) => bots.followLog(params.id, after, signal))
}

function mount<Row extends Feed>(
  app: Hono<EdgeEnv>,
  ending: AbortSignal,
  row: Row,
  follow: (input: InputOf<Row>, after: string | undefined, signal: AbortSignal) => LogReader,
): void {
  app.get(row.path, (c) => {
    const input = readInput(row, { params: c.req.param(), query: c.req.query(), body: undefined })
    const seen = c.req.header('last-event-id')
    const after = seen !== undefined && readCursor(seen) !== null ? seen : input.query.after
    const over = new AbortController()
    const signal = AbortSignal.any([c.req.raw.signal, ending, over.signal])
    const reader = follow(input, after, signal)
    const told = { trouble: null as string | null }
    const encoder = new TextEncoder()
    const body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => controller.enqueue(encoder.encode('retry: 2000\n\n')),
        async pull(controller) {
          while (!signal.aborted) {
            const text = (await reader.news(pingMs)) ? textOf(reader, told) : ': ping\n\n'
            if (text !== '' && !signal.aborted) return controller.enqueue(encoder.encode(text))
          }
          if (!c.req.raw.signal.aborted) controller.close()
        },
        cancel: () => over.abort(),
      },
      { highWaterMark: 1 },
    )
    return new Response(body, {
      headers: { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache, no-transform', 'x-accel-buffering': 'no' },
    })
  })
}
