import { Hono } from 'hono'
import type { MachineData } from '../../../web/views/pages/machine-acts.tsx'
import { LauncherPage, launcherTitle } from '../../../web/views/pages/machine-launcher.tsx'
import { MachineNow, MachinePage, MachinesPage, SurveyFragment } from '../../../web/views/pages/machines.tsx'
import type { Trouble } from '../../../web/views/parts/notice.tsx'
import { Watched } from '../../../web/views/parts/watched.tsx'
import type { MachineEdit } from '../../app/use-cases.ts'
import { SparkError, tellError } from '../../contract/errors.ts'
import { operations } from '../../contract/index.ts'
import type { MachineShape } from '../../contract/operations/shapes.ts'
import { readInput } from '../../contract/reading.ts'
import { type EdgeContext, type EdgeEnv, requestingOwner } from '../edge.ts'
import { fieldsOf, type PageNeeds } from './needs.ts'
import { goTo, showFragment, wantsFragment } from './shell.tsx'

type Fields = Readonly<Record<string, string>>

/** What went wrong as three sentences; anything that is not told in the table goes on to the one door. */
export function troubleOf(thrown: unknown): { trouble: Trouble; status: number } {
  if (!(thrown instanceof SparkError) || thrown.code === 'not_found') throw thrown
  const { status, ...trouble } = tellError(thrown.code, thrown.facts)
  return { trouble, status }
}

const empty = (text: string | undefined): string | null => (text === undefined || text.trim() === '' ? null : text.trim())

/** Fields as the operation wants them; its schema says what is wrong, the same for the page as for programs. */
export function editOf(fields: Fields): Record<string, unknown> {
  const given = (name: string): boolean => fields[name] !== undefined
  return {
    ...(empty(fields['name']) === null ? {} : { name: fields['name'] }),
    ...(given('address') ? { address: fields['address']?.trim() } : {}),
    ...(given('user') ? { user: fields['user']?.trim() } : {}),
    ...(empty(fields['port']) === null ? {} : { port: Number(fields['port']) }),
    ...(given('fabricAddress') ? { fabricAddress: empty(fields['fabricAddress']) } : {}),
    ...(given('launcherPath') ? { launcherPath: empty(fields['launcherPath']) } : {}),
    ...(given('cachePath') ? { cachePath: empty(fields['cachePath']) } : {}),
    ...(given('modelFolders')
      ? {
          modelFolders: (fields['modelFolders'] ?? '')
            .split('\n')
            .map((line) => line.trim())
            .filter(Boolean),
        }
      : {}),
  }
}

/** The form shows what was found by itself; left as it is, it stays found by itself and is not written down. */
function changed(typed: Fields, machine: MachineShape): Fields {
  const shown: Fields = {
    fabricAddress: machine.fabricAddress ?? '',
    launcherPath: machine.launcher?.path ?? '',
    cachePath: machine.cachePath ?? '',
    modelFolders: machine.modelFolders.join('\n'),
  }
  return Object.fromEntries(Object.entries(typed).filter(([name, text]) => shown[name] === undefined || shown[name] !== text.trim()))
}

export function machinePages({ useCases, clock, show }: PageNeeds): Hono<EdgeEnv> {
  const app = new Hono<EdgeEnv>()
  const { machines, machineFacts, watching } = useCases

  const showOne = (request: Request, id: string, more: Partial<MachineData> = {}, status = 200): Promise<Response> => {
    const machine = machines.find(id)
    const span = new URL(request.url).searchParams.get('span') === 'day' ? 'day' : 'hour'
    const seen = { history: watching.history(id, span), connectivity: watching.connectivity(id) }
    const watched = <Watched machine={machine} {...seen} now={clock.now()} />
    const body = <MachinePage machine={machine} watched={watched} now={clock.now()} {...more} />
    return show(request, { title: `${machine.name} - Machines`, place: 'machines', body, status, live: `/live?page=machine:${id}` })
  }

  app.get('/machines', (c) => {
    const body = (
      <MachinesPage
        machines={machines.list()}
        named={useCases.namedMachines.list()}
        agreements={machineFacts.agreements()}
        now={clock.now()}
      />
    )
    return show(c.req.raw, { title: 'Machines', place: 'machines', body, live: '/live?page=machines', refreshSeconds: 10 })
  })

  app.get('/machines/:id', (c) => showOne(c.req.raw, c.req.param('id')))

  app.post('/machines/:id', async (c) => {
    const id = c.req.param('id')
    const typed = await fieldsOf(c)
    try {
      const { body } = readInput(operations['machines.edit'], {
        params: { id },
        query: {},
        body: editOf(changed(typed, machines.find(id))),
      })
      await machines.edit(id, body as MachineEdit)
      return goTo(`/machines/${id}`)
    } catch (thrown) {
      const { trouble, status } = troubleOf(thrown)
      return await showOne(c.req.raw, id, { trouble, typed }, status)
    }
  })

  app.post('/machines/:id/check', async (c) => {
    const id = c.req.param('id')
    let trouble: ReturnType<typeof troubleOf> | null = null
    try {
      await machines.check(id)
    } catch (thrown) {
      trouble = troubleOf(thrown)
    }
    // The machine's own trouble line tells htmx's fragment what went wrong; a plain form gets a page that says it in full.
    if (wantsFragment(c.req.raw)) return showFragment(<MachineNow machine={machines.find(id)} now={clock.now()} />)
    return trouble === null ? goTo(`/machines/${id}`) : await showOne(c.req.raw, id, { trouble: trouble.trouble })
  })

  /** An act from the live part of the page: that part again for htmx, the whole page for everybody else. */
  const acted = async (c: EdgeContext, id: string, act: () => Promise<unknown>): Promise<Response> => {
    try {
      await act()
    } catch (thrown) {
      const { trouble, status } = troubleOf(thrown)
      if (!wantsFragment(c.req.raw)) return await showOne(c.req.raw, id, { trouble }, status)
      return showFragment(<MachineNow machine={machines.find(id)} now={clock.now()} trouble={trouble} />, status < 500 ? status : 200)
    }
    if (wantsFragment(c.req.raw)) return showFragment(<MachineNow machine={machines.find(id)} now={clock.now()} />)
    return goTo(`/machines/${id}`)
  }

  app.post('/machines/:id/drop-caches', (c) => {
    const id = c.req.param('id')
    return acted(c, id, () => machineFacts.dropCaches(id, { by: requestingOwner(c).name }))
  })

  app.post('/machines/:id/inspection', (c) => {
    const id = c.req.param('id')
    return acted(c, id, () => machineFacts.inspect(id))
  })

  const showLauncher = async (request: Request, id: string, trouble?: Trouble, status = 200): Promise<Response> => {
    const machine = machines.find(id)
    const asked = await machineFacts.launcherChanges(id).then(
      (changes) => ({ changes, trouble, status }),
      (thrown: unknown) => ({ changes: null, ...troubleOf(thrown) }),
    )
    const data = { machine, changes: asked.changes, lock: useCases.lock.find(), now: clock.now(), trouble: asked.trouble }
    return show(request, { title: launcherTitle(data), place: 'machines', body: <LauncherPage {...data} />, status: asked.status })
  }

  app.get('/machines/:id/launcher', (c) => showLauncher(c.req.raw, c.req.param('id')))

  app.post('/machines/:id/launcher', async (c) => {
    const id = c.req.param('id')
    const { body } = readInput(operations['machines.updateLauncher'], {
      params: { id },
      query: {},
      body: { commit: (await fieldsOf(c))['commit'] ?? '' },
    })
    try {
      await machineFacts.updateLauncher(id, { ...(body as { commit: string }), by: requestingOwner(c).name })
      return goTo(`/machines/${id}`)
    } catch (thrown) {
      const { trouble, status } = troubleOf(thrown)
      return await showLauncher(c.req.raw, id, trouble, status)
    }
  })

  app.get('/machines/:id/survey', async (c) => {
    const id = c.req.param('id')
    const machine = machines.find(id)
    const found = await machines.survey(id).then(
      (survey): Partial<MachineData> => ({ survey }),
      (thrown: unknown): Partial<MachineData> => ({ trouble: troubleOf(thrown).trouble }),
    )
    if (wantsFragment(c.req.raw)) return showFragment(<SurveyFragment machine={machine} now={clock.now()} {...found} />)
    return showOne(c.req.raw, id, found)
  })

  app.post('/machines/:id/host-key', async (c) => {
    const id = c.req.param('id')
    const fields = await fieldsOf(c)
    try {
      await machines.acceptHostKey(id, fields['fingerprint']?.trim() ?? '')
      return goTo(`/machines/${id}`)
    } catch (thrown) {
      const { trouble, status } = troubleOf(thrown)
      return await showOne(c.req.raw, id, { trouble }, status)
    }
  })

  /** Its name, typed, is the second word: this cannot be undone from here. */
  app.post('/machines/:id/removal', async (c) => {
    const id = c.req.param('id')
    const fields = await fieldsOf(c)
    if (fields['name']?.trim() !== machines.find(id).name) return await showOne(c.req.raw, id, { removal: { wrong: true } }, 422)
    try {
      machines.remove(id)
      return goTo('/machines')
    } catch (thrown) {
      const { trouble, status } = troubleOf(thrown)
      return await showOne(c.req.raw, id, { trouble }, status)
    }
  })

  return app
}
