import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ProblemError } from '../../server/contract/client.ts'
import { type Example, type Operation, operation } from '../../server/contract/define.ts'
import { SparkError } from '../../server/contract/errors.ts'
import { operations } from '../../server/contract/index.ts'
import { literalFirst, mountOperations } from '../../server/http/api.ts'
import { createEdge, json } from '../fakes/edge.ts'
import type { FakeUseCases } from '../fakes/use-cases.ts'

const owner = { kind: 'owner', name: 'owner', address: null } as const

/** The request of an example. Switches are asked of the one the fake has. */
function requestOf(row: Operation, example: Example, own: Readonly<Record<string, string>> = {}): [string, RequestInit] {
  const params: Readonly<Record<string, string>> = row.path.startsWith('/api/swap/') ? { id: 'swap1' } : { ...example.params, ...own }
  const path = row.path.replace(/:([a-z]+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))
  const init = example.in === undefined ? { method: row.method } : json(row.method, example.in)
  return [`${path}?${new URLSearchParams(example.query)}`, init]
}

/** A session or a key that is there to be ended. */
async function cameIn({ access }: FakeUseCases, operation: string): Promise<{ id: string }> {
  if (operation === 'keys.revoke') return { id: access.createKey({ name: 'app', scopes: ['use'], days: null }).key.id }
  const origin = { address: null, near: true, strangeProxy: null }
  const { token } = await access.signIn({ ...origin, given: '', agent: 'Firefox', device: null })
  return { id: access.sessions(access.callerOf(token, origin))[0]?.id ?? '' }
}

describe('every operation of the contract', () => {
  const rows = Object.entries(operations as Record<string, Operation>).filter(([, row]) => row.kind === 'json')
  it.each(rows)('%s answers its example with its declared status and body', async (id, row) => {
    const { app, useCases } = createEdge()
    await useCases.swaps.start({ model: 'Qwen/Qwen3-8B', requestedBy: owner })
    const starts = id === 'swaps.start' || id.endsWith('.stop') || id === 'engines.remove'
    if (starts) useCases.swaps.cancel('swap1', owner)
    if (id === 'lock.renew' || id === 'lock.release') useCases.lock.take({ holder: 'recap', reason: '', ttlSeconds: 60 })
    const [example] = row.examples
    if (example === undefined) throw new Error(`${id} has no example`)
    const answer = await app.request(
      ...requestOf(row, example, id === 'sessions.end' || id === 'keys.revoke' ? await cameIn(useCases, id) : {}),
    )
    const body: unknown = await answer.json()
    expect(answer.status).toBe(row.status)
    expect(row.output.parse(body)).toEqual(body)
  })
})

describe('the API', () => {
  it('takes a model id with its slash encoded', async () => {
    const { app, client } = createEdge()
    const answer = await app.request('/api/models/Qwen%2FQwen3-8B')
    expect(answer.status).toBe(200)
    expect(((await answer.json()) as { id: string }).id).toBe('Qwen/Qwen3-8B')
    expect((await client['models.find']({ params: { id: 'Qwen/Qwen3-8B' } })).id).toBe('Qwen/Qwen3-8B')
    const recipe = await client['recipes.confirm']({ params: { id: 'inferred:Qwen/Qwen3-8B' } })
    expect(recipe.confirmed).toBe(true)
  })

  it.each(['local:my model', 'a/b%2Fc', 'x"y', 'ünïcode/模型', '$(id)', '..'])('carries the odd model name %j unharmed', async (id) => {
    const { client } = createEdge()
    const failure = await client['models.find']({ params: { id } }).catch((error: unknown) => error)
    // '..' is a path segment to every URL parser: it never reaches the operation, and no other one answers in its place.
    if (id === '..') expect((failure as ProblemError).problem.code).toBe('not_found')
    else expect((failure as ProblemError).problem['facts']).toEqual({ model: id })
  })

  it('answers GET /api/swap/lock with the lock and never takes "lock" for a switch', async () => {
    const { client } = createEdge()
    expect(await client['lock.find']()).toMatchObject({ locked: false })
    await expect(client['swaps.find']({ params: { id: 'lack' } })).rejects.toThrow(ProblemError)
  })

  it('starts a switch with 202 and gives only the plan with 200 when asked for a dry run, in both spellings', async () => {
    const { app, useCases } = createEdge()
    for (const spelling of [{ dryRun: true }, { dry_run: true }, { dryrun: true }, { 'dry-run': true }, { dryRun: 'true' }]) {
      const dry = await app.request('/api/swap', json('POST', { model: 'Qwen/Qwen3-8B', ...spelling }))
      expect(dry.status).toBe(200)
      expect(await dry.json()).toMatchObject({ verdict: 'ready', fingerprint: 'b51f0c2a9d7e' })
    }
    expect(useCases.asked.map((one) => one.what)).not.toContain('swaps.start')
    const real = await app.request('/api/swap', json('POST', { model: 'Qwen/Qwen3-8B', token: 'f00d', force: 'true' }))
    expect(real.status).toBe(202)
    expect(useCases.asked.at(-1)?.ask).toMatchObject({ lockToken: 'f00d', breakLock: true })
  })

  it.each([
    ['a token in the body', '/api/swap/lock', { token: 'f00d' }],
    ['the token by its longer name', '/api/swap/lock', { lockToken: 'f00d' }],
    ['a token in the query', '/api/swap/lock?token=f00d', undefined],
    ['force', '/api/swap/lock', { breakLock: 'true' }],
    ['force in its earlier spelling', '/api/swap/lock', { force: true }],
  ])('gives a reservation back by %s, and not without', async (_, path, body) => {
    const { app, client } = createEdge()
    await client['lock.take']({ body: { holder: 'recap' } })
    expect((await app.request('/api/swap/lock', json('DELETE', { token: 'beef' }))).status).toBe(403)
    expect((await app.request('/api/swap/lock', { method: 'DELETE' })).status).toBe(403)
    expect((await app.request('/api/swap/lock', json('PUT', { lockToken: 'f00d' }))).status).toBe(200)
    expect((await app.request(path, body === undefined ? { method: 'DELETE' } : json('DELETE', body))).status).toBe(200)
    expect(await client['lock.find']()).toMatchObject({ locked: false })
  })

  it('stops an engine with or without a body, in every spelling', async () => {
    for (const path of ['/api/engine/stop', '/api/engines/main/stop']) {
      const told = createEdge()
      expect((await told.app.request(path, json('POST', { token: 'f00d', force: 'true' }))).status).toBe(202)
      expect(told.useCases.asked.at(-1)?.ask).toMatchObject({ lockToken: 'f00d', breakLock: true })
      const plain = createEdge()
      expect((await plain.app.request(path, { method: 'POST' })).status).toBe(202)
      expect(plain.useCases.asked.at(-1)?.ask).toMatchObject({ requestedBy: { kind: 'app' } })
    }
  })

  it('says who asked: the body, else the program, and from where', async () => {
    const { app, useCases } = createEdge()
    const env = { incoming: { socket: { remoteAddress: '::ffff:192.0.2.7' } } }
    const headers = { 'content-type': 'application/json', 'user-agent': 'recap/2.1 (linux)' }
    await app.request('/api/swap', { method: 'POST', headers, body: '{"model":"a"}' }, env)
    useCases.swaps.cancel('swap1', { kind: 'owner', name: 'owner', address: null })
    await app.request('/api/swap', { method: 'POST', headers, body: '{"model":"a","by":"nightly <job>"}' }, env)
    const names = useCases.asked.filter((one) => one.what === 'swaps.start').map((one) => (one.ask as { requestedBy: unknown }).requestedBy)
    expect(names).toEqual([
      { kind: 'app', name: 'recap', address: '192.0.2.7' },
      { kind: 'app', name: 'nightly job', address: '192.0.2.7' },
    ])
  })

  it('says 503 at /readyz until the first recovery is done', async () => {
    const { app, useCases } = createEdge()
    useCases.setReady(false)
    expect((await app.request('/readyz')).status).toBe(503)
    expect((await app.request('/healthz')).status).toBe(200)
    useCases.setReady(true)
    expect((await app.request('/readyz')).status).toBe(200)
  })

  it('treats an answer that breaks its contract as a failure of ours, and logs which field', async () => {
    const { app, useCases, log } = createEdge()
    Object.assign(useCases.status, { status: () => ({ version: 1 }) })
    const answer = await app.request('/api/status')
    expect(answer.status).toBe(500)
    expect(log.lines.find((line) => line.message === 'an answer breaks its contract')?.facts['fault']).toContain('version')
  })

  it('in production lets such an answer pass and only logs it', async () => {
    const { useCases: broken } = createEdge()
    Object.assign(broken.status, { status: () => ({ version: 1 }) })
    const { app, log } = createEdge({ useCases: broken, parseOutput: false })
    expect((await app.request('/api/status')).status).toBe(200)
    expect(log.lines.some((line) => line.message === 'an answer breaks its contract')).toBe(true)
  })

  it('mounts a new operation from its row and answer alone', async () => {
    const { app, log } = createEdge()
    const rows = {
      'things.count': operation({
        kind: 'json',
        method: 'get',
        path: '/api/things',
        summary: 'Things',
        input: { query: z.object({ from: z.coerce.number() }) },
        output: z.object({ count: z.number() }),
        status: 200,
        errors: [],
        right: 'see',
        risk: 'read',
        examples: [],
      }),
    }
    mountOperations(
      app,
      { rows, answers: { 'things.count': ({ query }: { query: { from: number } }) => ({ count: query.from + 1 }) } },
      { log, parseOutput: true },
    )
    expect(await (await app.request('/api/things?from=2')).json()).toEqual({ count: 3 })
  })

  it('refuses at start a row without an answer', () => {
    const { app, log } = createEdge()
    expect(() => mountOperations(app, { rows: operations, answers: {} }, { log, parseOutput: true })).toThrow(/has no answer/)
  })

  it('puts literal paths before parameters whatever the order of the table', () => {
    const row = (path: string): [string, Operation] => [path, { ...operations['lock.find'], path }]
    const sorted = literalFirst([row('/api/swap/:id'), row('/api/swap/lock'), row('/api/:x/lock')]).map(([id]) => id)
    expect(sorted).toEqual(['/api/swap/lock', '/api/swap/:id', '/api/:x/lock'])
  })
})

describe('a request that is not understood', () => {
  const rows: [string, string, string, RegExp][] = [
    ['no body', '/api/swap', '', /body: is missing/],
    ['no model', '/api/swap', '{}', /model: is missing, a text is needed/],
    ['a number for a model', '/api/swap', '{"model":7}', /model: a text is needed/],
    ['not JSON', '/api/swap', '{"model":', /not JSON/],
    ['a list', '/api/swap', '[]', /the body: an object is needed/],
    [
      'an odd flag name',
      '/api/swap',
      '{"model":"a","overrides":{"x; rm -rf /":"1"}}',
      /overrides.*: it holds something that is not possible here\./,
    ],
    ['a 10 kB model name', '/api/swap', JSON.stringify({ model: 'x'.repeat(10_000) }), /model: at most 300 characters can be taken\./],
    ['an empty model name', '/api/swap', '{"model":""}', /model: it must not be empty\./],
    [
      'a flag that the launch would leave out',
      '/api/swap',
      '{"model":"a","overrides":{"port":8001}}',
      /overrides: .*port.* cannot be overridden/,
    ],
    ['an odd user name', '/api/machines', '{"address":"192.0.2.20","user":"a;b"}', /user: a user name of letters/],
    ['a port out of range', '/api/machines', '{"address":"192.0.2.20","user":"alice","port":70000}', /port: at most 65535 can be taken\./],
    [
      'a path with a line break',
      '/api/machines',
      '{"address":"192.0.2.20","user":"alice","cachePath":"/a\\nb"}',
      /cachePath: an absolute path/,
    ],
  ]
  it.each(rows)('with %s is answered 422 naming the field', async (_, path, body, why) => {
    const { app, useCases } = createEdge()
    const answer = await app.request(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    const problem = (await answer.json()) as Record<string, unknown>
    expect([answer.status, problem['code']]).toEqual([422, 'invalid_request'])
    expect(problem['happened']).toMatch(why)
    expect(useCases.asked).toEqual([])
  })

  it('names a bad parameter and a bad query', async () => {
    const { app } = createEdge()
    const parameter = (await (await app.request('/api/swap/UPPER%20CASE')).json()) as Record<string, unknown>
    expect(parameter).toMatchObject({ code: 'invalid_request' })
    expect(parameter['happened']).toMatch(/id: it holds something that is not possible here\.$/)
    const query = (await (await app.request('/api/swap?limit=0')).json()) as Record<string, unknown>
    expect(query['happened']).toMatch(/limit: at least 1 is needed\.$/)
  })
})

describe('a failure of the app', () => {
  it('is told by the client as the problem it is', async () => {
    const { client, useCases } = createEdge()
    useCases.failNextWith(new SparkError('recipe_unconfirmed', { recipe: 'inferred:x' }))
    const failure = await client['swaps.start']({ body: { model: 'x' } }).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(ProblemError)
    expect((failure as ProblemError).problem).toMatchObject({ status: 409, code: 'recipe_unconfirmed' })
  })
})
