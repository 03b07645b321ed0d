// The whole switch with JavaScript off: links, forms, and pages that ask again by themselves.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { chatText } from './chat.ts'
import { openRig, type Rig } from './rig.ts'

let rig: Rig
beforeAll(async () => {
  rig = await openRig()
})
afterAll(() => rig?.close())

test('with scripts off, a model is found, switched to, watched and answers', async () => {
  const page = await rig.tab({ javaScriptEnabled: false, viewport: { width: 390, height: 844 } })
  await page.goto('/')
  await page.getByRole('link', { name: 'Choose a model' }).click()
  await page.getByLabel('Search models').fill('4b qwen3')
  await page.getByLabel('Search models').press('Enter')
  await page.waitForURL(/\?q=4b/)
  expect(await page.getByRole('link', { name: /^Switch to this/ }).count()).toBe(1)
  await page.getByRole('link', { name: /^Switch to this:? Qwen3 4B$/ }).click()
  await page.getByRole('button', { name: 'Confirm these flags and switch' }).click()
  await page.getByRole('heading', { level: 1, name: 'Switching to Qwen3 4B' }).waitFor()
  await page.getByRole('heading', { level: 1, name: /^Switched to Qwen3 4B in / }).waitFor({ timeout: 40_000 })
  await page.getByRole('link', { name: 'See what answers now' }).click()
  await page.getByRole('region', { name: 'The model' }).getByText('Answering', { exact: true }).waitFor()
  expect(await chatText(rig.life().url, 'example/Qwen3-4B')).toMatch(/^Hello from example\/Qwen3-4B/)
  expect(rig.launches('exec')).toHaveLength(1)
}, 90_000)

test('with scripts off, themes, settings and a machine check work as forms', async () => {
  const page = await rig.tab({ javaScriptEnabled: false })
  await page.goto('/settings')
  await page.getByRole('main').getByRole('button', { name: 'Dark' }).click()
  await page.locator('html[data-theme="dark"]').waitFor()
  await page.getByRole('link', { name: 'Switching' }).click()
  await page.getByLabel('Let running conversations finish for').fill('many')
  const row = page.locator('form', { hasText: 'Let running conversations finish for' })
  await row.getByRole('button', { name: 'Save' }).click()
  expect(await row.getByRole('alert').innerText()).toMatch(/^Not saved: .+ 30 seconds stays\.$/)
  await page.getByLabel('Let running conversations finish for').fill('5')
  await row.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('button', { name: 'Back to the default' }).waitFor()
  const drain = (await rig.client['settings.list']()).settings.find((one) => one.key === 'swap.drainSeconds')
  expect([drain?.value, drain?.setBy]).toEqual([5, 'owner'])
  await page.goto('/machines')
  await page.getByRole('link', { name: 'spark-2' }).click()
  await page.getByRole('button', { name: 'Check now' }).click()
  await page.waitForURL(/\/machines\/[a-z0-9_-]+$/)
  expect(await page.getByText('Checked just now').count()).toBe(1)
}, 60_000)
