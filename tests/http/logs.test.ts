// Logs at the edge: as JSON, as a stream that resumes, as a page, as a file.
import { expect, test } from 'vitest'
import { SparkError } from '../../server/contract/errors.ts'
import { machineSample } from '../../server/contract/operations/samples.ts'
import { createPages } from '../../server/http/pages/pages.tsx'
import { createEdge } from '../fakes/edge.ts'

function edge() {
  const { useCases, clock } = createEdge()
  const pages = createPages({ useCases, clock, assets: {} })
  return createEdge({ useCases, pages })
}

const path = `/machines/${machineSample.id}/containers/kokoro/log`

test('the page shows the lines, says where they go on, and offers the file', async () => {
  const { app } = edge()
  const html = await (await app.request(path)).text()
  expect(html).toContain('Log of kokoro on spark-1')
  expect(html).toMatch(/<time[^>]*datetime="2026-01-01T00:00:30.000Z"[^>]*>00:00:30<\/time>/)
  expect(html).toContain(`page=log:${machineSample.id}/kokoro&amp;after=2026-01-01T00%3A00%3A30.000000000Z~1`)
  expect(html).toContain(`href="${path}/file"`)
})

test('a search marks what was found, follows nothing, and is escaped', async () => {
  const { app } = edge()
  const found = await (await app.request(`${path}?search=START`)).text()
  expect(found).not.toContain('hx-sse:connect')
  const hostile = await (await app.request(`${path}?search=${encodeURIComponent('"><script>alert(1)</script>')}`)).text()
  expect(hostile).not.toContain('<script>alert')
  expect(hostile).toContain('Nothing found')
})

test('the file is text under a plain name', async () => {
  const { app } = edge()
  const answer = await app.request(`${path}/file`)
  expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8')
  expect(answer.headers.get('content-disposition')).toBe('attachment; filename="spark-1-kokoro.log"')
  expect(await answer.text()).toBe('2026-01-01T00:00:30.000Z started\n')
})

test.each(['..%2f..', '-f', 'a%20b', '%24(id)', `${'a'.repeat(200)}`])(
  'the name %s of a container is refused by every door',
  async (name) => {
    const { app } = edge()
    for (const door of [
      `/api/machines/${machineSample.id}/containers/${name}/log`,
      `/machines/${machineSample.id}/containers/${name}/log`,
    ]) {
      const { status } = await app.request(door)
      expect([door, status]).toEqual([door, 422])
    }
  },
)

test('what cannot be read is said on the page, with its status', async () => {
  const { useCases, clock } = createEdge()
  const pages = createPages({
    useCases: {
      ...useCases,
      logs: {
        ...useCases.logs,
        read: () => Promise.reject(new SparkError('log_absent', { machine: 'spark-1', what: 'container "kokoro"' })),
      },
    },
    clock,
    assets: {},
  })
  const answer = await createEdge({ useCases, pages }).app.request(path)
  expect(answer.status).toBe(404)
  expect(await answer.text()).toContain('There is no container')
})

test('the stream tells lines with their place, and ends with its reader', async () => {
  const { app } = edge()
  const leaving = new AbortController()
  const answer = await app.request(`/api${path}/stream`, { signal: leaving.signal })
  expect(answer.headers.get('content-type')).toMatch(/^text\/event-stream/)
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  while (reader !== undefined && !text.includes('event: line')) text += (await reader.read()).value ?? ''
  expect(text).toContain('id: 2026-01-01T00:00:30.000000000Z~1\nevent: line\ndata: {"at":"2026-01-01T00:00:30.000Z","text":"started"}\n\n')
  leaving.abort()
  await reader?.cancel()
})
