// Webhooks as the owner uses them, by clicks, with a real receiver; then a small version of `make soak ONLY=outbox`.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createClosing } from '../bench/ground.ts'
import { tellOverKill } from '../soak/outbox.ts'
import { openReceiver, type Receiver } from '../soak/receivers.ts'
import { openRig, type Rig } from './rig.ts'

const closing = createClosing()
let rig: Rig
let page: Page
let receiver: Receiver
beforeAll(async () => {
  rig = await openRig({ joined: false })
  page = await rig.tab()
  receiver = await openReceiver(closing, null)
}, 60_000)
afterAll(async () => {
  await rig?.close()
  await closing.all()
})

const when = async (what: string, done: () => boolean, limitMs = 30_000): Promise<void> => {
  const end = Date.now() + limitMs
  while (!done()) {
    if (Date.now() > end) throw new Error(`not within ${limitMs} ms: ${what}\n${rig.life().log()}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
const reserve = async (holder: string): Promise<void> => {
  const { token } = await rig.client['lock.take']({ body: { holder, reason: '', ttlSeconds: 60 } })
  await rig.client['lock.release']({ query: {}, body: { token } })
}
const badge = (word: string): Promise<void> => page.locator('main .badge', { hasText: word }).first().waitFor()
const button = (name: string): Promise<void> => page.getByRole('button', { name, exact: true }).first().click()

test('an address that leads to the appliance or to the secrets of a cloud is refused, with what was typed kept', async () => {
  await page.goto('/webhooks')
  await page.getByRole('heading', { name: 'Nobody is told yet' }).waitFor()
  await page.getByRole('link', { name: 'Add a webhook' }).click()
  const own = `http://2130706433:${rig.life().port}/api/swap`
  for (const [url, why] of [
    [own, 'is this appliance itself'],
    ['http://169.254.169.254/latest', 'cloud providers keep the secrets'],
    ['http://alice:pass@192.168.1.20/', 'a user name or a password'],
  ] as const) {
    await page.getByLabel('Address').fill(url)
    await button('Add it')
    await page.getByText(why).waitFor()
    expect(await page.getByLabel('Address').inputValue()).toBe(url)
  }
  expect((await rig.client['webhooks.list']()).webhooks).toEqual([])
}, 60_000)

test('a webhook is added, tested, told, fails, is tried again, paused, resumed and removed', async () => {
  await page.getByLabel('Address').fill(receiver.url)
  await page.getByLabel('Name').fill('recap')
  await button('Add it')
  await page.getByRole('heading', { level: 1, name: 'recap is added' }).waitFor()
  const secret = (await page.locator('#secret').innerText()).trim()
  const [webhook] = (await rig.client['webhooks.list']()).webhooks
  receiver.expect(webhook?.id ?? '', secret)
  await page.getByRole('link', { name: 'I have it' }).click()
  await button('Send a test')
  await page.getByText('The test: Accepted.').waitFor()
  expect(await page.content()).not.toContain(secret)

  await reserve('recap-1')
  await when('it is told of the reservation', () => receiver.accepted.length >= 3)
  receiver.become('refuses')
  await reserve('recap-2')
  await badge('Not accepted')
  await page.getByText(/tried \d+ times?\. It answered with status 500\. 2 events wait\./).waitFor()
  await rig.shots(page, 'webhook-failing')
  receiver.become(null)
  await page.reload()
  if ((await page.getByRole('button', { name: 'Try now' }).count()) > 0) await button('Try now')
  await when('what waited is told', () => receiver.accepted.length >= 5)
  await badge('Delivering')

  await button('Pause it')
  await page.getByText('Paused on purpose.').waitFor()
  await reserve('recap-3')
  await page.getByRole('button', { name: 'Go on with what waited' }).waitFor()
  await button('Go on with what waited')
  await when('it goes on', () => receiver.accepted.length >= 7)

  await page.locator('.deliveries summary').first().click()
  await page
    .getByRole('button', { name: /^Send again event \d+$/ })
    .first()
    .click()
  await page.getByText('One event is sent again.').waitFor()
  await when('it is told again', () => receiver.accepted.length >= 8)
  // Other events may have come meanwhile: the one that came twice is the one that was asked for.
  expect(receiver.accepted.slice(0, -1)).toContain(receiver.accepted.at(-1))
  expect(receiver.forged).toBe(0)
  await rig.shots(page, 'webhook')

  await page.getByText('Secret', { exact: true }).click()
  await button('Make a new secret')
  await page.getByRole('heading', { level: 1, name: 'A new secret for recap' }).waitFor()
  await page.getByRole('link', { name: 'I have it' }).click()
  await page.getByText('Remove it', { exact: true }).click()
  await button('Remove recap')
  await page.getByRole('heading', { name: 'Nobody is told yet' }).waitFor()
  await page.goto('/activity')
  await page.getByText('You removed the webhook to recap.').waitFor()
  expect(rig.complaints).toEqual([])
}, 90_000)

test('nothing is lost and nothing is out of order over kill -9, to receivers of which some accept nothing', async () => {
  const result = await tellOverKill(closing, { events: 60, receivers: 6, failing: 4, built: false })
  expect(result.events).toBeGreaterThanOrEqual(result.acknowledged)
  expect(result.acknowledged).toBeGreaterThanOrEqual(58)
}, 180_000)
