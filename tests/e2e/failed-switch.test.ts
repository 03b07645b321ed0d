// Switches that go wrong: told in words with the telling line, never called ready, and the old model comes back by itself.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { chatText } from './chat.ts'
import { openRig, type Rig } from './rig.ts'

let rig: Rig
let page: Page
beforeAll(async () => {
  rig = await openRig({ timeScale: 0.025 })
  await rig.switchTo('Qwen/Qwen3-8B')
  page = await rig.tab()
}, 60_000)
afterAll(() => rig?.close())

async function clickSwitch(): Promise<void> {
  await page.goto('/library')
  await page.getByRole('link', { name: /^Switch to this:? gpt-oss 20B$/ }).click()
  await page.getByText('Qwen3 8B is brought back by itself').waitFor()
  await page.getByRole('button', { name: 'Switch now' }).click()
  await page.getByRole('heading', { level: 1, name: 'gpt-oss 20B did not start. Qwen3 8B was brought back.' }).waitFor({ timeout: 60_000 })
}

/** What stands beside a word of the three. */
const told = (word: string): Promise<string> => page.locator(`dt:text-is("${word}") + dd`).innerText()

test('F7: an engine that fails while it starts is told with its last words, and the old model answers again', async () => {
  rig.world.setFault({ name: 'F7', model: 'openai/gpt-oss-20b', times: 1 })
  await clickSwitch()
  expect(await told('What happened')).toMatch(/gpt-oss 20B.*(CUDA error|Engine core initialization failed)/)
  expect(await told('Now')).toBe('Qwen3 8B is answering again.')
  expect(await told('What to do')).toMatch(/^Switch again\./)
  expect(await page.locator('mark').first().innerText()).toMatch(/CUDA error|Engine core initialization failed/)
  await rig.shots(page, 'swap-failed')
  expect(await chatText(rig.life().url, 'Qwen/Qwen3-8B')).toMatch(/^Hello from Qwen\/Qwen3-8B/)
  await page.getByRole('link', { name: 'Home', exact: true }).first().click()
  await page.getByText('Answering', { exact: true }).waitFor()
  await rig.shots(page, 'home-after-failure')
}, 90_000)

test('F3: a launcher that says all is well without the image is not believed', async () => {
  rig.world.setFault({ name: 'F3', times: 1 })
  await clickSwitch()
  expect(await told('What happened')).toBe('The container image "vllm-node" is not on spark-1.')
  expect(await told('Now')).toBe('Qwen3 8B is answering again.')
  expect(await told('What to do')).toContain('build-and-copy.sh')
  await rig.shots(page, 'swap-no-image')
  expect(rig.world.serving().map((one) => one.model)).toEqual(['Qwen/Qwen3-8B'])
}, 90_000)

test('both failures are kept as pages and told in Activity, and at no time was the model called ready', async () => {
  const { swaps } = await rig.client['swaps.list']({ query: { limit: 10 } })
  expect(swaps.map((swap) => [swap.state, swap.restored])).toEqual([
    ['failed', true],
    ['failed', true],
    ['succeeded', null],
  ])
  const types = (
    (await (await fetch(`${rig.life().url}/api/events?limit=500`, { headers: { accept: 'application/json' } })).json()) as {
      events: { type: string; payload: Record<string, unknown> }[]
    }
  ).events
  expect(types.filter((one) => one.type === 'swap_complete').map((one) => one.payload['model'])).toEqual(['Qwen/Qwen3-8B'])
  await page.goto('/activity?kind=switch')
  expect(await page.getByRole('main').innerText()).toMatch(/gpt-oss/)
  await rig.shots(page, 'activity-failures')
  expect(rig.complaints).toEqual([])
}, 30_000)
