import { expect, test } from 'vitest'
import { apartMs, type LivePage, liveStream, makesStale, pingMs, tailMs } from '../../server/http/live.ts'
import { createFakeClock, type FakeClock } from '../fakes/clock.ts'
import { createFakeUseCases } from '../fakes/use-cases.ts'
import { createSite } from './site.ts'

interface Reader {
  readonly texts: string[]
  readonly ended: () => boolean
}

/** Reads as fast as it comes. */
function read(stream: ReadableStream<Uint8Array>): Reader {
  const texts: string[] = []
  const decoder = new TextDecoder()
  const reader = stream.getReader()
  let ended = false
  const loop = async (): Promise<void> => {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      texts.push(decoder.decode(value))
    }
    ended = true
  }
  loop().catch(() => {
    ended = true
  })
  return { texts, ended: () => ended }
}

const started = { swap: 's1', cluster: 'default', engine: 'main', model: 'a/b', previousModel: null, requestedBy: 'owner' }

function openPage(change: Partial<LivePage> = {}, clock: FakeClock = createFakeClock()) {
  const { events } = createFakeUseCases()
  const gone = new AbortController()
  const ending = new AbortController()
  let state = 1
  const draws: number[] = []
  const page: LivePage = {
    fragments: [
      {
        id: 'home-now',
        concerns: (event) => makesStale(event, 'home'),
        everyMs: null,
        draw: async () => {
          draws.push(clock.now())
          return `<p>state ${state}</p>`
        },
      },
    ],
    tail: null,
    ...change,
  }
  const reader = read(liveStream(page, { events, clock, gone: gone.signal, ending: ending.signal }))
  const set = (to: number): void => {
    state = to
    events.append('swap_started', started)
  }
  return { reader, clock, set, draws, gone, ending, events }
}

test('a page that connects is sent its whole state first', async () => {
  const { reader, clock } = openPage()
  await clock.advance(0)
  expect(reader.texts).toEqual(['data: <p>state 1</p>\n\n'])
})

test('a storm of events becomes at most four fragments a second, and the last state always arrives', async () => {
  const { reader, clock, set, draws } = openPage()
  await clock.advance(0)
  for (let at = 2; at <= 101; at += 1) {
    set(at)
    await clock.advance(10)
  }
  await clock.advance(apartMs)
  expect(reader.texts.length).toBeLessThanOrEqual(6)
  expect(reader.texts.at(-1)).toBe('data: <p>state 101</p>\n\n')
  const gaps = draws.slice(1).map((at, index) => at - (draws[index] ?? 0))
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(apartMs)
})

test('an event that changes no word of a fragment sends nothing', async () => {
  const { reader, clock, set } = openPage()
  await clock.advance(0)
  set(1)
  await clock.advance(1000)
  expect(reader.texts).toHaveLength(1)
})

test('an event of another part of the pages draws nothing', async () => {
  const { clock, draws, events } = openPage()
  await clock.advance(0)
  events.append('setting_changed', { key: 'engine.port', by: 'owner' })
  await clock.advance(1000)
  expect(draws).toHaveLength(1)
})

test('a quiet stream pings every 20 seconds, so nothing between takes it for dead', async () => {
  const { reader, clock } = openPage()
  await clock.advance(pingMs * 2 + 100)
  expect(reader.texts.slice(1)).toEqual([': ping\n\n', ': ping\n\n'])
})

test('a log grows by its tail, once a second at most, and text over many lines stays one message', async () => {
  let calls = 0
  const tail = async (): Promise<string> => {
    calls += 1
    return calls === 2 ? '<b>two\nlines</b>' : ''
  }
  const { reader, clock } = openPage({ fragments: [], tail })
  await clock.advance(tailMs * 3 + 50)
  expect(calls).toBeLessThanOrEqual(4)
  expect(reader.texts).toEqual(['data: <b>two\ndata: lines</b>\n\n'])
})

test('a reader that leaves is forgotten, and a server that stops ends every stream', async () => {
  const left = openPage()
  await left.clock.advance(0)
  left.gone.abort()
  left.set(2)
  await left.clock.advance(1000)
  expect(left.draws).toHaveLength(1)
  const stopped = openPage()
  await stopped.clock.advance(0)
  stopped.ending.abort()
  await stopped.clock.advance(0)
  expect(stopped.reader.ended()).toBe(true)
})

test('every fragment of every stream is also part of its whole page, under the same id', async () => {
  const clock = createFakeClock()
  const { app, useCases } = createSite(clock)
  const swap = await useCases.swaps.start({ model: 'a/b', requestedBy: { kind: 'owner', name: 'owner', address: null } })
  const pages = [
    ['home', '/'],
    ['library', '/library'],
    ['machines', '/machines'],
    ['machine:m1a2b3c4d5e6', '/machines/m1a2b3c4d5e6'],
    ['activity', '/activity'],
    ['schedule', '/schedule'],
    [`swap:${swap.id}`, `/swaps/${swap.id}`],
  ] as const
  for (const [name, path] of pages) {
    const stop = new AbortController()
    const answer = await app.request(`/live?page=${name}`, { signal: stop.signal })
    expect(answer.headers.get('content-type')).toContain('text/event-stream')
    const reader = answer.body?.getReader()
    const first = new TextDecoder().decode((await reader?.read())?.value)
    stop.abort()
    const targets = [...first.matchAll(/hx-target="#([^"]+)"/g)].map((match) => match[1])
    const whole = await (await app.request(path)).text()
    expect(targets.length).toBeGreaterThan(0)
    for (const id of targets) expect(whole).toContain(`id="${id}"`)
  }
})

test('a stream for what is not there is refused', async () => {
  const { app } = createSite(createFakeClock())
  expect((await app.request('/live?page=attic')).status).toBe(404)
  expect((await app.request('/live?page=swap:nothing')).status).toBe(404)
})
