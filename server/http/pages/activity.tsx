import { Hono } from 'hono'
import { type ActivityData, ActivityPage, kinds } from '../../../web/views/pages/activity.tsx'
import type { UseCases } from '../../app/use-cases.ts'
import type { EdgeEnv } from '../edge.ts'
import type { PageNeeds } from './needs.ts'
import { beforeOf, onePage } from './older.ts'

const rowsOnAPage = 50

export function activityData(useCases: UseCases, asked: string, before: number | undefined, now: number): ActivityData {
  const kind = kinds.find((one) => one.id === asked)?.id ?? ''
  const read = (limit: number, from?: number) => useCases.events.recent(limit, kind === '' ? undefined : kind, from)
  const { rows: events, ...page } = onePage(read, rowsOnAPage, before)
  return { events, kind, ...page, now }
}

export function activityPages({ useCases, clock, show }: PageNeeds): Hono<EdgeEnv> {
  const app = new Hono<EdgeEnv>()
  app.get('/activity', (c) => {
    const before = beforeOf(c)
    const data = activityData(useCases, c.req.query('kind') ?? '', before, clock.now())
    const live = before === undefined ? `/live?page=activity&kind=${data.kind}` : null
    return show(c.req.raw, { title: 'Activity', place: 'activity', body: <ActivityPage {...data} />, live })
  })
  return app
}
