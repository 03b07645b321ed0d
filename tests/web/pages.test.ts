import { parseHTML } from 'linkedom'
import { expect, test } from 'vitest'
import { SparkError } from '../../server/contract/errors.ts'
import { createFakeClock } from '../fakes/clock.ts'
import * as sample from '../fakes/view-samples.ts'
import { blockedPlan, unconfirmedPlan } from '../fakes/view-samples-of-swaps.ts'
import { createSite, type Site } from './site.ts'

const site = (): Site => createSite(createFakeClock(sample.now))

async function open(from: Site, path: string, init: RequestInit = {}) {
  const answer = await from.app.request(path, init)
  const html = await answer.text()
  const { document } = parseHTML(html.startsWith('<!doctype') ? html : `<!doctype html><html><body>${html}</body></html>`)
  const text = (document.querySelector('main') ?? document.body).textContent?.replaceAll(/\s+/g, ' ') ?? ''
  return { answer, document, text }
}

function form(fields: Record<string, string>, headers: Record<string, string> = {}): RequestInit {
  return { method: 'POST', body: new URLSearchParams(fields), headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers } }
}

const fromHtmx = { 'HX-Request-Type': 'partial' }
const model = 'Qwen/Qwen3-8B'
const planUrl = `/swaps/new?model=${encodeURIComponent(model)}`

test.each([
  '/',
  '/library',
  '/machines',
  '/machines/m1a2b3c4d5e6',
  '/machines/new',
  '/setup',
  '/activity',
  '/schedule',
  '/settings',
  '/settings/engine',
  planUrl,
  '/nowhere',
])('%s is one whole page: language, title, one h1, main, navigation that names where we are, a way past it', async (path) => {
  const { document, answer } = await open(site(), path)
  expect(answer.headers.get('content-type')).toContain('text/html')
  expect(answer.headers.get('vary')).toContain('HX-Request-Type')
  expect(document.documentElement.getAttribute('lang')).toBe('en')
  expect(document.querySelector('title')?.textContent).toMatch(/ - Spark Control$/)
  expect(document.querySelectorAll('h1')).toHaveLength(1)
  expect(document.querySelectorAll('main')).toHaveLength(1)
  expect([...document.querySelectorAll('nav[aria-label=Main] a')].map((link) => link.textContent)).toEqual([
    'Home',
    'Models',
    'Machines',
    'Services',
    'Activity',
    'Settings',
  ])
  expect(document.querySelector('a[href="#main"]')?.textContent).toContain('Skip')
  expect(document.querySelector('#announce')?.getAttribute('role')).toBe('status')
})

test('without machines the first page is set-up', async () => {
  const house = site()
  house.world.machines = []
  const { answer } = await open(house, '/')
  expect(answer.headers.get('location')).toBe('/setup')
})

test('Home says what answers, where apps find it, and who holds the cluster', async () => {
  const house = site()
  house.world.status = sample.statusOf('Qwen3.6 35B is answering.', [sample.engine, sample.observedEngine], { lock: sample.reservation })
  const { document, text } = await open(house, 'http://192.0.2.5:9999/')
  expect(document.querySelector('h1')?.textContent).toBe('Qwen3.6 35B is answering.')
  expect(document.querySelector('#base-url')?.textContent).toBe('http://192.0.2.5:9999/v1')
  expect(text).toContain('Recap has reserved the Sparks.')
  expect(text).toContain('never stopped by it without your word')
  expect(document.querySelector('form[action="/reservation/end"] button')?.textContent).toBe('Release anyway')
})

test('a live page asks again by itself where there are no scripts', async () => {
  const { document } = await open(site(), '/')
  expect(document.querySelector('noscript')?.innerHTML).toContain('http-equiv="refresh"')
})

test('the search narrows the list in any order of words; htmx gets only the list', async () => {
  const whole = await open(site(), '/library?q=70b+llama')
  expect([...whole.document.querySelectorAll('.title')].map((title) => title.textContent)).toEqual(['Llama 3.3 70B'])
  const part = await open(site(), '/library?q=70b+llama', { headers: fromHtmx })
  expect(part.document.querySelector('main')).toBeNull()
  expect([...part.document.querySelectorAll('.title')].map((title) => title.textContent)).toEqual(['Llama 3.3 70B'])
})

test('the plan tells the cost before its one button, and its form carries the fingerprint and what was asked', async () => {
  const house = site()
  const { document, text } = await open(house, `${planUrl}&max-model-len=8192&enable-prefix-caching=false&swap-space=`)
  expect(document.querySelector('h1')?.textContent).toBe('Switch to Llama 3.3 70B?')
  expect(text.indexOf('nothing will answer for about 4 minutes')).toBeLessThan(text.indexOf('Switch now'))
  expect(text).toContain('Qwen3.6 35B is brought back by itself.')
  const fields = Object.fromEntries(
    [...document.querySelectorAll('form[action="/swaps"] input')].map((one) => [one.getAttribute('name'), one.getAttribute('value')]),
  )
  expect(fields).toEqual({ model, 'max-model-len': '8192', 'enable-prefix-caching': 'false', fingerprint: 'b51f0c2a9d7e' })
  const asked = house.fake.asked.find(({ what }) => what === 'plans.preview')?.ask
  expect(asked).toMatchObject({ model, overrides: { 'max-model-len': 8192, 'enable-prefix-caching': false } })
})

test('a way back that the planner cannot keep is not promised', async () => {
  const house = site()
  house.world.plan = unconfirmedPlan
  const { text } = await open(house, planUrl)
  expect(text).not.toContain('brought back')
  expect(text).toContain('nothing will be answering until you switch again')
})

test('a blocked plan has no switch button and says what would unblock it', async () => {
  const house = site()
  house.world.plan = blockedPlan
  const { document, text } = await open(house, planUrl)
  expect(document.querySelector('form[action="/swaps"]')).toBeNull()
  expect(text).toContain('Choose a smaller model, or add a second Spark.')
})

test('a parameter that is not a flag is refused before anything is asked', async () => {
  const { answer, text } = await open(site(), `${planUrl}&Rm%20-rf=x`)
  expect(answer.status).toBe(422)
  expect(text).toContain('is not a flag of vllm serve')
})

test('a switch leads to its page; a second one is refused with the running one to watch', async () => {
  const house = site()
  const first = await open(house, '/swaps', form({ model, fingerprint: 'b51f0c2a9d7e' }))
  expect([first.answer.status, first.answer.headers.get('location')]).toEqual([303, '/swaps/swap1'])
  const page = await open(house, '/swaps/swap1')
  expect(page.document.querySelector('h1')?.textContent).toContain('Switching to')
  expect(page.document.querySelector('[data-stream]')?.getAttribute('hx-sse:connect')).toBe('/live?page=swap:swap1')
  const second = await open(house, '/swaps', form({ model, fingerprint: 'b51f0c2a9d7e' }))
  expect(second.answer.status).toBe(409)
  expect(second.text).toContain('Another switch started first.')
})

test('a stale plan is answered with the new plan and its new fingerprint, and nothing starts', async () => {
  const house = site()
  house.fake.setPlanFingerprint('newer')
  house.world.plan = { ...house.world.plan, fingerprint: 'newer' }
  const { answer, document, text } = await open(house, '/swaps', form({ model, fingerprint: 'older' }))
  expect(answer.status).toBe(409)
  expect(text).toContain('This is the plan now.')
  expect(document.querySelector('input[name=fingerprint]')?.getAttribute('value')).toBe('newer')
  expect(house.useCases.swaps.current()).toBeNull()
})

test('a form without a fingerprint never means "whatever is true now"', async () => {
  const house = site()
  const { answer } = await open(house, '/swaps', form({ model }))
  expect(answer.status).toBe(409)
  expect(house.useCases.swaps.current()).toBeNull()
})

test('an inferred recipe is confirmed by the same button that switches, and only then', async () => {
  const house = site()
  house.world.plan = {
    ...unconfirmedPlan,
    starts: { ...(unconfirmedPlan.starts as NonNullable<typeof unconfirmedPlan.starts>), recipe: 'inferred:Qwen/Qwen3-8B' },
  }
  const { document } = await open(house, planUrl)
  expect(document.querySelector('form[action="/swaps"] button')?.textContent).toBe('Confirm these flags and switch')
  await open(house, '/swaps', form({ model, fingerprint: 'b51f0c2a9d7e', confirm: 'inferred:Qwen/Qwen3-8B' }))
  expect(house.fake.asked.map(({ what }) => what)).toEqual(['plans.preview', 'recipes.confirm', 'swaps.start'])
})

test('a reservation of somebody else is told with the act that ends it', async () => {
  const house = site()
  house.useCases.lock.take({ holder: 'Recap', reason: 'Nightly batch', ttlSeconds: 60 })
  house.fake.failNextWith(undefined)
  for (const page of [
    planUrl,
    '/library',
    '/engines/main/stop',
    '/engines/main/removal',
    `/library/${encodeURIComponent(model)}/deletion`,
  ]) {
    const { document, text } = await open(house, page)
    expect(text, page).toContain('Recap has reserved the Sparks.')
    expect(document.querySelector('form[action="/reservation/end"] button')?.textContent, page).toBe('Release anyway')
    expect(document.querySelector('form[action="/reservation/end"] input[name=back]')?.getAttribute('value'), page).toBe(page)
    expect(
      document.querySelector('form[action="/swaps"], form[action$="/stop"], form[action$="/removal"], form[action$="/deletion"]'),
    ).toBeNull()
  }
})

test('the calendar says who comes, who meets whom and what the appliance does, and approves what was shown', async () => {
  const house = site()
  const { text } = await open(house, '/schedule')
  for (const words of ['Spark Control runs no jobs', 'want different models', '02:00 - 03:00', 'Spark Control switches', 'Contact: Alice'])
    expect(text).toContain(words)
  const id = 'k3j9x2m4p7q1'
  await open(house, `/schedule/${id}/approval`, form({ digest: 'b51f0c2a9d7e' }))
  await open(house, `/schedule/${id}/withdrawal`, form({}))
  await open(house, `/schedule/${id}/removal`, form({}))
  expect(house.fake.asked).toEqual([
    { what: 'schedules.approve', ask: { id, digest: 'b51f0c2a9d7e', by: 'owner' } },
    { what: 'schedules.withdraw', ask: { id, by: 'owner' } },
    { what: 'schedules.dismiss', ask: { id, by: 'owner' } },
  ])
  const gone = await open(house, '/schedule/zzzzzz/approval', form({}))
  expect([gone.answer.status, gone.document.querySelector('h1')?.textContent]).toEqual([409, 'Schedule'])
})

test('Release anyway goes back to a page of this appliance, and only ends what was shown', async () => {
  const house = site()
  house.useCases.lock.take({ holder: 'Recap', reason: '', ttlSeconds: 60 })
  const elsewhere = await open(house, '/reservation/end', form({ back: '//evil.example/x', since: '2020-01-01T00:00:00.000Z' }))
  expect(elsewhere.answer.headers.get('location')).toBe('/')
  expect(house.useCases.lock.find().locked).toBe(true)
  const back = await open(house, '/reservation/end', form({ back: planUrl, since: house.useCases.lock.find().since ?? '' }))
  expect(back.answer.headers.get('location')).toBe(planUrl)
  expect(house.useCases.lock.find().locked).toBe(false)
  expect((await open(house, '/reservation/end', form({ back: '/\\evil.example' }))).answer.headers.get('location')).toBe('/')
})

test('a removal wants the name of the machine, typed', async () => {
  const house = site()
  const wrong = await open(house, '/machines/m1a2b3c4d5e6/removal', form({ name: 'spark-9' }))
  expect(wrong.answer.status).toBe(422)
  expect(wrong.text).toContain('Nothing was removed.')
  const right = await open(house, '/machines/m1a2b3c4d5e6/removal', form({ name: 'spark-1' }))
  expect(right.answer.headers.get('location')).toBe('/machines')
  expect(house.fake.asked.map(({ what }) => what)).toContain('machines.remove')
})

test('what was typed for a machine is kept when it is refused, and what was found by itself is not written down', async () => {
  const house = site()
  house.fake.failNextWith(new SparkError('address_not_ip', { address: 'spark-1.local' }))
  const refused = await open(house, '/setup', form({ address: 'spark-1.local', user: 'alice' }))
  expect(refused.answer.status).toBe(422)
  expect(refused.document.querySelector('input[name=address]')?.getAttribute('value')).toBe('spark-1.local')
  expect(refused.text).toContain('"spark-1.local" is not an IP address.')
  await open(house, '/machines/m1a2b3c4d5e6', form({ name: 'den', launcherPath: '/home/alice/spark-vllm-docker' }))
  expect(house.fake.asked.at(-1)).toEqual({ what: 'machines.edit', ask: { name: 'den' } })
})

test('adding a machine shows the key to copy, then what was found', async () => {
  const house = site()
  const added = await open(house, '/setup', form({ address: '192.0.2.30', user: 'bob' }))
  const next = added.answer.headers.get('location') ?? ''
  expect(next).toMatch(/^\/setup\?machine=/)
  const key = await open(house, next)
  expect(key.document.querySelector('#key-command')?.textContent).toContain('ssh-ed25519 AAAA spark-control')
  const found = await open(house, `${next}&test=1`)
  expect(found.document.querySelector('h1')?.textContent).toContain('is connected')
})

test('a setting is saved with the version it was shown with; a newer value is shown beside what was typed', async () => {
  const house = site()
  const first = await open(house, '/settings/engine.port', form({ value: '8001', version: '0' }, fromHtmx))
  expect([first.answer.status, first.text]).toEqual([200, expect.stringContaining('Saved.')])
  const late = await open(house, '/settings/engine.port', form({ value: '8002', version: '0' }, fromHtmx))
  expect(late.answer.status).toBe(409)
  expect(late.text).toContain('Someone else changed this to 8001')
  expect(late.document.querySelector('input[name=value]')?.getAttribute('value')).toBe('8002')
  const wrong = await open(house, '/settings/engine.port', form({ value: 'many', version: '1' }))
  expect(wrong.answer.status).toBe(422)
  expect(wrong.text).toContain('Not saved:')
  expect(house.useCases.settings.get('engine.port')).toBe(8001)
})

test('a problem is three sentences: a page for people, a fragment and a toast for htmx', async () => {
  const house = site()
  const page = await open(house, '/swaps/nothing')
  expect(page.answer.status).toBe(404)
  expect(page.text).toContain('There is no switch "nothing".')
  house.fake.failNextWith(new Error('the disk is on fire'))
  const part = await open(house, planUrl, { headers: fromHtmx })
  expect(part.answer.status).toBe(500)
  expect(part.document.querySelector('[role=alert]')).not.toBeNull()
  expect(decodeURIComponent(part.answer.headers.get('spark-problem') ?? '')).toContain('Something went wrong inside')
  expect(part.text).not.toContain('fire')
})

test('a stranger on the network is asked for the set-up code and brought back; other sites are not led to', async () => {
  const house = createSite(createFakeClock(sample.now), false)
  const asked = await open(house, '/library/scan', form({}, { referer: 'http://localhost/library' }))
  expect(asked.answer.status).toBe(401)
  expect(asked.document.querySelector('input[name=back]')?.getAttribute('value')).toBe('/library')
  const part = await open(house, '/settings/engine.port', form({ value: '8001' }, { ...fromHtmx, referer: 'http://localhost/settings' }))
  expect(part.answer.headers.get('hx-redirect')).toBe('/sign-in?back=%2Fsettings')
  const wrong = await open(house, '/sign-in', form({ code: 'guess', back: '/library' }))
  expect([wrong.answer.status, wrong.text]).toEqual([403, expect.stringContaining('The set-up code is not right.')])
  const right = await open(house, '/sign-in', form({ code: house.code ?? '', back: '//evil.example/x' }))
  expect(right.answer.headers.get('location')).toBe('/password')
  expect(right.answer.headers.get('set-cookie')).toContain('HttpOnly')
  const cookie = (right.answer.headers.get('set-cookie') ?? '').split(';', 1)[0] ?? ''
  const chosen = await open(house, '/password', form({ password: 'four words in a row', again: 'four words in a row' }, { cookie }))
  expect(chosen.answer.headers.get('location')).toBe('/access')
  const back = await open(house, '/sign-in', form({ password: 'four words in a row', back: '//evil.example/x' }))
  expect(back.answer.headers.get('location')).toBe('/')
})

test('the theme is in the first byte, from a cookie', async () => {
  const house = site()
  const set = await open(house, '/theme', form({ theme: 'dark' }, { referer: 'http://localhost/settings' }))
  expect([set.answer.headers.get('location'), set.answer.headers.get('set-cookie')]).toEqual([
    '/settings',
    expect.stringContaining('theme=dark'),
  ])
  const page = await open(house, '/settings', { headers: { cookie: 'theme=dark' } })
  expect(page.document.documentElement.getAttribute('data-theme')).toBe('dark')
})

test('files of the pages come compressed and are answered with 304 while they are the same', async () => {
  const house = site()
  const first = await house.app.request('/assets/app.css', { headers: { 'accept-encoding': 'gzip' } })
  expect(first.headers.get('content-encoding')).toBe('gzip')
  const again = await house.app.request('/assets/app.css', { headers: { 'if-none-match': first.headers.get('etag') ?? '' } })
  expect(again.status).toBe(304)
  expect((await house.app.request('/assets/..%2f..%2fpackage.json')).status).toBe(404)
})

test('text from machines stays text', async () => {
  const house = site()
  const evil = '<img src=x onerror=alert(1)>"\'&'
  house.world.machines = [
    {
      ...sample.machine,
      name: evil,
      containers: [{ name: evil, image: evil, state: evil, status: evil, ours: false, service: { id: evil, name: evil } }],
    },
  ]
  house.world.models = house.world.models.map((one) => ({ ...one, name: evil, id: evil, canRun: { verdict: 'no', why: evil } }))
  for (const path of ['/', '/library', '/machines']) {
    const { document, text } = await open(house, path)
    expect(document.querySelector('img')).toBeNull()
    expect(text).toContain('<img src=x')
  }
})
