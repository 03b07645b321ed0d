// Webhooks over real sockets: what a receiver gets, what it can prove, and what no receiver can make us do.
import { createHmac } from 'node:crypto'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServer as createTcpServer } from 'node:net'
import OpenAI from 'openai'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import { afterEach, describe, expect, it } from 'vitest'
import { createWebhookSender, type SenderNeeds } from '../../server/adapters/outbound/webhook-sender.ts'
import type { Dispatch } from '../../server/app/webhook-ports.ts'

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const older = `whsec_${Buffer.alloc(32, 9).toString('base64')}`
const body = JSON.stringify({
  type: 'swap_complete',
  timestamp: '2026-01-01T00:00:00.000Z',
  id: 7,
  sentence: 'Qwen3 8B è pronto.',
  data: {},
})
const atHome = { allowPublic: false, ownNames: ['spark.example'] }
const never = new AbortController().signal

const open: (() => unknown)[] = []
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

interface Got {
  readonly request: IncomingMessage
  readonly body: string
}

/** A receiver on a free port of loopback; `got` is what came. */
async function receiver(answer: RequestListener = (_, response) => response.end('ok')): Promise<{ port: number; got: Got[] }> {
  const got: Got[] = []
  const server: Server = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk: Buffer) => {
      text += chunk.toString()
    })
    request.on('end', () => {
      got.push({ request, body: text })
      answer(request, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port, got }
}

const sender = (more: Partial<SenderNeeds> = {}) => createWebhookSender({ ownPorts: [9999], appliance: 'app1', version: '1.2.3', ...more })
const dispatch = (url: string, more: Partial<Dispatch> = {}): Dispatch => ({
  url,
  messageId: 'evt_7_abc',
  at: Date.now(),
  body,
  secrets: [secret],
  rules: atHome,
  ...more,
})
const headersOf = ({ request }: Got): Record<string, string> =>
  Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))

describe('what a receiver gets', () => {
  it('is verified by the libraries of Standard Webhooks and of OpenAI, and as the earlier controller signed', async () => {
    const { port, got } = await receiver()
    const sent = await sender().send(dispatch(`http://127.0.0.1:${port}/hook?key=1`), never)
    expect(sent).toMatchObject({ status: 200, answer: 'ok', why: '' })
    const [one] = got
    if (one === undefined) throw new Error('nothing came')
    const headers = headersOf(one)
    expect([one.request.method, one.request.url, headers['content-type'], headers['user-agent'], headers['host']]).toEqual([
      'POST',
      '/hook?key=1',
      'application/json',
      'spark-control/1.2.3',
      `127.0.0.1:${port}`,
    ])
    expect(headers['webhook-id']).toBe('evt_7_abc')
    expect(new StandardWebhook(secret).verify(one.body, headers)).toEqual(JSON.parse(body))
    const openai = new OpenAI({ apiKey: 'unused', webhookSecret: secret })
    expect(await openai.webhooks.unwrap(one.body, headers)).toEqual(JSON.parse(body))
    expect(headers['x-spark-signature']).toBe(`sha256=${createHmac('sha256', secret).update(one.body).digest('hex')}`)
    // A signature proves nothing if any other body, time or secret passes as well.
    const standard = new StandardWebhook(secret)
    expect(() => standard.verify(`${one.body} `, headers)).toThrow()
    expect(() => standard.verify(one.body, { ...headers, 'webhook-timestamp': String(Number(headers['webhook-timestamp']) + 1) })).toThrow()
    expect(() => new StandardWebhook(older).verify(one.body, headers)).toThrow()
    await expect(openai.webhooks.unwrap(`${one.body} `, headers)).rejects.toThrow()
  })

  it('is verified by both secrets while they overlap', async () => {
    const { port, got } = await receiver()
    await sender().send(dispatch(`http://127.0.0.1:${port}/`, { secrets: [secret, older] }), never)
    const [one] = got
    if (one === undefined) throw new Error('nothing came')
    for (const known of [secret, older]) expect(new StandardWebhook(known).verify(one.body, headersOf(one))).toEqual(JSON.parse(body))
    expect(headersOf(one)['webhook-signature']?.split(' ')).toHaveLength(2)
  })
})

describe('an answer', () => {
  it('that redirects is not followed, and says where it led', async () => {
    const other = await receiver()
    const { port } = await receiver((_, response) => response.writeHead(307, { location: `http://127.0.0.1:${other.port}/` }).end())
    const sent = await sender().send(dispatch(`http://127.0.0.1:${port}/`), never)
    expect(sent).toMatchObject({ status: 307, location: `http://127.0.0.1:${other.port}/` })
    expect(sent.why).toMatch(/answered with a redirect \(307\) to http:\S+, and redirects are not followed/)
    expect(other.got).toEqual([])
  })

  it('is read to its beginning only, however long it is', async () => {
    const { port } = await receiver((_, response) => {
      response.writeHead(500, { 'retry-after': '30' })
      const more = (): void => {
        while (response.write('x'.repeat(65_536)));
        response.once('drain', more)
      }
      more()
    })
    const sent = await sender().send(dispatch(`http://127.0.0.1:${port}/`), never)
    expect(sent).toMatchObject({ status: 500, retryAfter: '30', why: 'answered with status 500' })
    expect(sent.answer).toHaveLength(2048)
  })

  it('counts when its body breaks off, and is text whatever it holds', async () => {
    const { port } = await receiver((_, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write(Buffer.from([0x6f, 0x6b, 0x00, 0xff]), () => response.destroy())
    })
    const sent = await sender().send(dispatch(`http://127.0.0.1:${port}/`), never)
    expect(sent.status).toBe(200)
    expect(sent.answer).not.toContain('\0')
    expect(sent.answer.isWellFormed()).toBe(true)
  })

  it('that never comes, or never ends, is given up', async () => {
    const silent = await receiver(() => undefined)
    const endless = await receiver((_, response) => void response.writeHead(200).write('o'))
    const quick = sender({ limitMs: 300 })
    expect(await quick.send(dispatch(`http://127.0.0.1:${silent.port}/`), never)).toMatchObject({
      status: null,
      why: expect.stringMatching(/did not answer/),
    })
    // The status came: it was accepted, whatever else would have been said.
    expect(await quick.send(dispatch(`http://127.0.0.1:${endless.port}/`), never)).toMatchObject({ status: 200 })
  })

  it('that is none is told in words', async () => {
    const { port } = await receiver()
    const closed = port
    for (const close of open.splice(0)) await close()
    expect((await sender().send(dispatch(`http://127.0.0.1:${closed}/`), never)).why).toBe('refused the connection')
    const babble = createTcpServer((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'))
    await new Promise<void>((resolve) => babble.listen(0, '127.0.0.1', resolve))
    open.push(() => babble.close())
    const at = (babble.address() as AddressInfo).port
    expect((await sender().send(dispatch(`http://127.0.0.1:${at}/`), never)).why).toBe('answered with something that is not HTTP')
    expect((await sender().send(dispatch(`https://127.0.0.1:${at}/`), never)).why).toBe('does not speak https')
    const unknown = sender({ resolve: () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' })) })
    expect((await unknown.send(dispatch('http://hook.example/'), never)).why).toBe('cannot be found: its name has no address')
  })

  it('is not waited for when the appliance stops', async () => {
    const { port } = await receiver(() => undefined)
    const stopping = new AbortController()
    const sending = sender().send(dispatch(`http://127.0.0.1:${port}/`), stopping.signal)
    stopping.abort(new Error('stopped'))
    await expect(sending).rejects.toThrow('stopped')
  })
})

describe('a target', () => {
  it('that is this appliance is not asked, by any spelling or name', async () => {
    const { port, got } = await receiver()
    const mine = sender({ ownPorts: [port], resolve: async () => [{ address: '127.0.0.1', family: 4 }] })
    const urls = [`http://127.0.0.1:${port}/`, `http://2130706433:${port}/`, `http://0x7f.1:${port}/`, `http://[::ffff:127.0.0.1]:${port}/`]
    for (const url of [...urls, `http://localhost:${port}/`, `http://0.0.0.0:${port}/`, `http://spark.example:${port}/`]) {
      const sent = await mine.send(dispatch(url), never)
      expect([url, sent.status, sent.why]).toEqual([url, null, expect.stringMatching(/^may not be asked: .* is this appliance itself$/)])
      expect(await mine.refusal(url, atHome)).toMatch(/this appliance itself/)
    }
    expect(got).toEqual([])
  })

  it('is refused when a single one of its addresses may not be asked', async () => {
    const { port, got } = await receiver()
    for (const bad of ['169.254.169.254', '8.8.8.8', '::ffff:169.254.169.254', 'fe80::1', '127.0.0.1']) {
      const family = bad.includes(':') ? 6 : 4
      const two = sender({
        resolve: async () => [
          { address: '10.0.0.1', family: 4 },
          { address: bad, family },
        ],
      })
      const sent = await two.send(dispatch(`http://hook.example:${port}/`), never)
      expect([bad, sent.status, sent.why]).toEqual([bad, null, expect.stringMatching(/^may not be asked: hook\.example \(/)])
    }
    expect(got).toEqual([])
  })

  it('is connected to where it was judged, wherever its name points a moment later', async () => {
    const { port, got } = await receiver()
    const asked: string[] = []
    // The first answer is judged; a second look-up, if there were one, would lead to the cloud's metadata.
    const rebinding = sender({
      resolve: async (host) => {
        asked.push(host)
        return asked.length === 1 ? [{ address: '127.0.0.1', family: 4 }] : [{ address: '169.254.169.254', family: 4 }]
      },
    })
    const sent = await rebinding.send(dispatch(`http://localhost:${port}/`), never)
    expect([sent.status, asked, got[0]?.request.headers.host]).toEqual([200, ['localhost'], `localhost:${port}`])
    expect((await rebinding.send(dispatch(`http://localhost:${port}/`), never)).why).toMatch(/may not be asked: .*169\.254\.169\.254/)
    expect(got).toHaveLength(1)
  })

  it('whose name is not known yet may be saved, and is judged when it is asked', async () => {
    const unknown = sender({ resolve: () => Promise.reject(new Error('ENOTFOUND')) })
    expect(await unknown.refusal('http://hook.example/', atHome)).toBeNull()
    expect(await sender({ resolve: async () => [{ address: '8.8.8.8', family: 4 }] }).refusal('http://hook.example/', atHome)).toMatch(
      /on the internet/,
    )
  })
})
