// Every page of the running appliance, with what it really shows: axe in both themes, narrow and wide; no scrolling sideways at 320 px.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { SimService } from '../sim/core/service.ts'
import { contrastViolations, overflow, violations } from './axe.ts'
import { e2eNodes, openRig, type Rig } from './rig.ts'

const ofModel = encodeURIComponent('openai/gpt-oss-20b')
const voices: SimService = { name: 'kokoro', kind: 'tts', image: 'example/kokoro:1', port: 8880, bytes: 3_000_000_000 }
let rig: Rig
let page: Page
/** Name of the picture and path; some are known only once the story has run. */
const pages = new Map<string, string>()

beforeAll(async () => {
  rig = await openRig({ nodes: (addresses) => e2eNodes(addresses).map((node, at) => (at === 0 ? { ...node, services: [voices] } : node)) })
  const done = await rig.switchTo('Qwen/Qwen3-8B')
  const [machine] = await rig.client['machines.list']().then((listed) => listed.machines)
  const speaks = await rig.client['services.add']({ body: { kind: 'tts', machine: machine?.id ?? '', container: 'kokoro' } })
  const foreign = { kind: 'vllm', name: 'Attic', address: machine?.address ?? '', port: 8881 } as const
  const attic = await rig.client['services.add']({ body: foreign })
  const bridge = { name: 'Matrix bridge', machine: machine?.id ?? '', user: 'bridge', runs: 'unit', unit: 'matrix-bridge.service' } as const
  const bot = await rig.client['bots.add']({ body: bridge })
  rig.world.setFault({ name: 'F3', times: 1 })
  const started = await rig.client['swaps.start']({ body: { model: 'openai/gpt-oss-20b' } })
  const id = 'id' in started ? started.id : ''
  await rig.swapWhen(id, 'it fails', (swap) => swap.state === 'failed')
  for (const [name, path] of Object.entries({
    home: '/',
    models: '/library',
    'models-none-found': '/library?q=no%20such%20model',
    'model-serving': `/library/${encodeURIComponent('Qwen/Qwen3-8B')}`,
    'model-inferred': `/library/${encodeURIComponent('example/Qwen3-4B')}`,
    recipe: `/library/${encodeURIComponent('example/Qwen3-4B')}/recipe`,
    'recipe-yaml': `/library/${encodeURIComponent('example/Qwen3-4B')}/recipe?view=yaml`,
    'model-interrupted': `/library/${encodeURIComponent('Qwen/Qwen3-32B')}`,
    plan: `/swaps/new?model=${ofModel}`,
    'plan-to-confirm': `/swaps/new?model=${encodeURIComponent('example/Qwen3-4B')}`,
    'plan-blocked': `/swaps/new?model=${encodeURIComponent('Qwen/Qwen3-32B')}`,
    'switch-done': `/swaps/${done.id}`,
    'switch-failed': `/swaps/${id}`,
    machines: '/machines',
    machine: `/machines/${machine?.id}`,
    'machine-survey': `/machines/${machine?.id}/survey`,
    'machine-new': '/machines/new',
    'machine-key': `/setup?machine=${machine?.id}`,
    'machine-found': `/setup?machine=${machine?.id}&test=1`,
    setup: '/setup',
    'machine-log': `/machines/${machine?.id}/containers/kokoro/log`,
    services: '/services',
    'service-new': '/services/new',
    service: speaks.links.page,
    'service-elsewhere': attic.links.page,
    'service-restart': `${speaks.links.page}/acts/restart`,
    activity: '/activity',
    schedule: '/schedule',
    'bot-new': '/bots/new',
    bot: bot.links.page,
    settings: '/settings',
    webhooks: '/webhooks',
    'webhook-new': '/webhooks/new',
    access: '/access',
    'access-keys': '/access/keys',
    'access-record': '/access/record',
    password: '/password',
    'sign-in': '/sign-in',
    stop: '/engines/main/stop',
    'not-found': '/no-such-page',
  }))
    pages.set(name, path)
  page = await rig.tab()
}, 90_000)
afterAll(() => rig?.close())

test.each([390, 1280])(
  'axe finds nothing wrong on any page in both themes at %i px, and none scrolls sideways',
  async (width) => {
    await page.setViewportSize({ width, height: 844 })
    for (const [name, path] of pages) {
      await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
      await page.goto(path)
      expect([name, await violations(page)]).toEqual([name, []])
      expect([name, await overflow(page)]).toEqual([name, 0])
      await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
      expect([name, 'dark', await contrastViolations(page)]).toEqual([name, 'dark', []])
      if (width !== 390) continue
      await page.setViewportSize({ width: 320, height: 844 })
      expect([name, '320 px', await overflow(page)]).toEqual([name, '320 px', 0])
      await page.setViewportSize({ width, height: 844 })
    }
  },
  180_000,
)

test('a switch that stands still is as readable as the rest, on its page and on Home', async () => {
  rig.world.setFault({ name: 'F10', times: 1 })
  const started = await rig.client['swaps.start']({ body: { model: 'openai/gpt-oss-20b' } })
  const id = 'id' in started ? started.id : ''
  await rig.swapWhen(id, 'weights are read', (swap) => swap.phase === 'load' && swap.progress.percent !== null)
  await page.setViewportSize({ width: 390, height: 844 })
  for (const path of [`/swaps/${id}`, '/', '/library']) {
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
    await page.goto(path)
    expect([path, await violations(page)]).toEqual([path, []])
    expect([path, await overflow(page)]).toEqual([path, 0])
    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
    expect([path, await contrastViolations(page)]).toEqual([path, []])
  }
  await rig.client['swaps.cancel']({ params: { id } })
  await rig.swapWhen(id, 'it is cancelled', (swap) => swap.state === 'cancelled')
}, 60_000)

test('every page has its picture when pictures are asked for, and none complained', async () => {
  for (const [name, path] of process.env['E2E_SHOTS'] === undefined ? [] : pages) {
    await page.setViewportSize({ width: 1280, height: 844 })
    await page.goto(path)
    await rig.shots(page, `page-${name}`)
  }
  expect(rig.complaints).toEqual([])
}, 120_000)
