// A day of the appliance in virtual time, as a process of its own: the whole house over four simulated Sparks and a database in a file,
// each Spark looked at every five seconds, Home and Machines asked for every minute. Says after each hour what is alive in its memory.
// Arguments: HOURS FOLDER. Needs --expose-gc.
import { join } from 'node:path'
import { createHouse } from '../fakes/house.ts'
import { demoNodes } from '../sim/core/demo-world.ts'

export interface HourSaid {
  readonly hour: number
  /** After two full collections: objects, and what they hold outside of the heap, bytes. */
  readonly aliveBytes: number
  readonly residentBytes: number
  /** Looks at machines so far. */
  readonly looks: number
}

const machines = 4
const minuteMs = 60_000

const [hours = '24', folder = '.'] = process.argv.slice(2)
const collect = globalThis.gc
if (collect === undefined) throw new Error('node must be started with --expose-gc')

let looks = 0
const nodes = Array.from({ length: machines / 2 }, (_, at) =>
  demoNodes([`127.0.2.${at * 2 + 1}`, `127.0.2.${at * 2 + 2}`]).map((node, of) => ({ ...node, name: `spark-${at * 2 + of + 1}` })),
).flat()
const house = await createHouse({
  nodes,
  path: join(folder, 'day.sqlite'),
  around: (parts) => ({
    ...parts,
    sparks: {
      ...parts.sparks,
      probe: (...given) => {
        looks += 1
        return parts.sparks.probe(...given)
      },
    },
  }),
})
await house.graph.start()
for (const node of nodes) {
  const { address } = house.world.look(node.name)
  await house.client['machines.add']({ body: { address, user: 'spark' } })
}

for (let hour = 1; hour <= Number(hours); hour += 1) {
  for (let minute = 0; minute < 60; minute += 1) {
    await house.clock.advance(minuteMs)
    await house.client['status.find']()
    await house.client['machines.list']()
  }
  // The log of the tests keeps every line; a real one writes it and forgets.
  house.log.lines.length = 0
  collect()
  collect()
  const { heapUsed, external, rss } = process.memoryUsage()
  process.send?.({ hour, aliveBytes: heapUsed + external, residentBytes: rss, looks } satisfies HourSaid)
}
const { machines: seen } = await house.client['machines.list']()
const fresh = seen.filter((machine) => machine.state === 'reachable' && !machine.stale).length
if (fresh !== machines) throw new Error(`only ${fresh} of ${machines} machines are shown as answering`)
await house.close()
process.disconnect?.()
