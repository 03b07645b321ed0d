// The appliance dies in the middle of a load and comes back: it finds the job on the machine and goes on.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { chatText } from './chat.ts'
import { openRig, type Rig } from './rig.ts'

let rig: Rig
beforeAll(async () => {
  rig = await openRig({ timeScale: 0.06 })
})
afterAll(() => rig?.close())

test('an appliance killed while a model loads goes on with the same switch, and the open page finds its way back', async () => {
  const page = await rig.tab()
  await page.goto(`/swaps/new?model=${encodeURIComponent('openai/gpt-oss-20b')}`)
  await page.getByRole('button', { name: 'Switch now' }).click()
  await page.getByText('Loading the model, now').waitFor({ state: 'attached' })
  const id = new URL(page.url()).pathname.split('/').at(-1) ?? ''
  await rig.life().kill()
  await rig.shots(page, 'swap-while-down')
  expect(rig.world.serving()).toEqual([])
  await rig.restart()

  const found = await rig.client['swaps.find']({ params: { id } })
  expect(found.state).toBe('running')
  await page.getByRole('heading', { level: 1, name: /^Switched to gpt-oss 20B in / }).waitFor({ timeout: 60_000 })
  const ended = await rig.client['swaps.find']({ params: { id } })
  expect(ended).toMatchObject({ id, state: 'succeeded', model: 'openai/gpt-oss-20b' })
  expect(rig.launches('exec')).toHaveLength(1)
  expect(rig.launches('stop')).toHaveLength(0)
  expect(await chatText(rig.life().url, 'openai/gpt-oss-20b')).toMatch(/^Hello from openai\/gpt-oss-20b/)
  await page.goto('/')
  await page.getByRole('region', { name: 'The model' }).getByText('Answering', { exact: true }).waitFor()
}, 120_000)

test('an appliance that is told to stop and starts again still knows what answers', async () => {
  expect(await rig.life().stop()).toBe(0)
  expect(await chatFailure()).toMatch(/fetch failed/)
  await rig.restart()
  const page = await rig.tab()
  await page.goto('/')
  await page.getByRole('region', { name: 'The model' }).getByText('Answering', { exact: true }).waitFor()
  expect(await chatText(rig.life().url, 'openai/gpt-oss-20b')).toMatch(/^Hello from openai\/gpt-oss-20b/)
  expect(rig.launches()).toHaveLength(1)
}, 60_000)

async function chatFailure(): Promise<string> {
  try {
    return await chatText(rig.life().url, 'openai/gpt-oss-20b')
  } catch (error) {
    return String(error)
  }
}
