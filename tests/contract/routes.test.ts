import { readdirSync, readFileSync } from 'node:fs'
import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import type { Operation } from '../../server/contract/define.ts'
import { operations } from '../../server/contract/index.ts'
import type { EdgeEnv } from '../../server/http/edge.ts'
import { createEdge } from '../fakes/edge.ts'

/** Routes that are neither operations nor pages. */
const others = new Set(['ALL /*', 'GET /openapi.json', 'GET /api/contract', 'ALL /v1/*'])
const table: Operation[] = Object.values(operations)
const declared = new Set(table.map((row) => `${row.method.toUpperCase()} ${row.path}`))

/** Routes under the contract's addresses that nothing declares. */
function strays(routes: readonly { method: string; path: string }[]): string[] {
  return routes.map(({ method, path }) => `${method} ${path}`).filter((route) => !declared.has(route) && !others.has(route))
}

describe('the routes of the edge', () => {
  it('are operations of the contract, /v1, or on the short list', () => {
    expect(strays(createEdge().app.routes)).toEqual([])
  })

  it('a route that nothing declares would be noticed', () => {
    const { app } = createEdge({ pages: new Hono<EdgeEnv>().post('/api/sneaky', (c) => c.text('')) })
    expect(strays(app.routes)).toEqual(['POST /api/sneaky'])
  })

  it('include every operation', () => {
    const mounted = new Set(createEdge().app.routes.map(({ method, path }) => `${method} ${path}`))
    expect([...declared].filter((route) => !mounted.has(route))).toEqual([])
  })

  it('are mounted by the loop alone: no answer file names a path', () => {
    const folder = new URL('../../server/http/answers/', import.meta.url)
    const texts = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), 'utf8'))
    expect(texts.length).toBeGreaterThan(2)
    expect(texts.filter((text) => /['"`]\/api\//.test(text))).toEqual([])
  })
})
