import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { limitBytes } from '../../server/http/body-limit.ts'
import type { EdgeEnv } from '../../server/http/edge.ts'
import { goesBy, hostName } from '../../server/http/guards.ts'
import { asProblem, createEdge, json } from '../fakes/edge.ts'

const withHeaders = (headers: Record<string, string>): RequestInit => json('POST', { model: 'Qwen/Qwen3-8B' }, headers)

describe('a change sent by a page of another site', () => {
  const rows: [string, Record<string, string>, boolean][] = [
    ['a cross-site page', { 'sec-fetch-site': 'cross-site' }, false],
    ['a page of a neighbour name', { 'sec-fetch-site': 'same-site' }, false],
    ['our own page', { 'sec-fetch-site': 'same-origin' }, true],
    ['the address bar', { 'sec-fetch-site': 'none' }, true],
    ['our own page over plain http', { host: '192.0.2.5:9999', origin: 'http://192.0.2.5:9999' }, true],
    ['another port of the same computer', { host: '192.0.2.5:9999', origin: 'http://192.0.2.5:8080' }, false],
    ['another site over plain http', { host: '192.0.2.5:9999', origin: 'http://evil.example' }, false],
    ['a sandboxed frame', { origin: 'null' }, false],
    ['a program, which names no origin', {}, true],
  ]
  it.each(rows)('%s %j passes: %s', async (_, headers, passes) => {
    const { app, useCases } = createEdge()
    const answer = await app.request('/api/swap', withHeaders(headers))
    expect(answer.status).toBe(passes ? 202 : 403)
    expect(useCases.asked.length > 0).toBe(passes)
    if (!passes) expect((await asProblem(answer)).problem['code']).toBe('cross_site')
  })

  it('is refused on pages and /v1 too, before any work', async () => {
    const pages = new Hono<EdgeEnv>().post('/swaps', (c) => c.text('done'))
    const { app, useCases } = createEdge({ pages })
    const form = { method: 'POST', body: new URLSearchParams({ model: 'a' }) }
    expect((await app.request('/swaps', form)).status).toBe(200)
    expect((await app.request('/swaps', { ...form, headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(403)
    const chat = await app.request('/v1/chat/completions', withHeaders({ 'sec-fetch-site': 'cross-site' }))
    expect(chat.status).toBe(403)
    expect(await chat.json()).toMatchObject({ error: { code: 'cross_site' } })
    expect(useCases.asked).toEqual([])
  })

  it('may read nothing across origins', async () => {
    const { app } = createEdge()
    const answer = await app.request('/api/status', { headers: { origin: 'http://evil.example' } })
    expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([])
  })
})

describe('the Host header', () => {
  const rows: [string, boolean][] = [
    ['127.0.0.1:9999', true],
    ['192.0.2.5', true],
    ['[::1]:9999', true],
    ['[fe80::1]', true],
    ['localhost:9999', true],
    ['LOCALHOST', true],
    ['spark-control.local', true],
    ['spark-control.local.:9999', true],
    ['evil.example', false],
    ['evil.example:9999', false],
    ['local', false],
    ['127.0.0.1.evil.example', false],
    ['localhost.evil.example', false],
    ['evillocal', false],
    ['2130706433', false],
  ]
  it.each(rows)('%s is known: %s', async (host, known) => {
    const { app } = createEdge()
    const answer = await app.request('/api/status', { headers: { host } })
    expect(answer.status).toBe(known ? 200 : 421)
    if (!known) expect((await asProblem(answer)).problem['code']).toBe('host_not_allowed')
  })

  it('is known when the owner lists it, from the next request on, and no longer when taken off the list', async () => {
    const { app, useCases } = createEdge()
    const asked = (): Response | Promise<Response> => app.request('/api/status', { headers: { host: 'control.example' } })
    expect((await asked()).status).toBe(421)
    useCases.settings.change('access.hosts', ['control.example'], undefined, 'owner')
    expect((await asked()).status).toBe(200)
    useCases.settings.reset('access.hosts', 'owner')
    expect((await asked()).status).toBe(421)
  })

  it('is read without port and closing dot', () => {
    expect([hostName('A.Local.:80'), hostName('[::1]:80'), hostName('10.0.0.1')]).toEqual(['a.local', '[::1]', '10.0.0.1'])
    expect(goesBy('', [])).toBe(false)
  })
})

/** A body of `bytes` that comes in pieces and says nothing about its length. */
function pieces(bytes: number): { stream: ReadableStream<Uint8Array>; sent: () => number } {
  let sent = 0
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (sent >= bytes) return controller.close()
      const piece = new Uint8Array(Math.min(65_536, bytes - sent)).fill(32)
      sent += piece.byteLength
      controller.enqueue(piece)
    },
  })
  return { stream, sent: () => sent }
}

describe('a body over the limit', () => {
  it('is refused by its Content-Length without being read', async () => {
    const { app, useCases } = createEdge()
    const { stream, sent } = pieces(limitBytes.api + 1)
    const headers = { 'content-type': 'application/json', 'content-length': String(limitBytes.api + 1) }
    const answer = await app.request('/api/swap', { method: 'POST', headers, body: stream, duplex: 'half' } as RequestInit)
    expect((await asProblem(answer)).problem).toMatchObject({ status: 413, code: 'body_too_large', facts: { limitBytes: limitBytes.api } })
    expect(sent()).toBeLessThan(200_000)
    expect(useCases.asked).toEqual([])
  })

  it.each([
    ['says nothing about its length', {}],
    ['lies about its length', { 'content-length': '10' }],
  ])('is refused when it %s, reading no further than the limit', async (_, more) => {
    const { app, useCases } = createEdge()
    const { stream, sent } = pieces(limitBytes.api * 20)
    const headers = { 'content-type': 'application/json', ...more }
    const answer = await app.request('/api/swap', { method: 'POST', headers, body: stream, duplex: 'half' } as RequestInit)
    expect(answer.status).toBe(413)
    expect(sent()).toBeLessThan(limitBytes.api + 300_000)
    expect(useCases.asked).toEqual([])
  })

  it('is taken when it is exactly as large as the limit', async () => {
    const { app } = createEdge()
    const text = JSON.stringify({ model: 'a' })
    const body = text + ' '.repeat(limitBytes.api - text.length)
    const answer = await app.request('/api/swap', { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    expect(answer.status).toBe(202)
  })

  it('is refused on pages, which still read forms within the limit', async () => {
    const pages = new Hono<EdgeEnv>().post('/machines', async (c) => c.text(String((await c.req.parseBody())['address'])))
    const { app } = createEdge({ pages })
    const form = (address: string): RequestInit => ({ method: 'POST', body: new URLSearchParams({ address }) })
    expect(await (await app.request('/machines', form('192.0.2.20'))).text()).toBe('192.0.2.20')
    expect((await app.request('/machines', form('x'.repeat(limitBytes.page)))).status).toBe(413)
  })
})

describe('the content type of a body', () => {
  const rows: [string, string, Record<string, string>, string, number][] = [
    ['JSON', '/api/swap', { 'content-type': 'application/json; charset=utf-8' }, '{"model":"a"}', 202],
    ['text, as a foreign form may send it', '/api/swap', { 'content-type': 'text/plain' }, '{"model":"a"}', 415],
    ['a form', '/api/swap', { 'content-type': 'application/x-www-form-urlencoded' }, 'model=a', 415],
    ['a form to /v1', '/v1/chat/completions', { 'content-type': 'application/x-www-form-urlencoded' }, 'a=b', 415],
    ['text to /v1', '/v1/chat/completions', { 'content-type': 'text/plain' }, '{}', 415],
    ['JSON to /v1', '/v1/chat/completions', { 'content-type': 'application/json' }, '{}', 503],
    ['an upload to /v1', '/v1/audio/transcriptions', { 'content-type': 'multipart/form-data; boundary=x' }, '--x--', 503],
  ]
  it.each(rows)('%s is told by its status', async (_, path, headers, body, status) => {
    const { app, useCases } = createEdge()
    expect((await app.request(path, { method: 'POST', headers, body })).status).toBe(status)
    if (status === 415) expect(useCases.asked).toEqual([])
  })

  it('need not be named where there is no body', async () => {
    const { app, useCases } = createEdge()
    await useCases.swaps.start({ model: 'a', requestedBy: { kind: 'owner', name: 'owner', address: null } })
    expect((await app.request('/api/swap/swap1/cancellation', { method: 'POST' })).status).toBe(202)
  })
})

describe('web apps in a browser', () => {
  const origin = 'https://app.example'
  const preflight = { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } }
  const chat = withHeaders({ origin, 'sec-fetch-site': 'cross-site' })

  it('may not use /v1 unless their origin is listed', async () => {
    const { app } = createEdge()
    expect((await app.request('/v1/chat/completions', preflight)).headers.get('access-control-allow-origin')).toBeNull()
    expect((await app.request('/v1/chat/completions', chat)).status).toBe(403)
  })

  it('may use /v1 and nothing else when it is', async () => {
    const { app, useCases } = createEdge()
    useCases.settings.change('access.corsOrigins', [origin], undefined, 'owner')
    const answer = await app.request('/v1/chat/completions', preflight)
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([204, origin])
    const refused = await app.request('/v1/chat/completions', chat)
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([503, origin])
    expect((await app.request('/api/swap', withHeaders({ origin, 'sec-fetch-site': 'cross-site' }))).status).toBe(403)
  })
})

describe('headers of every answer', () => {
  it('carry a strict policy and a number, on errors too', async () => {
    const { app } = createEdge()
    for (const path of ['/api/status', '/nowhere', '/api/nowhere']) {
      const { headers } = await app.request(path)
      expect(headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'; style-src 'self'")
      expect(headers.get('x-frame-options')).toBe('DENY')
      expect(headers.get('content-security-policy')).not.toContain('unsafe')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('referrer-policy')).toBe('same-origin')
      expect(headers.get('x-request-id')).toMatch(/^[a-z0-9]{12}$/)
    }
  })
})
