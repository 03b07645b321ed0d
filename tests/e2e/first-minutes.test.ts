// The first five minutes: no machine is known, two Sparks stand there, and one of them already serves a model.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SimNodeOptions } from '../sim/core/types.ts'
import { until } from '../sim/doors-bench.ts'
import { chatText } from './chat.ts'
import { e2eNodes, openRig, type Rig } from './rig.ts'

const model = 'openai/gpt-oss-20b'

/** The cable has the same addresses as the network, and the launcher of the first Spark knows its neighbour. */
function cabled(addresses: readonly [string, string]): readonly SimNodeOptions[] {
  return e2eNodes(addresses).map((node, at) => ({
    ...node,
    fabricAddress: node.address,
    ...(at === 0 ? { dotenv: { CLUSTER_NODES: addresses.join(',') }, dockerGroup: true } : { uvx: false }),
  }))
}

describe('the first five minutes', () => {
  let rig: Rig
  let page: Page
  beforeAll(async () => {
    rig = await openRig({ joined: false, nodes: cabled, onePort: true })
    rig.world.startForeign('spark-1', {
      name: 'vllm_node',
      image: 'vllm-node',
      command: ['vllm', 'serve', model, '--port', '8000', '--host', '0.0.0.0', '-tp', '1', '--gpu-memory-utilization', '0.5'],
    })
    page = await rig.tab()
  })
  afterAll(() => rig?.close())

  const machine = (index: number) => rig.door.machines[index] ?? { name: '', address: '', port: 0, user: '', hostKey: '' }

  test('without a machine, Home is set-up, and a name that moves is refused with the reason', async () => {
    await page.goto('/')
    await page.getByRole('heading', { level: 1, name: 'Welcome. Where is your Spark?' }).waitFor()
    await rig.shots(page, 'setup-address')
    await page.getByLabel('IP address').fill('spark-1.local')
    await page.getByLabel('User').fill(machine(0).user)
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByText('What happened').waitFor()
    expect(await page.getByRole('main').innerText()).toMatch(/\.local/)
    expect(await page.getByLabel('User').inputValue()).toBe(machine(0).user)
    await rig.shots(page, 'setup-refused')
  }, 30_000)

  test('an address and a user lead to a key to paste, and the test says that it was not pasted yet', async () => {
    await page.getByLabel('IP address').fill(machine(0).address)
    await page.getByText('Name and SSH port').click()
    await page.getByLabel('SSH port').fill(String(machine(0).port))
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByRole('button', { name: 'Test the connection' }).waitFor()
    await rig.shots(page, 'setup-key')
    await page.getByRole('button', { name: 'Test the connection' }).click()
    await page.getByText('What happened').waitFor()
    expect(await page.getByRole('main').innerText()).toMatch(/key/i)
    await rig.shots(page, 'setup-key-refused')
  }, 30_000)

  test('the pasted key lets it in, and every finding is a row', async () => {
    await page.getByText('Only the public key').click()
    const key = await page.locator('#public-key').innerText()
    expect(key).toMatch(/^ssh-ed25519 [A-Za-z0-9+/=]+ /)
    rig.door.authorize(key)
    await page.getByRole('button', { name: 'Test the connection' }).click()
    await page.getByRole('heading', { level: 1, name: 'spark-1 is connected' }).waitFor()
    await rig.shots(page, 'setup-found')
    const said = await page.getByRole('main').innerText()
    for (const word of ['Docker', 'Launcher', 'Image', 'cache', 'Disk', 'uvx']) expect(said, word).toMatch(new RegExp(word, 'i'))
    expect(said).toContain(machine(0).hostKey)
  }, 30_000)

  test('the second Spark behind the cable is offered, joins with one click, and what it lacks has its command', async () => {
    const { address } = machine(1)
    await page.getByRole('button', { name: `Add ${address} too` }).click()
    await page.getByRole('button', { name: 'Test the connection' }).click()
    await page.getByRole('heading', { level: 1, name: 'spark-2 is connected' }).waitFor()
    const row = page.getByRole('listitem').filter({ hasText: 'uvx' })
    expect(await row.locator('code').innerText()).toMatch(/uv/)
    await rig.shots(page, 'setup-found-second')
    await page.getByRole('link', { name: 'Go to Home' }).click()
  }, 30_000)

  test('what already serves is adopted and shown at once, with an address that works', async () => {
    const card = page.getByRole('region', { name: 'The model' })
    await card.getByText('gpt-oss 20B', { exact: true }).waitFor()
    await card.getByText('Answering', { exact: true }).waitFor()
    expect(await card.innerText()).toContain('started by hand')
    expect(await card.locator('#base-url').innerText()).toBe(`${rig.life().url}/v1`)
    await page.getByText('Try it from a terminal, or set up an app').click()
    expect(await card.locator('#snippet').innerText()).toContain(model)
    await rig.shots(page, 'home-adopted')
    expect(await chatText(rig.life().url, model)).toMatch(/^Hello from openai\/gpt-oss-20b on spark-1/)
    await until('status says adopted', async () => {
      const { clusters } = await rig.client['status.find']()
      return clusters[0]?.engines[0]?.adopted === true
    })
  }, 30_000)

  test('both Sparks stand under Machines, and nothing that ran was touched', async () => {
    await page.goto('/machines')
    for (const name of ['spark-1', 'spark-2']) await page.getByRole('heading', { level: 2, name }).waitFor()
    await rig.shots(page, 'machines')
    await page.getByRole('link', { name: 'spark-1' }).click()
    await page.getByRole('heading', { level: 1, name: 'spark-1' }).waitFor()
    await rig.shots(page, 'machine')
    expect(rig.launches()).toEqual([])
    expect(rig.world.serving().map((one) => one.model)).toEqual([model])
    expect(rig.complaints).toEqual([])
  }, 30_000)
})
