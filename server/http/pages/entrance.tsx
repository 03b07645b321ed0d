// What is there before anything else: stylesheet and scripts, this browser's colours, and the set-up code.
import { Hono } from 'hono'
import { Heading } from '../../../web/views/layout.tsx'
import { SignIn } from '../../../web/views/pages/problem.tsx'
import type { Access } from '../access.ts'
import type { EdgeEnv } from '../edge.ts'
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
  readonly access: Pick<Access, 'signIn' | 'cookieOf'>
  readonly show: Show
}

export function entrancePages({ assets, access, show }: EntranceNeeds): Hono<EdgeEnv> {
  const app = new Hono<EdgeEnv>()
  app.route('/', assetFiles(assets))

  /** The theme belongs to this browser, not to the appliance: a cookie, no operation. */
  app.post('/theme', async (c) => {
    const { theme = 'auto' } = await fieldsOf(c)
    const value = theme === 'light' || theme === 'dark' ? theme : 'auto'
    return goTo(pathOf(c.req.header('referer')), { 'set-cookie': `theme=${value}; Path=/; Max-Age=31536000; SameSite=Lax` })
  })

  const signInPage = (request: Request, back: string, wrong: boolean): Promise<Response> => {
    const body = (
      <div class="page narrow">
        <Heading title="Set-up code needed" />
        <SignIn back={back} wrong={wrong} />
      </div>
    )
    return show(request, { title: 'Set-up code needed', place: null, body, status: wrong ? 403 : 200 })
  }

  app.get('/sign-in', (c) => signInPage(c.req.raw, ownPath(c.req.query('back') ?? '/'), false))

  app.post('/sign-in', async (c) => {
    const { code = '', back = '/' } = await fieldsOf(c)
    const session = access.signIn(code)
    if (session === null) return signInPage(c.req.raw, ownPath(back), true)
    return goTo(ownPath(back), { 'set-cookie': access.cookieOf(session) })
  })

  return app
}

/** A path on this appliance, never another site. */
function ownPath(path: string): string {
  return /^\/(?![/\\])/.test(path) ? path : '/'
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
