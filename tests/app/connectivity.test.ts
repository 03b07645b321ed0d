// The log of a machine's line and its history, through the whole house in virtual time.
import { afterEach, expect, test } from 'vitest'
import type { ConnectivityShapeView } from '../../server/contract/operations/connectivity.ts'
import { summarize } from '../../server/domain/history.ts'
import { type Life, startLife } from '../fakes/appliance.ts'
import type { House } from '../fakes/house.ts'
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

async function house(): Promise<Life> {
  const life = await startLife(demoNodes(), { streamMs: 1000 })
  open.push(life)
  await life.clock.advance(10_000)
  return life
}

const idOf = (life: House, name = 'spark-1'): string => life.graph.machines.list().find((one) => one.name === name)?.id ?? ''
const lineOf = (life: House, name = 'spark-1'): ConnectivityShapeView => life.graph.watching.connectivity(idOf(life, name))
const told = (life: House, name = 'spark-1'): string[] =>
  lineOf(life, name).outages.map((one) => `${Math.round(one.seconds)} s ${one.cause}${one.to === null ? ' goes on' : ''}`)

test('a calm line has no outage and was reached all the time that it was watched', async () => {
  const life = await house()
  await life.clock.advance(120_000)
  expect(lineOf(life)).toMatchObject({ state: 'connected', outages: [], unwatched: [], day: { percent: 100, outages: 0 } })
})

test.each([2, 3, 20])('a line held up for %i seconds is an outage of that length', async (seconds) => {
  const life = await house()
  life.sparks.quietStream('spark-1', true)
  await life.clock.advance(seconds * 1000)
  life.sparks.quietStream('spark-1', false)
  await life.clock.advance(20_000)
  const [outage] = lineOf(life).outages
  expect(outage?.seconds).toBeGreaterThanOrEqual(seconds)
  expect(outage?.seconds).toBeLessThanOrEqual(seconds + 3)
  expect(lineOf(life).state).toBe('connected')
  expect(lineOf(life).day.percent).toBeLessThan(100)
  expect(lineOf(life, 'spark-2').outages).toEqual([])
})

test('torn lines are no outage', async () => {
  const life = await house()
  life.sparks.tearStream('spark-1', 4)
  await life.clock.advance(20_000)
  expect(told(life)).toEqual([])
})

test('an outage that goes on is told while it does', async () => {
  const life = await house()
  life.sparks.cut('spark-1', 'refused')
  await life.clock.advance(30_000)
  expect(lineOf(life).state).toBe('out')
  expect(told(life)[0]).toMatch(/^3\d s refused goes on$/)
  life.sparks.mend('spark-1')
  await life.clock.advance(10_000)
  expect(lineOf(life).state).toBe('connected')
  expect(lineOf(life).outages).toHaveLength(1)
})

test('causes are told where they are known', async () => {
  const life = await house()
  life.world.reboot('spark-1', 100_000)
  await life.clock.advance(40_000)
  expect(told(life)[0]).toContain('rebooted')
  for (const node of ['spark-1', 'spark-2']) life.sparks.cut(node, 'hanging')
  await life.clock.advance(20_000)
  for (const node of ['spark-1', 'spark-2']) life.sparks.mend(node)
  await life.clock.advance(40_000)
  expect(told(life)[0]).toContain('all_at_once')
  expect(told(life, 'spark-2')[0]).toContain('all_at_once')
  life.sparks.presentKey('spark-1', 'SHA256:another')
  life.sparks.cut('spark-1', 'refused')
  await life.clock.advance(3000)
  life.sparks.mend('spark-1')
  await life.clock.advance(20_000)
  expect(told(life)[0]).toContain('host_key_changed goes on')
})

test('while the appliance is off nothing is claimed; an outage that was open ends where it was last known', async () => {
  const life = await house()
  life.sparks.cut('spark-1', 'refused')
  await life.clock.advance(90_000)
  const left = life.crash()
  await life.clock.advance(600_000)
  life.sparks.mend('spark-1')
  expect(left).toBeDefined()
  const next = await life.rise()
  open = [next]
  await next.clock.advance(20_000)
  const line = lineOf(next)
  expect(line.state).toBe('connected')
  expect(line.outages).toMatchObject([{ seenEnd: false, cause: 'refused' }])
  expect(line.outages[0]?.sentence).toContain('then nobody watched any longer')
  expect(line.unwatched).toHaveLength(1)
  expect(line.unwatched[0]?.sentence).toBe('Not watched. Spark Control was not running. Nothing is claimed of this time.')
  expect(line.unwatched[0]?.seconds).toBeGreaterThanOrEqual(600)
  expect(line.unwatched[0]?.seconds).toBeLessThan(700)
  expect(line.day.watchedSeconds).toBeLessThan(200)
})

test('a machine that is off from the beginning is out from the moment it is watched', async () => {
  const life = await house()
  life.sparks.cut('spark-1', 'hanging')
  const next = await life.rise()
  open = [next]
  await next.clock.advance(30_000)
  expect(lineOf(next).state).toBe('out')
  expect(told(next)[0]).toContain('goes on')
})

test('an hour and a day are kept, survive a restart, and show the gap', async () => {
  const life = await house()
  await life.clock.advance(10 * 60_000)
  const before = life.graph.watching.history(idOf(life), 'day').series.availableBytes
  expect(before).toHaveLength(1)
  expect(before[0]?.length).toBeGreaterThanOrEqual(10)
  const hour = life.graph.watching.history(idOf(life), 'hour').series.availableBytes
  expect(hour[0]?.length).toBeGreaterThan(100)
  life.crash()
  await life.clock.advance(15 * 60_000)
  const next = await life.rise()
  open = [next]
  await next.clock.advance(5 * 60_000)
  const day = next.graph.watching.history(idOf(next), 'day')
  expect(day.series.availableBytes).toHaveLength(2)
  expect(next.graph.watching.history(idOf(next), 'hour').series.gpuLoadPercent).toHaveLength(2)
  for (const piece of day.series.temperatureC) for (const point of piece) expect(point.least).toBeLessThanOrEqual(point.most)
})

test('what is older than an hour has minutes alone, and nothing is kept for longer than a day', async () => {
  const { stores } = await house()
  const begun = Date.UTC(2026, 1, 1)
  for (let minute = 0; minute < 26 * 60; minute += 1) {
    const at = begun + minute * 60_000
    const samples = [{ at: at + 5000, values: [minute, 0, null, 11.5, 52, 9e11] }]
    stores.history.write([summarize('m1', at, samples)], at - 3_600_000, at - 86_400_000)
  }
  const rows = stores.history.read('m1', 0)
  expect(rows).toHaveLength(24 * 60 + 1)
  expect(rows.filter((row) => row.samples.length > 0)).toHaveLength(61)
  expect(rows.at(-1)?.samples).toEqual([{ at: begun + (26 * 60 - 1) * 60_000 + 5000, values: [1559, 0, null, 11.5, 52, 9e11] }])
  expect(rows[0]?.summary[0]).toEqual([119, 119, 119])
})
