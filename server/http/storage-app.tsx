// The whole edge while the database cannot be used: every request is told so, and the owner can settle it. The same guards as ever.
import { Hono } from 'hono'
import { MovedAsidePage, StoragePage } from '../../web/views/pages/storage.tsx'
import type { AccessUse } from '../app/access-use.ts'
import type { Clock, Ids, Log } from '../app/ports.ts'
import type { SettingsUse } from '../app/use-cases.ts'
import type { SparkError } from '../contract/errors.ts'
import { limitedBody } from './body-limit.ts'
import { doorOf, type EdgeEnv } from './edge.ts'
import { expectedType, knownHost, numbered, ownPages, securityHeaders } from './guards.ts'
import { type EntranceNeeds, entrancePages } from './pages/entrance.tsx'
import { createShow, goTo, type Show } from './pages/shell.tsx'
import { createProblemDoor, type RenderProblem } from './problem.ts'
import { asked, rightful } from './rights.ts'

export interface StorageAppNeeds {
  readonly failure: SparkError
  readonly movable: boolean
  /** Opens the database if it can be used by now; null then, else why not. */
  readonly tryAgain: () => SparkError | null
  /** Takes the file out of the way and says where it is. */
  readonly moveAside: () => string
  readonly access: AccessUse
  readonly assets: EntranceNeeds['assets']
  readonly settings: Pick<SettingsUse, 'get'>
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
  readonly version: string
  /** Draws problems that are not about the database: the set-up code, another site's page. */
  readonly renderProblem: RenderProblem
}

export function createStorageApp(needs: StorageAppNeeds): Hono<EdgeEnv> {
  const { access, settings, version } = needs
  const show = createShow(version)
  const app = new Hono<EdgeEnv>()
  const render = drawn(needs, show)
  const door = createProblemDoor({ log: needs.log, render })
  let failure = needs.failure
  app.onError((thrown, c) => door(thrown, c))

  app.use(numbered(needs.ids))
  app.use(securityHeaders)
  app.use(knownHost(settings))
  app.use(asked({ access, settings }))
  app.use(ownPages(settings))
  app.use(rightful({ access }))
  app.use(expectedType)
  app.use(limitedBody)

  app.get('/healthz', (c) => c.json({ ok: true }))
  app.get('/readyz', (c) => c.json({ ok: false, version }, 503))
  app.route('/', entrancePages({ assets: needs.assets, access, show }))
  app.post('/storage/check', () => {
    const now = needs.tryAgain()
    if (now === null) return goTo('/')
    failure = now
    throw now
  })
  app.post('/storage/aside', (c) => {
    const aside = needs.moveAside()
    return show(c.req.raw, { title: 'Moved aside', place: null, body: <MovedAsidePage aside={aside} /> })
  })
  app.all('*', (c) => door(failure, c))
  return app
}

function drawn({ movable, renderProblem }: StorageAppNeeds, show: Show): RenderProblem {
  return (problem, request) => {
    if (!problem.code.startsWith('storage_') || doorOf(new URL(request.url).pathname) !== 'page') return renderProblem(problem, request)
    const body = <StoragePage {...problem} movable={movable} />
    return show(request, { title: problem.title, place: null, body, status: problem.status })
  }
}
