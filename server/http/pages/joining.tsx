// Set-up and "Add a machine": the same three steps, at two addresses. The step follows from what is known, so it can be resumed.
import { Hono } from 'hono'
import { type JoiningData, JoiningPage, joiningTitle } from '../../../web/views/pages/joining.tsx'
import type { MachineEdit } from '../../app/use-cases.ts'
import { operations } from '../../contract/index.ts'
import { readInput } from '../../contract/reading.ts'
import type { EdgeEnv } from '../edge.ts'
import { editOf, troubleOf } from './machines.tsx'
import { fieldsOf, type PageNeeds } from './needs.ts'
import { goTo } from './shell.tsx'

export function joiningPages({ useCases, show }: PageNeeds): Hono<EdgeEnv> {
  const app = new Hono<EdgeEnv>()
  const { machines } = useCases

  const showStep = (request: Request, base: string, now: Partial<JoiningData>, status = 200): Promise<Response> => {
    const data = { base, machine: null, found: null, trouble: null, typed: {}, peers: [], publicKey: machines.publicKey(), ...now }
    return show(request, {
      title: joiningTitle(data),
      place: base === '/setup' ? null : 'machines',
      body: <JoiningPage {...data} />,
      status,
    })
  }

  const tested = async (id: string): Promise<Partial<JoiningData>> => {
    try {
      const machine = await machines.check(id)
      const found = await machines.survey(id)
      const known = new Set(machines.list().flatMap((one) => [one.address, one.fabricAddress]))
      return { machine, found, peers: found.peers.filter((peer) => !known.has(peer)) }
    } catch (thrown) {
      return { machine: machines.find(id), trouble: troubleOf(thrown).trouble }
    }
  }

  for (const base of ['/setup', '/machines/new']) {
    app.get(base, async (c) => {
      const id = c.req.query('machine')
      if (id === undefined || id === '') return showStep(c.req.raw, base, {})
      if (c.req.query('test') !== '1') return showStep(c.req.raw, base, { machine: machines.find(id) })
      return showStep(c.req.raw, base, await tested(id))
    })

    app.post(base, async (c) => {
      const typed = await fieldsOf(c)
      try {
        const { body } = readInput(operations['machines.add'], { params: {}, query: {}, body: editOf(typed) })
        const machine = await machines.add(body as MachineEdit & { address: string; user: string })
        return goTo(`${base}?machine=${machine.id}`)
      } catch (thrown) {
        const { trouble, status } = troubleOf(thrown)
        return await showStep(c.req.raw, base, { trouble, typed }, status)
      }
    })
  }

  return app
}
