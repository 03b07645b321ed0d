// Every page, mounted by http/app.ts.
import { Hono } from 'hono'
import { Heading } from '../../../web/views/layout.tsx'
import { SignIn } from '../../../web/views/pages/problem.tsx'
import type { Clock } from '../../app/ports.ts'
import type { UseCases } from '../../app/use-cases.ts'
import type { Access } from '../access.ts'
import type { EdgeEnv } from '../edge.ts'
import { activityPages } from './activity.tsx'
import { homePages } from './home.tsx'
import { joiningPages } from './joining.tsx'
import { libraryPages } from './library.tsx'
import { livePages } from './live.tsx'
import { machinePages } from './machines.tsx'
import { fieldsOf } from './needs.ts'
import { recipePages } from './recipes.tsx'
import { settingPages } from './settings.tsx'
import { createShow, goTo } from './shell.tsx'
import { swapPages } from './swaps.tsx'

/** A file under /assets/, read at start (adapters/files/web-assets.ts). */
export interface PageAsset {
  readonly type: string
  readonly body: Uint8Array<ArrayBuffer>
  readonly gzip: Uint8Array<ArrayBuffer>
  readonly etag: string
}

export interface PagesNeeds {
  readonly useCases: UseCases
  readonly clock: Clock
  readonly assets: Readonly<Record<string, PageAsset>>
  readonly access: Pick<Access, 'signIn' | 'cookieOf'>
  /** Aborted when the server stops: open streams end. */
  readonly ending?: AbortSignal
}

export function createPages({ useCases, clock, assets, access, ending = new AbortController().signal }: PagesNeeds): Hono<EdgeEnv> {
  const show = createShow(useCases.version)
  const needs = { useCases, clock, show }
  const app = new Hono<EdgeEnv>()
  app.route('/', assetFiles(assets))
  app.route('/', homePages(needs))
  app.route('/', joiningPages(needs))
  app.route('/', libraryPages(needs))
  app.route('/', recipePages(needs))
  app.route('/', swapPages(needs))
  app.route('/', machinePages(needs))
  app.route('/', activityPages(needs))
  app.route('/', settingPages(needs))
  app.route('/', livePages({ useCases, clock, ending }))

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
