// The owner takes possession: a password, a second browser, a key for an app, a stricter policy; all by clicks, and seen by a program.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openRig, type Rig } from './rig.ts'

const password = 'four words in a row'
let rig: Rig
let page: Page
let token = ''
const api = (path: string, key?: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`${rig.life().url.replace(/\/$/, '')}${path}`, {
    ...init,
    headers: { ...(key === undefined ? {} : { authorization: `Bearer ${key}` }), ...init.headers },
  })

beforeAll(async () => {
  rig = await openRig({ joined: false })
  page = await rig.tab()
}, 60_000)
afterAll(() => rig?.close())

test('on this computer alone nothing is asked; choosing a password puts the policy in force and signs this browser in', async () => {
  await page.goto('/settings')
  await page.getByRole('link', { name: 'Who may come in' }).click()
  await page.getByText('Only this computer can reach this appliance').first().waitFor()
  await rig.shots(page, 'access-alone')
  await page.getByRole('link', { name: 'Choose a password' }).click()
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByLabel('The same once more').fill('something else')
  await page.getByRole('button', { name: 'Choose a password' }).click()
  await page.getByText('the two are not the same').waitFor()
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByLabel('The same once more').fill(password)
  await page.getByRole('button', { name: 'Choose a password' }).click()
  await page.getByRole('heading', { level: 1, name: 'Access' }).waitFor()
  await page.getByText('this browser', { exact: true }).waitFor()
  const refused = await api('/api/settings/engine.port', undefined, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: '{"value":8001}',
  })
  expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([401, 'sign_in_needed'])
  expect((await api('/api/status')).status).toBe(200)
}, 60_000)

test('another browser is asked before it changes something, told that a password is wrong, and let in with the right one', async () => {
  const other = await rig.tab()
  await other.goto('/settings/engine')
  const row = other.locator('form', { hasText: 'Container name' })
  await row.getByRole('button', { name: 'Save' }).click()
  await other.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor()
  await other.getByLabel('Password', { exact: true }).fill('not the password')
  await other.getByRole('button', { name: 'Sign in' }).click()
  await other.getByText('The password is not right.').waitFor()
  await other.getByLabel('Password', { exact: true }).fill(password)
  await other.getByRole('button', { name: 'Sign in' }).click()
  await other.waitForURL(/\/settings\/engine$/)
  await page.goto('/access')
  await page.getByRole('button', { name: 'Sign out everywhere else (1)' }).click()
  await page.getByText('Every other browser is signed out.').waitFor()
  await other.goto('/access')
  await other.getByRole('heading', { level: 1, name: 'Sign in first' }).waitFor()
  await other.context().close()
}, 60_000)

test('a key is made for an app, does what it may and no more, and what is open with it ends when it is revoked', async () => {
  await page.goto('/access')
  await page.getByRole('link', { name: 'Make a key' }).click()
  await page.getByLabel('Name of the app').fill('Notes app')
  await page.getByLabel(/^See/).check()
  await page.getByRole('button', { name: 'Make the key' }).click()
  await page.getByRole('heading', { name: 'The key for Notes app' }).waitFor()
  token = (await page.locator('#new-key').innerText()).trim()
  await rig.shots(page, 'access-key-made')
  expect(await page.locator('#new-key-example').innerText()).toContain(`Authorization: Bearer ${token}`)
  await page.goto('/access/keys')
  expect(await page.content()).not.toContain(token)
  const you = ((await (await api('/api/access', token)).json()) as { you: unknown }).you
  expect(you).toMatchObject({ kind: 'key', name: 'Notes app', may: ['see', 'use'] })
  const refused = await api('/api/engine/stop', token, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' })
  expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([403, 'right_missing'])

  const feed = await api('/api/events', token)
  const whole = feed.text()
  await page.getByRole('button', { name: 'Revoke the key of Notes app' }).click()
  await page.getByText('Revoked. It is refused from now on').waitFor()
  expect(await whole).toContain('retry: 2000')
  expect((await api('/api/status', token)).status).toBe(401)
}, 60_000)

test('locked lets nobody look without signing in, and the record tells of all of it', async () => {
  await page.goto('/access')
  await page.getByLabel(/^Locked/).check()
  await page.getByRole('button', { name: 'Save who may come in' }).click()
  await page.getByText('Nothing is seen, used or changed without').first().waitFor()
  expect([(await api('/api/status')).status, (await api('/healthz')).status, (await api('/v1/models')).status]).toEqual([401, 200, 401])
  await page.getByRole('link', { name: 'All of it' }).click()
  const record = page.getByRole('region', { name: 'What was done' })
  for (const words of [
    'Revoke an API key at once',
    'Make an API key for an app',
    'End every session but your own',
    'Sign in as the owner',
    'Key "Notes app"',
  ])
    expect([words, await record.getByText(words).count()]).toEqual([words, expect.toSatisfy((count: number) => count > 0)])
  await rig.shots(page, 'access-record')
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('heading', { level: 1, name: 'Sign in first' }).waitFor()
  expect(rig.complaints).toEqual([])
}, 60_000)
