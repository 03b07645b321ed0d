import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { DownloadView } from '../../server/contract/operations/download-shapes.ts'
import { gatedLlama, qwen3Four } from '../sim/core/demo-hub.ts'
import { qwen3Small } from '../sim/core/demo-models.ts'
import { e2eNodes, openRig, type Rig, type RigOptions } from './rig.ts'

/** The second Spark holds an older version of one model. */
const older = { ...qwen3Small, weightsBytes: 14_000_000_000, revision: '0ld'.padEnd(40, '0').replaceAll('l', '1') }
const twoVersions: NonNullable<RigOptions['nodes']> = (addresses) =>
  e2eNodes(addresses).map((node, at) =>
    at === 0 ? node : { ...node, models: node.models.map((model) => (model.repo === older.repo ? older : model)) },
  )

let rig: Rig
let page: Page
beforeAll(async () => {
  rig = await openRig({ nodes: twoVersions })
  page = await rig.tab()
}, 60_000)
afterAll(() => rig.close())

const repo = qwen3Four.repo
const modelPage = `/library/${encodeURIComponent(repo)}`
const text = (): Promise<string> => page.locator('main').innerText()

/** The form as a person fills it, up to what was found. */
async function look(name: string, both = false): Promise<void> {
  await page.goto('/library/downloads')
  await page.getByLabel('Model on the Hub').fill(name)
  if (both) await page.getByLabel('spark-2').check()
  await page.getByRole('button', { name: 'Look at it first' }).click()
  await page.getByRole('heading', { level: 1 }).filter({ hasNotText: 'Downloads' }).waitFor()
}

const newest = async (): Promise<DownloadView> => {
  const [download] = (await rig.client['downloads.list']()).downloads
  if (download === undefined) throw new Error('nothing was downloaded')
  return download
}

async function downloadNow(): Promise<void> {
  await page.getByRole('button', { name: 'Download now' }).click()
  await page.waitForURL(/\/library\/downloads\/[a-z0-9]{12}$/)
}

async function when(what: string, done: (download: DownloadView) => boolean, limitMs = 30_000): Promise<DownloadView> {
  const end = Date.now() + limitMs
  for (;;) {
    const download = await newest()
    if (done(download)) return download
    if (Date.now() > end) throw new Error(`not within ${limitMs} ms: ${what}\n${JSON.stringify(download, null, 2)}\n${rig.life().log()}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

const mended = (): Promise<unknown> => page.reload()

test('a model is pasted, downloaded, copied, confirmed, switched to and deleted', async () => {
  await page.goto('/library')
  await page.getByRole('link', { name: 'Download a model' }).click()
  await rig.shots(page, 'downloads-empty')
  await look(`https://huggingface.co/${repo}/tree/main`, true)
  expect(await text()).toMatch(/8\.1 GB from the internet onto spark-1\. Then it is copied to spark-2 over the cable\./)
  await rig.shots(page, 'download-plan')
  await downloadNow()
  await page.getByText('Whole on spark-1 and spark-2, every file looked at.').waitFor({ timeout: 30_000 })
  await rig.shots(page, 'download-done')
  expect((await newest()).state).toBe('succeeded')

  await page.getByRole('link', { name: 'See how it would start' }).click()
  // The reasons may be folded away; they are on the page.
  await page.getByText('because model_type is qwen3').first().waitFor({ state: 'attached' })
  await page.getByRole('button', { name: 'Confirm these flags' }).click()
  await page.getByRole('link', { name: 'Switch to this' }).click()
  await page.getByRole('button', { name: 'Switch now' }).click()
  await page.waitForURL(/\/swaps\/[a-z0-9]+$/)
  const id = page.url().split('/').at(-1) ?? ''
  await rig.swapWhen(id, 'a switch to it', (swap) => swap.state === 'succeeded', 60_000)

  await page.goto(`${modelPage}/deletion`)
  await page.getByText('is being served').waitFor()
  expect(await page.getByRole('button', { name: /^Delete/ }).count()).toBe(0)
  await rig.switchTo('openai/gpt-oss-20b')
  await page.reload()
  await page.getByLabel(/To delete it, type its name/).fill('Qwen3 4B')
  await page.getByRole('button', { name: /^Delete/ }).click()
  await page.getByText('That is not its name. Nothing was deleted.').waitFor()
  await rig.shots(page, 'deletion')
  await page.getByLabel(/To delete it, type its name/).fill(repo)
  await page.getByRole('button', { name: /^Delete/ }).click()
  await page.waitForURL(/\/library$/)
  expect((await rig.client['models.list']()).models.map((model) => model.id)).not.toContain(repo)
  await page.goto('/library/disks')
  await page.getByRole('heading', { name: 'spark-2' }).waitFor()
  await rig.shots(page, 'disks')
}, 120_000)

test('a gated model says what to do, and takes a token (F18)', async () => {
  await look(gatedLlama.repo)
  expect(await text()).toMatch(/is only for people its owner let in\. Agree to the terms on its page/)
  await rig.shots(page, 'download-gated')
  await page.getByLabel('Token of the Hub').fill('hf_abcdefghijklmnop')
  await downloadNow()
  const download = await when('it is whole', (one) => one.state !== 'running')
  expect([download.state, download.withToken]).toEqual(['succeeded', true])
  expect(JSON.stringify(rig.world.argvLog) + rig.life().log()).not.toContain('hf_abcdefghijklmnop')
}, 60_000)

test('a Spark without uvx is named with the command that brings it (F17)', async () => {
  rig.world.setFault({ name: 'F17', node: 'spark-1' })
  await look(repo)
  expect(await text()).toMatch(/Neither uvx nor hf is on the path of a login shell on spark-1/)
  expect(await text()).toContain('https://astral.sh/uv/install.sh')
  expect(await page.getByRole('button', { name: 'Download now' }).count()).toBe(0)
  rig.world.clearFault('F17')
}, 60_000)

test('a cache that belongs to root is named with its chown (F20)', async () => {
  rig.world.setFault({ name: 'F20', node: 'spark-1' })
  await look(repo)
  expect(await text()).toMatch(/hub on spark-1 belongs to \S+, and \S+ may not write there\./)
  expect(await text()).toMatch(/sudo chown -R \S+: \/\S+\/\.cache\/huggingface/)
  rig.world.clearFault('F20')
  await mended()
  await page.getByRole('button', { name: 'Download now' }).waitFor()
}, 60_000)

test('a full disk keeps what arrived (F19), and a Hub that goes silent is told of (F21)', async () => {
  rig.world.setFault({ name: 'F19', node: 'spark-1', times: 1 })
  await look(repo)
  await downloadNow()
  await page.getByText('The disk of spark-1 filled up during the download.').waitFor({ timeout: 30_000 })
  expect(await text()).toMatch(/What arrived so far stays on the disk/)
  await rig.shots(page, 'download-failed')
  // This time the Hub goes silent just before the end.
  await rig.client['settings.change']({ params: { key: 'downloads.stallSeconds' }, body: { value: 5 } })
  rig.world.setFault({ name: 'F21', node: 'spark-1', times: 1 })
  await page.getByRole('button', { name: 'Go on' }).click()
  await page.getByText(/^Nothing has arrived for \d+ seconds\.$/).waitFor({ timeout: 30_000 })
  await rig.shots(page, 'download-stalled')
  await page.goto('/activity')
  await page.getByText('No byte of Qwen3 4B has arrived on spark-1 for 5 seconds.').waitFor()
  await rig.client['settings.reset']({ params: { key: 'downloads.stallSeconds' } })
  await page.goBack()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByText('Cancelled. What arrived stays on the disk.').waitFor({ timeout: 30_000 })
}, 60_000)

test('a copy that is not whole is found out, named, and mended by going on (F22)', async () => {
  rig.world.setFault({ name: 'F22', node: 'spark-2', model: repo, times: 1 })
  await look(repo, true)
  await downloadNow()
  await page.getByText(/The copy on spark-2 is not whole: \d+ of \d+ files are missing or cut short/).waitFor({ timeout: 30_000 })
  await page.getByRole('button', { name: 'Go on' }).click()
  const download = await when('it is whole on both', (one) => one.state !== 'running')
  expect([download.state, download.error]).toEqual(['succeeded', null])
}, 60_000)

test('copies that differ are brought together over the cable with one button, and a copy that is cut is found out', async () => {
  await page.goto('/library/disks')
  await page.getByRole('link', { name: /^Bring them together\s*:\s*Qwen3 8B$/ }).click()
  await page.getByRole('heading', { level: 1, name: 'Bring the copies of Qwen3 8B together?' }).waitFor()
  expect(await text()).toMatch(/spark-2 gets the version [0-9a-f]{8} from spark-1 over the cable: 16 GB\. spark-1 has the version that is/)
  expect(await text()).toMatch(/spark-2 has room: 16 GB to come/)
  await rig.shots(page, 'together')
  rig.world.setFault({ name: 'F22', node: 'spark-2', times: 1 })
  await page.getByRole('button', { name: 'Copy it now' }).click()
  await page.waitForURL(/\/library\/downloads\/[a-z0-9]{12}$/)
  await page.getByText(/The copy on spark-2 is not whole: \d+ of \d+ files are missing or cut short/).waitFor({ timeout: 30_000 })
  await page.getByRole('button', { name: 'Go on' }).click()
  await page.getByText('Whole on spark-1 and spark-2, every file looked at.').waitFor({ timeout: 30_000 })
  await rig.shots(page, 'together-done')
  expect(await newest()).toMatchObject({ repo: older.repo, state: 'succeeded', attempt: 2 })
  const { machines, revisionsDiffer } = await rig.client['models.find']({ params: { id: older.repo } })
  expect([new Set(machines.map((one) => one.revision)).size, revisionsDiffer]).toEqual([1, false])
  await page.goto('/library/disks')
  expect(await page.getByRole('link', { name: /^Bring them together/ }).count()).toBe(0)
}, 90_000)

test('nothing on these pages broke a rule of the browser', () => {
  expect(rig.complaints).toEqual([])
})
