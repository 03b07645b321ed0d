import { describe, expect, it } from 'vitest'
import { dropAfterMs, pingMs } from '../../server/http/events-feed.ts'
import { createEdge, type Edge, listen } from '../fakes/edge.ts'

const machine = { machine: 'm1', name: 'spark-1' }
const happen = ({ useCases }: Edge, times = 1): void => {
  for (let time = 0; time < times; time++) useCases.events.append('machine_added', machine)
}

interface Reading {
  /** Reads on until the text so far matches. */
  until(pattern: RegExp): Promise<string>
  /** Reads to the end. */
  rest(): Promise<string>
  cancel(): Promise<void>
}

function readingOf(answer: Response): Reading {
  const body = answer.body
  if (body === null) throw new Error('no body')
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  const more = async (): Promise<boolean> => {
    const part = await reader.read()
    text += part.value ?? ''
    return !part.done
  }
  return {
    async until(pattern) {
      while (!pattern.test(text)) if (!(await more())) throw new Error(`ended before ${pattern}: ${text}`)
      return text
    },
    async rest() {
      while (await more());
      return text
    },
    cancel: () => reader.cancel(),
  }
}

const idsIn = (text: string): number[] => [...text.matchAll(/^id: (\d+)(?:-\w+)?\nevent/gm)].map((match) => Number(match[1]))

const open = async (edge: Edge, path = '/api/events', headers: Record<string, string> = {}): Promise<Reading> => {
  const answer = await edge.app.request(path, { headers })
  expect(answer.headers.get('content-type')).toContain('text/event-stream')
  expect(answer.headers.get('x-accel-buffering')).toBe('no')
  return readingOf(answer)
}

describe('the events feed', () => {
  it('tells what happens from now on, each event with its number, type and sentence', async () => {
    const edge = createEdge()
    happen(edge, 2)
    const feed = await open(edge)
    expect(await feed.until(/id: 2\n\n/)).toContain('retry: 2000\nid: 2\n\n')
    happen(edge)
    const text = await feed.until(/id: 3\n.*\n.*\n\n/)
    expect(idsIn(text)).toEqual([3])
    expect(text).toContain('event: machine_added\n')
    expect(JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? '')).toMatchObject({ id: 3, sentence: 'spark-1 was added.', payload: machine })
    await feed.cancel()
  })

  it('goes on exactly where a reader left, over many batches, without gap or repeat', async () => {
    const edge = createEdge()
    happen(edge, 250)
    const feed = await open(edge, '/api/events?limit=40', { 'last-event-id': '7' })
    await feed.until(/id: 250\n.*\n.*\n\n/)
    happen(edge, 3)
    const text = await feed.until(/id: 253\n.*\n.*\n\n/)
    expect(idsIn(text)).toEqual(Array.from({ length: 246 }, (_, at) => at + 8))
    await feed.cancel()
  })

  it('starts after the number asked for', async () => {
    const edge = createEdge()
    happen(edge, 5)
    const feed = await open(edge, '/api/events?after=3')
    expect(idsIn(await feed.until(/id: 5\n.*\n.*\n\n/))).toEqual([4, 5])
    await feed.cancel()
  })

  it('says that it is alive every twenty seconds', async () => {
    const edge = createEdge()
    const feed = await open(edge)
    await feed.until(/id: 0\n\n/)
    await edge.clock.advance(pingMs)
    expect(await feed.until(/: ping/)).toMatch(/: ping\n\n$/)
    await feed.cancel()
  })

  it('ends when the server stops', async () => {
    const edge = createEdge()
    happen(edge)
    const feed = await open(edge, '/api/events?after=0')
    await feed.until(/id: 1\n/)
    edge.end()
    expect(idsIn(await feed.rest())).toEqual([1])
  })

  it('does not fall silent for a reader that remembers numbers of another database', async () => {
    const edge = createEdge()
    happen(edge, 2)
    for (const [path, headers] of [
      ['/api/events', { 'last-event-id': '999' }],
      ['/api/events?after=999', {}],
    ] as const) {
      const feed = await open(edge, path, headers)
      const told = edge.useCases.events.last()
      expect(await feed.until(/\n\nevent: feed_reset\n.*\n\n/)).toContain(`id: ${told}\n\n`)
      happen(edge)
      expect(idsIn(await feed.until(new RegExp(`id: ${told + 1}\nevent`)))).toEqual([told + 1])
      await feed.cancel()
    }
  })

  it('drops a reader that does not read, and keeps one that does', async () => {
    const edge = createEdge()
    happen(edge, 500)
    const stuck = await open(edge, '/api/events?after=0&limit=1')
    const reading = await open(edge, '/api/events?after=0')
    await reading.until(/id: 500\n.*\n.*\n\n/)
    for (let waited = 0; waited <= dropAfterMs + pingMs; waited += pingMs) {
      await edge.clock.advance(pingMs)
      await reading.until(new RegExp(`(: ping\\s+){${waited / pingMs + 1}}$`))
    }
    await expect(stuck.rest()).rejects.toThrow(/does not read/)
    happen(edge)
    expect(await reading.until(/id: 501\n/)).toContain(': ping')
    await reading.cancel()
  })

  it('is a list for a program that asks for JSON', async () => {
    const edge = createEdge()
    happen(edge, 5)
    const list = async (query: string): Promise<unknown> =>
      (await edge.app.request(`/api/events${query}`, { headers: { accept: 'application/json' } })).json()
    expect(await list('?after=1&limit=2')).toMatchObject({ events: [{ id: 2 }, { id: 3 }], next: '3' })
    expect(await list('?after=5')).toEqual({ events: [], next: '5', dropped: 0 })
    expect(await list('?after=0&types=lock_taken')).toEqual({ events: [], next: '5', dropped: 0 })
    expect(await list('?after=9')).toMatchObject({
      status: 409,
      code: 'events_cursor_unknown',
      next: expect.stringContaining('from the end, 5') as string,
    })
    expect(await list('?types=lock_taken,no_such')).toMatchObject({
      status: 422,
      detail: expect.stringContaining('no event "no_such"') as string,
    })
    expect(await edge.client['events.list']({ query: { after: 4 } })).toMatchObject({ events: [{ id: 5 }] })
    expect(await list('?limit=0')).toMatchObject({ code: 'invalid_request' })
  })

  it('refuses a Last-Event-ID that is no cursor', async () => {
    const answer = await createEdge().app.request('/api/events', { headers: { 'last-event-id': '1 OR 1=1' } })
    expect(answer.status).toBe(422)
  })

  it('arrives through a real socket as it happens, and stops its work when the reader hangs up', async () => {
    const edge = createEdge()
    let listeners = 0
    const { subscribe } = edge.useCases.events
    Object.assign(edge.useCases.events, {
      subscribe: (listener: never) => {
        listeners += 1
        const leave = subscribe(listener)
        return () => {
          listeners -= 1
          leave()
        }
      },
    })
    const server = await listen(edge.app)
    const leaving = new AbortController()
    const feed = readingOf(await fetch(`${server.url}/api/events`, { signal: leaving.signal }))
    await feed.until(/id: 0\n\n/)
    happen(edge)
    expect(idsIn(await feed.until(/id: 1\n.*\n.*\n\n/))).toEqual([1])
    expect(listeners).toBe(1)
    leaving.abort()
    await expect.poll(() => listeners, { timeout: 5000 }).toBe(0)
    await server.close()
  })
})
