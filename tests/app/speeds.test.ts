// The measured line: once after a switch, kept with its recipe, given up for whoever comes.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Life, other, small, startLife } from '../fakes/appliance.ts'

let life: Life
beforeEach(async () => {
  life = await startLife()
})
afterEach(() => life.close())

const speedOf = (model: string) => life.graph.models.find(model).speed
const told = (): unknown[] => life.stores.events.recent(500, ['speed_measured']).map((event) => event.payload)
const switchTo = async (model: string): Promise<void> => {
  expect(await life.outcome(await life.ask(model))).toMatchObject({ state: 'succeeded' })
}
const chat = (signal = new AbortController().signal) =>
  life.graph.chat.pass({
    method: 'POST',
    path: '/v1/chat/completions',
    headers: {},
    body: new TextEncoder().encode(JSON.stringify({ model: small, messages: [{ role: 'user', content: 'Hello' }] })),
    signal,
  })

test('a switch is over before its answer is measured, and the line stands beside model, recipe and engine', async () => {
  await switchTo(small)
  expect(speedOf(small)).toBeNull()
  await life.clock.advance(3000)
  const speed = speedOf(small)
  expect(speed).toMatchObject({ tokensPerSecond: expect.closeTo(40, 5), firstTokenSeconds: 0.2, machines: 1, skipped: null })
  expect(life.graph.models.recipesOf(small)[0]?.speed).toEqual(speed)
  expect(life.graph.status.engine().speed).toEqual(speed)
  expect(told()).toHaveLength(1)
  expect(speedOf(other)).toBeNull()
})

test('it is kept over a restart, and with the recipe that was started, not with the model', async () => {
  await switchTo(small)
  await life.clock.advance(3000)
  const before = speedOf(small)
  life = await life.rise()
  expect(before).not.toBeNull()
  expect(speedOf(small)).toEqual(before)
  const { recipes } = life.graph
  const plain = { model: small, title: 'Mine', description: null, image: null, port: null, nodes: 1, flags: [], env: {} }
  await recipes.save({ draft: plain, by: 'owner' })
  expect(speedOf(small)).toBeNull()
  expect(life.graph.status.engine().speed).toEqual(before)
})

test('somebody who asks meanwhile goes first: nothing is measured, and the reason is said', async () => {
  await switchTo(small)
  const answer = await chat()
  await new Response(answer.body).text()
  await life.clock.advance(3000)
  expect(speedOf(small)).toMatchObject({ tokensPerSecond: null, skipped: { why: 'a request came in meanwhile' } })
})

test('a request that still runs is left alone, and an earlier measure stays beside the reason', async () => {
  await switchTo(small)
  await life.clock.advance(3000)
  await switchTo(other)
  await life.clock.advance(3000)
  const id = await life.ask(small)
  await life.phase(id, 'load')
  const { look } = life.engines
  Object.assign(life.engines, { look: async (...of: Parameters<typeof look>) => ({ ...(await look(...of)), runningRequests: 1 }) })
  expect(await life.outcome(id)).toMatchObject({ state: 'succeeded' })
  await life.clock.advance(3000)
  expect(speedOf(small)).toMatchObject({ tokensPerSecond: expect.any(Number), skipped: { why: 'a request was in progress' } })
})

test('tokens that the engine made for others show that the number would be wrong', async () => {
  let tokens = 0
  const { look } = life.engines
  Object.assign(life.engines, {
    look: async (...of: Parameters<typeof look>) => {
      tokens += 100
      return { ...(await look(...of)), generatedTokens: tokens }
    },
  })
  await switchTo(small)
  await life.clock.advance(3000)
  expect(speedOf(small)).toMatchObject({ tokensPerSecond: null, skipped: { why: 'a request came in meanwhile' } })
})

test('the next switch ends it: nothing is written about what is no longer there', async () => {
  await switchTo(small)
  const id = await life.ask(other)
  await life.clock.advance(3000)
  await life.outcome(id)
  await life.clock.advance(3000)
  expect(speedOf(small)).toBeNull()
  expect(speedOf(other)).toMatchObject({ tokensPerSecond: expect.any(Number) })
})

test('an engine that falls silent holds nothing up', async () => {
  const { engines } = life
  Object.assign(engines, { measure: async () => ({ answer: null, why: 'it closed the connection' }) })
  await switchTo(small)
  await life.clock.advance(1000)
  expect(speedOf(small)).toMatchObject({ tokensPerSecond: null, skipped: { why: 'it closed the connection' } })
  expect(life.graph.swaps.current()).toBeNull()
})
