import { Hono } from 'hono'
import { BotNow, BotPage } from '../../../web/views/pages/bot.tsx'
import { LogPage } from '../../../web/views/pages/log.tsx'
import { mayDo } from '../../domain/access.ts'
import type { BotActKind } from '../../domain/bot.ts'
import { type EdgeEnv, requestingOwner } from '../edge.ts'
import type { LivePage } from '../live.ts'
import { callerBehind } from '../rights.ts'
import { fileName, logLive, pageOf, textFile } from './logs.tsx'
import { troubleOf } from './machines.tsx'
import type { PageNeeds } from './needs.ts'
import { goTo } from './shell.tsx'

const shownLines = 200

export function botPages({ useCases, clock, show }: PageNeeds): Hono<EdgeEnv> {
  const app = new Hono<EdgeEnv>()
  const { bots } = useCases

  const mayOperate = (request: Request): boolean => {
    const caller = callerBehind(request)
    return caller !== null && mayDo(caller, { right: 'operate' })
  }

  const showOne = (request: Request, id: string, failed: ReturnType<typeof troubleOf> | null = null): Promise<Response> => {
    const bot = bots.find(id)
    const publicKey = mayOperate(request) ? useCases.machines.publicKey() : null
    const body = <BotPage bot={bot} now={clock.now()} publicKey={publicKey} {...(failed === null ? {} : { trouble: failed.trouble })} />
    return show(request, {
      title: bot.name,
      place: 'services',
      body,
      status: failed?.status ?? 200,
      live: `/live?page=bot:${bot.id}`,
      refreshSeconds: bot.act?.state === 'running' ? 3 : null,
    })
  }

  app.get('/bots/:id', (c) => showOne(c.req.raw, c.req.param('id')))

  const act = (kind: BotActKind): void => {
    app.post(`/bots/:id/${kind}`, async (c) => {
      const id = c.req.param('id') ?? ''
      try {
        await bots.act(id, kind, requestingOwner(c).name)
        return goTo(`/bots/${id}`)
      } catch (thrown) {
        return await showOne(c.req.raw, id, troubleOf(thrown))
      }
    })
  }
  act('update')
  act('restart')

  app.get('/bots/:id/log', async (c) => {
    const bot = bots.find(c.req.param('id'))
    const search = (c.req.query('search') ?? '').trim().slice(0, 200)
    const { signal } = c.req.raw
    const { page, trouble } = await pageOf(() =>
      search === ''
        ? bots.readLog(bot.id, { limit: shownLines }, signal)
        : bots.searchLog(bot.id, { words: search, limit: shownLines }, signal),
    )
    const next = page.next === undefined ? '' : `&after=${encodeURIComponent(page.next)}`
    return show(c.req.raw, {
      title: `Log of ${bot.name}`,
      place: 'services',
      body: (
        <LogPage
          up={{ href: `/bots/${bot.id}`, word: bot.name }}
          of={bot.name}
          href={`/bots/${bot.id}/log`}
          search={search}
          {...page}
          {...(trouble === null ? {} : { trouble: trouble.trouble })}
        />
      ),
      status: trouble?.status ?? 200,
      live: search === '' && trouble === null ? `/live?page=bot-log:${bot.id}${next}` : null,
    })
  })

  app.get('/bots/:id/log/file', async (c) => {
    const bot = bots.find(c.req.param('id'))
    return textFile(await bots.downloadLog(bot.id, c.req.raw.signal), fileName(bot.machine?.name ?? 'bot', bot.unit))
  })

  return app
}

export function botLogLive({ useCases }: Pick<PageNeeds, 'useCases'>, id: string, after: string | undefined, gone: AbortSignal): LivePage {
  return logLive(useCases.bots.followLog(id, after, gone))
}

export const drawBot = ({ useCases, clock }: Pick<PageNeeds, 'useCases' | 'clock'>, id: string) => (
  <BotNow bot={useCases.bots.find(id)} now={clock.now()} />
)
