// Who asks, and whether they may: in one place for operations, /v1, pages and streams. The router itself says which route will answer,
// so there is no second reading of the path that could be led astray.
import type { MiddlewareHandler } from 'hono'
import { matchedRoutes } from 'hono/route'
import type { AccessUse } from '../app/access-use.ts'
import type { SettingsUse } from '../app/use-cases.ts'
import { SparkError } from '../contract/errors.ts'
import { type Caller, callerOf, type Demand, mayDo, type Origin } from '../domain/access.ts'
import { originOf } from './came-from.ts'
import { tokenOf } from './credentials.ts'
import type { EdgeContext, EdgeEnv } from './edge.ts'
import { type Act, actOfRoute } from './page-acts.ts'

interface Needs {
  readonly access: AccessUse
  readonly settings: Pick<SettingsUse, 'get'>
}

export function whereFrom(c: EdgeContext, { access, settings }: Needs): Origin {
  return originOf(c.env?.incoming?.socket?.remoteAddress, c.req.raw.headers, {
    proxies: settings.get('access.trustedProxies'),
    home: settings.get('access.homeNetworks'),
    loopback: access.loopback,
  })
}

/** The route that will answer: the first that is no middleware. */
function routeOf(c: EdgeContext): { readonly path: string; readonly act: Act } {
  const route = matchedRoutes(c).find(({ path }) => path !== '/*' && path !== '*')
  const path = route?.path ?? c.req.path
  return { path, act: actOfRoute(c.req.method, path, (c.req.query('page') ?? '').split(':', 1)[0]) }
}

/** Says who asks and for what. A key that is not good is told by `rightful`, after the guards that come between. */
export function asked(needs: Needs): MiddlewareHandler<EdgeEnv> {
  return async (c, next) => {
    const { path, act } = routeOf(c)
    const origin = whereFrom(c, needs)
    c.set('route', path)
    c.set('act', act)
    try {
      c.set('caller', needs.access.callerOf(tokenOf(c.req.raw.headers), origin))
    } catch (failure) {
      if (!(failure instanceof SparkError)) throw failure
      c.set('caller', callerOf('locked', origin, { kind: 'nobody' }))
      c.set('badKey', failure)
    }
    rememberCaller(c.req.raw, c.get('caller'))
    await next()
  }
}

export function rightful({ access }: Pick<Needs, 'access'>): MiddlewareHandler<EdgeEnv> {
  return async (c, next) => {
    const { demand } = c.get('act')
    const badKey = c.get('badKey')
    if (badKey !== undefined && demand.right !== 'anyone') throw badKey
    refuseUnless(c.get('caller'), demand, access)
    await next()
  }
}

/** Raises what a caller without that right is told. */
export function refuseUnless(caller: Caller, demand: Demand, access: Pick<AccessUse, 'way'>): void {
  if (mayDo(caller, demand)) return
  const { who } = caller
  if (who.kind !== 'key') throw new SparkError('sign_in_needed', { right: demand.right, way: access.way(), proxy: caller.strangeProxy })
  throw new SparkError('right_missing', { name: who.name, right: demand.ownerOnly === true ? 'owner' : demand.right })
}

/** Logs and commands tell more of a house than whoever may look at its models needs to know. */
export const mayOperate = (c: EdgeContext): boolean => c.get('caller').may.has('operate')

/** Pages are drawn from the request alone. */
const callers = new WeakMap<Request, Caller>()

export function rememberCaller(request: Request, caller: Caller): void {
  callers.set(request, caller)
}

/** Null: it never came this far. */
export function callerBehind(request: Request): Caller | null {
  return callers.get(request) ?? null
}

/** Settings of who may come in are for the owner alone: a key could open the door for others. Raises right_missing. */
export function ownerAlone({ who }: Pick<Caller, 'who'>, setting: string): void {
  if (setting.startsWith('access.') && who.kind === 'key') throw new SparkError('right_missing', { name: who.name, right: 'owner' })
}
