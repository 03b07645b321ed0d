import { Hono } from 'hono'
import { type WebhookData, WebhookPage } from '../../../web/views/pages/webhook.tsx'
import { NewWebhookPage, WebhookSecretPage, WebhooksPage } from '../../../web/views/pages/webhooks.tsx'
import type { Trouble } from '../../../web/views/parts/notice.tsx'
import type { WebhookTyped } from '../../../web/views/parts/webhook-form.tsx'
import type { UseCases } from '../../app/use-cases.ts'
import { SparkError, tellError } from '../../contract/errors.ts'
import { operations } from '../../contract/index.ts'
import { readInput } from '../../contract/reading.ts'
import { hourMs } from '../../domain/durations.ts'
import { type EdgeContext, type EdgeEnv, requestingOwner } from '../edge.ts'
import { fieldsOf, type PageNeeds, wholeNumber } from './needs.ts'
import { beforeOf, onePage } from './older.ts'
import { goTo } from './shell.tsx'

type Fields = Readonly<Record<string, string>>

const rowsOnAPage = 20
const empty: WebhookTyped = { url: '', description: '', events: 'all' }

/** Boxes are named on-TYPE. */
function typedOf(fields: Fields): WebhookTyped {
  const ticked = Object.keys(fields).flatMap((name) => (name.startsWith('on-') && fields[name] === 'yes' ? [name.slice('on-'.length)] : []))
  const events = fields['told'] === 'some' ? ticked : 'all'
  return { url: fields['url'] ?? '', description: fields['description'] ?? '', events }
}

function askOf(fields: Fields): { url: string; description: string; events: 'all' | string[] } {
  const typed = typedOf(fields)
  if (typed.events !== 'all' && typed.events.length === 0)
    throw new SparkError('invalid_request', { why: 'nothing is ticked that it could be told' })
  return readInput(operations['webhooks.add'], { params: {}, query: {}, body: typed }).body
}

/** What went wrong as the page says it beside its form; anything that is not in the table goes on to the one door. */
function troubleOf(thrown: unknown): { trouble: Trouble; status: number } {
  if (!(thrown instanceof SparkError)) throw thrown
  const { happened, now, next, status } = tellError(thrown.code, thrown.facts)
  return { trouble: { happened, now, next }, status }
}

/** The page's data; `before`: an older page of the log. */
export function webhookData({ webhooks }: Pick<UseCases, 'webhooks'>, id: string, now: number, before?: number): WebhookData {
  const { rows: deliveries, ...page } = onePage((limit, from) => webhooks.deliveries(id, limit, from), rowsOnAPage, before)
  return { webhook: webhooks.find(id), deliveries, ...page, now }
}

export function webhookPages({ useCases, clock, show }: PageNeeds): Hono<EdgeEnv> {
  const app = new Hono<EdgeEnv>()
  const { webhooks } = useCases
  const idOf = (c: EdgeContext): string => c.req.param('id') ?? ''
  const by = (c: EdgeContext): string => requestingOwner(c).name
  const pageOf = (id: string): string => `/webhooks/${encodeURIComponent(id)}`

  const showOne = (c: EdgeContext, data: WebhookData, status = 200): Promise<Response> => {
    const live = data.older || status !== 200 ? null : `/live?page=webhook:${data.webhook.id}`
    return show(c.req.raw, { title: `${data.webhook.name} - Webhooks`, place: 'settings', body: <WebhookPage {...data} />, status, live })
  }

  app.get('/webhooks', (c) => {
    const body = <WebhooksPage webhooks={webhooks.list()} now={clock.now()} />
    return show(c.req.raw, { title: 'Webhooks', place: 'settings', body, live: '/live?page=webhooks', refreshSeconds: 10 })
  })

  app.get('/webhooks/new', (c) => show(c.req.raw, { title: 'Add a webhook', place: 'settings', body: <NewWebhookPage typed={empty} /> }))

  app.post('/webhooks', async (c) => {
    const fields = await fieldsOf(c)
    try {
      const { webhook, secret } = await webhooks.add(askOf(fields), by(c))
      const body = <WebhookSecretPage webhook={webhook} secret={secret} isNew />
      return await show(c.req.raw, { title: `${webhook.name} is added`, place: 'settings', body, status: 201 })
    } catch (thrown) {
      const { trouble, status } = troubleOf(thrown)
      const body = <NewWebhookPage typed={typedOf(fields)} trouble={trouble} />
      return await show(c.req.raw, { title: 'Add a webhook', place: 'settings', body, status })
    }
  })

  app.get('/webhooks/:id', (c) => {
    const data = webhookData(useCases, idOf(c), clock.now(), beforeOf(c))
    const tested = data.deliveries.find((one) => one.event === null && String(one.id) === c.req.query('test'))
    return showOne(c, { ...data, tested, asked: wholeNumber(c.req.query('again')) })
  })

  app.post('/webhooks/:id', async (c) => {
    const fields = await fieldsOf(c)
    try {
      await webhooks.edit(idOf(c), askOf(fields), by(c))
      return goTo(pageOf(idOf(c)))
    } catch (thrown) {
      const { trouble, status } = troubleOf(thrown)
      return await showOne(c, { ...webhookData(useCases, idOf(c), clock.now()), trouble, typed: typedOf(fields) }, status)
    }
  })

  app.post('/webhooks/:id/removal', (c) => {
    webhooks.remove(idOf(c), by(c))
    return goTo('/webhooks')
  })

  app.post('/webhooks/:id/secret', async (c) => {
    const hours = wholeNumber((await fieldsOf(c))['overlapHours'])
    const body = hours === undefined ? {} : { overlapHours: hours }
    const asked = readInput(operations['webhooks.newSecret'], { params: { id: idOf(c) }, query: {}, body }).body
    const { webhook, secret } = webhooks.newSecret(idOf(c), asked.overlapHours, by(c))
    const shown = <WebhookSecretPage webhook={webhook} secret={secret} isNew={false} />
    return show(c.req.raw, { title: `A new secret for ${webhook.name}`, place: 'settings', body: shown, status: 201 })
  })

  app.post('/webhooks/:id/pause', (c) => goTo(webhooks.pause(idOf(c), by(c)).links.page))

  app.post('/webhooks/:id/resumption', async (c) => {
    const from = (await fieldsOf(c))['from'] === 'now' ? 'now' : 'waiting'
    return goTo(webhooks.resume(idOf(c), from, by(c)).links.page)
  })

  app.post('/webhooks/:id/attempt', (c) => goTo(webhooks.tryNow(idOf(c)).links.page))

  app.post('/webhooks/:id/test', async (c) => {
    const { id } = await webhooks.test(idOf(c))
    return goTo(`${pageOf(idOf(c))}?test=${id}`)
  })

  app.post('/webhooks/:id/repeats', async (c) => {
    const fields = await fieldsOf(c)
    const hours = wholeNumber(fields['hours'])
    const one = wholeNumber(fields['event'])
    const range = { fromEvent: one ?? wholeNumber(fields['fromEvent']), toEvent: one ?? wholeNumber(fields['toEvent']) }
    try {
      if (hours === undefined && range.fromEvent === undefined && range.toEvent === undefined) {
        throw new SparkError('invalid_request', { why: 'the number of an event is needed' })
      }
      const since = hours === undefined ? undefined : clock.now() - hours * hourMs
      const { events } = webhooks.sendAgain(idOf(c), { ...range, since })
      return goTo(`${pageOf(idOf(c))}?again=${events}`)
    } catch (thrown) {
      const { trouble, status } = troubleOf(thrown)
      return await showOne(c, { ...webhookData(useCases, idOf(c), clock.now()), trouble }, status)
    }
  })

  return app
}
