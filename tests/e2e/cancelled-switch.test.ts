// A change of mind in the middle of a load.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { chatText } from './chat.ts'
import { openRig, type Rig } from './rig.ts'

let rig: Rig
beforeAll(async () => {
  rig = await openRig({ timeScale: 0.04 })
  await rig.switchTo('Qwen/Qwen3-8B')
}, 60_000)
afterAll(() => rig?.close())

test('a switch stopped while it loads says what that means, clears up, and brings the old model back', async () => {
  const page = await rig.tab()
  await page.goto(`/swaps/new?model=${encodeURIComponent('openai/gpt-oss-20b')}`)
  await page.getByRole('button', { name: 'Switch now' }).click()
  await page.getByText('Loading the model, now').waitFor({ state: 'attached' })
  await page.getByRole('button', { name: /^Stop and bring back Qwen3 8B/ }).click()
  await page.getByRole('heading', { level: 1, name: 'Bringing Qwen3 8B back' }).waitFor()
  await rig.shots(page, 'swap-restoring')
  const outcome = page.getByRole('heading', { level: 1, name: 'The switch to gpt-oss 20B was cancelled. Qwen3 8B was brought back.' })
  await outcome.waitFor({ timeout: 40_000 })
  await rig.shots(page, 'swap-cancelled')
  expect(await chatText(rig.life().url, 'Qwen/Qwen3-8B')).toMatch(/^Hello from Qwen\/Qwen3-8B/)
  expect(rig.world.serving().map((one) => one.model)).toEqual(['Qwen/Qwen3-8B'])
  expect(rig.launches('exec').map((call) => call.argv[call.argv.indexOf('serve') + 1])).toEqual([
    'Qwen/Qwen3-8B',
    'openai/gpt-oss-20b',
    'Qwen/Qwen3-8B',
  ])
  const { swaps } = await rig.client['swaps.list']({ query: { limit: 1 } })
  expect(swaps[0]).toMatchObject({ state: 'cancelled', restored: true, error: null })
  expect(rig.complaints).toEqual([])
}, 90_000)
