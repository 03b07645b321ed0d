// What is refused before any work: foreign host names, other sites' pages, strangers, wrong content types.
import type { MiddlewareHandler } from 'hono'
import type { Ids } from '../app/ports.ts'
import type { SettingsUse } from '../app/use-cases.ts'
import { SparkError } from '../contract/errors.ts'
import { changesSomething, doorOf, type EdgeContext, type EdgeEnv } from './edge.ts'

type Guard = MiddlewareHandler<EdgeEnv>

/** Every request has a number: in its answer, in the log, in a problem. */
export function numbered(ids: Ids): Guard {
  return async (c, next) => {
    c.set('requestId', ids.next())
    await next()
    c.res.headers.set('x-request-id', c.get('requestId'))
  }
}

/** Nothing but what this appliance itself sends, and no frame around it or in it. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'self'",
].join('; ')

/** What an engine answers is shown as what it is: were it a page, it has no origin and runs nothing. */
const foreignPolicy = "default-src 'none'; sandbox; frame-ancestors 'none'"

/**
 * `same-origin`, not `no-referrer`: the latter makes browsers send `Origin: null` with our own forms, and over plain http
 * (a Spark at home) the Origin is all there is to tell our forms from another site's.
 */
const always: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), payment=(), usb=()',
}

export const securityHeaders: Guard = async (c, next) => {
  await next()
  const door = doorOf(c.req.path)
  for (const [name, value] of Object.entries(always)) c.res.headers.set(name, value)
  c.res.headers.set('content-security-policy', door === 'openai' ? foreignPolicy : contentSecurityPolicy)
  // A web app of a listed origin may read /v1; nothing else is anybody else's to load.
  if (door !== 'openai') c.res.headers.set('cross-origin-resource-policy', 'same-origin')
  if (door === 'api' && !c.res.headers.has('cache-control')) c.res.headers.set('cache-control', 'no-store')
  if (c.res.status === 401) c.res.headers.set('www-authenticate', 'Bearer realm="Spark Control"')
}

const ipv4 = /^\d{1,3}(\.\d{1,3}){3}$/
const ipv6 = /^\[[0-9a-f:.%]+\]$/

/** Host name of a Host header: small letters, without port and closing dot. */
export function hostName(header: string): string {
  return header
    .trim()
    .toLowerCase()
    .replace(/:\d*$/, '')
    .replace(/(?<=[^.])\.$/, '')
}

/** IP literals cannot be pointed elsewhere by a foreign DNS, `localhost` and `.local` never leave the house; the rest is listed. */
export function goesBy(name: string, listed: readonly string[]): boolean {
  return ipv4.test(name) || ipv6.test(name) || name === 'localhost' || name.endsWith('.local') || listed.includes(name)
}

const hostHeader = (c: EdgeContext): string => c.req.header('host') ?? new URL(c.req.url).host

export function knownHost(settings: Pick<SettingsUse, 'get'>): Guard {
  return async (c, next) => {
    const name = hostName(hostHeader(c))
    if (!goesBy(name, settings.get('access.hosts'))) throw new SparkError('host_not_allowed', { host: name.slice(0, 100) })
    await next()
  }
}

/** True for a request that a page of another site sent. Programs send neither header and are not meant. */
function sentFromElsewhere(c: EdgeContext, allowed: readonly string[]): boolean {
  const origin = c.req.header('origin')
  if (origin !== undefined && allowed.includes(origin)) return false
  const site = c.req.header('sec-fetch-site')
  if (site !== undefined) return site !== 'same-origin' && site !== 'none'
  if (origin === undefined) return false
  const from = URL.canParse(origin) ? new URL(origin).host : null
  return from !== new URL(`http://${hostHeader(c)}`).host
}

export function ownPages(settings: Pick<SettingsUse, 'get'>): Guard {
  return async (c, next) => {
    const allowed = doorOf(c.req.path) === 'openai' ? settings.get('access.corsOrigins') : []
    if (changesSomething(c.req.method) && sentFromElsewhere(c, allowed)) throw new SparkError('cross_site', {})
    await next()
  }
}

/** Web apps of listed origins may use /v1 from a browser; nothing else is ever shared across origins. */
export function sharedWithListed(settings: Pick<SettingsUse, 'get'>): Guard {
  return async (c, next) => {
    const origin = c.req.header('origin')
    if (origin === undefined || doorOf(c.req.path) !== 'openai' || !settings.get('access.corsOrigins').includes(origin)) return next()
    if (c.req.method === 'OPTIONS') c.res = new Response(null, { status: 204 })
    else await next()
    c.res.headers.set('access-control-allow-origin', origin)
    c.res.headers.append('vary', 'Origin')
    if (c.req.method !== 'OPTIONS') return
    c.res.headers.set('access-control-allow-methods', 'GET, POST, DELETE')
    c.res.headers.set('access-control-allow-headers', c.req.header('access-control-request-headers') ?? 'authorization, content-type')
    c.res.headers.set('access-control-max-age', '600')
  }
}

const acceptedTypes = {
  api: /^application\/([a-z0-9.+-]+\+)?json\s*(;|$)/i,
  openai: /^(application\/json|multipart\/form-data)\s*(;|$)/i,
  page: /^(application\/x-www-form-urlencoded|multipart\/form-data)\s*(;|$)/i,
} as const

/** A body must say what it is: types that a foreign page may send without asking are not taken for JSON. */
export const expectedType: Guard = async (c, next) => {
  const { method, path } = c.req
  if (changesSomething(method)) {
    const type = c.req.header('content-type')
    const door = doorOf(path)
    const unnamed = type === undefined && (door === 'openai' ? method === 'POST' : c.req.raw.body !== null && !isEmpty(c))
    if (unnamed || (type !== undefined && !acceptedTypes[door].test(type))) throw new SparkError('unsupported_media', {})
  }
  await next()
}

const isEmpty = (c: EdgeContext): boolean =>
  c.req.header('content-length') === '0' ||
  (c.req.header('content-length') === undefined && c.req.header('transfer-encoding') === undefined)
