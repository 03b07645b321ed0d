// A Spark goes silent in the middle of a load, as real ones do, and comes back.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { chatText } from './chat.ts'
import { openRig, type Rig } from './rig.ts'

const timeScale = 0.06
let rig: Rig
beforeAll(async () => {
  rig = await openRig({ timeScale })
})
afterAll(() => rig?.close())

test('F14: a Spark that stops answering while it loads is waited for, and nothing is started a second time', async () => {
  const page = await rig.tab()
  await page.goto(`/swaps/new?model=${encodeURIComponent('openai/gpt-oss-20b')}`)
  await page.getByRole('button', { name: 'Switch now' }).click()
  await page.getByText('Reading the weights', { exact: false }).first().waitFor()
  // Longer than a look may begin after it (3 s) and be waited for (15 s), with room for a slow computer.
  rig.world.freeze('spark-1', 30_000 / timeScale)
  await page.getByText(/spark-1 is not answering.*The switch waits for it; nothing else is started\./).waitFor({ timeout: 40_000 })
  await rig.shots(page, 'swap-silent')
  const { current } = await rig.client['swaps.list']({ query: {} })
  expect(current?.state).toBe('running')
  expect((await rig.client['lock.find']()).by).toBe('swap')
  await page.getByRole('heading', { level: 1, name: /^Switched to gpt-oss 20B in / }).waitFor({ timeout: 60_000 })
  expect(rig.launches('exec')).toHaveLength(1)
  expect(await chatText(rig.life().url, 'openai/gpt-oss-20b')).toMatch(/^Hello from openai\/gpt-oss-20b/)
  expect(rig.complaints).toEqual([])
}, 120_000)
