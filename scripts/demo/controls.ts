// The running demo's controls: HTTP on loopback. `scripts/break.ts` finds them by a file only this user may read; a browser gets in by
// the address that `make demo` prints, once, and by a cookie after that. No other web page can send an order.
import { randomBytes, timingSafeEqual } from 'node:crypto'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readWebAssets } from '../../server/adapters/files/web-assets.ts'
import type { World } from '../../tests/sim/core/types.ts'
import { orderOfForm } from './break-forms.ts'
import { breakPage, breakStyle } from './break-page.ts'
import { brokenNow, type Order, type OrderAnswer, obey } from './orders.ts'

export interface Controls {
  /** Of the page, with what lets a browser in. */
  readonly url: string
  stop(): Promise<void>
}

interface Key {
  readonly url: string
  readonly secret: string
}

/** Forms and orders are short. */
const bodyLimit = 16 * 1024
const keyFile = (port: number): string => join(tmpdir(), `spark-control-demo-${userInfo().uid}-${port}.json`)
const web = fileURLToPath(new URL('../../web', import.meta.url))

/** An answer that is an answer, too: the way in is wrong, or the order is. */
class Refusal extends Error {
  readonly status: number
  constructor(status: number, sentence: string) {
    super(sentence)
    this.status = status
  }
}

/** `port`: the demo's web port, by which break.ts tells demos apart. */
export async function openControls(world: World, port: number): Promise<Controls> {
  const secret = randomBytes(16).toString('hex')
  const cookie = `break_${port}`
  const css = readWebAssets(web)['app.css']?.body ?? new Uint8Array()
  const product = `http://127.0.0.1:${port}/`
  let said = ''
  let own = ''

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      const sentence = error instanceof Error ? error.message : String(error)
      response.statusCode = error instanceof Refusal ? error.status : 400
      response.setHeader('content-type', 'text/plain; charset=utf-8')
      response.end(isProgram(request) ? JSON.stringify({ sentence, broken: [] } satisfies OrderAnswer) : `${sentence}\n`)
    })
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', own)
    // Another name for this address means that a page elsewhere had its name point here.
    if (request.headers.host !== new URL(own).host) throw new Refusal(421, `This is ${own} only.`)
    if (isProgram(request)) return await answerProgram(request, response)
    if (isSame(searchParams.get('key') ?? '', secret) && request.method === 'GET') return letIn(response)
    if (!isSame(cookieOf(request, cookie), secret)) throw new Refusal(403, 'Open the address that make demo printed under "Break it".')
    if (request.method === 'POST') return await answerForm(request, response, pathname)
    send(response, pathname)
  }

  async function answerProgram(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!isSame(request.headers.authorization?.replace('Bearer ', '') ?? '', secret)) throw new Refusal(403, 'not for you')
    const sentence = obey(world, JSON.parse(await bodyOf(request)) as Order)
    response.end(JSON.stringify({ sentence, broken: brokenNow(world) } satisfies OrderAnswer))
  }

  function letIn(response: ServerResponse): void {
    response.writeHead(303, { location: '/', 'set-cookie': `${cookie}=${secret}; HttpOnly; SameSite=Strict; Path=/` }).end()
  }

  async function answerForm(request: IncomingMessage, response: ServerResponse, pathname: string): Promise<void> {
    // Other ports of this address are the same site, and their pages would send the cookie along.
    const site = request.headers['sec-fetch-site']
    if (request.headers.origin !== new URL(own).origin || (site !== undefined && site !== 'same-origin'))
      throw new Refusal(403, 'That came from another web page.')
    said = obey(world, orderOfForm(pathname, new URLSearchParams(await bodyOf(request))))
    response.writeHead(303, { location: '/' }).end()
  }

  function send(response: ServerResponse, pathname: string): void {
    const policy = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    for (const [name, value] of Object.entries({
      'content-security-policy': policy,
      'cache-control': 'no-store',
      'referrer-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
    }))
      response.setHeader(name, value)
    const known = { '/app.css': css, '/break.css': breakStyle }[pathname]
    if (known !== undefined) response.setHeader('content-type', 'text/css; charset=utf-8').end(known)
    else if (pathname !== '/') throw new Refusal(404, 'There is no such page.')
    else response.setHeader('content-type', 'text/html; charset=utf-8').end(String(breakPage({ world, product, said })))
  }

  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  own = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const key: Key = { url: own, secret }
  rmSync(keyFile(port), { force: true })
  writeFileSync(keyFile(port), JSON.stringify(key), { mode: 0o600, flag: 'wx' })
  return {
    url: `${own}?key=${secret}`,
    async stop() {
      rmSync(keyFile(port), { force: true })
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
    },
  }
}

/** Sends an order to the demo at that web port; null when there is none. */
export async function sendOrder(port: number, order: Order): Promise<OrderAnswer | null> {
  let key: Key
  try {
    key = JSON.parse(readFileSync(keyFile(port), 'utf8')) as Key
  } catch {
    return null
  }
  const answer = await fetch(key.url, {
    method: 'POST',
    headers: { authorization: `Bearer ${key.secret}` },
    body: JSON.stringify(order),
  }).catch(() => null)
  return answer === null ? null : ((await answer.json()) as OrderAnswer)
}

const isProgram = (request: IncomingMessage): boolean => request.headers.authorization !== undefined

function isSame(one: string, other: string): boolean {
  const [first, second] = [Buffer.from(one), Buffer.from(other)]
  return first.length === second.length && timingSafeEqual(first, second)
}

const cookieOf = (request: IncomingMessage, name: string): string =>
  (request.headers.cookie ?? '')
    .split('; ')
    .find((pair) => pair.startsWith(`${name}=`))
    ?.slice(name.length + 1) ?? ''

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8') as AsyncIterable<string>) {
    text += chunk
    if (text.length > bodyLimit) throw new Refusal(413, 'That is too long.')
  }
  return text
}
