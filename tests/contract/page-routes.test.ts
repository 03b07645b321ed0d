import { describe, expect, it } from 'vitest'
import { type OperationId, operations } from '../../server/contract/index.ts'
import { doorOf } from '../../server/http/edge.ts'
import { pageActs } from '../../server/http/page-acts.ts'
import { createPages } from '../../server/http/pages/pages.tsx'
import { createEdge } from '../fakes/edge.ts'

const { useCases, clock } = createEdge()
const pages = createPages({ useCases, clock, assets: {} })
const routes = pages.routes.map(({ method, path }) => ({ method, path, name: `${method} ${path}` }))

describe('the routes of the pages', () => {
  it('stay off the addresses of programs', () => {
    expect(routes.length).toBeGreaterThan(15)
    expect(routes.filter(({ path }) => doorOf(path) !== 'page')).toEqual([])
    expect(routes.map(({ path }) => path).filter((path) => path === '/models' || path.startsWith('/models/'))).toEqual([])
  })

  /** A new form is a row of server/http/page-acts.ts: that is where its right comes from, too. */
  it('change nothing that a program could not change too', () => {
    const changing = routes.filter(({ method }) => method !== 'GET' && method !== 'ALL').map(({ name }) => name)
    expect([...new Set(changing)].sort()).toEqual(Object.keys(pageActs).sort())
    const named = Object.values(pageActs).filter((id): id is OperationId => id !== null)
    expect(named.filter((id) => !(id in operations))).toEqual([])
  })
})
