import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { type ErrorCode, errors, SparkError } from '../../server/contract/errors.ts'
import type { EdgeEnv } from '../../server/http/edge.ts'
import { problemOf } from '../../server/http/problem.ts'
import { asProblem, createEdge, json } from '../fakes/edge.ts'

const codes = Object.keys(errors) as ErrorCode[]
const sampleOf = (code: ErrorCode): SparkError => new SparkError(code, errors[code].sample as never)

describe('the one door', () => {
  it.each(codes)('tells %s with its status, three sentences and the request number', async (code) => {
    const { app, useCases } = createEdge()
    useCases.failNextWith(sampleOf(code))
    const { status, headers, problem } = await asProblem(app.request('/api/machines/m1a2b3c4d5e6/check', { method: 'POST' }))
    expect(status).toBe(errors[code].status)
    expect(headers.get('content-type')).toBe('application/problem+json')
    expect(problem).toMatchObject({
      type: `urn:spark-control:error:${code}`,
      title: errors[code].title,
      status,
      code,
      instance: '/api/machines/m1a2b3c4d5e6/check',
      requestId: headers.get('x-request-id'),
    })
    expect(String(problem['happened'])).not.toBe('')
    expect(JSON.stringify(problem)).not.toMatch(/undefined|\[object/)
    if (errors[code].retry === 'after') expect(headers.get('retry-after')).toBe(String(problem['retryAfterSeconds']))
    else expect(headers.get('retry-after')).toBeNull()
  })

  it('gives 423 and 409 with whole seconds to wait', async () => {
    const { client, app } = createEdge()
    await client['lock.take']({ body: { holder: 'recap', reason: 'nightly batch' } })
    const locked = await asProblem(app.request('/api/swap/lock', json('POST', { holder: 'other' })))
    expect([locked.status, locked.headers.get('retry-after'), locked.problem['retryAfterSeconds']]).toEqual([423, '60', 60])
    expect(locked.problem['happened']).toBe('recap has reserved the Sparks: nightly batch.')
    await client['swaps.start']({ body: { model: 'a' } })
    const running = await asProblem(app.request('/api/swap', json('POST', { model: 'b' })))
    expect([running.status, running.problem['code'], running.headers.get('retry-after')]).toEqual([409, 'swap_running', '30'])
    expect(running.problem['facts']).toMatchObject({ swap: 'swap1' })
  })

  it('answers a stale plan with the plan that is true now', async () => {
    const { app, useCases } = createEdge()
    useCases.setPlanFingerprint('new')
    const stale = await asProblem(app.request('/api/swap', json('POST', { model: 'a', fingerprint: 'old' })))
    expect([stale.status, stale.problem['code']]).toEqual([409, 'plan_stale'])
    expect(stale.problem['plan']).toMatchObject({ fingerprint: 'new', model: 'a' })
    const current = await app.request('/api/swap', json('POST', { model: 'a', fingerprint: 'new' }))
    expect(current.status).toBe(202)
  })

  it('keeps the words of an unknown error for the log', async () => {
    const { app, useCases, log } = createEdge()
    useCases.failNextWith(new Error('password=hunter2 in /secret/path'))
    const { status, problem, headers } = await asProblem(app.request('/api/swap', json('POST', { model: 'a' })))
    expect([status, problem['code']]).toEqual([500, 'internal'])
    expect(JSON.stringify(problem)).not.toContain('hunter2')
    const logged = log.lines.find((line) => line.level === 'error')
    expect(String(logged?.facts['error'])).toContain('hunter2')
    expect(logged?.facts['requestId']).toBe(headers.get('x-request-id'))
  })

  it('tells what is not there', async () => {
    const { app } = createEdge()
    expect((await asProblem(app.request('/api/nothing'))).problem).toMatchObject({ status: 404, code: 'not_found' })
  })

  it('waits at least a second, and half a minute when no number was given', () => {
    const wait = (retryAfterSeconds: number): unknown =>
      problemOf(new SparkError('engine_stopped', { retryAfterSeconds }), 'r', '/')['retryAfterSeconds']
    expect([wait(0), wait(1.2), wait(Number.NaN)]).toEqual([1, 2, 30])
  })
})

describe('on /v1', () => {
  it.each([
    ['engine_stopped', 503, 'true', '30'],
    ['engine_switching', 423, 'true', '60'],
    ['engine_unreachable', 502, 'false', null],
  ] as const)('%s has the shape SDKs read and the mark that it is ours', async (code, status, retry, after) => {
    const { app, useCases } = createEdge()
    useCases.failNextWith(sampleOf(code))
    const answer = await app.request('/v1/chat/completions', json('POST', { model: 'a', messages: [] }))
    expect(answer.status).toBe(status)
    expect([answer.headers.get('x-spark-control'), answer.headers.get('x-should-retry'), answer.headers.get('retry-after')]).toEqual([
      'origin',
      retry,
      after,
    ])
    const body = (await answer.json()) as { error: Record<string, unknown> }
    expect(Object.keys(body.error).sort()).toEqual(['code', 'message', 'param', 'type'])
    expect(body.error).toMatchObject({ code, type: 'server_error', param: null })
    expect(body.error['message']).toContain(sampleOf(code).message)
  })
})

describe('for people', () => {
  const pages = (): Hono<EdgeEnv> =>
    new Hono<EdgeEnv>().get('/broken', () => {
      throw new SparkError('model_unknown', { model: 'x' })
    })

  it('a problem of a page is drawn by the pages', async () => {
    const { app } = createEdge({
      pages: pages(),
      renderProblem: (problem, request) =>
        new Response(`<h1>${problem.title}</h1> ${new URL(request.url).pathname}`, { status: problem.status }),
    })
    const answer = await app.request('/broken')
    expect([answer.status, await answer.text()]).toEqual([404, '<h1>This model is not on any disk</h1> /broken'])
    expect((await app.request('/nowhere')).status).toBe(404)
    expect((await app.request('/api/nowhere')).headers.get('content-type')).toBe('application/problem+json')
  })

  it('a drawing that fails itself still leaves an answer', async () => {
    const { app, log } = createEdge({
      pages: pages(),
      renderProblem: () => {
        throw new Error('no template')
      },
    })
    expect((await asProblem(app.request('/broken'))).problem['code']).toBe('model_unknown')
    expect(log.lines.some((line) => line.message === 'a problem could not be drawn')).toBe(true)
  })
})
