// What a page must be for everybody: nothing wrong that axe sees, no scrolling sideways.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'

const axeSource = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8')
const tags = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']

interface AxeResult {
  readonly violations: readonly {
    readonly id: string
    readonly impact: string | null
    readonly nodes: readonly { readonly target: readonly unknown[] }[]
  }[]
}

/** What is one disclosure away is checked too. */
export function openAll(page: Page): Promise<void> {
  return page.evaluate(() => {
    for (const details of document.querySelectorAll('details')) details.open = true
  })
}

/** What axe finds on the page as it is drawn now, everything that can be opened opened. */
export async function violations(page: Page): Promise<readonly string[]> {
  await openAll(page)
  return await run(page, { type: 'tag', values: tags })
}

/** The one rule whose answer depends on the theme, for a page that was checked whole in the other one. */
export async function contrastViolations(page: Page): Promise<readonly string[]> {
  return await run(page, { type: 'rule', values: ['color-contrast'] })
}

async function run(page: Page, runOnly: { readonly type: string; readonly values: readonly string[] }): Promise<readonly string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axeSource)
  const result = (await page.evaluate(
    (only) =>
      (globalThis as unknown as { axe: { run: (root: Document, options: object) => Promise<unknown> } }).axe.run(document, {
        runOnly: only,
        resultTypes: ['violations'],
        preload: false,
      }),
    runOnly,
  )) as AxeResult
  return result.violations.flatMap(({ id, impact, nodes }) => nodes.map((node) => `${impact} ${id} at ${node.target.join(' ')}`))
}

/** How many px the page is wider than the window. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(() => {
    const over = (element: Element | null): number => (element === null ? 0 : element.scrollWidth - element.clientWidth)
    return Math.max(over(document.documentElement), over(document.querySelector('.stage')))
  })
}
