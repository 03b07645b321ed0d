// axe over every exhibit, in a real browser, both themes, phone and desktop; and what axe does not see: reflow, targets, the policy.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readWebAssets } from '../../server/adapters/files/web-assets.ts'
import { now } from '../fakes/view-samples.ts'
import { openBrowser } from './browser.ts'
import { drawExhibit, exhibits as pages } from './gallery.tsx'
import { failures } from './gallery-failures.tsx'

const assets = readWebAssets(fileURLToPath(new URL('../../web/', import.meta.url)))
const axeSource = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8')
const origin = 'http://gallery.local'
const policy = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'"

interface AxeResult {
  readonly violations: readonly {
    readonly id: string
    readonly nodes: readonly { readonly target: readonly unknown[]; readonly failureSummary: string }[]
  }[]
}

/** Of the failures, one of each make: with a command, with a form, with several lines, on a machine, as a question. */
const makes = ['memory_short', 'room_not_made', 'memory_not_back-others', 'host_key_changed'].map((code) => `failure-${code}`)
const exhibits = [...pages, ...failures.filter(({ name }) => makes.includes(name) || name === 'removal')]

let context: BrowserContext
let page: Page
const complaints: string[] = []

beforeAll(async () => {
  context = await openBrowser()
  page = await context.newPage()
  // A colour in the middle of its fade is no colour of the page.
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await page.clock.setFixedTime(now)
  page.on('console', (message) => {
    if (message.type() === 'error' && /Content Security Policy/.test(message.text())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.route(`${origin}/**`, async (route) => {
    const url = new URL(route.request().url())
    const asset = assets[url.pathname.replace('/assets/', '')]
    if (asset !== undefined) return route.fulfill({ body: Buffer.from(asset.body), contentType: asset.type })
    const exhibit = exhibits.find(({ name }) => url.pathname === `/${name}`)
    if (exhibit === undefined) return route.fulfill({ status: 204 })
    const theme = url.searchParams.get('theme') === 'dark' ? 'dark' : 'light'
    return route.fulfill({
      body: await drawExhibit(exhibit, theme),
      contentType: 'text/html',
      headers: { 'content-security-policy': policy },
    })
  })
})

afterAll(() => context?.close())

/** What is one disclosure away is checked too. */
const openAll = (): Promise<void> =>
  page.evaluate(() => {
    for (const details of document.querySelectorAll('details')) details.open = true
  })

async function violations(): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axeSource)
  const result = await page.evaluate(
    async (): Promise<unknown> =>
      (globalThis as unknown as { axe: { run: (root: Document, options: object) => Promise<unknown> } }).axe.run(document, {
        runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] },
        resultTypes: ['violations'],
      }),
  )
  return (result as AxeResult).violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id} at ${node.target.join(' ')}: ${node.failureSummary}`),
  )
}

/** Everything one may press, smaller than 44 px and not a word in running text. */
const smallTargets = (): Promise<string[]> =>
  page.evaluate(() => {
    const pressable = document.querySelectorAll<HTMLElement>(
      '.button, .rail nav a, summary, input:not([type=hidden], [type=checkbox], [type=radio]), select, textarea',
    )
    return [...pressable]
      .filter((element) => element.checkVisibility() && !element.classList.contains('small'))
      .filter((element) => element.getBoundingClientRect().height < 43.5)
      .map((element) => `${element.className || element.tagName}: ${element.textContent?.trim().slice(0, 30)}`)
  })

const overflow = (): Promise<number> =>
  page.evaluate(() => {
    const stage = document.querySelector('.stage')
    const over = (element: Element | null): number => (element === null ? 0 : element.scrollWidth - element.clientWidth)
    return Math.max(over(document.documentElement), over(stage))
  })

/** Every exhibit is checked in both themes and at both widths; the two other pairs of them see every third one. */
const pairs = [
  { theme: 'light', width: 1280, every: 1 },
  { theme: 'dark', width: 390, every: 1 },
  { theme: 'light', width: 390, every: 3 },
  { theme: 'dark', width: 1280, every: 3 },
] as const

/** As the switch of themes on the page does it: one visit shows an exhibit in each theme and at each width. */
const setTheme = (theme: string): Promise<void> =>
  page.evaluate((name) => {
    document.documentElement.dataset['theme'] = name
  }, theme)

test.each(exhibits.map(({ name }, at) => [name, pairs.filter(({ every }) => at % every === 0)] as const))(
  'axe finds nothing wrong with %s in any theme and width; it fits 320 px without scrolling sideways, with targets of 44 px',
  async (name, shown) => {
    await page.goto(`${origin}/${name}?theme=light`)
    await openAll()
    for (const { theme, width } of shown) {
      await page.setViewportSize({ width, height: 844 })
      await setTheme(theme)
      expect(await violations(), `${theme}, ${width} px`).toEqual([])
    }
    await page.setViewportSize({ width: 320, height: 640 })
    expect(await overflow()).toBeLessThanOrEqual(0)
    expect(await smallTargets()).toEqual([])
  },
  120_000,
)

test('focus is seen on everything the keyboard reaches on Home, in order, and nothing covers it', async () => {
  await page.setViewportSize({ width: 390, height: 700 })
  await page.goto(`${origin}/home-trouble`)
  const seen: string[] = []
  for (let at = 0; at < 14; at += 1) {
    await page.keyboard.press('Tab')
    const focus = await page.evaluate(() => {
      const element = document.activeElement
      if (element === null || element === document.body) return null
      const box = element.getBoundingClientRect()
      const top = document.elementFromPoint(box.left + box.width / 2, box.top + Math.min(box.height, 40) / 2)
      const outline = getComputedStyle(element)
      return {
        word: element.textContent?.trim().slice(0, 30) ?? '',
        outlined: outline.outlineStyle !== 'none' && Number.parseFloat(outline.outlineWidth) >= 2,
        covered: top !== null && !element.contains(top) && !top.contains(element),
      }
    })
    if (focus === null) break
    seen.push(focus.word)
    expect(focus).toMatchObject({ outlined: true, covered: false })
  }
  expect(seen[0]).toBe('Skip to the content')
  expect(seen).toContain('Release anyway')
})

test('the check sees a page that is wrong', async () => {
  await page.goto(`${origin}/badges`)
  await page.evaluate(() => document.querySelector('main')?.append(document.createElement('button'), document.createElement('input')))
  expect((await violations()).map((one) => one.split(' ')[0])).toEqual(expect.arrayContaining(['button-name', 'label']))
})

test('no page of the gallery breaks the content security policy or its scripts', () => {
  expect(complaints).toEqual([])
})
