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

/** What axe finds on the page as it is drawn now, everything that can be opened opened. */
export async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(() => {
    for (const details of document.querySelectorAll('details')) details.open = true
  })
  await page.evaluate(axeSource)
  const result = (await page.evaluate(
    (values) =>
      (globalThis as unknown as { axe: { run: (root: Document, options: object) => Promise<unknown> } }).axe.run(document, {
        runOnly: { type: 'tag', values },
        resultTypes: ['violations'],
      }),
    tags,
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
