// A log is followed, searched and taken along in a browser; a bot of its own login is brought up to date with real git. By clicks and by API.
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { speechServices } from '../sim/core/demo-world.ts'
import type { SimService } from '../sim/core/service.ts'
import { e2eNodes, openRig, type Rig } from './rig.ts'

const bridge: SimService = { name: 'matrix-bridge', kind: 'idle', image: 'matrix-bridge', port: null, bytes: 200_000_000 }
let rig: Rig
let machine: { readonly id: string; readonly address: string }
beforeAll(async () => {
  rig = await openRig({
    nodes: (addresses) => e2eNodes(addresses).map((node, at) => (at === 0 ? { ...node, services: [...speechServices, bridge] } : node)),
  })
  await rig.door.settled()
  const { machines } = await rig.client['machines.list']()
  machine = machines.find((one) => one.name === 'spark-1') ?? { id: '', address: '' }
}, 60_000)
afterAll(() => rig?.close())

test('a log is followed while it is written, searched and downloaded', async () => {
  const page = await rig.tab()
  await page.goto(`/machines/${machine.id}`)
  await page.getByRole('link', { name: 'Log of kokoro' }).click()
  await page.getByRole('heading', { name: 'Log of kokoro on spark-1' }).waitFor()
  const lines = page.getByRole('log', { name: 'Log lines' })
  await lines.getByText('Uvicorn running').waitFor()
  // The stream is open once the machine's docker is asked to follow.
  await expect.poll(() => rig.world.argvLog.some(({ argv }) => argv.includes('-f')), { timeout: 20_000 }).toBe(true)
  await fetch(`http://${machine.address}:8880/v1/models`)
  await lines.getByText('GET /v1/models').waitFor({ timeout: 20_000 })
  await rig.shots(page, 'log-followed')

  await page.getByRole('searchbox', { name: 'Search in this log' }).fill('get /V1/models')
  await page.getByRole('searchbox', { name: 'Search in this log' }).press('Enter')
  await page.locator('mark', { hasText: 'GET /v1/models' }).first().waitFor()
  await page.getByRole('link', { name: 'Show all' }).click()
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download' }).click()])
  expect(download.suggestedFilename()).toBe('spark-1-kokoro.log')
  expect(await readFile(await download.path(), 'utf8')).toMatch(/Uvicorn running[\s\S]*GET \/v1\/models/)

  const params = { id: machine.id, container: 'kokoro' }
  const read = await rig.client['logs.read']({ params, query: { search: 'v1/models' } })
  expect(read.lines.at(-1)?.text).toContain('GET /v1/models')
  await page.close()
}, 90_000)

test('a bot is brought up to date by its own login, each phase said, and its log is there', async () => {
  const home = rig.door.machines[0]?.home ?? ''
  const user = rig.door.machines[0]?.user ?? ''
  const git = (cwd: string, ...words: string[]): string =>
    execFileSync('git', ['-c', 'user.name=Alice', '-c', 'user.email=alice@example.org', ...words], { cwd, stdio: 'pipe' })
      .toString()
      .trim()
  const [bare, author] = [join(home, 'origin.git'), join(home, 'author')]
  for (const path of [bare, author]) mkdirSync(path)
  git(bare, 'init', '--bare', '-b', 'main')
  git(author, 'init', '-b', 'main')
  git(author, 'remote', 'add', 'origin', bare)
  const commit = (subject: string): void => {
    writeFileSync(join(author, 'bot.txt'), subject)
    git(author, 'add', '-A')
    git(author, 'commit', '-m', subject)
    git(author, 'push', '-u', 'origin', 'main')
  }
  commit('Answer')
  git(home, 'clone', bare, join(home, 'bridge'))
  commit('Answer in threads')

  expect(await rig.client['bots.list']()).toEqual({ bots: [] })
  const page = await rig.tab()
  await page.goto('/services')
  await page.getByRole('link', { name: 'Add a bot' }).click()
  await page.getByLabel('Name', { exact: true }).fill('Matrix bridge')
  await page.getByLabel('Machine').selectOption({ label: 'spark-1' })
  await page.getByLabel('User').fill(user)
  await page.getByLabel('What runs it').selectOption('container')
  await page.getByLabel('Unit or container').fill('matrix-bridge')
  await page.getByLabel('Checkout').fill(join(home, 'bridge'))
  await page.getByRole('button', { name: 'Add this bot' }).click()
  await page.getByRole('heading', { name: 'Matrix bridge' }).waitFor()
  const body = { name: 'Clerk', machine: machine.id, user, runs: 'container', unit: 'kokoro', heal: 'auto' } as const
  const clerk = await rig.client['bots.add']({ body })
  await expect(rig.client['bots.add']({ body })).rejects.toMatchObject({ problem: { code: 'bot_exists' } })
  await page.getByText('Runs', { exact: true }).waitFor({ timeout: 20_000 })
  await page.getByRole('button', { name: 'Update' }).click()
  await page
    .getByRole('main')
    .getByText(/It was brought from \w{7} to \w{7}, restarted, and runs\./)
    .waitFor({ timeout: 60_000 })
  await page
    .getByRole('main')
    .getByText(/Answer in threads/)
    .waitFor()
  await rig.shots(page, 'bot-updated')
  await expect
    .poll(async () => (await rig.client['bots.list']()).bots, { timeout: 20_000 })
    .toMatchObject([
      { state: 'running', act: { kind: 'update', state: 'succeeded' }, version: { subject: 'Answer in threads' } },
      { state: 'running', act: null, version: null },
    ])
  const bridge = (await rig.client['bots.list']()).bots[0]?.id ?? ''
  await page.getByRole('link', { name: 'Log' }).click()
  await page.getByRole('heading', { name: 'Log of Matrix bridge' }).waitFor()
  await page.getByRole('log', { name: 'Log lines' }).getByText('Application startup complete').first().waitFor()
  const found = await rig.client['bots.log']({ params: { id: bridge }, query: { search: 'STARTUP' } })
  expect(found.lines.at(-1)?.text).toContain('Application startup complete')

  await page.goto(clerk.links.page)
  await page.getByText('Take it off the list').click()
  await page.getByLabel(/To take it off/).fill('Clerk')
  await page.getByRole('button', { name: 'Take Clerk off the list' }).click()
  await page.getByRole('region', { name: 'Matrix bridge' }).waitFor()
  expect((await rig.client['bots.list']()).bots.map(({ name }) => name)).toEqual(['Matrix bridge'])
  expect(rig.complaints).toEqual([])
}, 120_000)
