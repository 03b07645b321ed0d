// The page to break things on: who gets in, and what its forms do.
import { request } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Controls, openControls, sendOrder } from '../../scripts/demo/controls.ts'
import { createFakeClock } from '../fakes/clock.ts'
import { demoNodes } from './core/demo-world.ts'
import { switches } from './core/switches.ts'
import { createWorld } from './core/world.ts'

/** No demo listens there; it only names the file of the controls. */
const demoPort = 65_000 + (process.pid % 500)
const world = createWorld({ nodes: demoNodes(), clock: createFakeClock(), timeScale: 0.05, seed: 1 })
let controls: Controls
let own: URL
let cookie = ''
beforeAll(async () => {
  controls = await openControls(world, demoPort)
  own = new URL('/', controls.url)
  const entered = await fetch(controls.url, { redirect: 'manual' })
  cookie = (entered.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
})
afterAll(() => controls?.stop())

interface Asked {
  readonly status: number
  readonly text: string
}

/** As `fetch` would not: with any Host and Origin. */
function ask(path: string, headers: Record<string, string>, form?: Record<string, string>): Promise<Asked> {
  return new Promise((resolve, reject) => {
    const asking = request(new URL(path, own), { method: form === undefined ? 'GET' : 'POST', headers }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
      })
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }))
    })
    asking.once('error', reject).end(form === undefined ? '' : new URLSearchParams(form).toString())
  })
}

const ours = (): Record<string, string> => ({ cookie, origin: own.origin, 'sec-fetch-site': 'same-origin' })

test('the address with the key lets a browser in, by a cookie that scripts and other sites do not get', async () => {
  const entered = await fetch(controls.url, { redirect: 'manual' })
  expect([entered.status, entered.headers.get('location')]).toEqual([303, '/'])
  expect(entered.headers.get('set-cookie')).toMatch(/^break_\d+=[0-9a-f]{32}; HttpOnly; SameSite=Strict; Path=\/$/)
  expect((await ask('/', { cookie })).status).toBe(200)
  expect((await ask('/app.css', { cookie })).text).toContain('@layer')
})

test.each([
  ['nobody without the cookie', () => ({}), 403],
  ['no wrong key', () => ({ cookie: cookie.replace(/.$/, (last) => (last === '0' ? '1' : '0')) }), 403],
  ['no other name for this address', () => ({ ...ours(), host: 'rebound.example' }), 421],
] as const)('it lets in %s', async (_what, headers, status) => {
  expect((await ask('/', headers())).status).toBe(status)
  expect((await ask('/break', headers(), { fault: 'F7' })).status).toBe(status)
  expect(world.faults()).toEqual([])
})

test.each([
  ['another port of this address', () => ({ cookie, origin: 'http://127.0.0.1:9', 'sec-fetch-site': 'same-site' })],
  ['a page without an origin', () => ({ cookie, origin: 'null' })],
  ['nowhere', () => ({ cookie })],
  ['a page that lies about its origin', () => ({ ...ours(), 'sec-fetch-site': 'cross-site' })],
] as const)('an order from %s does nothing', async (_what, headers) => {
  expect(await ask('/break', headers(), { fault: 'F7' })).toMatchObject({ status: 403, text: expect.stringContaining('another web page') })
  expect(world.faults()).toEqual([])
})

test('a form breaks one thing at its place and moment, the page says so, and mending ends it', async () => {
  const form = { fault: 'F14', node: 'spark-2', at: 'weights', percent: '80', seconds: '20', times: '1' }
  expect((await ask('/break', ours(), form)).status).toBe(303)
  expect(world.faults()).toEqual([{ name: 'F14', node: 'spark-2', times: 1, forMs: 400_000, at: 'weights', percent: 80 }])
  const { text } = await ask('/', { cookie })
  expect(text).toContain('F14, on spark-2, while the weights load (80 %), 1 more')
  await ask('/mend', ours(), { fault: 'F14', node: 'spark-2' })
  expect(world.faults()).toEqual([])
  expect((await ask('/', { cookie })).text).toContain('<p class="quiet">Nothing.</p>')
})

test('the page has every switch in words', async () => {
  const { text } = await ask('/', { cookie })
  for (const one of switches) expect(text).toContain(`<strong>${one.words}</strong>`)
})

test('a Spark is frozen and loses its power by a click', async () => {
  await ask('/freeze', ours(), { node: 'spark-1', seconds: '5' })
  await ask('/reboot', ours(), { node: 'spark-2', seconds: '5' })
  expect([world.reach('spark-1'), world.reach('spark-2')]).toEqual(['frozen', 'down'])
  expect((await ask('/', { cookie })).text).toMatch(/frozen<\/span>[\s\S]*down<\/span>/)
})

test.each([
  ['/break', { fault: 'F99' }, 'There is no switch "F99".'],
  ['/break', { fault: 'F7', node: 'spark-9' }, 'There is no "spark-9". There are spark-1 and spark-2.'],
  ['/break', { fault: 'F14', seconds: '-1' }, '"-1" is not a number'],
  ['/explode', { fault: 'F7' }, 'There is no such act.'],
] as const)('%s with %j is refused with a sentence', async (path, form, sentence) => {
  expect(await ask(path, ours(), form)).toMatchObject({ status: 400, text: expect.stringContaining(sentence) })
})

test('break.ts gets in by the file, and knows the same table', async () => {
  const order = {
    act: 'break',
    fault: 'F29',
    node: null,
    model: null,
    container: null,
    times: null,
    seconds: null,
    at: null,
    percent: null,
  } as const
  expect(await sendOrder(demoPort, order)).toEqual({
    sentence: 'F29 is on.',
    broken: expect.arrayContaining(['F29, anywhere, until mended']),
  })
  expect((await sendOrder(demoPort, { act: 'mend', fault: null, node: null }))?.sentence).toBe('Mended: F29.')
})
