// A model too large for one Spark: both start it, the head is asked, and stopping it frees both.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { chatText } from './chat.ts'
import { openRig, type Rig } from './rig.ts'

let rig: Rig
beforeAll(async () => {
  rig = await openRig()
})
afterAll(() => rig?.close())

const model = 'nvidia/Qwen3-235B-A22B-NVFP4'

test('a model over two Sparks is switched to by clicks and answers', async () => {
  const page = await rig.tab()
  await page.goto('/library')
  await page.getByRole('link', { name: /^Switch to this:? Qwen3 235B$/ }).click()
  await page.getByText('Runs on spark-1 and spark-2.').waitFor()
  await rig.shots(page, 'plan-two-nodes')
  await page.getByRole('button', { name: /^(Confirm these flags and switch|Switch now)$/ }).click()
  await page.getByRole('heading', { level: 1, name: /^Switched to Qwen3 235B in / }).waitFor({ timeout: 40_000 })
  expect(await chatText(rig.life().url, model)).toMatch(/^Hello from nvidia\/Qwen3-235B-A22B-NVFP4 on spark-1/)
  await page.getByRole('link', { name: 'See what answers now' }).click()
  await page.getByText('on spark-1 and spark-2').waitFor()
  await rig.shots(page, 'home-two-nodes')
  expect(rig.complaints).toEqual([])
}, 90_000)

test('one launcher call on the head names both machines and the size of the whole', () => {
  const calls = rig.launches('exec')
  expect(calls.map((call) => call.node)).toEqual(['spark-1'])
  const argv = calls[0]?.argv ?? []
  const fabric = ['spark-1', 'spark-2'].map((name) => rig.world.look(name).fabricAddress)
  expect(argv[argv.indexOf('-n') + 1]).toBe(fabric.join(','))
  expect(argv).not.toContain('--solo')
  expect(argv[argv.indexOf('-tp') + 1]).toBe('2')
})

test('stopping it by clicks takes it off both Sparks, with the flags it was started with', async () => {
  const page = await rig.tab()
  await page.goto('/')
  await page.getByRole('link', { name: 'Stop it' }).click()
  await page.getByRole('button', { name: 'Stop Qwen3 235B' }).click()
  await page.getByRole('heading', { level: 1, name: 'Qwen3 235B was stopped.' }).waitFor({ timeout: 30_000 })
  await rig.shots(page, 'swap-stopped')
  expect(rig.world.serving()).toEqual([])
  for (const name of ['spark-1', 'spark-2']) expect(rig.world.look(name).containers).toEqual([])
  const start = rig.launches('exec')[0]?.argv ?? []
  const stop = rig.launches('stop')[0]?.argv ?? []
  for (const flag of ['-n', '--name']) expect(stop[stop.indexOf(flag) + 1]).toBe(start[start.indexOf(flag) + 1])
}, 60_000)
