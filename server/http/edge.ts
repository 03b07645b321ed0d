// What the edge knows of one request: its number, where it came from, who asks.
import type { Context } from 'hono'
import type { ErrorCode, SparkError } from '../contract/errors.ts'
import type { Caller } from '../domain/access.ts'
import { isOwnName } from '../domain/own-names.ts'
import type { Requester } from '../domain/swap.ts'
import type { Act } from './page-acts.ts'

/** Hono's environment here. `incoming` is node's request where the app runs behind a real listener. */
export interface EdgeEnv {
  Bindings: { readonly incoming?: { readonly socket?: { readonly remoteAddress?: string | undefined } } }
  Variables: {
    requestId: string
    /** Set by rights.ts before anything else is done. */
    caller: Caller
    /** Pattern of the route that answers, and what that does. */
    route: string
    act: Act
    /** Why the key that was sent is not good. */
    badKey?: SparkError
    /** A refusal that a page tells in its own words instead of raising it. */
    refusal?: ErrorCode
    /** What was sent, read; for the audit. */
    fields?: Readonly<Record<string, unknown>>
  }
}

export type EdgeContext = Context<EdgeEnv>

export type Door = 'api' | 'openai' | 'page'

const apiPath = /^\/(api(\/|$)|healthz$|readyz$|openapi\.json$|status\.json$)/

/** Which of the three faces a path belongs to: they read and answer differently. */
export function doorOf(path: string): Door {
  if (path === '/v1' || path.startsWith('/v1/')) return 'openai'
  return apiPath.test(path) ? 'api' : 'page'
}

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

export function changesSomething(method: string): boolean {
  return !safeMethods.has(method)
}

/** What a sender says of itself here can only make its own cookie stricter. */
export function isSecure(c: EdgeContext): boolean {
  return c.req.header('x-forwarded-proto') === 'https'
}

const longestName = 60

/** A program that calls: by its key's name, else as it names itself, else by its User-Agent's product. Only the owner's sign-in is called the owner. */
export function requestingApp(c: EdgeContext, by?: string): Requester {
  const { who, address } = c.get('caller')
  if (who.kind === 'key') return { kind: 'app', name: who.name, address }
  if (who.kind === 'owner' && (by === undefined || isOwnName(by))) return { kind: 'owner', name: 'owner', address }
  const product = (c.req.header('user-agent') ?? '').split(/[\s/]/, 1)[0] ?? ''
  const name = (by ?? product)
    .replace(/[^\p{L}\p{N} ._@-]/gu, '')
    .trim()
    .slice(0, longestName)
  return { kind: 'app', name: name === '' || isOwnName(name) ? 'an app' : name, address }
}

/** Whoever acts on a page: the owner, unless a program does it with its key. */
export function requestingOwner(c: EdgeContext): Requester {
  const { who, address } = c.get('caller')
  return who.kind === 'key' ? { kind: 'app', name: who.name, address } : { kind: 'owner', name: 'owner', address }
}
