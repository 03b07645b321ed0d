// What an earlier installation said, kept: its settings, its machines; settings by clicks and by the API, as a file, and what is sealed.
import { readdirSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openRig, type Rig } from './rig.ts'

let rig: Rig
let page: Page
const token = 'hf_sampletokensampletoken'

beforeAll(async () => {
  rig = await openRig({
    joined: false,
    env: { SPARK1_HOST: 'spark-1.local', SSH_USER: 'nobody', VLLM_PORT: '8001', SPARK_CONTROL_SWAP_DRAIN_SECONDS: '5' },
  })
  page = await rig.tab()
})
afterAll(() => rig?.close())

const setting = async (key: string) => (await rig.client['settings.list']()).settings.find((one) => one.key === key)
const row = (key: string, on: Page = page) => on.locator(`#setting-${key.replaceAll('.', '-')}`)

test('a machine that was known by a name waits for its address, and is then like any other', async () => {
  await page.goto('/')
  await page.getByRole('heading', { name: 'spark-1.local needs an address' }).waitFor()
  await rig.shots(page, 'named-machine')
  await page.getByLabel('IP address').fill('spark-1.local')
  await page.getByRole('button', { name: 'Add this machine' }).click()
  await page.getByText('"spark-1.local" is not an IP address.').waitFor()
  await page.getByRole('button', { name: 'Take it off the list' }).click()
  expect((await rig.client['namedMachines.list']()).namedMachines).toEqual([])
}, 60_000)

test('a setting is changed, undone and pinned where one can see by whom, and two tabs do not overwrite each other', async () => {
  await page.goto('/settings/engine')
  await row('engine.port').getByText('Set by an earlier installation (VLLM_PORT)').waitFor()
  const second = await rig.tab()
  await second.goto('/settings/engine')
  await row('engine.port').getByRole('textbox').fill('8002')
  await row('engine.port').getByRole('button', { name: 'Save' }).click()
  await row('engine.port').getByText('Saved.').waitFor()
  await row('engine.port', second).getByRole('textbox').fill('8003')
  await row('engine.port', second).getByRole('button', { name: 'Save' }).click()
  await row('engine.port', second).getByText('Someone else changed this to').waitFor()
  expect((await setting('engine.port'))?.value).toBe(8002)
  await row('engine.port').getByRole('button', { name: 'Undo: 8001' }).click()
  await row('engine.port').getByRole('button', { name: 'Undo: 8002' }).waitFor()
  expect((await setting('engine.port'))?.value).toBe(8001)

  await page.goto('/settings/switching')
  await row('swap.drainSeconds').getByText('SPARK_CONTROL_SWAP_DRAIN_SECONDS').waitFor()
  expect(await row('swap.drainSeconds').getByRole('button').count()).toBe(0)
  const pinned = rig.client['settings.change']({ params: { key: 'swap.drainSeconds' }, body: { value: 9 } })
  await expect(pinned).rejects.toMatchObject({ problem: { code: 'setting_pinned' } })
}, 60_000)

test('a file of settings shows its difference before anything is changed', async () => {
  const { text } = await rig.client['settings.export']()
  expect(text).toContain('engine.port: 8001')
  await page.goto('/settings')
  await page.getByRole('link', { name: 'Take over a file' }).click()
  const changed = text.replace('engine.port: 8001', 'engine.port: 8010\n  engine.prot: 1')
  await page
    .getByLabel('A file that Spark Control wrote')
    .setInputFiles({ name: 'settings.yaml', mimeType: 'application/yaml', buffer: Buffer.from(changed) })
  await page.getByRole('button', { name: 'Show the difference' }).click()
  await page.getByRole('heading', { level: 1, name: 'Change 1 setting?' }).waitFor()
  await page.getByText('Perhaps engine.port?').waitFor()
  await rig.shots(page, 'settings-difference')
  expect((await setting('engine.port'))?.value).toBe(8001)
  await page.getByRole('button', { name: 'Change 1 setting' }).click()
  await page.waitForURL(/\/settings$/)
  expect((await setting('engine.port'))?.value).toBe(8010)
}, 60_000)

test('a secret is sealed, never shown again, and counts as lost without its key', async () => {
  await page.goto('/settings/downloads')
  await row('downloads.hubToken').getByLabel('Token of the Hub').fill(token)
  await row('downloads.hubToken').getByRole('button', { name: 'Save' }).click()
  await row('downloads.hubToken').getByText('Saved.').waitFor()
  await page.reload()
  expect(await page.content()).not.toContain(token)
  expect(JSON.stringify(await rig.client['settings.list']())).not.toContain(token)
  const backup = await rig.client['backups.take']()
  const holds = (path: string): boolean => readFileSync(path).includes(token)
  const files = readdirSync(rig.dataDir).filter((name) => name.includes('.'))
  expect([holds(backup.path), ...files.map((name) => holds(join(rig.dataDir, name)))].filter(Boolean)).toEqual([])

  await rig.life().stop()
  renameSync(join(rig.dataDir, 'secrets-key'), join(rig.dataDir, 'kept-elsewhere'))
  await rig.restart()
  await page.goto('/settings')
  await page.getByText('1 secret to enter again').waitFor()
  renameSync(join(rig.dataDir, 'kept-elsewhere'), join(rig.dataDir, 'secrets-key'))
  expect((await setting('downloads.hubToken'))?.secret).toBe('set')
  expect((await setting('engine.port'))?.value).toBe(8010)
  expect(rig.complaints).toEqual([])
}, 90_000)
