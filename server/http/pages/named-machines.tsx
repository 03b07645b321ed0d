import { Hono } from 'hono'
import { MachinesPage } from '../../../web/views/pages/machines.tsx'
import { operations } from '../../contract/index.ts'
import { readInput } from '../../contract/reading.ts'
import type { EdgeEnv } from '../edge.ts'
import { troubleOf } from './machines.tsx'
import { fieldsOf, type PageNeeds } from './needs.ts'
import { goTo } from './shell.tsx'

export function namedMachinePages({ useCases, clock, show }: PageNeeds): Hono<EdgeEnv> {
  const app = new Hono<EdgeEnv>()
  const { namedMachines, machines, machineFacts } = useCases

  app.post('/named-machines/:id/address', async (c) => {
    const id = c.req.param('id')
    const typed = await fieldsOf(c)
    try {
      const given = { address: typed['address']?.trim(), user: typed['user']?.trim() }
      const { body } = readInput(operations['namedMachines.place'], { params: { id }, query: {}, body: given })
      const machine = await namedMachines.place(id, body as { address: string; user: string })
      return goTo(`/machines/new?machine=${machine.id}`)
    } catch (thrown) {
      const { trouble, status } = troubleOf(thrown)
      const data = {
        machines: machines.list(),
        agreements: machineFacts.agreements(),
        now: clock.now(),
        named: namedMachines.list(),
        refused: { id, trouble, typed },
      }
      return await show(c.req.raw, { title: 'Machines', place: 'machines', body: <MachinesPage {...data} />, status })
    }
  })

  app.post('/named-machines/:id/removal', (c) => {
    namedMachines.forget(c.req.param('id'))
    return goTo('/machines')
  })

  return app
}
