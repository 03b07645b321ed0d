// What an attacker has: the whole appliance on a network, bytes on a socket, and one text for every field.
import { connect, type Socket } from 'node:net'
import { afterEach } from 'vitest'
import type { Operation } from '../../server/contract/define.ts'
import { operations } from '../../server/contract/index.ts'
import { createApp } from '../../server/http/app.ts'
import { createPages } from '../../server/http/pages/pages.tsx'
import { createRenderProblem } from '../../server/http/pages/problem.tsx'
import { createEdge, type Edge, json, type Listening, listen } from './edge.ts'
import { createFakeIds } from './ids.ts'

export const near = '192.168.1.20'
export const far = '203.0.113.9'
export const password = 'four words in a row'
export const evil = '<img src=x onerror=alert(1)><script>alert(1)</script>"\'&'

const ending: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end()
})

/** The appliance with its pages; on the network, unless it is of this computer alone. */
export function appliance(loopback = false): Edge {
  const edge = createEdge({ loopback })
  const pages = createPages({ useCases: edge.useCases, clock: edge.clock, assets: {} })
  const app = createApp({ ...edge, ids: createFakeIds('r'), parseOutput: true, pages, renderProblem: createRenderProblem('0.1.0') })
  const ask: Edge['ask'] = async (path, init, address = near) =>
    app.request(path, init, { incoming: { socket: { remoteAddress: address } } })
  return { ...edge, app, ask }
}

/** The owner has chosen a password; their session. */
export async function withPassword({ access }: Edge): Promise<string> {
  const origin = { address: near, near: true, strangeProxy: null }
  const caller = access.callerOf(access.setUpCode(), origin)
  const chosen = await access.setPassword({ ...origin, given: password, agent: 'Firefox', device: null, current: null, caller })
  return chosen.token
}

export async function serve(edge: Edge, limits: Parameters<typeof listen>[1] = {}): Promise<Listening> {
  const listening = await listen(edge.app, limits)
  ending.push(() => listening.close())
  return listening
}

export interface Line {
  say(text: string): void
  /** What came back until the connection was closed. */
  readonly all: Promise<string>
  readonly socket: Socket
}

/** A connection that says exactly these bytes. */
export function raw({ port }: Listening): Line {
  const socket = connect(port, '127.0.0.1')
  let heard = ''
  ending.push(() => socket.destroy())
  const all = new Promise<string>((done) => {
    socket.on('data', (data) => {
      heard += data.toString('latin1')
    })
    socket.on('error', () => done(heard))
    socket.on('close', () => done(heard))
  })
  return { say: (text) => void socket.write(text, 'latin1'), all, socket }
}

export const changing = Object.entries(operations as Record<string, Operation>).filter(([, row]) => row.method !== 'get')
export const filled = (path: string, value = 'nobody'): string => path.replace(/:[a-zA-Z]+/g, encodeURIComponent(value))

/** Every text of a value replaced. */
function poisoned(value: unknown): unknown {
  if (typeof value === 'string') return evil
  if (Array.isArray(value)) return value.map(poisoned)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, poisoned(inner)]))
}

/** Sends every operation its example with one field after the other poisoned, and to a poisoned address. */
export async function poisonEverything({ app }: Edge): Promise<void> {
  for (const [id, row] of changing) {
    if (id === 'access.setPassword') continue
    const method = row.method.toUpperCase()
    for (const { in: sent = {} } of row.examples) {
      const body = sent as Readonly<Record<string, unknown>>
      for (const name of Object.keys(body))
        await app.request(filled(row.path), json(method, { ...body, [name]: poisoned(body[name]) }, { 'user-agent': evil }))
      await app.request(filled(row.path, evil), json(method, body))
    }
  }
}
