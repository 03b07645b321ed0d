// A real browser, started for a test file, with a profile of its own that goes with it.
import { type BrowserContext, chromium } from 'playwright-core'

const quiet = ['--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']

/** Closing the context closes the browser. */
export async function openBrowser(options: { readonly javaScriptEnabled?: boolean } = {}): Promise<BrowserContext> {
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    headless: true,
    args: ['--no-sandbox', '--disable-gpu', ...quiet],
  })
  const context = await browser.newContext(options)
  context.on('close', () => void browser.close())
  return context
}
