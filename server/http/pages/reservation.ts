// "Release anyway", from wherever a reservation stood in the way, and back there.
import { Hono } from 'hono'
import { type EdgeEnv, requestingOwner } from '../edge.ts'
import { fieldsOf, type PageNeeds } from './needs.ts'
import { goTo } from './shell.tsx'

/** A path of this appliance and nothing that a browser would read as another host. */
export function ownPath(text: string | undefined): string {
  return text !== undefined && /^\/(?![/\\])[\x21-\x7e]*$/.test(text) ? text : '/'
}

export function reservationPages({ useCases }: Pick<PageNeeds, 'useCases'>): Hono<EdgeEnv> {
  const app = new Hono<EdgeEnv>()

  app.post('/reservation/end', async (c) => {
    const { back, since } = await fieldsOf(c)
    const lock = useCases.lock.find()
    // The one that was shown: another one that came since is shown first, and one that ended needs no end.
    if (lock.by === 'reservation' && (since === undefined || since === lock.since)) {
      useCases.lock.release({ breakLock: true, by: requestingOwner(c).name })
    }
    return goTo(ownPath(back))
  })

  return app
}
