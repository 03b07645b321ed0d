// The owner looks after a Spark: what needs a hand is on Home, caches are dropped, the launcher is updated, by clicks and by the API.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openRig, type Rig } from './rig.ts'

const timeScale = 0.012
let rig: Rig
let page: Page
let id = ''
beforeAll(async () => {
  rig = await openRig({ timeScale })
  id = (await rig.client['machines.list']()).machines.find((one) => one.name === 'spark-1')?.id ?? ''
  page = await rig.tab()
}, 60_000)
afterAll(() => rig?.close())

const commit = 'beef002'.padEnd(40, '0')
const origin = [{ commit: 'beef002', date: '2026-11-12', subject: 'Pull a newer image by default' }]
const machine = () => rig.client['machines.find']({ params: { id } })

describe('a Spark is looked after', () => {
  test('it is well; what goes wrong is said on Home and leads to its page', async () => {
    await page.goto(`/machines/${id}`)
    await page.getByText('spark-1 is well.').waitFor()
    await page
      .getByRole('region', { name: 'Network' })
      .getByText(/ports are up at 200 Gb\/s/)
      .waitFor()
    rig.world.condition('spark-1', { driver: '590.44.01' })
    await page.goto('/')
    await page.getByRole('link', { name: /has the GPU driver 590\.44\.01/ }).click()
    await page.getByRole('heading', { level: 1, name: 'spark-1' }).waitFor()
    await rig.shots(page, 'machine-bad-driver')
    rig.world.condition('spark-1', { driver: '580.173.02' })
    await page.getByRole('button', { name: 'Check now' }).click()
    await page.getByText('spark-1 is well.').waitFor()
  }, 60_000)

  test('a Spark that falls silent for some seconds: the outage stands in its log, and the hour has its gap', async () => {
    const line = () => rig.client['machines.connectivity']({ params: { id } })
    const memoryLine = async () => (await rig.client['machines.history']({ params: { id }, query: { span: 'hour' } })).series.availableBytes
    expect([(await line()).state, (await memoryLine()).length]).toEqual(['connected', 1])
    // More than two and a half looks, which come every five seconds: as long as a picture bridges.
    rig.world.freeze('spark-1', 14_000 / timeScale)
    await expect.poll(async () => (await line()).state, { timeout: 15_000 }).toBe('out')
    await expect.poll(async () => (await line()).state, { timeout: 60_000, interval: 500 }).toBe('connected')
    await expect.poll(async () => (await memoryLine()).length, { timeout: 60_000, interval: 500 }).toBe(2)
    const [outage] = (await line()).outages
    expect(outage).toMatchObject({ seenEnd: true, seconds: expect.toSatisfy((seconds: number) => seconds > 10) })
    await page.goto(`/machines/${id}`)
    const connection = page.getByRole('region', { name: 'Connection' })
    await connection.getByText(outage?.sentence ?? 'an outage').waitFor()
    // The other stretch is the time before the appliance was there.
    await page.getByRole('img', { name: /^Memory available of spark-1 in the last hour.*Not seen in 2 stretches of it\.$/ }).waitFor()
    await rig.shots(page, 'machine-outage')
    await page.getByText('spark-1 is well.').waitFor({ timeout: 30_000 })
  }, 180_000)

  test('without the line in sudoers there is no button but the line; with it, one click tells what came free', async () => {
    await page.getByText('Let Spark Control drop caches here').click()
    await page.getByText(/ALL=\(root\) NOPASSWD: \/usr\/bin\/tee \/proc\/sys\/vm\/drop_caches/).waitFor()
    expect(await page.getByRole('button', { name: 'Drop caches', exact: true }).count()).toBe(0)
    const refused = await fetch(`${rig.life().url}/api/machines/${id}/caches/drop`, { method: 'POST' })
    expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([409, 'caches_not_allowed'])

    rig.world.condition('spark-1', { mayDropCaches: true })
    await rig.switchTo('Qwen/Qwen3-8B')
    await page.getByRole('button', { name: 'Look at versions now' }).click()
    await page.getByRole('button', { name: 'Drop caches', exact: true }).click()
    await page.getByText(/Caches were dropped/).waitFor()
    await rig.shots(page, 'machine-dropped')
    expect((await machine()).dropped?.sentence).toMatch(/are free now/)
    const again = await rig.client['machines.dropCaches']({ params: { id } })
    expect(again.freeAfter).toBeGreaterThan(0)
    await page.goto('/activity')
    await page
      .getByText(/dropped caches on spark-1: .+ are free/)
      .first()
      .waitFor()
  }, 60_000)

  test('an update of the launcher is shown before it is taken over, also without scripts', async () => {
    rig.world.condition('spark-1', { origin, localChanges: ['launch-cluster.sh'] })
    const plain = await rig.tab({ javaScriptEnabled: false, viewport: { width: 390, height: 844 } })
    await plain.goto(`/machines/${id}`)
    await plain.getByRole('button', { name: 'Look at versions now' }).click()
    await plain.getByRole('link', { name: 'See what an update brings' }).click()
    await plain.getByText('Somebody changed files of the launcher there (launch-cluster.sh).').waitFor()
    expect(await plain.getByRole('button', { name: 'Update the launcher' }).count()).toBe(0)
    rig.world.condition('spark-1', { localChanges: [] })
    await plain.reload()
    await plain.getByText('Pull a newer image by default').waitFor()
    await plain.getByRole('button', { name: 'Update the launcher' }).click()
    await plain.getByText('The launcher is the newest there is.').waitFor()
    expect((await machine()).launcher).toMatchObject({ commit: 'beef002', date: '2026-11-12' })
    expect(rig.world.argvLog.find((call) => call.tool === 'git' && call.argv.includes('merge'))?.argv.at(-1)).toBe(commit)
    await page.goto('/machines')
    await page.getByText(/The launcher differs: spark-1 has beef002 of 2026-11-12/).waitFor()
    await rig.shots(page, 'machines-differ')
  }, 60_000)

  test('boards read one small answer, and nothing complained', async () => {
    const answer = await fetch(`${rig.life().url}/status.json`)
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ ok: false, answering: true, model: 'Qwen3 8B', machines: 2, attention: 1 })
    expect(rig.complaints).toEqual([])
  })
})
