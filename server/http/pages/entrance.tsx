// What is there before anything else: stylesheet and scripts, this browser's colours, and the way in.
import { Hono } from 'hono'
import { PasswordPage, passwordTitle, SignInPage, signInTitle } from '../../../web/views/pages/sign-in.tsx'
import type { AccessUse, SignedIn, SignInTry } from '../../app/access-use.ts'
import { SparkError, tellError } from '../../contract/errors.ts'
import { sessionSeconds } from '../../domain/access.ts'
import { agentOf, cookiesOf, deviceOf, noSession } from '../credentials.ts'
import { type EdgeContext, type EdgeEnv, isSecure } from '../edge.ts'
import { fieldsOf } from './needs.ts'
import { goTo, type Show } from './shell.tsx'

/** A file under /assets/, read at start (adapters/files/web-assets.ts). */
export interface PageAsset {
  readonly type: string
  readonly body: Uint8Array<ArrayBuffer>
  readonly gzip: Uint8Array<ArrayBuffer>
  readonly etag: string
}

export interface EntranceNeeds {
  readonly assets: Readonly<Record<string, PageAsset>>
  readonly access: Pick<AccessUse, 'signIn' | 'signOut' | 'setPassword' | 'way'>
  readonly show: Show
}

export function entrancePages({ assets, access, show }: EntranceNeeds): Hono<EdgeEnv> {
  const app = new Hono<EdgeEnv>()
  app.route('/', assetFiles(assets))
  app.route('/', ownerPages({ access, show }))

  /** The theme belongs to this browser, not to the appliance: a cookie, no operation. */
  app.post('/theme', async (c) => {
    const { theme = 'auto' } = await fieldsOf(c)
    const value = theme === 'light' || theme === 'dark' ? theme : 'auto'
    return goTo(pathOf(c.req.header('referer')), { 'set-cookie': `theme=${value}; Path=/; Max-Age=31536000; SameSite=Lax` })
  })

  return app
}

/** Signing in and out, and the password. Refusals are told at the field; the audit is told here. */
function ownerPages({ access, show }: Pick<EntranceNeeds, 'access' | 'show'>): Hono<EdgeEnv> {
  const app = new Hono<EdgeEnv>()

  const tryOf = (c: EdgeContext, given: string): SignInTry => ({
    ...c.get('caller'),
    given,
    agent: agentOf(c.req.header('user-agent')),
    device: deviceOf(c.req.raw.headers),
  })
  const leave = (c: EdgeContext, path: string, signedIn: SignedIn): Response => {
    const answer = goTo(path)
    for (const cookie of cookiesOf(signedIn, sessionSeconds, isSecure(c))) answer.headers.append('set-cookie', cookie)
    return answer
  }
  const told = (c: EdgeContext, failure: SparkError): { words: string; status: number; headers: Readonly<Record<string, string>> } => {
    c.set('refusal', failure.code)
    const { happened, next, status } = tellError(failure.code, failure.facts)
    const wait = failure.code === 'too_many_tries' ? (failure.facts as { retryAfterSeconds: number }).retryAfterSeconds : null
    return { words: `${happened} ${next}`, status, headers: wait === null ? {} : { 'retry-after': String(wait) } }
  }

  const signInPage = (c: EdgeContext, back: string, failure?: SparkError): Promise<Response> => {
    const refused = failure === undefined ? null : told(c, failure)
    const data = { back, way: access.way(), ...(refused === null ? {} : { refused: refused.words }) }
    return show(c.req.raw, { title: signInTitle(data), place: null, body: <SignInPage {...data} />, ...refused })
  }
  app.get('/sign-in', (c) => signInPage(c, ownPath(c.req.query('back') ?? '/')))
  app.post('/sign-in', async (c) => {
    const { code, password, back = '/' } = await fieldsOf(c)
    const way = access.way()
    try {
      const signedIn = await access.signIn(tryOf(c, password ?? code ?? ''))
      return leave(c, way === 'code' ? '/password' : ownPath(back), signedIn)
    } catch (failure) {
      if (!(failure instanceof SparkError)) throw failure
      return await signInPage(c, ownPath(back), failure)
    }
  })
  app.post('/sign-out', (c) => {
    access.signOut(c.get('caller'))
    return goTo('/', { 'set-cookie': noSession })
  })

  const passwordPage = (c: EdgeContext, field?: Field, failure?: SparkError): Promise<Response> => {
    const refused = failure === undefined ? null : told(c, failure)
    const data = {
      change: access.way() === 'password',
      ...(field === undefined || refused === null ? {} : { refused: { field, why: refused.words } }),
    }
    return show(c.req.raw, { title: passwordTitle(data), place: 'settings', body: <PasswordPage {...data} />, ...refused })
  }
  app.get('/password', (c) => passwordPage(c))
  app.post('/password', async (c) => {
    const { password = '', again = '', current = null } = await fieldsOf(c)
    if (password !== again) return passwordPage(c, 'again', new SparkError('password_unusable', { why: 'the two are not the same' }))
    try {
      const signedIn = await access.setPassword({ ...tryOf(c, password), caller: c.get('caller'), current })
      return leave(c, '/access', signedIn)
    } catch (failure) {
      if (!(failure instanceof SparkError)) throw failure
      return await passwordPage(c, failure.code === 'password_unusable' ? 'password' : 'current', failure)
    }
  })
  return app
}

type Field = 'current' | 'password' | 'again'

/** A path on this appliance, never another site: read as a browser reads it, which skips tabs and takes a backslash for a slash. */
function ownPath(path: string): string {
  const here = 'http://here.invalid'
  if (!path.startsWith('/') || !URL.canParse(path, here)) return '/'
  const { origin, pathname, search } = new URL(path, here)
  return origin === here && !pathname.startsWith('//') ? pathname + search : '/'
}

function pathOf(referer: string | undefined): string {
  return referer !== undefined && URL.canParse(referer) ? ownPath(new URL(referer).pathname) : '/'
}

/** Asked for again every time, answered with 304 while nothing changed: after an update no page meets an old stylesheet. */
function assetFiles(assets: Readonly<Record<string, PageAsset>>): Hono<EdgeEnv> {
  const app = new Hono<EdgeEnv>()
  app.get('/assets/:name', (c) => {
    const asset = Object.hasOwn(assets, c.req.param('name')) ? assets[c.req.param('name')] : undefined
    if (asset === undefined) return c.notFound()
    const headers = { 'content-type': asset.type, etag: asset.etag, 'cache-control': 'no-cache', vary: 'Accept-Encoding' }
    if (c.req.header('if-none-match') === asset.etag) return new Response(null, { status: 304, headers })
    if (!/\bgzip\b/.test(c.req.header('accept-encoding') ?? '')) return new Response(asset.body, { headers })
    return new Response(asset.gzip, { headers: { ...headers, 'content-encoding': 'gzip' } })
  })
  return app
}
