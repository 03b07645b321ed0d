import { Hono } from 'hono'
import { type ScheduleData, SchedulePage } from '../../../web/views/pages/schedule.tsx'
import type { UseCases } from '../../app/use-cases.ts'
import { SparkError, tellError } from '../../contract/errors.ts'
import { type EdgeEnv, requestingOwner } from '../edge.ts'
import { fieldsOf, type PageNeeds } from './needs.ts'
import { goTo } from './shell.tsx'

export function scheduleData({ schedules, lock }: Pick<UseCases, 'schedules' | 'lock'>, now: number): ScheduleData {
  return { calendar: schedules.calendar(7), schedules: schedules.list(), lock: lock.find(), now }
}

export function schedulePages({ useCases, clock, show }: PageNeeds): Hono<EdgeEnv> {
  const app = new Hono<EdgeEnv>()
  const { schedules } = useCases

  const showPage = (request: Request, more: Pick<ScheduleData, 'trouble'> = {}, status = 200): Promise<Response> =>
    show(request, {
      title: 'Schedule',
      place: 'home',
      body: <SchedulePage {...scheduleData(useCases, clock.now())} {...more} />,
      status,
      live: '/live?page=schedule',
      refreshSeconds: 30,
    })

  /** An entry that was changed or removed while the owner read it: the page as it is now, with a word about it. */
  const orShown = async (request: Request, act: () => void): Promise<Response> => {
    try {
      act()
      return goTo('/schedule')
    } catch (thrown) {
      if (!(thrown instanceof SparkError) || !['schedule_changed', 'schedule_asks_nothing', 'not_found'].includes(thrown.code)) throw thrown
      const { happened, now, next } = tellError(thrown.code, thrown.facts)
      return await showPage(request, { trouble: [happened, now, next].join(' ') }, 409)
    }
  }

  app.get('/schedule', (c) => showPage(c.req.raw))

  app.post('/schedule/:id/approval', async (c) => {
    // Without what was shown there is nothing that was approved.
    const { digest = '' } = await fieldsOf(c)
    return orShown(c.req.raw, () => void schedules.approve(c.req.param('id'), digest, requestingOwner(c).name))
  })

  app.post('/schedule/:id/withdrawal', (c) => orShown(c.req.raw, () => void schedules.withdraw(c.req.param('id'), requestingOwner(c).name)))

  app.post('/schedule/:id/removal', (c) => orShown(c.req.raw, () => schedules.dismiss(c.req.param('id'), requestingOwner(c).name)))

  return app
}
