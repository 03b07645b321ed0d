// Which fragments a page's stream carries. Every one is also part of the whole page, under the same id.
import { Hono } from 'hono'
import type { Child } from 'hono/jsx'
import { partial } from '../../../web/hx.ts'
import { ActivityList } from '../../../web/views/pages/activity.tsx'
import { DownloadList, DownloadNow } from '../../../web/views/pages/downloads.tsx'
import { HomeNow, HomeRecent } from '../../../web/views/pages/home.tsx'
import { LibraryList } from '../../../web/views/pages/library.tsx'
import { MachineList, MachineNow } from '../../../web/views/pages/machines.tsx'
import { ScheduleNow } from '../../../web/views/pages/schedule.tsx'
import { ServiceNow } from '../../../web/views/pages/service.tsx'
import { ServiceList } from '../../../web/views/pages/services.tsx'
import { SwapNow } from '../../../web/views/pages/swap.tsx'
import { WebhookNow } from '../../../web/views/pages/webhook.tsx'
import { WebhookList } from '../../../web/views/pages/webhooks.tsx'
import { BotList } from '../../../web/views/parts/bot.tsx'
import { LogLines } from '../../../web/views/parts/log.tsx'
import type { Clock } from '../../app/ports.ts'
import type { UseCases } from '../../app/use-cases.ts'
import { SparkError } from '../../contract/errors.ts'
import { minuteMs } from '../../domain/durations.ts'
import type { EdgeContext, EdgeEnv } from '../edge.ts'
import { type LiveEvent, type LiveFragment, type LivePage, liveStream, makesStale } from '../live.ts'
import { mayOperate } from '../rights.ts'
import { activityData } from './activity.tsx'
import { botLogLive, drawBot } from './bots.tsx'
import { homeData, lately } from './home.tsx'
import { libraryData } from './library.tsx'
import { containerLogLive } from './logs.tsx'
import { originOf, shownLines } from './needs.ts'
import { scheduleData } from './schedule.tsx'
import { historyFor } from './services.tsx'
import { drawn } from './shell.tsx'
import { webhookData } from './webhooks.tsx'

interface Needs {
  readonly useCases: UseCases
  readonly clock: Clock
  readonly ending: AbortSignal
}

const agesMs = 5000
const scheduleAgesMs = minuteMs

function fragment(id: string, concerns: (event: LiveEvent) => boolean, draw: () => Child, everyMs: number | null = null): LiveFragment {
  return { id, concerns, everyMs, draw: async () => partial(id, 'outerMorph', await drawn(draw())) }
}

const onStale =
  (name: string) =>
  (event: LiveEvent): boolean =>
    makesStale(event, name)

/** The tail of a switch's log: whole at first and at the end (with the telling line marked), new lines in between. */
function logTail(useCases: UseCases, id: string): () => Promise<string> {
  let after = 0
  let whole = true
  let ended = false
  return async () => {
    if (ended) return ''
    const swap = useCases.swaps.find(id)
    ended = swap.state !== 'running'
    const replace = whole || ended
    const lines = useCases.swaps.log(id, replace ? 0 : after, shownLines)
    whole = false
    after = lines.at(-1)?.number ?? after
    if (lines.length === 0) return ''
    const html = await drawn(<LogLines lines={lines} startedAt={swap.startedAt} telling={swap.error?.line ?? null} />)
    return partial(`log-${id}`, replace ? 'innerHTML' : 'beforeend', html)
  }
}

function swapLive({ useCases, clock }: Needs, id: string, withLog: boolean): LivePage {
  useCases.swaps.find(id)
  const concerns = (event: LiveEvent): boolean => makesStale(event, 'swap') && event.payload['swap'] === id
  const draw = (): Child => <SwapNow swap={useCases.swaps.find(id)} now={clock.now()} />
  return { fragments: [fragment(`swap-${id}`, concerns, draw, agesMs)], tail: withLog ? logTail(useCases, id) : null }
}

function machineLive({ useCases, clock }: Needs, id: string): LivePage {
  useCases.machines.find(id)
  const concerns = (event: LiveEvent): boolean => makesStale(event, 'machines') && event.payload['machine'] === id
  return {
    fragments: [fragment(`machine-${id}`, concerns, () => <MachineNow machine={useCases.machines.find(id)} now={clock.now()} />)],
    tail: null,
  }
}

function serviceLive({ useCases, clock }: Needs, c: EdgeContext, id: string): LivePage {
  const { services } = useCases
  services.find(id)
  const concerns = (event: LiveEvent): boolean => makesStale(event, 'services') && event.payload['service'] === id
  const draw = (): Child => <ServiceNow service={services.find(id)} history={historyFor(useCases, c, id)} now={clock.now()} />
  return { fragments: [fragment(`service-${id}`, concerns, draw)], tail: null }
}

const only = (...fragments: LiveFragment[]): LivePage => ({ fragments, tail: null })

/** One row a page that changes by itself. `id` is what stands behind the colon of ?page=. */
const pages: Readonly<Record<string, (needs: Needs, c: EdgeContext, id: string) => LivePage>> = {
  home: ({ useCases, clock }, c) => {
    const drawNow = (): Child => <HomeNow {...homeData(useCases, originOf(c), clock.now())} />
    const drawRecent = (): Child => <HomeRecent recent={lately(useCases)} now={clock.now()} />
    return only(fragment('home-now', onStale('home'), drawNow, agesMs), fragment('home-recent', onStale('activity'), drawRecent))
  },
  library: ({ useCases, clock }, c) => {
    const query = c.req.query('q') ?? ''
    return only(fragment('library-list', onStale('library'), () => <LibraryList {...libraryData(useCases, query, clock.now())} />))
  },
  downloads: ({ useCases, clock }) => {
    const draw = (): Child => <DownloadList downloads={useCases.downloads.list()} now={clock.now()} />
    return only(fragment('download-list', onStale('downloads'), draw, agesMs))
  },
  download: ({ useCases, clock }, _, id) => {
    useCases.downloads.find(id)
    const draw = (): Child => <DownloadNow download={useCases.downloads.find(id)} now={clock.now()} />
    return only(fragment(`download-${id}`, (event) => makesStale(event, 'downloads') && event.payload['download'] === id, draw, agesMs))
  },
  machines: ({ useCases, clock }) =>
    only(
      fragment('machine-list', onStale('machines'), () => (
        <MachineList machines={useCases.machines.list()} agreements={useCases.machineFacts.agreements()} now={clock.now()} />
      )),
    ),
  machine: (needs, _, id) => machineLive(needs, id),
  activity: ({ useCases, clock }, c) => {
    const kind = c.req.query('kind') ?? ''
    return only(
      fragment('activity-list', onStale('activity'), () => <ActivityList {...activityData(useCases, kind, undefined, clock.now())} />),
    )
  },
  swap: (needs, c, id) => swapLive(needs, id, mayOperate(c)),
  schedule: ({ useCases, clock }) =>
    only(fragment('schedule-now', onStale('schedule'), () => <ScheduleNow {...scheduleData(useCases, clock.now())} />, scheduleAgesMs)),
  webhooks: ({ useCases, clock }) => {
    const draw = (): Child => <WebhookList webhooks={useCases.webhooks.list()} now={clock.now()} />
    return only(fragment('webhook-list', onStale('webhooks'), draw, agesMs))
  },
  webhook: ({ useCases, clock }, _, id) => {
    useCases.webhooks.find(id)
    const draw = (): Child => <WebhookNow {...webhookData(useCases, id, clock.now())} />
    return only(fragment(`webhook-${id}`, onStale('webhooks'), draw, agesMs))
  },
  services: ({ useCases, clock }) => {
    const draw = (): Child => <ServiceList services={useCases.services.list()} now={clock.now()} />
    const drawBots = (): Child => <BotList bots={useCases.bots.list()} />
    return only(fragment('service-list', onStale('services'), draw), fragment('bot-list', onStale('bots'), drawBots))
  },
  service: serviceLive,
  log: (needs, c, id) => containerLogLive(needs.useCases, id, c.req.query('after'), goneOf(needs, c)),
  'bot-log': (needs, c, id) => botLogLive(needs, id, c.req.query('after'), goneOf(needs, c)),
  bot: (needs, c, id) => {
    needs.useCases.bots.find(id)
    const concerns = (event: LiveEvent): boolean => makesStale(event, 'bots') && event.payload['bot'] === id
    return only(fragment(`bot-${id}`, concerns, () => drawBot(needs, c, id)))
  },
}

const goneOf = ({ ending }: Needs, c: EdgeContext): AbortSignal => AbortSignal.any([c.req.raw.signal, ending])

function livePage(c: EdgeContext, needs: Needs): LivePage {
  const [name = '', id = ''] = (c.req.query('page') ?? '').split(':', 2)
  const page = Object.hasOwn(pages, name) ? pages[name] : undefined
  if (page === undefined) throw new SparkError('not_found', { what: `stream for "${name.slice(0, 40)}"` })
  return page(needs, c, id)
}

export function livePages(needs: Needs): Hono<EdgeEnv> {
  const app = new Hono<EdgeEnv>()
  app.get('/live', (c) => {
    const page = livePage(c, needs)
    const body = liveStream(page, { events: needs.useCases.events, clock: needs.clock, gone: c.req.raw.signal, ending: needs.ending })
    return new Response(body, {
      headers: { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache, no-transform', 'x-accel-buffering': 'no' },
    })
  })
  return app
}
