// The doors of services over real sockets: what is asked, what comes back, and what no service can make us do.
import type { LookupAddress } from 'node:dns'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createServiceDoors, type DoorNeeds } from '../../server/adapters/outbound/service-doors.ts'
import type { ServiceAnswer, ServiceQuestion } from '../../server/app/service-ports.ts'

const open: (() => unknown)[] = []
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

const doorsWith = (needs: Partial<DoorNeeds> = {}) => {
  const doors = createServiceDoors({ ownPorts: [], ...needs })
  open.push(() => doors.close())
  return doors
}
async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.push(() => server.close())
  return (server.address() as AddressInfo).port
}

/** A service on a free port of loopback; `got` is what it was asked. */
async function service(answer: RequestListener): Promise<{ port: number; got: { request: IncomingMessage; body: string }[] }> {
  const got: { request: IncomingMessage; body: string }[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('latin1').on('data', (chunk: string) => {
      body += chunk
    })
    request.on('end', () => {
      got.push({ request, body })
      answer(request, response)
    })
  })
  open.push(() => server.closeAllConnections())
  return { port: await listening(server), got }
}
const questionTo = (port: number, more: Partial<ServiceQuestion> = {}): ServiceQuestion => ({
  address: '127.0.0.1',
  port,
  secure: false,
  foreign: false,
  method: 'GET',
  path: '/health',
  timeoutMs: 20_000,
  ...more,
})
const textOf = (answer: ServiceAnswer): string => (answer.status === null ? '' : new TextDecoder().decode(answer.body))
const whyOf = (answer: ServiceAnswer): string | null => (answer.status === null ? answer.why : null)

describe('a question', () => {
  it('is answered with status, type and body, whatever they are', async () => {
    const { port } = await service((request, response) => {
      response.writeHead(request.url === '/health' ? 200 : 503, { 'content-type': 'Text/HTML; charset=utf-8' })
      response.end('<p>not json</p>')
    })
    const doors = doorsWith()
    expect(await doors.ask(questionTo(port))).toMatchObject({ status: 200, contentType: 'text/html' })
    const bad = await doors.ask(questionTo(port, { path: '/other' }))
    expect([bad.status, textOf(bad)]).toEqual([503, '<p>not json</p>'])
  })

  it('sends JSON, or a form with one file', async () => {
    const { port, got } = await service((_, response) => response.end('{}'))
    const doors = doorsWith()
    await doors.ask(questionTo(port, { method: 'POST', json: { input: ['spark'] } }))
    const file = { name: 'sample.wav', type: 'audio/wav', bytes: new Uint8Array([82, 73, 70, 70]) }
    await doors.ask(questionTo(port, { method: 'POST', form: { fields: { model: 'm' }, file } }))
    expect([got[0]?.request.headers['content-type'], got[0]?.body]).toEqual(['application/json', '{"input":["spark"]}'])
    expect(got[1]?.request.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/)
    expect(got[1]?.body).toContain('filename="sample.wav"')
  })

  it('follows no redirect', async () => {
    const elsewhere = await service((_, response) => response.end('reached'))
    const { port } = await service((_, response) => response.writeHead(302, { location: `http://127.0.0.1:${elsewhere.port}/` }).end())
    expect((await doorsWith().ask(questionTo(port))).status).toBe(302)
    expect(elsewhere.got).toEqual([])
  })

  it('reads no body without end: a megabyte is the most', async () => {
    const { port } = await service((_, response) => {
      const chunk = Buffer.alloc(64 * 1024, 'x')
      const pour = (): void => {
        while (!response.destroyed && response.write(chunk));
      }
      response.on('drain', pour)
      pour()
    })
    expect(whyOf(await doorsWith().ask(questionTo(port)))).toBe('the answer is too long')
  })

  it('waits for no body that drips, and for nobody who hangs up on it', async () => {
    const { port } = await service((_, response) => {
      const drip = setInterval(() => response.write('.'), 50)
      response.on('close', () => clearInterval(drip))
    })
    const doors = doorsWith()
    expect(whyOf(await doors.ask(questionTo(port, { timeoutMs: 400 })))).toBe('no answer within 0 s')
    const leave = new AbortController()
    const asked = doors.ask(questionTo(port), leave.signal)
    leave.abort()
    expect(whyOf(await asked)).toBe('it was not waited for')
  })

  it('says in words why there is no answer', async () => {
    const noise = createTcpServer((socket) => socket.on('error', () => undefined).end('SSH-2.0-OpenSSH_9.6\r\n'))
    const hangsUp = createTcpServer((socket) => socket.on('error', () => undefined).destroy())
    const doors = doorsWith()
    expect(whyOf(await doors.ask(questionTo(await listening(noise))))).toBe('what it sent is not HTTP')
    expect(whyOf(await doors.ask(questionTo(await listening(hangsUp))))).toBe('it closed the connection')
    const { port } = await service((_, response) => response.end())
    const secure = await doors.ask(questionTo(port, { address: '127.0.0.1', foreign: true, secure: true }))
    expect(whyOf(secure)).toBe('it does not speak https')
  })
})

describe('the appliance itself', () => {
  it('is never asked, on a machine of its own or by its address', async () => {
    const { port, got } = await service((_, response) => response.end('{}'))
    const doors = doorsWith({ ownPorts: [port] })
    for (const foreign of [true, false]) {
      expect(await doors.refusal(questionTo(port, { foreign }))).toBe(`127.0.0.1, port ${port}, is this appliance itself`)
      expect(whyOf(await doors.ask(questionTo(port, { foreign })))).toContain('is this appliance itself')
    }
    expect(got).toEqual([])
  })
})

describe('a place that is known by its address alone', () => {
  const at = (address: string): Promise<readonly LookupAddress[]> => Promise.resolve([{ address, family: address.includes(':') ? 6 : 4 }])

  it.each([
    ['8.8.8.8', 'is on the internet'],
    ['169.254.169.254', 'keep the secrets'],
    ['169.254.1.1', 'is link-local'],
    ['0.0.0.0', 'stands for no machine'],
    ['::', 'stands for no machine'],
    ['224.0.0.1', 'is no single machine'],
    ['64:ff9b::a00:1', 'hides another address'],
  ])('%s is refused', async (address, why) => {
    expect(await doorsWith().refusal(questionTo(80, { address, foreign: true }))).toContain(why)
  })

  it.each(['192.168.1.30', '10.0.0.5', '100.64.0.9', 'fd00::5', '127.0.0.1'])('%s may be asked', async (address) => {
    expect(await doorsWith().refusal(questionTo(80, { address, foreign: true }))).toBe(null)
  })

  it('by name may be asked where the name leads home, and not where it leads elsewhere or nowhere', async () => {
    const refusal = (found: string) =>
      doorsWith({ resolve: () => at(found) }).refusal(questionTo(80, { address: 'models.home', foreign: true }))
    expect(await refusal('192.168.1.30')).toBe(null)
    expect(await refusal('1.1.1.1')).toBe('models.home is on the internet')
    expect(await refusal('127.0.0.1')).toContain('is this computer')
    const unknown = Object.assign(new Error('no'), { code: 'ENOTFOUND' })
    const none = doorsWith({ resolve: () => Promise.reject(unknown) })
    expect(await none.refusal(questionTo(80, { address: 'spark.local', foreign: true }))).toBe('spark.local: its name has no address')
  })

  it('is judged at each question: a name that moves away is not followed there', async () => {
    const { port, got } = await service((_, response) => response.end('{}'))
    let leads = '127.0.0.1'
    const doors = doorsWith({ resolve: () => at(leads) })
    const question = questionTo(port, { address: 'localhost', foreign: true })
    expect((await doors.ask(question)).status).toBe(200)
    expect(got[0]?.request.headers.host).toBe(`localhost:${port}`)
    leads = '8.8.4.4'
    expect(whyOf(await doors.ask(question))).toBe('it may not be asked: localhost is on the internet')
    expect(got).toHaveLength(1)
  })
})
