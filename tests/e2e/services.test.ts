// Services in a browser: found, added, looked at, tried, restarted and stopped; and the same by the API.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { SimService } from '../sim/core/service.ts'
import { contrastViolations, overflow, violations } from './axe.ts'
import { e2eNodes, openRig, type Rig } from './rig.ts'

const voices: SimService = { name: 'kokoro', kind: 'tts', image: 'example/kokoro:1', port: 8880, bytes: 3_000_000_000 }
let rig: Rig
let page: Page

beforeAll(async () => {
  rig = await openRig({ nodes: (addresses) => e2eNodes(addresses).map((node, at) => (at === 0 ? { ...node, services: [voices] } : node)) })
  page = await rig.tab()
}, 90_000)
afterAll(() => rig?.close())

const answers = (): Promise<void> => page.getByText('Answering').first().waitFor()

test('a service is found on its Spark, added by one click, and said to answer when it did', async () => {
  await page.goto('/services')
  await page.getByRole('heading', { name: 'No services yet' }).waitFor()
  await page.getByRole('link', { name: 'Look for services' }).click()
  await page.getByText('Text to speech on spark-1').first().waitFor()
  await page
    .getByRole('button', { name: /Add it/ })
    .first()
    .click()
  await page.getByRole('heading', { level: 1, name: 'Text to speech' }).waitFor()
  await answers()
  await page.getByRole('button', { name: 'Say one word' }).click()
  await page.getByText('Text to speech did what it is for').first().waitFor()
}, 60_000)

test('its pages are readable in both themes and do not scroll sideways', async () => {
  const { services } = await rig.client['services.list']()
  const own = services[0]?.links.page ?? ''
  await page.setViewportSize({ width: 390, height: 844 })
  for (const path of ['/services', '/services/new', own]) {
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
    await page.goto(path)
    expect([path, await violations(page)]).toEqual([path, []])
    expect([path, await overflow(page)]).toEqual([path, 0])
    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
    expect([path, await contrastViolations(page)]).toEqual([path, []])
    await rig.shots(page, `services${path.replaceAll(/[^a-z]+/g, '-')}`)
  }
}, 60_000)

test('it is restarted from its page after its cost was said, stopped, and started by the API', async () => {
  await page.setViewportSize({ width: 1280, height: 844 })
  await page.goto('/services')
  await page.getByRole('link', { name: /^Restart/ }).click()
  await page.getByRole('heading', { name: 'Restart Text to speech?' }).waitFor()
  await page.getByText('What it works on now is lost').waitFor()
  await page.getByRole('button', { name: 'Restart Text to speech' }).click()
  await page.getByText('Text to speech was restarted and answers.').first().waitFor({ timeout: 60_000 })
  const { services } = await rig.client['services.list']()
  const id = services[0]?.id ?? ''
  await page.goto(`/services/${id}/acts/stop`)
  await page.getByRole('button', { name: 'Stop Text to speech' }).click()
  await page.getByText('Text to speech is stopped.', { exact: true }).first().waitFor()
  await expect.poll(async () => (await rig.client['services.find']({ params: { id } })).act, { timeout: 20_000 }).toBe(null)
  const act = await rig.client['services.act']({ params: { id }, body: { kind: 'start' } })
  expect(act.state).toBe('running')
  await page.getByText('Text to speech was started and answers.').first().waitFor({ timeout: 60_000 })
  const calls = rig.world.argvLog.filter(({ tool, argv }) => tool === 'docker' && ['start', 'stop', 'restart'].includes(argv[0] ?? ''))
  expect(calls.map(({ argv }) => argv.join(' '))).toEqual(['restart -t 20 kokoro', 'stop -t 20 kokoro', 'start kokoro'])
  expect(rig.complaints).toEqual([])
}, 90_000)
