// What only a browser can tell: streams that morph, focus that stays, toasts, keys, and every act without scripts.
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createSystemClock } from '../../server/adapters/system/clock.ts'
import * as sample from '../fakes/view-samples.ts'
import { openBrowser } from './browser.ts'
import { createSite, type Site } from './site.ts'

let site: Site
let origin: string
let context: BrowserContext
let page: Page
const complaints: string[] = []
const server = createAdaptorServer({ fetch: (request, env) => site.app.fetch(request, env as never) }) as Server

const clock = createSystemClock({
  onError: (error) => {
    throw error
  },
})

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  context = await openBrowser()
})

afterAll(async () => {
  await context?.close()
  server.close()
})

beforeEach(async () => {
  site = createSite(clock)
  for (const open of context.pages()) await open.close()
  page = await context.newPage()
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) complaints.push(message.text())
  })
})

const started = { swap: 's1', cluster: 'default', engine: 'main', model: 'a/b', previousModel: null, requestedBy: 'owner' }

test('Home changes by itself: sentence and title, while an open disclosure and the focus stay', async () => {
  await page.goto(origin)
  await page.getByText('Try it from a terminal').click()
  await page.getByRole('link', { name: 'Switch model' }).focus()
  site.world.status = sample.statusOf('Switching to Llama 3.3 70B.', [{ ...sample.engine, state: 'switching' }])
  site.useCases.events.append('swap_started', started)
  await page.getByRole('heading', { level: 1, name: 'Switching to Llama 3.3 70B.' }).waitFor()
  expect(await page.title()).toBe('Switching to Llama 3.3 70B - Home - Spark Control')
  expect(await page.locator('#announce').textContent()).toBe('Switching to Llama 3.3 70B.')
  expect(await page.locator('#snippet').isVisible()).toBe(true)
  expect(await page.getByRole('button', { name: 'Copy: Base URL' }).isVisible()).toBe(true)
  expect(await page.evaluate(() => document.activeElement?.textContent?.trim())).toBe('Switch model')
})

test('the search narrows while one types, and what arrives later stays narrow', async () => {
  await page.goto(`${origin}/library`)
  await page.getByRole('searchbox').pressSequentially('llama')
  await page.locator('.title', { hasText: 'Qwen3.5 122B' }).waitFor({ state: 'detached' })
  expect(await page.locator('.title').allTextContents()).toEqual(['Llama 3.3 70B'])
  site.world.models = site.world.models.map((one) => ({ ...one, name: `${one.name} again` }))
  site.useCases.events.append('models_changed', { added: [], removed: [], changed: ['Qwen/Qwen3-8B'] })
  await page.locator('.title', { hasText: 'Llama 3.3 70B again' }).waitFor()
  expect(await page.locator('.title').allTextContents()).toEqual(['Llama 3.3 70B again'])
  expect(await page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('q')
})

test('what is typed before the scripts are there is not lost', async () => {
  let arrive = (): void => undefined
  const late = new Promise<void>((resolve) => {
    arrive = resolve
  })
  await page.route('**/assets/htmx.js', async (route) => {
    await late
    await route.continue()
  })
  await page.goto(`${origin}/library`, { waitUntil: 'commit' })
  await page.getByRole('searchbox').fill('llama')
  expect(await page.locator('.title', { hasText: 'Qwen3.5 122B' }).count()).toBe(1)
  arrive()
  await page.locator('.title', { hasText: 'Qwen3.5 122B' }).waitFor({ state: 'detached' })
})

test('a setting is saved in its place; a refusal is told there too', async () => {
  await page.goto(`${origin}/settings/engine`)
  const row = page.locator('#setting-engine-port')
  await row.getByRole('textbox').fill('8001')
  await row.getByRole('button', { name: 'Save' }).click()
  await row.getByText('Saved.').waitFor()
  await row.getByRole('textbox').fill('many')
  await row.getByRole('button', { name: 'Save' }).click()
  await row.getByText('Not saved:').waitFor()
  expect(page.url()).toBe(`${origin}/settings/engine`)
  expect(site.useCases.settings.get('engine.port')).toBe(8001)
})

test('a failure of the server leaves the page as it is and says so until it is dismissed', async () => {
  await page.goto(`${origin}/machines/m1a2b3c4d5e6`)
  site.fake.failNextWith(new Error('broken'))
  await page.getByRole('button', { name: 'Check now' }).click()
  const toast = page.locator('#toasts p')
  await toast.getByText('Something went wrong inside').waitFor()
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('spark-1')
  await toast.getByRole('button', { name: 'Dismiss' }).click()
  expect(await toast.count()).toBe(0)
})

test('a switch is followed on its page: the phase is announced, the log grows and can be paused', async () => {
  await page.goto(`${origin}/swaps/new?model=a%2Fb`)
  await page.getByRole('button', { name: 'Switch now' }).click()
  await page.getByRole('heading', { level: 1, name: /Switching to/ }).waitFor()
  await page.locator('summary', { hasText: 'Log' }).click()
  const lines = page.locator('[data-log] .line')
  await page.waitForFunction(() => document.querySelectorAll('[data-log] .line').length > 2)
  expect(await lines.first().textContent()).toContain('Loading')
  await page.getByRole('button', { name: 'Pause' }).click()
  expect(await page.getByRole('button', { name: 'Follow' }).isVisible()).toBe(true)
  await page.locator('form[action$="/cancellation"] button').click()
  await page.getByRole('heading', { level: 1, name: /was cancelled/ }).waitFor()
  expect(await page.title()).toContain('was cancelled')
})

test('the theme changes at once and is there on the next page', async () => {
  await page.setViewportSize({ width: 1280, height: 800 })
  await page.goto(origin)
  const kept = page.waitForResponse(`${origin}/theme`)
  await page.getByRole('button', { name: 'Dark' }).click()
  expect(await page.locator('html').getAttribute('data-theme')).toBe('dark')
  await kept
  await page.goto(`${origin}/machines`)
  expect(await page.locator('html').getAttribute('data-theme')).toBe('dark')
  expect(await page.evaluate(() => getComputedStyle(document.body).colorScheme)).toBe('dark')
})

test('keys lead to pages, never while one types, and can be turned off', async () => {
  await page.goto(`${origin}/library`)
  await page.keyboard.press('/')
  await page.keyboard.type('gs?')
  expect(await page.getByRole('searchbox').inputValue()).toBe('gs?')
  await page.locator('h1').click()
  await page.keyboard.press('?')
  await page.getByRole('dialog').waitFor()
  await page.getByLabel('Turn keys off').check()
  await page.keyboard.press('Escape')
  await page.keyboard.type('gs')
  expect(page.url()).toContain('/library')
  await page.evaluate(() => localStorage.clear())
  await page.keyboard.type('gs')
  await page.waitForURL(`${origin}/machines`)
})

test('a lost connection is said quietly and mends itself', async () => {
  await page.goto(origin)
  await page.waitForFunction(() => document.querySelector('#lost')?.hasAttribute('hidden'))
  await context.setOffline(true)
  server.closeAllConnections()
  await page.locator('#lost').getByText('Reconnecting.').waitFor({ timeout: 25_000 })
  await context.setOffline(false)
  // It asks again less and less often while nobody answers.
  await page.locator('#lost').waitFor({ state: 'hidden', timeout: 25_000 })
}, 60_000)

test('a whole switch, a setting and a reservation go without scripts', async () => {
  const plain = await openBrowser({ javaScriptEnabled: false })
  try {
    const bare = await plain.newPage()
    bare.setDefaultTimeout(6000)
    await bare.goto(origin)
    await bare.getByRole('link', { name: 'Switch model' }).click()
    await bare.getByRole('link', { name: /^Switch to this\s+Llama 3.3 70B$/ }).click()
    await bare.getByRole('button', { name: 'Switch now' }).click()
    await bare.getByRole('heading', { level: 1, name: /Switching to/ }).waitFor()
    await bare.locator('form[action$="/cancellation"] button').click()
    await bare.getByRole('heading', { level: 1, name: /was cancelled/ }).waitFor()
    await bare.goto(`${origin}/settings`)
    await bare.getByRole('link', { name: 'Switching' }).click()
    const row = bare.locator('#setting-swap-drainSeconds')
    await row.getByRole('textbox').fill('45')
    await row.getByRole('button', { name: 'Save' }).click()
    await bare.waitForURL(/settings\/switching#setting-swap-drainSeconds$/)
    expect(site.useCases.settings.get('swap.drainSeconds')).toBe(45)
    site.useCases.lock.take({ holder: 'Recap', reason: 'batch', ttlSeconds: 60 })
    site.world.status = sample.statusOf('Qwen3.6 35B is answering.', [sample.engine], { lock: site.useCases.lock.find() })
    await bare.goto(origin)
    await bare.getByRole('button', { name: 'Release anyway' }).click()
    await bare.waitForURL(`${origin}/`)
    expect(site.useCases.lock.find().locked).toBe(false)
  } finally {
    await plain.close()
  }
})

test('none of this broke the policy or threw', () => {
  expect(complaints).toEqual([])
})
