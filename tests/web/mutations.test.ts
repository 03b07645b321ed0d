import { expect, test } from 'vitest'
import { type OperationId, operations } from '../../server/contract/index.ts'
import { createFakeClock } from '../fakes/clock.ts'
import { createSite } from './site.ts'

/** What each form of the pages is in the API: nothing can be done on a page alone. */
const same: Readonly<Record<string, OperationId | 'this browser only'>> = {
  '/engines/:id/stop': 'engines.stop',
  '/reservation/end': 'lock.release',
  '/setup': 'machines.add',
  '/machines/new': 'machines.add',
  '/library/scan': 'models.scan',
  '/library/:id/recipe': 'recipes.save',
  '/recipes/:id/confirmation': 'recipes.confirm',
  '/swaps': 'swaps.start',
  '/swaps/:id/cancellation': 'swaps.cancel',
  '/machines/:id': 'machines.edit',
  '/machines/:id/check': 'machines.check',
  '/machines/:id/host-key': 'machines.acceptHostKey',
  '/machines/:id/removal': 'machines.remove',
  '/settings/:key': 'settings.change',
  '/settings/:key/default': 'settings.reset',
  '/sign-in': 'access.signIn',
  '/theme': 'this browser only',
}

test('every change a page can make is also an operation', () => {
  const { app } = createSite(createFakeClock())
  const posts = app.routes
    .filter(({ method, path }) => method === 'POST' && !/^\/(api|v1)\b/.test(path) && path !== '/*')
    .map(({ path }) => path)
  expect([...new Set(posts)].sort()).toEqual(Object.keys(same).sort())
  for (const id of Object.values(same)) if (id !== 'this browser only') expect(operations).toHaveProperty([id])
})
