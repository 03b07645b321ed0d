import { Hono } from 'hono'
import { type HomeData, HomePage, homeTitle } from '../../../web/views/pages/home.tsx'
import { RemovalPage } from '../../../web/views/pages/removal.tsx'
import { StopPage } from '../../../web/views/pages/stop.tsx'
import type { UseCases } from '../../app/use-cases.ts'
import type { EventView } from '../../contract/operations/shapes.ts'
import { type EdgeEnv, requestingOwner } from '../edge.ts'
import { fieldsOf, originOf, type PageNeeds } from './needs.ts'
import { goTo } from './shell.tsx'

export function homeData(useCases: UseCases, origin: string, now: number): HomeData {
  const { status, machines, schedules } = useCases
  return {
    status: status.status(),
    machines: machines.list(),
    services: useCases.services.list(),
    bots: useCases.bots.list(),
    recent: lately(useCases),
    next: schedules.next(),
    origin,
    now,
  }
}

/** The last five that say something: a copy of a model that changed somewhere stands under Activity. */
export function lately(useCases: UseCases): EventView[] {
  const tells = ({ type, payload }: EventView): boolean =>
    type !== 'models_changed' || [payload['added'], payload['removed']].some((list) => Array.isArray(list) && list.length > 0)
  return useCases.events.recent(20).filter(tells).slice(0, 5)
}

export function homePages({ useCases, clock, show }: PageNeeds): Hono<EdgeEnv> {
  const app = new Hono<EdgeEnv>()

  app.get('/', (c) => {
    if (useCases.machines.list().length === 0) return goTo(useCases.namedMachines.list().length === 0 ? '/setup' : '/machines')
    const data = homeData(useCases, originOf(c), clock.now())
    return show(c.req.raw, {
      title: homeTitle(data),
      place: 'home',
      body: <HomePage {...data} />,
      live: '/live?page=home',
      refreshSeconds: 5,
    })
  })

  app.get('/engines/:id/stop', (c) => {
    const engine = useCases.status.engine(c.req.param('id'))
    if (engine.model === null) return goTo('/')
    const body = <StopPage engine={engine} lock={useCases.lock.find()} now={clock.now()} />
    return show(c.req.raw, { title: `Stop ${engine.modelName ?? 'the model'}?`, place: 'home', body })
  })

  app.post('/engines/:id/stop', async (c) => {
    const swap = await useCases.swaps.stop({ engine: c.req.param('id'), requestedBy: requestingOwner(c) })
    return goTo(`/swaps/${swap.id}`)
  })

  app.get('/engines/:id/removal', async (c) => {
    const machine = c.req.query('machine')
    const plan = await useCases.plans.previewRemoval(c.req.param('id'), machine === undefined ? undefined : [machine])
    const body = <RemovalPage plan={plan} machine={machine ?? null} lock={useCases.lock.find()} now={clock.now()} />
    return show(c.req.raw, { title: 'Remove by force?', place: 'home', body })
  })

  app.post('/engines/:id/removal', async (c) => {
    const { machine } = await fieldsOf(c)
    const machines = machine === undefined || machine === '' ? undefined : [machine]
    const swap = await useCases.swaps.remove({ engine: c.req.param('id'), machines, requestedBy: requestingOwner(c) })
    return goTo(`/swaps/${swap.id}`)
  })

  return app
}
