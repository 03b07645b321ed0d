// Programs that are told by webhooks, as servers on loopback. Some accept nothing, each in a way of its own, until they get well.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { Webhook } from 'standardwebhooks'
import type { Closing } from '../bench/ground.ts'

export const failures = ['refuses', 'hangs', 'redirects', 'breaks', 'asks'] as const
type Failure = (typeof failures)[number]

export interface Receiver {
  readonly url: string
  /** How it fails at first; null: it is well. */
  readonly failure: Failure | null
  /** Of its webhook. */
  readonly id: string
  /** Numbers of the events it accepted, in the order in which they came. */
  readonly accepted: readonly number[]
  /** Messages whose signature is not ours. */
  readonly forged: number
  /** What it knows of its webhook. */
  expect(id: string, secret: string): void
  /** How it fails from now on; null: it is well. */
  become(failure: Failure | null): void
}

/** How it fails, without accepting anything. */
const failing: Readonly<Record<Failure, (request: IncomingMessage, response: ServerResponse) => void>> = {
  refuses: (_, response) => void response.writeHead(500).end('no room'),
  hangs: () => undefined,
  redirects: (_, response) => void response.writeHead(302, { location: 'http://192.0.2.1/' }).end(),
  breaks: (request) => void request.socket.destroy(),
  asks: (_, response) => void response.writeHead(429, { 'retry-after': '1' }).end(),
}

export async function openReceiver(closing: Closing, failure: Failure | null): Promise<Receiver> {
  const accepted: number[] = []
  const hanging = new Set<ServerResponse>()
  let now = failure
  let hook: Webhook | null = null
  let id = ''
  let forged = 0
  const server = createServer((request, response) => {
    if (now !== null) {
      request.resume()
      if (now === 'hangs') hanging.add(response)
      return failing[now](request, response)
    }
    void text(request).then((body) => {
      try {
        const event = hook?.verify(body, request.headers as Record<string, string>) as { readonly id: number }
        accepted.push(event.id)
      } catch {
        forged += 1
      }
      response.writeHead(204).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.add(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    failure,
    get id() {
      return id
    },
    accepted,
    get forged() {
      return forged
    },
    expect(webhook, secret) {
      id = webhook
      hook = new Webhook(secret)
    },
    become(next) {
      now = next
      for (const response of hanging) response.destroy()
      hanging.clear()
    },
  }
}
