import { Hono } from 'hono'
import { type ServiceData, ServiceNow, ServicePage, TrialFragment } from '../../../web/views/pages/service.tsx'
import { ServiceActPage } from '../../../web/views/pages/service-act.tsx'
import { NewServicePage } from '../../../web/views/pages/service-form.tsx'
import { ServicesPage } from '../../../web/views/pages/services.tsx'
import type { Trouble } from '../../../web/views/parts/notice.tsx'
import type { ServiceEdit } from '../../app/service-use.ts'
import type { UseCases } from '../../app/use-cases.ts'
import { SparkError } from '../../contract/errors.ts'
import { operations } from '../../contract/index.ts'
import type { ServiceHistoryView } from '../../contract/operations/service-shapes.ts'
import { readInput } from '../../contract/reading.ts'
import { argvOf, type ServiceActKind, serviceActKinds } from '../../domain/service-act.ts'
import { type EdgeContext, type EdgeEnv, requestingOwner } from '../edge.ts'
import { mayOperate } from '../rights.ts'
import { troubleOf } from './machines.tsx'
import { fieldsOf, type PageNeeds } from './needs.ts'
import { goTo, showFragment, wantsFragment } from './shell.tsx'

type Fields = Readonly<Record<string, string>>

const none = (text: string | undefined): string | null => (text === undefined || text.trim() === '' ? null : text.trim())

/** An address as a person types it: http://192.168.1.30:8000, 192.168.1.30:8000 or https://models.home. */
function placeOf(typed: string): { address: string; port: number; secure: boolean } {
  const text = /^https?:\/\//.test(typed) ? typed : `http://${typed}`
  if (!URL.canParse(text)) throw new SparkError('service_invalid', { why: `"${typed.slice(0, 100)}" is not an address` })
  const url = new URL(text)
  if (url.username !== '' || url.password !== '')
    throw new SparkError('service_invalid', { why: 'an address holds no user and no password' })
  const secure = url.protocol === 'https:'
  return { address: url.hostname.replace(/^\[(.*)\]$/, '$1'), port: url.port === '' ? (secure ? 443 : 80) : Number(url.port), secure }
}

/** Fields as the operation wants them; its schema says what is wrong, the same for the page as for programs. */
function editOf(fields: Fields): Record<string, unknown> {
  const given = (name: string): boolean => fields[name] !== undefined
  const place = none(fields['url'])
  const wanted: Record<string, unknown> = place === null ? {} : placeOf(place)
  if (none(fields['name']) !== null) wanted['name'] = fields['name']
  for (const name of ['machine', 'address'] as const) if (given(name)) wanted[name] = none(fields[name])
  if (none(fields['port']) !== null) wanted['port'] = Number(fields['port'])
  for (const name of ['container', 'path', 'updateProgram'] as const) if (given(name)) wanted[name] = none(fields[name])
  if (given('footprint')) wanted['footprintBytes'] = none(fields['footprint']) === null ? null : Number(fields['footprint']) * 1e9
  return wanted
}

/** A box that is not ticked sends nothing: in the form of changes, that means off. */
function switchesOf(fields: Fields, managed: boolean): Record<string, unknown> {
  const enabled = fields['enabled'] === 'on'
  if (!managed) return { enabled }
  return { enabled, heal: fields['heal'] === 'on' ? 'auto' : 'manual', mayShed: fields['mayShed'] === 'on' }
}

/** What a command said is for those who may operate. */
export function historyFor({ services }: Pick<UseCases, 'services'>, c: EdgeContext, id: string): ServiceHistoryView {
  const history = services.history(id)
  return mayOperate(c) ? history : { ...history, acts: history.acts.map((act) => ({ ...act, lines: [] })) }
}

export function servicePages({ useCases, clock, show }: PageNeeds): Hono<EdgeEnv> {
  const app = new Hono<EdgeEnv>()
  const { services, machines, lock } = useCases
  const choices = () => machines.list().map(({ id, name }) => ({ id, name }))

  const showOne = (c: EdgeContext, id: string, more: Partial<ServiceData> = {}, status = 200): Promise<Response> => {
    const service = services.find(id)
    const body = <ServicePage service={service} history={historyFor(useCases, c, id)} machines={choices()} now={clock.now()} {...more} />
    return show(c.req.raw, {
      title: `${service.name} - Services`,
      place: 'services',
      body,
      status,
      live: `/live?page=service:${id}`,
      refreshSeconds: 10,
    })
  }

  const showNew = async (request: Request, typed: Fields, trouble: Trouble | null = null, status = 200): Promise<Response> => {
    const body = <NewServicePage candidates={await services.candidates()} machines={choices()} typed={typed} trouble={trouble} />
    return show(request, { title: 'Add a service', place: 'services', body, status })
  }

  const showAct = (
    request: Request,
    id: string,
    kind: ServiceActKind,
    more: { trouble?: Trouble; status?: number } = {},
  ): Promise<Response> => {
    const service = services.find(id)
    const asked = service.acts.find((one) => one.kind === kind)
    if (asked === undefined || service.act !== null) return Promise.resolve(goTo(service.links.page))
    const { trouble, status = 200 } = more
    const argv = argvOf(kind, service)
    const body = (
      <ServiceActPage
        service={service}
        kind={kind}
        label={asked.label}
        consequence={asked.consequence}
        argv={argv}
        lock={lock.find()}
        now={clock.now()}
        trouble={trouble}
      />
    )
    return show(request, { title: `${asked.label} ${service.name}?`, place: 'services', body, status })
  }

  app.get('/services', (c) => {
    const body = <ServicesPage services={services.list()} bots={useCases.bots.list()} now={clock.now()} />
    return show(c.req.raw, { title: 'Services', place: 'services', body, live: '/live?page=services', refreshSeconds: 10 })
  })

  app.get('/services/new', (c) => showNew(c.req.raw, {}))

  app.post('/services/new', async (c) => {
    const typed = await fieldsOf(c)
    try {
      const { body } = readInput(operations['services.add'], { params: {}, query: {}, body: { kind: typed['kind'], ...editOf(typed) } })
      const { links } = await services.add(body, requestingOwner(c).name)
      return goTo(links.page)
    } catch (thrown) {
      const { trouble, status } = troubleOf(thrown)
      return await showNew(c.req.raw, typed, trouble, status)
    }
  })

  app.get('/services/:id', (c) => showOne(c, c.req.param('id')))

  app.post('/services/:id', async (c) => {
    const id = c.req.param('id')
    const typed = await fieldsOf(c)
    const managed = services.find(id).machine !== null && services.find(id).kind !== 'vllm'
    try {
      const wanted = { ...editOf(typed), ...switchesOf(typed, managed) }
      const { body } = readInput(operations['services.edit'], { params: { id }, query: {}, body: wanted })
      await services.edit(id, body as ServiceEdit, requestingOwner(c).name)
      return goTo(`/services/${id}`)
    } catch (thrown) {
      const { trouble, status } = troubleOf(thrown)
      return await showOne(c, id, { trouble, typed }, status)
    }
  })

  app.post('/services/:id/check', async (c) => {
    const id = c.req.param('id')
    const service = await services.check(id)
    if (wantsFragment(c.req.raw))
      return showFragment(<ServiceNow service={service} history={historyFor(useCases, c, id)} now={clock.now()} />)
    return goTo(`/services/${id}`)
  })

  app.post('/services/:id/trial', async (c) => {
    const id = c.req.param('id')
    const trial = await services.try(id, c.req.raw.signal)
    const data = { service: services.find(id), history: historyFor(useCases, c, id), machines: choices(), now: clock.now(), trial }
    if (wantsFragment(c.req.raw)) return showFragment(<TrialFragment {...data} />)
    return showOne(c, id, { trial })
  })

  app.post('/services/:id/removal', async (c) => {
    const id = c.req.param('id')
    const fields = await fieldsOf(c)
    if (fields['name']?.trim() !== services.find(id).name) return await showOne(c, id, { removal: { wrong: true } }, 422)
    try {
      services.remove(id, requestingOwner(c).name)
      return goTo('/services')
    } catch (thrown) {
      const { trouble, status } = troubleOf(thrown)
      return await showOne(c, id, { trouble }, status)
    }
  })

  const kindOf = (word: string): ServiceActKind => {
    const kind = serviceActKinds.find((one) => one === word)
    if (kind === undefined) throw new SparkError('not_found', { what: 'such an act' })
    return kind
  }

  app.get('/services/:id/acts/:kind', (c) => showAct(c.req.raw, c.req.param('id'), kindOf(c.req.param('kind'))))

  app.post('/services/:id/acts/:kind', async (c) => {
    const [id, kind] = [c.req.param('id'), kindOf(c.req.param('kind'))]
    const fields = await fieldsOf(c)
    try {
      await services.act(id, { kind, breakLock: fields['breakLock'] === 'true' ? true : undefined, requestedBy: requestingOwner(c) })
      return goTo(`/services/${id}`)
    } catch (thrown) {
      const { trouble, status } = troubleOf(thrown)
      return await showAct(c.req.raw, id, kind, { trouble, status })
    }
  })

  return app
}
