import { Hono } from 'hono'
import { type BotData, BotNow, BotPage } from '../../../web/views/pages/bot.tsx'
import { NewBotPage } from '../../../web/views/pages/bot-form.tsx'
import { LogPage } from '../../../web/views/pages/log.tsx'
import type { Trouble } from '../../../web/views/parts/notice.tsx'
import { operations } from '../../contract/index.ts'
import { readInput } from '../../contract/reading.ts'
import type { BotActKind } from '../../domain/bot.ts'
import { type EdgeContext, type EdgeEnv, requestingOwner } from '../edge.ts'
import type { LivePage } from '../live.ts'
import { mayOperate } from '../rights.ts'
import { fileName, logLive, pageOf, textFile } from './logs.tsx'
import { troubleOf } from './machines.tsx'
import { fieldsOf, type PageNeeds, shownLines } from './needs.ts'
import { goTo, showFragment, wantsFragment } from './shell.tsx'

type Fields = Readonly<Record<string, string>>

/** Fields as the operation wants them; its schema says what is wrong, the same for the page as for programs. */
function editOf(fields: Fields): Record<string, unknown> {
  const text = (name: string): string => fields[name]?.trim() ?? ''
  return {
    name: text('name'),
    machine: text('machine') || null,
    user: text('user'),
    runs: text('runs'),
    unit: text('unit'),
    folder: text('folder') || null,
    restartWords: text('restartWords')
      .split(/\s+/)
      .filter((word) => word !== ''),
    heal: fields['heal'] === 'on' ? 'auto' : 'manual',
  }
}

const usual: Fields = { name: 'Bot', unit: 'bot.service', runs: 'unit' }

export function botPages({ useCases, clock, show }: PageNeeds): Hono<EdgeEnv> {
  const app = new Hono<EdgeEnv>()
  const { bots, machines } = useCases
  const choices = () => machines.list().map(({ id, name }) => ({ id, name }))

  const showOne = (c: EdgeContext, id: string, more: Partial<BotData> = {}, status = 200): Promise<Response> => {
    const bot = bots.find(id)
    const may = mayOperate(c)
    const publicKey = may ? machines.publicKey() : null
    const history = may ? bots.history(id) : null
    const body = <BotPage bot={bot} history={history} machines={choices()} now={clock.now()} publicKey={publicKey} {...more} />
    return show(c.req.raw, {
      title: `${bot.name} - Services`,
      place: 'services',
      body,
      status,
      live: `/live?page=bot:${bot.id}`,
      refreshSeconds: bot.act?.state === 'running' ? 3 : null,
    })
  }

  const showNew = (request: Request, typed: Fields, trouble: Trouble | null = null, status = 200): Promise<Response> => {
    const body = <NewBotPage machines={choices()} publicKey={machines.publicKey()} typed={typed} trouble={trouble} />
    return show(request, { title: 'Add a bot', place: 'services', body, status })
  }

  app.get('/bots/new', (c) => showNew(c.req.raw, usual))

  app.post('/bots/new', async (c) => {
    const typed = await fieldsOf(c)
    try {
      const { body } = readInput(operations['bots.add'], { params: {}, query: {}, body: editOf(typed) })
      return goTo(bots.add(body, requestingOwner(c).name).links.page)
    } catch (thrown) {
      const { trouble, status } = troubleOf(thrown)
      return await showNew(c.req.raw, typed, trouble, status)
    }
  })

  app.get('/bots/:id', (c) => showOne(c, c.req.param('id')))

  app.post('/bots/:id', async (c) => {
    const id = c.req.param('id')
    const typed = await fieldsOf(c)
    try {
      const { body } = readInput(operations['bots.edit'], { params: { id }, query: {}, body: editOf(typed) })
      bots.edit(id, body, requestingOwner(c).name)
      return goTo(`/bots/${id}`)
    } catch (thrown) {
      const { trouble, status } = troubleOf(thrown)
      return await showOne(c, id, { trouble, typed }, status)
    }
  })

  app.post('/bots/:id/check', async (c) => {
    const id = c.req.param('id')
    await bots.look(id)
    return wantsFragment(c.req.raw) ? showFragment(drawBot({ useCases, clock }, c, id)) : goTo(`/bots/${id}`)
  })

  app.post('/bots/:id/removal', async (c) => {
    const id = c.req.param('id')
    const fields = await fieldsOf(c)
    if (fields['name']?.trim() !== bots.find(id).name) return await showOne(c, id, { removal: { wrong: true } }, 422)
    try {
      bots.remove(id, requestingOwner(c).name)
      return goTo('/services')
    } catch (thrown) {
      const { trouble, status } = troubleOf(thrown)
      return await showOne(c, id, { trouble }, status)
    }
  })

  const act = (kind: BotActKind): void => {
    app.post(`/bots/:id/${kind}`, async (c) => {
      const id = c.req.param('id') ?? ''
      try {
        await bots.act(id, kind, requestingOwner(c))
        return goTo(`/bots/${id}`)
      } catch (thrown) {
        const { trouble, status } = troubleOf(thrown)
        return await showOne(c, id, { trouble }, status)
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

export function drawBot({ useCases: { bots }, clock }: Pick<PageNeeds, 'useCases' | 'clock'>, c: EdgeContext, id: string) {
  return <BotNow bot={bots.find(id)} history={mayOperate(c) ? bots.history(id) : null} now={clock.now()} />
}
