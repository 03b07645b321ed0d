import { Hono } from 'hono'
import type { Child } from 'hono/jsx'
import { partial } from '../../../web/hx.ts'
import { type LogData, LogNote, LogPage, logId } from '../../../web/views/pages/log.tsx'
import { StampedLines } from '../../../web/views/parts/log.tsx'
import { counted } from '../../../web/views/parts/time.tsx'
import type { LogOf, LogReader } from '../../app/logs-use.ts'
import type { UseCases } from '../../app/use-cases.ts'
import { operations } from '../../contract/index.ts'
import type { LogPageView } from '../../contract/operations/logs.ts'
import { readInput } from '../../contract/reading.ts'
import type { EdgeEnv } from '../edge.ts'
import type { LivePage } from '../live.ts'
import { troubleOf } from './machines.tsx'
import { type PageNeeds, shownLines } from './needs.ts'
import { drawn } from './shell.tsx'

/** The machine and the container of an address, or invalid_request. */
export function logOf(id: string, container: string): LogOf {
  const { params } = readInput(operations['logs.read'], { params: { id, container }, query: {}, body: undefined })
  return { machine: params.id, container: params.container }
}

/** A log as a file: only what a file system takes stands in its name. */
export const fileName = (machine: string, what: string): string => `${machine}-${what}`.replaceAll(/[^A-Za-z0-9_.-]+/g, '-').slice(0, 100)

export function logPages({ useCases, show }: Pick<PageNeeds, 'useCases' | 'show'>): Hono<EdgeEnv> {
  const app = new Hono<EdgeEnv>()
  const { logs } = useCases

  app.get('/machines/:id/containers/:container/log', async (c) => {
    const of = logOf(c.req.param('id'), c.req.param('container'))
    const { machine, container } = logs.title(of)
    const search = (c.req.query('search') ?? '').trim().slice(0, 200)
    const href = `/machines/${machine.id}/containers/${container}/log`
    const data: Omit<LogData, 'lines' | 'more'> = {
      up: { href: `/machines/${machine.id}`, word: machine.name },
      of: `${container} on ${machine.name}`,
      href,
      search,
    }
    const found = await pageOf(() =>
      search === ''
        ? logs.read(of, { limit: shownLines }, c.req.raw.signal)
        : logs.search(of, { words: search, limit: shownLines }, c.req.raw.signal),
    )
    const next = found.page.next === undefined ? '' : `&after=${encodeURIComponent(found.page.next)}`
    return show(c.req.raw, {
      title: `Log of ${data.of}`,
      place: 'machines',
      body: <LogPage {...data} {...found.page} {...(found.trouble === null ? {} : { trouble: found.trouble.trouble })} />,
      status: found.trouble?.status ?? 200,
      live: search === '' && found.trouble === null ? `/live?page=log:${machine.id}/${container}${next}` : null,
    })
  })

  app.get('/machines/:id/containers/:container/log/file', async (c) => {
    const of = logOf(c.req.param('id'), c.req.param('container'))
    const { machine, container } = logs.title(of)
    return textFile(await logs.download(of, c.req.raw.signal), fileName(machine.name, container))
  })

  return app
}

const empty: LogPageView = { lines: [], more: false }

/** What was read, or what kept it from being read, for the page itself. */
export async function pageOf(
  read: () => Promise<LogPageView>,
): Promise<{ page: LogPageView; trouble: ReturnType<typeof troubleOf> | null }> {
  try {
    return { page: await read(), trouble: null }
  } catch (thrown) {
    return { page: empty, trouble: troubleOf(thrown) }
  }
}

export function textFile(body: ReadableStream<Uint8Array>, name: string): Response {
  return new Response(body, {
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      'content-disposition': `attachment; filename="${name}.log"`,
      'cache-control': 'no-store',
    },
  })
}

/** The growing end of a log page: new lines, and what is to be said of them. */
export function logLive(reader: LogReader): LivePage {
  let said = ''
  const tail = async (): Promise<string> => {
    const { lines, left, trouble } = reader.take()
    const note = [left > 0 ? `${counted(left, 'line')} came too fast and were left out.` : '', trouble ?? ''].filter(Boolean).join(' ')
    const parts: string[] = []
    if (lines.length > 0) parts.push(await append(<StampedLines lines={lines} />))
    if (note !== said) parts.push(partial('log-note', 'outerMorph', await drawn(<LogNote sentence={note} />)))
    said = note
    return parts.join('')
  }
  return { fragments: [], tail }
}

const append = async (lines: Child): Promise<string> => partial(logId, 'beforeend', await drawn(lines))

/** `name`: machine and container, with a slash between. */
export function containerLogLive(useCases: Pick<UseCases, 'logs'>, name: string, after: string | undefined, gone: AbortSignal): LivePage {
  const [machine = '', container = ''] = name.split('/', 2)
  return logLive(useCases.logs.follow(logOf(machine, container), after, gone))
}
