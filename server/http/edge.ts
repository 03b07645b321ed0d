// What the edge knows of one request: its number, where it came from, who asks.
import type { Context } from 'hono'
import type { Requester } from '../domain/swap.ts'

/** Hono's environment here. `incoming` is node's request where the app runs behind a real listener. */
export interface EdgeEnv {
  Bindings: { readonly incoming?: { readonly socket?: { readonly remoteAddress?: string | undefined } } }
  Variables: { requestId: string }
}

export type EdgeContext = Context<EdgeEnv>

export type Door = 'api' | 'openai' | 'page'

const apiPath = /^\/(api(\/|$)|healthz$|readyz$|openapi\.json$)/

/** Which of the three faces a path belongs to: they read and answer differently. */
export function doorOf(path: string): Door {
  if (path === '/v1' || path.startsWith('/v1/')) return 'openai'
  return apiPath.test(path) ? 'api' : 'page'
}

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

export function changesSomething(method: string): boolean {
  return !safeMethods.has(method)
}

/** The peer's address; null where there is no socket (in process). IPv4 in its own form, not mapped into IPv6. */
function peerAddress(c: EdgeContext): string | null {
  const address = c.env?.incoming?.socket?.remoteAddress
  return address === undefined ? null : address.replace(/^::ffff:(?=\d+\.)/, '')
}

const longestName = 60

/** A program that calls: as it names itself, else by its User-Agent's product. */
export function requestingApp(c: EdgeContext, by?: string): Requester {
  const product = (c.req.header('user-agent') ?? '').split(/[\s/]/, 1)[0] ?? ''
  const name = (by ?? product)
    .replace(/[^\p{L}\p{N} ._@-]/gu, '')
    .trim()
    .slice(0, longestName)
  return { kind: 'app', name: name === '' ? 'an app' : name, address: peerAddress(c) }
}

/** The owner, acting on a page. */
export function requestingOwner(c: EdgeContext): Requester {
  return { kind: 'owner', name: 'owner', address: peerAddress(c) }
}
