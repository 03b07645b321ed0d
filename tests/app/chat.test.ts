import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { request } from 'undici'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createEngines, type OpenEngines } from '../../server/adapters/outbound/engines.ts'
import { type OpenStores, openStores } from '../../server/adapters/sqlite/open.ts'
import { createChat } from '../../server/app/chat.ts'
import type { PassedRequest } from '../../server/app/engine-ports.ts'
import type { ChatUse } from '../../server/app/use-cases.ts'
import { planSample } from '../../server/contract/operations/samples.ts'
import type { Machine } from '../../server/domain/machine.ts'
import type { Plan } from '../../server/domain/plan.ts'
import type { Swap } from '../../server/domain/swap.ts'
import type { Phase } from '../../server/domain/words.ts'
import { createFakeIds } from '../fakes/ids.ts'
import { createFakeLog } from '../fakes/log.ts'

const machine: Machine = {
  id: 'm1',
  name: 'spark-1',
  address: '127.0.0.1',
  port: 22,
  user: 'alice',
  hostKey: null,
  fabricAddress: '192.0.2.99',
  launcherPath: null,
  cachePath: null,
  modelFolders: [],
  addedAt: 0,
}
const log = createFakeLog()
let stores: OpenStores
let engines: OpenEngines
let servers: Server[]
let machines: Machine[]
let chat: ChatUse
let etaSeconds: number | null

const listen = async (server: Server): Promise<number> => {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}
const serveWith = async (answers: RequestListener): Promise<void> => serveAt(await listen(createServer(answers)))
const serveAt = (port: number): void =>
  stores.serving.set({
    engine: 'main',
    model: 'Qwen/Qwen3-8B',
    recipeId: null,
    plan: null,
    machines: ['m1', 'm2'],
    port,
    servedName: 'Qwen/Qwen3-8B',
    since: 0,
    adopted: false,
  })
const switching = (phase: Phase, more: Partial<Swap> = {}): void => {
  stores.swaps.begin(
    {
      id: 's1',
      cluster: 'default',
      engine: 'main',
      model: 'new/Model',
      previousModel: 'old/Model',
      recipeId: null,
      plan: { ...planSample, starts: null } as unknown as Plan,
      wayBack: null,
      state: 'running',
      phase: 'check',
      restored: null,
      progress: { percent: null, sentence: '' },
      startedAt: 0,
      endedAt: null,
      requestedBy: { kind: 'owner', name: 'owner', address: null },
      why: null,
      cancelRequestedAt: null,
      trouble: null,
      ...more,
    },
    () => {},
  )
  stores.swaps.update('s1', 1, { phase })
}
const passed = (signal = new AbortController().signal): PassedRequest => ({
  method: 'POST',
  path: '/v1/chat/completions',
  headers: { 'content-type': 'application/json' },
  body: new TextEncoder().encode('{}'),
  signal,
})
const nextTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5))
const untilEmpty = async (): Promise<void> => {
  while (chat.inFlight('main') > 0) await nextTurn()
}

beforeEach(() => {
  stores = openStores({ path: ':memory:', ids: createFakeIds(), log })
  engines = createEngines({ log })
  servers = []
  machines = [machine]
  etaSeconds = null
  chat = createChat({
    engines,
    serving: stores.serving,
    swaps: stores.swaps,
    machines: () => machines,
    etaSeconds: () => etaSeconds,
    nameOf: (model) => `<${model}>`,
  })
})
afterEach(async () => {
  await engines.close()
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
  stores.close()
})

describe('where a request goes', () => {
  it('is the head machine of what serves, at its own address and port', async () => {
    await serveWith((_, response) => response.writeHead(201, { 'x-engine': 'head' }).end('hello'))
    const answer = await chat.pass(passed())
    expect(answer).toMatchObject({ status: 201, headers: { 'x-engine': 'head' } })
    expect(await new Response(answer.body).text()).toBe('hello')
  })

  it('is nowhere when nothing serves', async () => {
    await expect(chat.pass(passed())).rejects.toMatchObject({ code: 'engine_stopped', facts: { retryAfterSeconds: 30 } })
  })

  it('is nowhere when the head machine was removed or nothing listens there', async () => {
    const port = await listen(createServer())
    await new Promise((resolve) => servers[0]?.close(resolve))
    serveAt(port)
    await expect(chat.pass(passed())).rejects.toMatchObject({ code: 'engine_unreachable', facts: { why: 'connection refused' } })
    machines = []
    await expect(chat.pass(passed())).rejects.toMatchObject({ code: 'engine_unreachable' })
    expect(chat.inFlight('main')).toBe(0)
  })
})

describe('while a switch is on', () => {
  it('the old model answers up to the check', async () => {
    await serveWith((_, response) => response.end('old'))
    switching('check')
    expect((await chat.pass(passed())).status).toBe(200)
  })

  it.each(['make_room', 'start', 'load', 'warm_up', 'verify'] as const)(
    'a new request in %s is told to come back, and when',
    async (phase) => {
      await serveWith((_, response) => response.end('old'))
      switching(phase)
      const facts = (retryAfterSeconds: number): unknown => ({
        code: 'engine_switching',
        facts: { model: '<new/Model>', retryAfterSeconds },
      })
      await expect(chat.pass(passed())).rejects.toMatchObject(facts(30) as object)
      etaSeconds = 12.2
      await expect(chat.pass(passed())).rejects.toMatchObject(facts(13) as object)
      etaSeconds = -4
      await expect(chat.pass(passed())).rejects.toMatchObject(facts(1) as object)
      etaSeconds = 9000
      await expect(chat.pass(passed())).rejects.toMatchObject(facts(600) as object)
    },
  )

  it('a new request hears of the model that is coming back, and of no model when it is a stop', async () => {
    switching('restore')
    await expect(chat.pass(passed())).rejects.toMatchObject({ code: 'engine_switching', facts: { model: '<old/Model>' } })
    stores.swaps.end('s1', 9, { state: 'failed', restored: false, trouble: null, progress: { percent: null, sentence: '' } }, () => {})
    switching('make_room', { id: 's2', model: null })
    stores.swaps.update('s2', 9, { phase: 'make_room' })
    await expect(chat.pass(passed())).rejects.toMatchObject({ code: 'engine_stopped' })
  })

  it('a request that was in flight goes on to its end, and is counted until then', async () => {
    let finish = (): void => {}
    await serveWith((_, response) => {
      response.write('data: 1\n\n')
      finish = () => response.end('data: [DONE]\n\n')
    })
    const answer = await chat.pass(passed())
    switching('make_room')
    await expect(chat.pass(passed())).rejects.toMatchObject({ code: 'engine_switching' })
    expect(chat.inFlight('main')).toBe(1)
    finish()
    expect(await new Response(answer.body).text()).toBe('data: 1\n\ndata: [DONE]\n\n')
    expect(chat.inFlight('main')).toBe(0)
  })

  it('a request that meets the closing engine is told of the switch, not of a fault', async () => {
    await serveWith((incoming) => {
      switching('make_room')
      incoming.socket.destroy()
    })
    await expect(chat.pass(passed())).rejects.toMatchObject({ code: 'engine_switching' })
  })
})

describe('what is in flight', () => {
  it.each(['its body has ended', 'its body is given up', 'its client is gone', 'the engine died', 'there is no body'])(
    'is counted until %s',
    async (when) => {
      await serveWith((_, response) => {
        if (when === 'there is no body') response.writeHead(204).end()
        else if (when === 'its body has ended') response.end('x')
        else response.write('x', () => when === 'the engine died' && response.destroy())
      })
      const client = new AbortController()
      const answer = await chat.pass(passed(client.signal))
      expect(chat.inFlight('main')).toBe(when === 'there is no body' ? 0 : 1)
      if (when === 'its body has ended') await new Response(answer.body).text()
      if (when === 'its body is given up') await answer.body?.cancel()
      if (when === 'its client is gone') client.abort()
      if (when === 'the engine died') await expect(new Response(answer.body).text()).rejects.toThrow()
      expect(chat.inFlight('main')).toBe(0)
    },
  )

  it('counts a request out once, also when its client leaves first and its body fails after', async () => {
    await serveWith((_, response) => response.write('x'))
    const client = new AbortController()
    const [leaving, staying] = [await chat.pass(passed(client.signal)), await chat.pass(passed())]
    client.abort()
    await expect(new Response(leaving.body).text()).rejects.toThrow()
    expect(chat.inFlight('main')).toBe(1)
    await staying.body?.cancel()
    expect(chat.inFlight('main')).toBe(0)
  })

  it('counts every request of many, each once', async () => {
    const release: (() => void)[] = []
    await serveWith((_, response) => {
      response.write('x')
      release.push(() => response.end())
    })
    const answers = await Promise.all(Array.from({ length: 20 }, () => chat.pass(passed())))
    expect(chat.inFlight('main')).toBe(20)
    for (const [n, one] of release.entries()) if (n < 15) one()
    const ends = answers.map((answer) => new Response(answer.body).text())
    while (chat.inFlight('main') > 5) await nextTurn()
    expect(chat.inFlight('main')).toBe(5)
    for (const one of release) one()
    await Promise.all(ends)
    expect(chat.inFlight('main')).toBe(0)
  })
})

describe('seen from a client of the appliance', () => {
  const front = async (): Promise<string> => {
    const server = serve({
      port: 0,
      hostname: '127.0.0.1',
      fetch: async (incoming) => {
        const answer = await chat.pass({ ...passed(incoming.signal), body: incoming.body })
        return new Response(answer.body, { status: answer.status, headers: answer.headers })
      },
    }) as Server
    servers.push(server)
    if (!server.listening) await new Promise((resolve) => server.once('listening', resolve))
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  }

  it('an engine that dies in the middle is an error, never a clean end', async () => {
    await serveWith((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write('data: 1\n\n', () => setTimeout(() => response.destroy(), 20))
    })
    const answer = await request(await front(), { method: 'POST', body: '{}' })
    await expect(answer.body.text()).rejects.toThrow()
    await untilEmpty()
  })

  it('a client that goes away closes the connection to the engine', async () => {
    let closed = (): void => {}
    const gone = new Promise<void>((resolve) => {
      closed = resolve
    })
    await serveWith((incoming, response) => {
      incoming.resume()
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write('data: 1\n\n')
      response.on('close', closed)
    })
    const client = new AbortController()
    const answer = await request(await front(), { method: 'POST', body: '{}', signal: client.signal })
    const chunks = answer.body[Symbol.asyncIterator]()
    expect(String((await chunks.next()).value)).toBe('data: 1\n\n')
    const started = performance.now()
    client.abort()
    await gone
    expect(performance.now() - started).toBeLessThan(2000)
    await untilEmpty()
  })
})
