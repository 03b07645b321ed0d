import { request } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import type { PassedAnswer, PassedRequest } from '../../server/app/engine-ports.ts'
import { SparkError } from '../../server/contract/errors.ts'
import { limitBytes } from '../../server/http/body-limit.ts'
import { createEdge, type Edge, json, type Listening, listen } from '../fakes/edge.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function serve(edge: Edge): Promise<Listening> {
  const server = await listen(edge.app)
  closing.push(server.close)
  return server
}

const text = (words: string): Uint8Array => new TextEncoder().encode(words)
const answerOf = (body: ReadableStream<Uint8Array> | null, headers: Record<string, string> = {}, status = 200): PassedAnswer => ({
  status,
  headers,
  body,
})

/** A stream that the test feeds word by word. */
function fed(): { stream: ReadableStream<Uint8Array>; say(words: string): void; end(): void; cancelled: () => boolean } {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined
  let cancelled = false
  const stream = new ReadableStream<Uint8Array>({
    start: (given) => {
      controller = given
    },
    cancel: () => {
      cancelled = true
    },
  })
  return { stream, say: (words) => controller?.enqueue(text(words)), end: () => controller?.close(), cancelled: () => cancelled }
}

const whole = async (body: PassedRequest['body']): Promise<string> => new Response(body as ReadableStream<Uint8Array> | null).text()

describe('/v1', () => {
  it('carries method, path, query, headers and body on as they came, and the answer back', async () => {
    const edge = createEdge()
    const seen: (PassedRequest & { text: string })[] = []
    edge.useCases.answerChat(async (passed) => {
      seen.push({ ...passed, text: await whole(passed.body) })
      return answerOf(
        new Blob(['{"ok":true}']).stream(),
        { 'content-type': 'application/json', 'x-engine': 'vllm', 'set-cookie': 'a=b', connection: 'close' },
        201,
      )
    })
    const { url } = await serve(edge)
    const body = '{ "model" : "a",  "stream":false }'
    const headers = {
      'content-type': 'application/json',
      authorization: 'Bearer sk-users-own',
      'x-custom': 'plain',
      cookie: 'spark_session=secret',
    }
    const answer = await fetch(`${url}/v1/chat/completions?x=%2F&y=1`, { method: 'POST', headers, body })
    expect([answer.status, await answer.text(), answer.headers.get('x-engine')]).toEqual([201, '{"ok":true}', 'vllm'])
    expect(answer.headers.get('set-cookie')).toBeNull()
    expect(answer.headers.get('x-spark-control')).toBeNull()
    const [passed] = seen
    expect(passed).toMatchObject({ method: 'POST', path: '/v1/chat/completions?x=%2F&y=1', text: body })
    expect(passed?.headers).toMatchObject({ authorization: 'Bearer sk-users-own', 'x-custom': 'plain', 'content-type': 'application/json' })
    expect(Object.keys(passed?.headers ?? {})).not.toEqual(expect.arrayContaining(['cookie']))
    expect(passed?.headers['host']).toBeUndefined()
    expect(passed?.headers['connection']).toBeUndefined()
  })

  it('streams word by word, before the answer has ended', async () => {
    const edge = createEdge()
    const engine = fed()
    edge.useCases.answerChat(async () => answerOf(engine.stream, { 'content-type': 'text/event-stream' }))
    const { url } = await serve(edge)
    const answer = await fetch(`${url}/v1/chat/completions`, json('POST', { stream: true }))
    expect(answer.headers.get('x-accel-buffering')).toBe('no')
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader()
    for (const word of ['one', 'two', 'three']) {
      engine.say(`data: ${word}\n\n`)
      expect((await reader?.read())?.value).toBe(`data: ${word}\n\n`)
    }
    engine.end()
    expect((await reader?.read())?.done).toBe(true)
  })

  it('streams a body on while it is still being sent', async () => {
    const edge = createEdge()
    const heard: string[] = []
    edge.useCases.answerChat(async (passed) => {
      const reader = (passed.body as ReadableStream<Uint8Array>).getReader()
      for (let part = await reader.read(); !part.done; part = await reader.read()) heard.push(new TextDecoder().decode(part.value))
      return answerOf(null, {}, 204)
    })
    const { port } = await serve(edge)
    const sending = request({
      port,
      method: 'POST',
      path: '/v1/audio/transcriptions',
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
    })
    const status = new Promise<number | undefined>((resolve) => sending.on('response', (answer) => resolve(answer.resume().statusCode)))
    sending.write('first')
    await expect.poll(() => heard, { timeout: 5000 }).toEqual(['first'])
    sending.end('second')
    expect(await status).toBe(204)
    expect(heard.join('')).toBe('firstsecond')
  })

  it('tells the engine when the client hangs up before the answer and during it', async () => {
    const edge = createEdge()
    const signals: AbortSignal[] = []
    const engine = fed()
    edge.useCases.answerChat((passed) => {
      signals.push(passed.signal)
      if (signals.length > 1) return Promise.resolve(answerOf(engine.stream, { 'content-type': 'text/event-stream' }))
      return new Promise((_, reject) => passed.signal.addEventListener('abort', () => reject(passed.signal.reason)))
    })
    const { url } = await serve(edge)
    const before = new AbortController()
    const never = fetch(`${url}/v1/chat/completions`, { ...json('POST', {}), signal: before.signal }).catch(() => 'gone')
    await expect.poll(() => signals.length, { timeout: 5000 }).toBe(1)
    before.abort()
    expect(await never).toBe('gone')
    await expect.poll(() => signals[0]?.aborted, { timeout: 5000 }).toBe(true)

    const during = new AbortController()
    const answer = await fetch(`${url}/v1/chat/completions`, { ...json('POST', {}), signal: during.signal })
    engine.say('data: one\n\n')
    await answer.body?.getReader().read()
    during.abort()
    await expect.poll(() => engine.cancelled() || signals[1]?.aborted === true, { timeout: 5000 }).toBe(true)
  })

  it('refuses a body over 32 MiB: by its length without asking the engine, without a length as soon as it is over', async () => {
    const edge = createEdge()
    let passedBytes = 0
    edge.useCases.answerChat(async (passed) => {
      const reader = (passed.body as ReadableStream<Uint8Array>).getReader()
      for (let part = await reader.read(); !part.done; part = await reader.read()) passedBytes += part.value.byteLength
      return answerOf(null)
    })
    const { url, port } = await serve(edge)
    const told = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'content-length': String(limitBytes.openai + 1) }
      const sending = request({ port, method: 'POST', path: '/v1/chat/completions', headers }, (answer) =>
        resolve(answer.resume().statusCode),
      )
      sending.on('error', reject)
      sending.write('{')
    })
    expect([told, passedBytes]).toEqual([413, 0])

    const piece = new Uint8Array(1024 * 1024)
    let sent = 0
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (sent >= 64) return controller.close()
        sent += 1
        controller.enqueue(piece)
      },
    })
    const answer = await edge.app.request('/v1/chat/completions', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: endless,
      duplex: 'half',
    } as RequestInit)
    expect(answer.status).toBe(413)
    expect(await answer.json()).toMatchObject({ error: { code: 'body_too_large', type: 'invalid_request_error' } })
    expect(passedBytes).toBeLessThanOrEqual(limitBytes.openai)
    expect(sent).toBeLessThan(40)
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
  })

  it('keeps its own set-up code to itself', async () => {
    const edge = createEdge({ loopback: false })
    edge.useCases.answerChat(async () => answerOf(null, {}, 204))
    await edge.ask('/v1/models', { headers: { authorization: `Bearer ${edge.access.setUpCode()}` } })
    await edge.ask('/v1/models', { headers: { 'x-api-key': edge.access.setUpCode() ?? '' } })
    await edge.ask('/v1/models', { headers: { authorization: 'Bearer sk-other' } })
    const sent = edge.useCases.asked.map((one) => (one.ask as { headers: Record<string, string> }).headers['authorization'])
    expect(sent).toEqual([undefined, undefined, 'Bearer sk-other'])
  })

  it('lets go of a body that its status does not allow', async () => {
    const { app, useCases } = createEdge()
    let isLetGo = false
    const body = new ReadableStream<Uint8Array>({
      cancel: () => {
        isLetGo = true
      },
    })
    useCases.answerChat(async () => ({ status: 205, headers: {}, body }))
    const answer = await app.request('/v1/models')
    expect([answer.status, answer.body, isLetGo]).toEqual([205, null, true])
  })

  it('passes an error of the engine on as it is', async () => {
    const edge = createEdge()
    const words = '{"object":"error","message":"max_tokens too large","code":400}'
    edge.useCases.answerChat(async () => answerOf(new Blob([words]).stream(), { 'content-type': 'application/json' }, 400))
    const answer = await edge.app.request('/v1/chat/completions', json('POST', {}))
    expect([answer.status, await answer.text(), answer.headers.get('x-spark-control')]).toEqual([400, words, null])
  })

  it('says that a switch is running, with the seconds to wait, in a shape SDKs understand', async () => {
    const edge = createEdge()
    edge.useCases.answerChat(async () => {
      throw new SparkError('engine_switching', { model: 'Qwen3 8B', retryAfterSeconds: 42 })
    })
    const { url } = await serve(edge)
    const answer = await fetch(`${url}/v1/chat/completions`, json('POST', {}))
    expect([answer.status, answer.headers.get('retry-after'), answer.headers.get('x-should-retry')]).toEqual([423, '42', 'true'])
  })
})

describe('a body over the limit on a real socket', () => {
  it.each([
    ['with its length', { 'content-length': String(limitBytes.api + 1) }],
    ['without a length', { 'transfer-encoding': 'chunked' }],
  ])('is refused %s, and the server goes on', async (_, more) => {
    const edge = createEdge()
    const { port, url } = await serve(edge)
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { 'content-type': 'application/json', ...more }
      const sending = request({ port, method: 'POST', path: '/api/swap', headers }, (answer) => {
        resolve(answer.resume().statusCode)
        sending.destroy()
      })
      sending.on('error', (error) => ('code' in error && error.code === 'ECONNRESET' ? undefined : reject(error)))
      for (let kibibytes = 0; kibibytes < 1100; kibibytes += 100) sending.write(Buffer.alloc(102_400, 32))
    })
    expect(status).toBe(413)
    expect(edge.useCases.asked).toEqual([])
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
  })

  it('a foreign Host header is refused on a real socket', async () => {
    const { port } = await serve(createEdge())
    const status = await new Promise((resolve) =>
      request({ port, path: '/api/status', headers: { host: 'evil.example' } }, (answer) => resolve(answer.resume().statusCode)).end(),
    )
    expect(status).toBe(421)
  })

  it('tells the peer address of who asked for a switch', async () => {
    const edge = createEdge()
    const { url } = await serve(edge)
    await fetch(`${url}/api/swap`, json('POST', { model: 'a', by: 'recap' }))
    expect(edge.useCases.asked.at(-1)?.ask).toMatchObject({ requestedBy: { kind: 'app', name: 'recap', address: '127.0.0.1' } })
    const answer = await fetch(`${url}/api/models/Qwen%2FQwen3-8B`)
    expect(answer.status).toBe(200)
  })
})
