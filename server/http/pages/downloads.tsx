import { Hono } from 'hono'
import { DeletionPage } from '../../../web/views/pages/deletion.tsx'
import { DisksPage } from '../../../web/views/pages/disks.tsx'
import { GroundPage, groundTitle } from '../../../web/views/pages/download-ground.tsx'
import { DownloadPage, type DownloadsData, DownloadsPage } from '../../../web/views/pages/downloads.tsx'
import type { Trouble } from '../../../web/views/parts/notice.tsx'
import type { DownloadAsk } from '../../app/use-cases.ts'
import { SparkError, tellError } from '../../contract/errors.ts'
import { operations } from '../../contract/index.ts'
import { readInput } from '../../contract/reading.ts'
import { type EdgeEnv, requestingOwner } from '../edge.ts'
import { fieldsOf, type PageNeeds } from './needs.ts'
import { goTo } from './shell.tsx'

type Fields = Readonly<Record<string, string>>

/** Boxes are named on-ID; the token comes only by POST, never in an address. */
function askOf(fields: Fields): DownloadAsk {
  const machines = machinesOf(fields)
  const revision = fields['revision']?.trim() ?? ''
  const token = fields['token']?.trim() ?? ''
  const body = {
    repo: fields['repo']?.trim() ?? '',
    ...(revision === '' ? {} : { revision }),
    ...(machines.length === 0 ? {} : { machines }),
    ...(token === '' ? {} : { token }),
  }
  return readInput(operations['downloads.start'], { params: {}, query: {}, body }).body as DownloadAsk
}

function machinesOf(fields: Fields): string[] {
  return Object.keys(fields).flatMap((name) => (name.startsWith('on-') && fields[name] === 'yes' ? [name.slice('on-'.length)] : []))
}

/** What went wrong as the page says it; anything that is not in the table goes on to the one door. */
function troubleOf(thrown: unknown): { trouble: Trouble; status: number } {
  if (!(thrown instanceof SparkError)) throw thrown
  const { status, ...trouble } = tellError(thrown.code, thrown.facts)
  const machine = (thrown.facts as { readonly machine?: unknown }).machine
  return { trouble: { ...trouble, machine: typeof machine === 'string' ? machine : null }, status }
}

export function downloadPages({ useCases, clock, show }: PageNeeds): Hono<EdgeEnv> {
  const app = new Hono<EdgeEnv>()
  const { downloads, deletions } = useCases

  const showList = (request: Request, more: Partial<DownloadsData> = {}, status = 200): Promise<Response> => {
    const body = <DownloadsPage downloads={downloads.list()} machines={useCases.machines.list()} now={clock.now()} {...more} />
    return show(request, { title: 'Downloads', place: 'library', body, status, live: '/live?page=downloads', refreshSeconds: 5 })
  }

  /** The form again, with what was typed and what was wrong with it. */
  const showAgain = (request: Request, fields: Fields, thrown: unknown): Promise<Response> => {
    const { trouble, status } = troubleOf(thrown)
    const typed = { repo: fields['repo'] ?? '', revision: fields['revision'] ?? '', machines: machinesOf(fields) }
    return showList(request, { typed, trouble }, status)
  }

  app.get('/library/downloads', (c) => {
    const repo = c.req.query('repo')
    return showList(c.req.raw, repo === undefined ? {} : { typed: { repo, revision: '', machines: [] } })
  })

  app.get('/library/downloads/new', async (c) => {
    const fields = c.req.query()
    try {
      // A token in an address would be kept by browsers: it is not read here.
      const { token: _, ...ask } = askOf(fields)
      const ground = await downloads.check(ask)
      return await show(c.req.raw, { title: groundTitle(ground), place: 'library', body: <GroundPage ground={ground} /> })
    } catch (thrown) {
      return await showAgain(c.req.raw, fields, thrown)
    }
  })

  app.post('/library/downloads', async (c) => {
    const fields = await fieldsOf(c)
    try {
      const download = await downloads.start({ ...askOf(fields), requestedBy: requestingOwner(c) })
      return goTo(download.links.page)
    } catch (thrown) {
      if (!(thrown instanceof SparkError) || thrown.code !== 'download_blocked') return await showAgain(c.req.raw, fields, thrown)
      const { trouble, status } = troubleOf(thrown)
      const { token: _, ...ask } = askOf(fields)
      const ground = await downloads.check(ask)
      const body = <GroundPage ground={ground} news={trouble} />
      return await show(c.req.raw, { title: groundTitle(ground), place: 'library', body, status })
    }
  })

  app.get('/library/downloads/:id', (c) => {
    const download = downloads.find(c.req.param('id'))
    const running = download.state === 'running'
    const body = <DownloadPage download={download} now={clock.now()} />
    const live = running ? `/live?page=download:${download.id}` : null
    return show(c.req.raw, { title: `${download.name} - Downloads`, place: 'library', body, live, refreshSeconds: running ? 5 : null })
  })

  app.post('/library/downloads/:id/cancellation', (c) => goTo(downloads.cancel(c.req.param('id')).links.page))

  app.post('/library/downloads/:id/resumption', async (c) => {
    const token = (await fieldsOf(c))['token']?.trim() ?? ''
    const { body } = readInput(operations['downloads.resume'], {
      params: { id: c.req.param('id') },
      query: {},
      body: token === '' ? {} : { token },
    })
    return goTo((await downloads.resume(c.req.param('id'), body.token)).links.page)
  })

  app.get('/library/disks', (c) => {
    const body = <DisksPage disks={useCases.disks()} now={clock.now()} />
    return show(c.req.raw, { title: 'Disks', place: 'library', body })
  })

  const showTogether = async (request: Request, id: string, news?: Trouble, status = 200): Promise<Response> => {
    const ground = await downloads.checkTogether(id)
    const body = <GroundPage ground={ground} {...(news === undefined ? {} : { news })} />
    return await show(request, { title: groundTitle(ground), place: 'library', body, status })
  }

  /** Nobody has it whole: then it comes from the Hub, onto all that hold some of it. */
  const fromTheHub = (id: string): Response => {
    const { machines } = useCases.models.find(id)
    return goTo(`/library/downloads/new?${new URLSearchParams([['repo', id], ...machines.map((one) => [`on-${one.machine}`, 'yes'])])}`)
  }

  app.get('/library/:id/together', async (c) => {
    const id = c.req.param('id')
    if (!useCases.models.find(id).complete) return fromTheHub(id)
    try {
      return await showTogether(c.req.raw, id)
    } catch (thrown) {
      if (thrown instanceof SparkError && thrown.code === 'download_not_needed') return goTo('/library/disks')
      throw thrown
    }
  })

  app.post('/library/:id/together', async (c) => {
    const id = c.req.param('id')
    const commit = (await fieldsOf(c))['commit']
    try {
      return goTo((await downloads.bringTogether(id, { commit, requestedBy: requestingOwner(c) })).links.page)
    } catch (thrown) {
      const { trouble, status } = troubleOf(thrown)
      return await showTogether(c.req.raw, id, trouble, status)
    }
  })

  const held = () => ({ lock: useCases.lock.find(), now: clock.now() })

  app.get('/library/:id/deletion', (c) => {
    const plan = deletions.plan(c.req.param('id'))
    return show(c.req.raw, { title: `Delete ${plan.name}?`, place: 'library', body: <DeletionPage plan={plan} {...held()} /> })
  })

  app.post('/library/:id/deletion', async (c) => {
    const id = c.req.param('id')
    const name = (await fieldsOf(c))['name'] ?? ''
    try {
      await deletions.remove(id, { name, partsOnly: false, by: requestingOwner(c).name })
      return goTo('/library')
    } catch (thrown) {
      const { trouble, status } = troubleOf(thrown)
      const wrong = thrown instanceof SparkError && thrown.code === 'deletion_name_wrong'
      const plan = deletions.plan(id)
      const body = <DeletionPage plan={plan} {...held()} wrong={wrong} {...(wrong ? {} : { trouble })} />
      return await show(c.req.raw, { title: `Delete ${plan.name}?`, place: 'library', body, status })
    }
  })

  /** Left-overs older than a day: nothing that anybody could use. */
  app.post('/library/:id/parts', async (c) => {
    const id = c.req.param('id')
    await deletions.remove(id, { name: id, partsOnly: true, by: requestingOwner(c).name })
    return goTo('/library/disks')
  })

  return app
}
