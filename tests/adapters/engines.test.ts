import { createHash, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createEngines, type OpenEngines } from '../../server/adapters/outbound/engines.ts'
import type { EngineAddress, PassedRequest } from '../../server/app/engine-ports.ts'
import type { Log } from '../../server/app/ports.ts'

const log: Log = { info: () => {}, warn: () => {}, error: () => {} }
const model = 'Qwen/Qwen3-8B'
let engines: OpenEngines
let servers: (Server | TcpServer)[]

const listen = async (server: Server | TcpServer): Promise<EngineAddress> => {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { address: '127.0.0.1', port: (server.address() as AddressInfo).port }
}
const engineThat = (answers: (...of: Parameters<RequestListener>) => unknown): Promise<EngineAddress> =>
  listen(createServer((request, response) => void answers(request, response)))
/** Answers by path: [status, body]. Anything else is 404 in vLLM's shape. */
const engineOf = (paths: Record<string, readonly [number, unknown]>): Promise<EngineAddress> =>
  engineThat((request, response) => {
    const [status, body] = paths[request.url ?? ''] ?? [404, { error: { message: 'Not Found', code: 404 } }]
    response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body))
  })
const closedPort = async (): Promise<EngineAddress> => {
  const server = createServer()
  const address = await listen(server)
  await new Promise((resolve) => server.close(resolve))
  return address
}
const passed = (more: Partial<PassedRequest> = {}): PassedRequest => ({
  method: 'POST',
  path: '/v1/chat/completions',
  headers: { 'content-type': 'application/json' },
  body: new TextEncoder().encode('{"model":"x"}'),
  signal: new AbortController().signal,
  ...more,
})
const readAll = async (body: ReadableStream<Uint8Array> | null): Promise<string> => new Response(body).text()
const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text
}

beforeEach(() => {
  engines = createEngines({ log })
  servers = []
})
afterEach(async () => {
  await engines.close()
  for (const server of servers) {
    if ('closeAllConnections' in server) server.closeAllConnections()
    server.close()
  }
})

describe('a look at an engine', () => {
  it('tells health, models and how many requests run and wait, over all of its engine cores', async () => {
    const metrics = [
      '# HELP vllm:num_requests_running Number of requests in model execution batches.',
      '# TYPE vllm:num_requests_running gauge',
      'vllm:num_requests_running{engine="0",model_name="a {b} c"} 2.0',
      'vllm:num_requests_running{engine="1",model_name="a {b} c"} 1.0',
      'vllm:num_requests_waiting{engine="0",model_name="a {b} c"} 4.0',
      'vllm:num_requests_waiting_total{engine="0"} 90.0',
      'vllm:prompt_tokens_total{engine="0",model_name="a"} 1200.0',
      'vllm:generation_tokens_total{engine="0",model_name="a"} 3.4e+06',
      'vllm:gpu_cache_usage_perc{engine="0",model_name="a"} 0.25',
    ].join('\n')
    const engine = await engineOf({
      '/health': [200, ''],
      '/v1/models': [200, { data: [{ id: model }, { id: 7 }, { id: 'lora' }] }],
      '/metrics': [200, metrics],
    })
    const before = Date.now()
    const look = await engines.look(engine)
    expect(look).toEqual({
      at: look.at,
      reachable: true,
      healthy: true,
      models: [model, 'lora'],
      runningRequests: 3,
      waitingRequests: 4,
      promptTokens: 1200,
      generatedTokens: 3_400_000,
      cacheUsage: 0.25,
    })
    expect(look.at).toBeGreaterThanOrEqual(before)
  })

  it('calls an engine that is still loading reachable but not healthy', async () => {
    const engine = await engineOf({ '/health': [503, ''] })
    expect(await engines.look(engine)).toMatchObject({ reachable: true, healthy: false, models: [], runningRequests: null })
  })

  it('says so, without failing, when nothing listens, nothing answers in 2 s, or the answer is not HTTP', async () => {
    const nothing = { reachable: false, healthy: false, models: [], runningRequests: null, waitingRequests: null }
    const silent = await listen(createTcpServer(() => {}))
    const noise = await listen(createTcpServer((socket) => socket.on('error', () => {}).end('SSH-2.0-OpenSSH_9.2\r\n')))
    const started = performance.now()
    expect(await engines.look(await closedPort())).toMatchObject(nothing)
    expect(await engines.look(noise)).toMatchObject(nothing)
    expect(await engines.look(silent)).toMatchObject(nothing)
    expect(performance.now() - started).toBeLessThan(4000)
  })

  it('sees all of an engine that began to listen where nobody did', async () => {
    const place = await closedPort()
    expect(await engines.look(place)).toMatchObject({ reachable: false })
    expect(await engines.look(place)).toMatchObject({ reachable: false })
    const server = createServer((request, response) =>
      response.end(request.url === '/v1/models' ? JSON.stringify({ data: [{ id: model }] }) : 'vllm:num_requests_running 2.0\n'),
    )
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(place.port, place.address, resolve))
    expect(await engines.look(place)).toMatchObject({ reachable: true, healthy: true, models: [model], runningRequests: 2 })
  })
})

describe('a one-token completion', () => {
  const choice = { model, choices: [{ index: 0, message: { role: 'assistant', content: null }, finish_reason: 'length' }] }

  it('asks for one token as the model and believes a choice by that model', async () => {
    const asked: unknown[] = []
    const engine = await engineThat(async (request, response) => {
      asked.push([request.method, request.url, JSON.parse(await bodyOf(request))])
      response.end(JSON.stringify(choice))
    })
    expect(await engines.complete(engine, model, 5000)).toEqual({ ok: true, reason: null })
    expect(asked).toEqual([
      ['POST', '/v1/chat/completions', { model, messages: [{ role: 'user', content: 'Hi' }], max_tokens: 1, stream: false }],
    ])
  })

  it.each([
    [400, { error: { message: 'default chat template is no longer allowed' } }],
    [404, { detail: 'Not Found' }],
  ])('falls back to plain completions for a base model that answers chat with %i', async (status, body) => {
    const engine = await engineOf({ '/v1/chat/completions': [status, body], '/v1/completions': [200, { model, choices: [{ text: ' ' }] }] })
    expect(await engines.complete(engine, model, 5000)).toEqual({ ok: true, reason: null })
  })

  it('believes an embedding of a model that makes no text', async () => {
    const engine = await engineOf({ '/v1/embeddings': [200, { model, data: [{ embedding: [0.1] }] }] })
    expect(await engines.complete(engine, model, 5000)).toEqual({ ok: true, reason: null })
  })

  it.each([
    ['another model', [200, { ...choice, model: 'meta-llama/Llama' }], 'meta-llama/Llama answered instead'],
    ['no choice', [200, { model, choices: [] }], 'the answer was empty'],
    ['an error under status 200', [200, { error: { message: 'no' } }], 'the answer was empty'],
    ['a text that is no JSON', [200, '<html>Welcome</html>'], 'the answer was empty'],
    [
      'a dead engine core',
      [500, { error: { message: 'EngineCore encountered\n an issue.' } }],
      'it answered with status 500: EngineCore encountered an issue.',
    ],
    [
      'a model of another name',
      [404, { error: { message: 'The model `x` does not exist.' } }],
      'it answered with status 404: The model `x` does not exist.',
    ],
  ] as const)('does not believe %s', async (_, answer, reason) => {
    expect(await engines.complete(await engineOf({ '/v1/chat/completions': answer }), model, 5000)).toEqual({ ok: false, reason })
  })

  it('gives up at its time limit or when it is told to, and says why nothing answered', async () => {
    const silent = await listen(createTcpServer(() => {}))
    expect(await engines.complete(silent, model, 1000)).toEqual({ ok: false, reason: 'no answer within 1 s' })
    expect(await engines.complete(silent, model, 9000, AbortSignal.timeout(50))).toEqual({ ok: false, reason: 'it was not waited for' })
    expect(await engines.complete(await closedPort(), model, 1000)).toEqual({ ok: false, reason: 'connection refused' })
  })
})

describe('a request passed on', () => {
  it('arrives with its method, path, headers and bytes, and its answer comes back the same way', async () => {
    const engine = await engineThat(async (request, response) => {
      const seen = { method: request.method, url: request.url, headers: request.headers, body: await bodyOf(request) }
      response.writeHead(418, {
        'x-from-engine': 'yes',
        'set-cookie': ['a=1', 'b=2'],
        'keep-alive': 'timeout=9',
      })
      response.end(JSON.stringify(seen))
    })
    const headers = {
      'content-type': 'application/json',
      authorization: 'Bearer of-the-client',
      'X-Custom': 'kept',
      host: 'appliance.local',
      connection: 'keep-alive, X-Only-This-Hop',
      'x-only-this-hop': 'gone',
      te: 'trailers',
      'transfer-encoding': 'chunked',
      expect: '100-continue',
    }
    const answer = await engines.pass(engine, passed({ path: '/v1/chat/completions?a=%20b', headers }))
    expect(answer.status).toBe(418)
    expect(answer.headers).toMatchObject({ 'x-from-engine': 'yes', 'set-cookie': 'a=1, b=2' })
    expect(Object.keys(answer.headers)).not.toContain('keep-alive')
    expect(Object.keys(answer.headers)).not.toContain('transfer-encoding')
    const seen = JSON.parse(await readAll(answer.body)) as { method: string; url: string; headers: Record<string, string>; body: string }
    expect(seen).toMatchObject({ method: 'POST', url: '/v1/chat/completions?a=%20b', body: '{"model":"x"}' })
    expect(seen.headers).toMatchObject({ authorization: 'Bearer of-the-client', 'x-custom': 'kept', host: `127.0.0.1:${engine.port}` })
    for (const gone of ['x-only-this-hop', 'te', 'expect']) expect(Object.keys(seen.headers)).not.toContain(gone)
  })

  it('streams the answer: each piece is there before the engine has sent the next', async () => {
    let sendNext = (): void => {}
    const engine = await engineThat((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      let n = 0
      sendNext = () => {
        n += 1
        if (n > 3) response.end()
        else response.write(`data: ${n}\n\n`)
      }
      response.flushHeaders()
    })
    const answer = await engines.pass(engine, passed())
    const reader = answer.body?.getReader()
    for (const n of [1, 2, 3]) {
      sendNext()
      expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe(`data: ${n}\n\n`)
    }
    sendNext()
    expect((await reader?.read())?.done).toBe(true)
  })

  it('streams the question: the engine reads its first bytes before the last are written', async () => {
    let feed: ReadableStreamDefaultController<Uint8Array> | undefined
    let sawFirst = (): void => {}
    const first = new Promise<void>((resolve) => {
      sawFirst = resolve
    })
    const engine = await engineThat((request, response) => {
      const hash = createHash('sha256')
      request.on('data', (chunk: Buffer) => {
        hash.update(chunk)
        sawFirst()
      })
      request.on('end', () => response.end(hash.digest('hex')))
    })
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        feed = controller
      },
    })
    const pieces = Array.from({ length: 64 }, () => randomBytes(64 * 1024))
    const answering = engines.pass(engine, passed({ body }))
    feed?.enqueue(pieces[0] as Buffer)
    await first
    for (const piece of pieces.slice(1)) feed?.enqueue(piece)
    feed?.close()
    const sent = createHash('sha256').update(Buffer.concat(pieces)).digest('hex')
    expect(await readAll((await answering).body)).toBe(sent)
  })

  it.each(['before the answer', 'in the middle of it', 'by closing the stream'])(
    'is taken back at once when the client goes away %s',
    async (when) => {
      let gone = (): void => {}
      let arrived = (): void => {}
      const closed = new Promise<void>((resolve) => {
        gone = resolve
      })
      const asked = new Promise<void>((resolve) => {
        arrived = resolve
      })
      const engine = await engineThat((request, response) => {
        request.resume()
        response.on('close', gone)
        if (when !== 'before the answer') response.write('data: 1\n\n')
        arrived()
      })
      const client = new AbortController()
      const answering = engines.pass(engine, passed({ signal: client.signal }))
      await asked
      if (when === 'before the answer') {
        client.abort(new Error('gone'))
        await expect(answering).rejects.toThrow('gone')
      } else {
        const reader = (await answering).body?.getReader()
        await reader?.read()
        if (when === 'in the middle of it') {
          client.abort(new Error('gone'))
          await expect(reader?.read()).rejects.toThrow()
        } else await reader?.cancel()
      }
      await closed
    },
  )

  it.each([
    ['chunked', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n'],
    ['of a known length', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\ndata: 1\n\n'],
  ])('fails, and does not end, when the engine dies in the middle of an answer that is %s', async (_, start) => {
    const engine = await listen(
      createTcpServer((socket) => {
        socket.on('error', () => {})
        socket.once('data', () => {
          socket.write(start)
          setTimeout(() => socket.destroy(), 30)
        })
      }),
    )
    const reader = (await engines.pass(engine, passed())).body?.getReader()
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('data: 1\n\n')
    await expect(reader?.read()).rejects.toThrow()
  })

  it('is engine_unreachable with the reason when nothing answers', async () => {
    const cuts = await listen(createTcpServer((socket) => socket.on('error', () => {}).once('data', () => socket.destroy())))
    await expect(engines.pass(await closedPort(), passed())).rejects.toMatchObject({
      code: 'engine_unreachable',
      facts: { why: 'connection refused' },
    })
    await expect(engines.pass(cuts, passed())).rejects.toMatchObject({
      code: 'engine_unreachable',
      facts: { why: 'it closed the connection' },
    })
  })

  it('has no body where HTTP has none', async () => {
    const engine = await engineThat((request, response) => response.writeHead(request.method === 'HEAD' ? 200 : 204).end())
    expect((await engines.pass(engine, passed({ method: 'HEAD', path: '/v1/models', body: null }))).body).toBeNull()
    expect(await engines.pass(engine, passed())).toMatchObject({ status: 204, body: null })
  })
})
