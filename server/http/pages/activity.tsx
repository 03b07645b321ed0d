import { Hono } from 'hono'
import { type ActivityData, ActivityPage, kinds } from '../../../web/views/pages/activity.tsx'
import type { UseCases } from '../../app/use-cases.ts'
import type { EdgeEnv } from '../edge.ts'
import type { PageNeeds } from './needs.ts'

const rowsOnAPage = 50

export function activityData(useCases: UseCases, asked: string, before: number | undefined, now: number): ActivityData {
  const kind = kinds.find((one) => one.id === asked)?.id ?? ''
  const found = useCases.events.recent(rowsOnAPage + 1, kind === '' ? undefined : kind, before)
  const events = found.slice(0, rowsOnAPage)
  const last = events.at(-1)
  return { events, kind, before: found.length > rowsOnAPage && last !== undefined ? last.id : null, older: before !== undefined, now }
}

export function activityPages({ useCases, clock, show }: PageNeeds): Hono<EdgeEnv> {
  const app = new Hono<EdgeEnv>()
  app.get('/activity', (c) => {
    const before = /^\d{1,15}$/.test(c.req.query('before') ?? '') ? Number(c.req.query('before')) : undefined
    const data = activityData(useCases, c.req.query('kind') ?? '', before, clock.now())
    const live = before === undefined ? `/live?page=activity&kind=${data.kind}` : null
    return show(c.req.raw, { title: 'Activity', place: 'activity', body: <ActivityPage {...data} />, live })
  })
  return app
}
