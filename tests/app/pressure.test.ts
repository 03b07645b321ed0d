// Memory pressure through the whole house, in virtual time: streams open, break, fall silent and come back, and every level is said.
import { afterEach, expect, test } from 'vitest'
import { small, startLife } from '../fakes/appliance.ts'
import { createHouse, type House } from '../fakes/house.ts'
import { demoNodes } from '../sim/core/demo-world.ts'

let open: House[] = []
afterEach(async () => {
  for (const house of open) {
    house.graph.close().catch(() => undefined)
    await house.clock.advance(30_000)
    house.stores.close()
  }
  open = []
})

async function house(): Promise<House & { ids: readonly string[] }> {
  const life = await startLife(demoNodes(), { streamMs: 1000 })
  open.push(life)
  await life.clock.advance(5000)
  return { ...life, ids: life.graph.machines.list().map((one) => one.id) }
}

const said = ({ graph }: House): string[] =>
  graph.events
    .after(0, 1000)
    .filter((event) => event.type === 'machine_pressure_changed')
    .map(({ payload }) => `${String(payload['name'])}: ${String(payload['previous'])} -> ${String(payload['level'])}`)

test('a machine is followed from its first look on, and calm is no news', async () => {
  const { graph, ids } = await house()
  expect(ids.map((id) => graph.machines.find(id).pressure?.level)).toEqual(['normal', 'normal'])
  expect(said({ graph } as House)).toEqual([])
})

test('silence is unknown after five seconds, is said, and is taken back', async () => {
  const rig = await house()
  rig.sparks.quietStream('spark-1', true)
  await rig.clock.advance(4000)
  expect(rig.graph.machines.find(rig.ids[0] ?? '').pressure?.level).toBe('normal')
  await rig.clock.advance(2500)
  expect(rig.graph.machines.find(rig.ids[0] ?? '').pressure).toMatchObject({ level: 'unknown', waitsPercent: null })
  expect(said(rig)).toEqual(['spark-1: normal -> unknown'])
  await rig.clock.advance(40_000)
  expect(rig.graph.status.status().attention.map((row) => row.code)).toContain('pressure_unknown')
  rig.sparks.quietStream('spark-1', false)
  await rig.clock.advance(8000)
  expect(said(rig)).toEqual(['spark-1: normal -> unknown', 'spark-1: unknown -> normal'])
  expect(rig.graph.status.status().attention.map((row) => row.code)).not.toContain('pressure_unknown')
})

test('torn lines are left out and are no silence', async () => {
  const rig = await house()
  rig.sparks.tearStream('spark-1', 3)
  await rig.clock.advance(20_000)
  expect(said(rig)).toEqual([])
})

test.each(['refused', 'hanging'] as const)('a line that is %s comes back by itself when it is whole again', async (how) => {
  const rig = await house()
  rig.sparks.cut('spark-1', how)
  await rig.clock.advance(60_000)
  rig.sparks.mend('spark-1')
  await rig.clock.advance(20_000)
  expect(rig.graph.machines.find(rig.ids[0] ?? '').pressure?.level).toBe('normal')
  expect(said(rig)).toEqual(['spark-1: normal -> unknown', 'spark-1: unknown -> normal'])
})

test('a start takes most of the memory and raises no alarm; what it leaves is learned and outlives the appliance', async () => {
  const life = await startLife(demoNodes(), { streamMs: 1000 })
  open.push(life)
  const swap = await life.outcome(await life.ask(small))
  expect(swap.state).toBe('succeeded')
  await life.clock.advance(75_000)
  expect(said(life)).toEqual([])
  const machine = life.graph.machines.list().find((one) => one.name === swap.machines[0])
  const rests = machine?.pressure?.restsAtBytes ?? 0
  expect(rests).toBeGreaterThan(0)
  expect(rests).toBeLessThan(machine?.memory?.totalBytes ?? 0)
  const next = await life.rise()
  open = [next]
  await next.clock.advance(6000)
  expect(next.graph.machines.find(machine?.id ?? '').pressure?.restsAtBytes).toBe(rests)
})

test('a machine that is removed is followed no longer', async () => {
  const rig = await house()
  rig.graph.machines.remove(rig.ids[1] ?? '')
  rig.sparks.quietStream('spark-2', true)
  await rig.clock.advance(20_000)
  expect(said(rig)).toEqual([])
})

test('nothing is followed in a house that was not started', async () => {
  const still = await createHouse({ streamMs: 1000 })
  open.push(still)
  const { id } = await still.graph.machines.add({ address: demoNodes()[0]?.address ?? '', user: 'alice', name: 'spark-1' })
  expect(still.graph.machines.find(id).pressure).toBeNull()
})
