// The whole edge in memory: the real app of server/http over the fake use cases, and a real listener where a socket matters.
import type { Server, ServerOptions } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import type { AccessUse } from '../../server/app/access-use.ts'
import { type Client, createClient } from '../../server/contract/client.ts'
import { type App, type AppNeeds, createApp } from '../../server/http/app.ts'
import { slowClientLimits } from '../../server/http/slow-clients.ts'
import { createFakeClock, type FakeClock } from './clock.ts'
import { createFakeIds } from './ids.ts'
import { createFakeLog, type FakeLog } from './log.ts'
import { createFakeUseCases, type FakeUseCases } from './use-cases.ts'

export interface Edge {
  readonly app: App
  readonly client: Client
  readonly useCases: FakeUseCases
  readonly log: FakeLog
  readonly clock: FakeClock
  readonly access: AccessUse
  /** A request from that address; without one, as from the house. */
  readonly ask: (path: string, init?: RequestInit, address?: string) => Promise<Response>
  readonly end: () => void
}

export function createEdge({ loopback = true, ...more }: Partial<AppNeeds> & { readonly loopback?: boolean } = {}): Edge {
  const log = createFakeLog()
  const clock = createFakeClock()
  const ids = createFakeIds()
  const useCases = createFakeUseCases({ clock, ids, log, loopback })
  const { access } = useCases
  const ending = new AbortController()
  const app = createApp({ useCases, log, clock, ids, parseOutput: true, ending: ending.signal, ...more })
  const ask: Edge['ask'] = async (path, init, address = '192.168.1.20') =>
    app.request(path, init, { incoming: { socket: { remoteAddress: address } } })
  const client = createClient((url, init) => app.request(url, init))
  return { app, client, useCases, log, clock, access, ask, end: () => ending.abort() }
}

export interface Listening {
  readonly url: string
  readonly port: number
  close(): Promise<void>
}

/** The app behind node's own HTTP server on a free port of loopback. */
export async function listen(app: App, limits: ServerOptions = {}): Promise<Listening> {
  const server = createAdaptorServer({ fetch: app.fetch, serverOptions: { ...slowClientLimits, ...limits } }) as Server
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export interface ProblemAnswer {
  readonly status: number
  readonly headers: Headers
  readonly problem: Record<string, unknown>
}

/** An answer read as a problem. */
export async function asProblem(answer: Response | Promise<Response>): Promise<ProblemAnswer> {
  const settled = await answer
  return { status: settled.status, headers: settled.headers, problem: (await settled.json()) as Record<string, unknown> }
}

export const json = (method: string, body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
})
