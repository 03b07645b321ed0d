// Bots at the edge: their logs as containers' logs have it, forms that work without scripts, and what is not for everybody.
import { expect, test } from 'vitest'
import { botSample } from '../../server/contract/operations/bot-shapes.ts'
import { createPages } from '../../server/http/pages/pages.tsx'
import { createEdge } from '../fakes/edge.ts'

function edge(loopback = true) {
  const { useCases, clock } = createEdge({ loopback })
  const { app } = createEdge({ useCases, pages: createPages({ useCases, clock, assets: {} }) })
  return { app, useCases }
}

const page = `/bots/${botSample.id}`
const sent = (fields: Record<string, string>): RequestInit => ({
  method: 'POST',
  body: new URLSearchParams(fields),
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
})

test('the log is read and searched as JSON, and taken along as a file', async () => {
  const { app, useCases } = edge()
  const read = await app.request(`/api${page}/log`)
  expect(await read.json()).toMatchObject({ lines: [{ text: 'bridged' }], more: false })
  await app.request(`/api${page}/log?search=bridge&limit=7`)
  expect(useCases.asked.at(-1)).toMatchObject({ what: 'bots.searchLog', ask: { words: 'bridge', limit: 7 } })
  expect((await app.request(`/api${page}/log?limit=100000`)).status).toBe(422)
  const file = await app.request(`${page}/log/file`)
  expect(file.headers.get('content-disposition')).toBe('attachment; filename="spark-1-matrix-bridge.service.log"')
  expect(await file.text()).toBe('bridged\n')
})

test('the stream tells lines with their place, and ends with its reader', async () => {
  const { app } = edge()
  const leaving = new AbortController()
  const answer = await app.request(`/api${page}/log/stream`, { signal: leaving.signal })
  expect(answer.headers.get('content-type')).toMatch(/^text\/event-stream/)
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  while (reader !== undefined && !text.includes('event: line')) text += (await reader.read()).value ?? ''
  expect(text).toContain('id: 2026-01-01T00:00:30.000000000Z~1\nevent: line\ndata: {"at":"2026-01-01T00:00:30.000Z","text":"bridged"}\n\n')
  leaving.abort()
  await reader?.cancel()
})

test('a bot that is not there has no log at any door', async () => {
  const { app } = edge()
  for (const door of ['/api/bots/nobody/log', '/api/bots/nobody/log/stream', '/bots/nobody/log', '/bots/nobody', '/live?page=bot:nobody'])
    expect([door, (await app.request(door)).status]).toEqual([door, 404])
})

test('the form of a new one is read as the operation wants it; what is refused is typed still', async () => {
  const { app, useCases } = edge()
  const typed = { name: 'Clerk', user: 'clerk', unit: 'clerk.service', runs: 'unit', restartWords: 'start-bot\r\n--now', heal: 'on' }
  const added = await app.request('/bots/new', sent(typed))
  expect([added.status, added.headers.get('location')]).toEqual([303, page])
  expect(useCases.asked.at(-1)).toMatchObject({
    what: 'bots.add',
    ask: { name: 'Clerk', machine: null, user: 'clerk', folder: null, restartWords: ['start-bot', '--now'], heal: 'auto' },
  })
  const refused = await app.request('/bots/new', sent({ ...typed, user: '-oProxyCommand=x', folder: 'not/absolute"><b>' }))
  expect(refused.status).toBe(422)
  const html = await refused.text()
  expect(html).toContain('value="-oProxyCommand=x"')
  expect(html).not.toContain('"><b>')
})

test('its own form changes it, and its name must be typed before it goes', async () => {
  const { app, useCases } = edge()
  const changed = await app.request(page, sent({ name: 'Clerk', unit: 'clerk.service', runs: 'container', user: '' }))
  expect(changed.status).toBe(303)
  expect(useCases.asked.at(-1)).toMatchObject({ what: 'bots.edit', ask: { runs: 'container', user: '', heal: 'manual' } })
  const kept = await app.request(`${page}/removal`, sent({ name: 'another' }))
  expect([kept.status, await kept.text()]).toEqual([422, expect.stringContaining('Nothing was removed')])
  expect(useCases.asked.at(-1)).toMatchObject({ what: 'bots.edit' })
  expect((await app.request(`${page}/removal`, sent({ name: botSample.name }))).headers.get('location')).toBe('/services')
  expect(useCases.asked.at(-1)).toMatchObject({ what: 'bots.remove' })
})

test('what its commands printed, and the key, are for those who may operate', async () => {
  const { app } = edge(false)
  const near = { incoming: { socket: { remoteAddress: '192.168.1.9' } } }
  const seen = await (await app.request(page, {}, near)).text()
  expect(seen).toContain(botSample.sentence)
  expect(seen).not.toContain('Could not resolve host')
  expect(seen).not.toContain('ssh-ed25519')
  for (const door of [
    `/api${page}/history`,
    `/api${page}/log`,
    `/api${page}/log/stream`,
    `${page}/log`,
    `${page}/log/file`,
    `/live?page=bot-log:${botSample.id}`,
  ])
    expect([door, (await app.request(door, {}, near)).status]).toEqual([door, 401])
  expect((await app.request(`/api${page}`, {}, near)).status).toBe(200)
})
