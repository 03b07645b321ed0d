import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import type { Operation } from '../../server/contract/define.ts'
import { operations } from '../../server/contract/index.ts'
import { type Policy, policies, type Scope } from '../../server/domain/access.ts'
import { createApp } from '../../server/http/app.ts'
import type { EdgeEnv } from '../../server/http/edge.ts'
import { actOfRoute, pageActs, pageSights } from '../../server/http/page-acts.ts'
import { createPages } from '../../server/http/pages/pages.tsx'
import { asProblem, createEdge, type Edge, json } from '../fakes/edge.ts'

const near = '192.168.1.20'
const far = '203.0.113.9'

/** The whole edge on a network, pages included. */
function onNetwork(policy: Policy): Edge {
  const edge = createEdge({ loopback: false })
  edge.useCases.settings.change('access.policy', policy, undefined, 'owner')
  const pages = createPages({ useCases: edge.useCases, clock: edge.clock, assets: {} })
  const app = createApp({ ...edge, ids: { next: () => 'a', secret: () => 'b', digest: (text) => text }, parseOutput: true, pages })
  const ask: Edge['ask'] = async (path, init, address = near) =>
    app.request(path, init, { incoming: { socket: { remoteAddress: address } } })
  return { ...edge, app, ask }
}

const { app } = onNetwork('household')
const routes = app.routes
  .filter(({ path }) => path !== '/*')
  .map(({ method, path }) => ({ method: method === 'ALL' ? 'POST' : method, path, name: `${method} ${path}` }))

/** A request that says as little as it may; whoever is let in may be told that it makes no sense. */
function request(method: string, path: string, headers: Record<string, string> = {}): [string, RequestInit] {
  const filled = path.replace(/:[a-zA-Z]+/g, 'nobody').replace('*', 'models')
  const isForm = !/^\/(api|v1|healthz|readyz|openapi)/.test(path)
  if (method === 'GET' || method === 'HEAD') return [filled, { method, headers }]
  const body = isForm ? new URLSearchParams({}) : '{}'
  return [filled, { method, body, headers: { ...(isForm ? {} : { 'content-type': 'application/json' }), ...headers } }]
}

/** Was the request let in? Refusals of right are 401 and 403 with their codes; whatever else comes back came from inside. */
async function isLetIn(edge: Edge, method: string, path: string, address: string, headers: Record<string, string> = {}): Promise<boolean> {
  const [url, init] = request(method, path, headers)
  const answer = await edge.ask(url, init, address)
  const text = answer.status === 401 || answer.status === 403 ? await answer.text() : ''
  await answer.body?.cancel().catch(() => undefined)
  return !/sign_in_needed|right_missing|Set-up code needed/.test(text)
}

describe('every route', () => {
  it('has a right that comes from the contract, or stands on the short list', () => {
    const byHand = routes.filter(({ method, path }) => {
      const { operation } = actOfRoute(method, path)
      return !(operation in operations) && !(`${method} ${path}` in pageActs) && !(`${method} ${path}` in pageSights)
    })
    const reads = byHand.filter(({ method }) => method === 'GET').map(({ method, path }) => actOfRoute(method, path).demand.right)
    expect(byHand.filter(({ method }) => method !== 'GET').map(({ name }) => name)).toEqual(['ALL /v1/*'])
    expect(new Set(reads)).toEqual(new Set(['see']))
    expect(routes.length).toBeGreaterThan(80)
  })

  it('a form that nobody declared needs the strongest right', () => {
    expect(actOfRoute('POST', '/sneaky').demand).toEqual({ right: 'operate' })
    expect(actOfRoute('DELETE', '/api/sneaky').demand).toEqual({ right: 'operate' })
  })

  it('names in page-acts.ts only routes that are there', () => {
    const mounted = new Set(routes.map(({ method, path }) => `${method} ${path}`))
    expect([...Object.keys(pageActs), ...Object.keys(pageSights)].filter((route) => !mounted.has(route))).toEqual([])
  })

  it.each(policies)('under %s lets in whom that policy lets in, from near, from far and from nowhere', async (policy) => {
    const edge = onNetwork(policy)
    const open: Record<Policy, readonly string[]> = {
      household: ['see', 'use', 'anyone'],
      locked: ['anyone'],
      trusted: ['see', 'use', 'operate', 'anyone'],
    }
    for (const { method, path, name } of routes) {
      const { right } = actOfRoute(method, path).demand
      const isOpen = open[policy].includes(right)
      if (isOpen && method !== 'GET') continue
      expect([name, policy, 'near', await isLetIn(edge, method, path, near)]).toEqual([name, policy, 'near', isOpen])
      for (const address of [far, '', '100.64.0.7', '::ffff:203.0.113.9', '2001:db8::1']) {
        expect([name, address, await isLetIn(edge, method, path, address)]).toEqual([name, address, right === 'anyone'])
      }
    }
  })

  it.each([
    ['see', ['see', 'anyone']],
    ['use', ['use', 'anyone']],
    ['operate', ['see', 'operate', 'anyone']],
  ] as [Scope, string[]][])('lets a key with the scope %s do that and no more', async (scope, allowed) => {
    const edge = onNetwork('locked')
    const { token } = edge.access.createKey({ name: 'app', scopes: [scope], days: null })
    for (const { method, path, name } of routes) {
      const { demand } = actOfRoute(method, path)
      const isAllowed = allowed.includes(demand.right) && demand.ownerOnly !== true
      if (isAllowed && method !== 'GET') continue
      const letIn = await isLetIn(edge, method, path, far, { authorization: `Bearer ${token}` })
      expect([name, scope, letIn]).toEqual([name, scope, isAllowed || demand.right === 'anyone'])
    }
  })

  it('would show a route whose right is not looked at (canary)', async () => {
    const bare = new Hono<EdgeEnv>().get('/api/open', (c) => c.text('in'))
    expect(await isLetIn({ ...onNetwork('locked'), ask: async (path, init) => bare.request(path, init) }, 'GET', '/api/open', far)).toBe(
      true,
    )
  })
})

describe('the path that is asked', () => {
  it.each([
    '/api//swap',
    '//api/swap',
    '/api/./swap',
    '/api/x/../swap',
    '/API/swap',
    '/api/swap/',
    '/api/swap%2F',
    '/%61pi/swap',
    '/v1/../api/swap',
    '/v1/%2e%2e/api/swap',
    '/assets/../swaps',
    '/assets/%2e%2e%2fswaps',
    '/sign-in/../swaps',
    '/theme/../swaps',
    '/swaps;x=/theme',
    '/swaps?/theme',
  ])('%s reaches nothing without its right', async (path) => {
    const edge = onNetwork('household')
    const before = edge.useCases.asked.length
    for (const init of [json('POST', { model: 'a' }), { method: 'POST', body: new URLSearchParams({ model: 'a' }) }])
      await edge.ask(path, init)
    expect(edge.useCases.asked.slice(before).map(({ what }) => what)).toEqual([])
  })
})

describe('what a key may be given', () => {
  it('"switch on request" by itself: to ask for a model, without flags of its own and without breaking a reservation', async () => {
    const edge = onNetwork('locked')
    const { token } = edge.access.createKey({ name: 'Scheduler', scopes: ['switch'], days: null })
    const swap = (body: object) => edge.ask('/api/swap', json('POST', body, { authorization: `Bearer ${token}` }), far)
    for (const more of [{ breakLock: true }, { force: true }, { overrides: { 'max-model-len': 1 } }]) {
      expect([more, (await asProblem(swap({ model: 'a', ...more }))).problem['code']]).toEqual([more, 'right_missing'])
    }
    const started = await swap({ model: 'a', by: 'owner' })
    expect([started.status, ((await started.json()) as { requestedBy: unknown }).requestedBy]).toEqual([
      202,
      { kind: 'app', name: 'Scheduler', address: far },
    ])
    expect((await edge.ask('/api/engine/stop', json('POST', {}, { authorization: `Bearer ${token}` }), far)).status).toBe(403)
  })

  it.each(['owner', ' OWNER ', 'You', 'ｙｏｕ', 'Spark-Control', 'the  command line', 'o\u200bwner'])('nor the name "%s"', async (by) => {
    const requester = async (more: object): Promise<unknown> => {
      const started = await onNetwork('trusted').ask('/api/swap', json('POST', { model: 'a', ...more }), near)
      return ((await started.json()) as { requestedBy: unknown }).requestedBy
    }
    expect(await requester({ by })).toEqual({ kind: 'app', name: 'an app', address: near })
    expect(await requester({ by: 'Yourself' })).toEqual({ kind: 'app', name: 'Yourself', address: near })
    const taken = await asProblem(onNetwork('trusted').ask('/api/swap/lock', json('POST', { holder: by }), near))
    expect([taken.status, taken.problem['code']]).toEqual([422, 'invalid_request'])
  })

  it('never the say over who comes in', async () => {
    const edge = onNetwork('locked')
    const { token } = edge.access.createKey({ name: 'Everything', scopes: ['see', 'use', 'switch', 'operate'], days: null })
    const as = { authorization: `Bearer ${token}` }
    const refused = await asProblem(edge.ask('/api/keys', json('POST', { name: 'more', scopes: ['operate'] }, as), near))
    expect([refused.status, refused.problem['code']]).toEqual([403, 'right_missing'])
    for (const [path, init] of [
      ['/api/settings/access.policy', json('PUT', { value: 'trusted' }, as)],
      ['/api/settings/access.policy', { method: 'DELETE', headers: as }],
      ['/settings/access.policy', { method: 'POST', body: new URLSearchParams({ value: 'trusted' }), headers: as }],
      ['/settings/access.policy/default', { method: 'POST', headers: as }],
      ['/backup', { method: 'POST', headers: as }],
      ['/api/password', json('PUT', { password: 'four words in a row' }, as)],
    ] as [string, RequestInit][]) {
      expect([path, init.method, (await edge.ask(path, init, near)).status]).toEqual([path, init.method, 403])
    }
    expect((await edge.ask('/api/settings/engine.port', json('PUT', { value: 8001 }, as), near)).status).toBe(200)
  })
})

describe('an operation that is added', () => {
  it.each(Object.entries(operations as Record<string, Operation>))('%s says what right it wants', (_, row) => {
    expect(['see', 'use', 'operate', 'anyone']).toContain(row.right)
    if (row.ownerOnly === true) expect(row.right).toBe('operate')
    if (row.right === 'anyone') expect(row.path).toMatch(/^\/(api\/(access|session)|healthz|readyz)$/)
  })
})
