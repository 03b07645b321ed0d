import { describe, expect, it } from 'vitest'
import { type OperationId, operations } from '../../server/contract/index.ts'
import { doorOf } from '../../server/http/edge.ts'
import { createPages } from '../../server/http/pages/pages.tsx'
import { createEdge } from '../fakes/edge.ts'

/** What each form of the pages does, as an operation that a program can call. null: it is about this browser alone. */
const sameAs: Readonly<Record<string, OperationId | null>> = {
  'POST /backup': 'backups.take',
  'POST /engines/:id/stop': 'engines.stop',
  'POST /engines/:id/removal': 'engines.remove',
  'POST /reservation/end': 'lock.release',
  'POST /setup': 'machines.add',
  'POST /machines/new': 'machines.add',
  'POST /library/scan': 'models.scan',
  'POST /library/downloads': 'downloads.start',
  'POST /library/downloads/:id/cancellation': 'downloads.cancel',
  'POST /library/downloads/:id/resumption': 'downloads.resume',
  'POST /library/:id/together': 'models.bringTogether',
  'POST /library/:id/deletion': 'models.delete',
  'POST /library/:id/parts': 'models.delete',
  'POST /library/:id/recipe': 'recipes.save',
  'POST /library/:id/recipe/removal': 'recipes.remove',
  'POST /library/:id/recipe/return': 'recipes.goBack',
  'POST /recipes/:id/confirmation': 'recipes.confirm',
  'POST /machines/:id': 'machines.edit',
  'POST /machines/:id/check': 'machines.check',
  'POST /machines/:id/host-key': 'machines.acceptHostKey',
  'POST /machines/:id/removal': 'machines.remove',
  'POST /settings/:key': 'settings.change',
  'POST /settings/:key/default': 'settings.reset',
  'POST /settings/:key/undo': 'settings.undo',
  'POST /settings-file': 'settings.import',
  'POST /settings-file/comparison': 'settings.compare',
  'POST /swaps': 'swaps.start',
  'POST /swaps/:id/cancellation': 'swaps.cancel',
  'POST /sign-in': 'access.signIn',
  'POST /theme': null,
}

const { useCases, clock, access } = createEdge()
const pages = createPages({ useCases, clock, access, assets: {} })
const routes = pages.routes.map(({ method, path }) => ({ method, path, name: `${method} ${path}` }))

describe('the routes of the pages', () => {
  it('stay off the addresses of programs', () => {
    expect(routes.length).toBeGreaterThan(15)
    expect(routes.filter(({ path }) => doorOf(path) !== 'page')).toEqual([])
    expect(routes.map(({ path }) => path).filter((path) => path === '/models' || path.startsWith('/models/'))).toEqual([])
  })

  it('change nothing that a program could not change too', () => {
    const changing = routes.filter(({ method }) => method !== 'GET' && method !== 'ALL').map(({ name }) => name)
    expect([...new Set(changing)].sort()).toEqual(Object.keys(sameAs).sort())
    const named = Object.values(sameAs).filter((id): id is OperationId => id !== null)
    expect(named.filter((id) => !(id in operations))).toEqual([])
  })
})
