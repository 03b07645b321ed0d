import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createEngines, type OpenEngines } from '../../server/adapters/outbound/engines.ts'
import type { EngineAddress } from '../../server/app/engine-ports.ts'

const model = 'Qwen/Qwen3-8B'
let engines: OpenEngines
let servers: Server[]

const engineThat = async (answers: (...of: Parameters<RequestListener>) => unknown): Promise<EngineAddress> => {
  const server = createServer((request, response) => void answers(request, response))
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { address: '127.0.0.1', port: (server.address() as AddressInfo).port }
}
const answering = (status: number, body: string) => engineThat((_request, response) => response.writeHead(status).end(body))
const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text
}

beforeEach(() => {
  engines = createEngines({ log: { info: () => {}, warn: () => {}, error: () => {} } })
  servers = []
})
afterEach(async () => {
  await engines.close()
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
})

describe('a measured answer', () => {
  const chunk = (delta: object, more: object = {}) => `data: ${JSON.stringify({ choices: [{ index: 0, delta }], ...more })}\n\n`
  const measure = async (engine: EngineAddress, ms = 5000) => engines.measure(engine, model, ms, new AbortController().signal)

  it('counts by the engine, from the first word or thought to the last, and asks for few tokens', async () => {
    let asked = ''
    const engine = await engineThat(async (request, response) => {
      asked = await bodyOf(request)
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(chunk({ role: 'assistant', content: '' }))
      response.write(chunk({ reasoning_content: 'one' }).slice(0, 30))
      response.write(chunk({ reasoning_content: 'one' }).slice(30))
      await new Promise((resolve) => setTimeout(resolve, 60))
      response.write(chunk({ content: ' two' }))
      response.end(`${chunk({}, { choices: [], usage: { completion_tokens: 40 } })}data: [DONE]\n\n`)
    })
    const { answer } = await measure(engine)
    expect(answer).toMatchObject({ tokens: 40 })
    expect(answer?.streamMs).toBeGreaterThan(40)
    expect(JSON.parse(asked)).toMatchObject({ model, stream: true, max_tokens: 64, temperature: 0 })
  })

  it('asks a model without chat for plain text', async () => {
    const engine = await engineThat(async (request, response) => {
      if (request.url !== '/v1/completions') return response.writeHead(400).end('{"error":{"message":"no chat template"}}')
      return response.writeHead(200).end('data: {"choices":[{"text":"one"}]}\n\ndata: {"choices":[{"text":" two"}]}\n\n')
    })
    expect((await measure(engine)).answer).toMatchObject({ tokens: 2 })
  })

  it('says why there is none, and never waits longer than it may', async () => {
    const refusing = await answering(500, '{"error":{"message":"CUDA error"}}')
    expect(await measure(refusing)).toEqual({ answer: null, why: 'it answered with status 500: CUDA error' })
    expect(await measure({ address: '127.0.0.1', port: 1 })).toEqual({ answer: null, why: 'connection refused' })
    expect(await measure(await engineThat(() => {}), 50)).toMatchObject({ answer: null, why: expect.stringContaining('no whole answer') })
    const empty = await answering(200, 'data: [DONE]\n\n')
    expect(await measure(empty)).toEqual({ answer: null, why: 'the answer was empty' })
  })
})
