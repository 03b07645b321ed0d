// Several people and programs want to switch at the same instant: one does, the others are told why not.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openRig, type Rig } from './rig.ts'

let rig: Rig
beforeAll(async () => {
  // A switch long enough that all four ask while it runs, also on a slow computer.
  rig = await openRig({ timeScale: 0.05 })
})
afterAll(() => rig?.close())

const post = (path: string, body: unknown): Promise<Response> =>
  fetch(`${rig.life().url}${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })

/** One of the two that can be switched to at once. */
const notServed = async (): Promise<string> => {
  const served = rig.world.serving().map((serve) => serve.model)
  return ['Qwen/Qwen3-8B', 'openai/gpt-oss-20b'].find((model) => !served.includes(model)) ?? ''
}

test('two tabs and two programs at the same instant: one launcher call, the others are refused with the reason', async () => {
  const [one, two] = [await rig.tab(), await rig.tab()]
  await one.goto(`/swaps/new?model=${encodeURIComponent('openai/gpt-oss-20b')}`)
  await two.goto(`/swaps/new?model=${encodeURIComponent('Qwen/Qwen3-8B')}`)
  const answered = [one, two].map((page) =>
    page.waitForResponse((response) => response.request().method() === 'POST' && response.url().endsWith('/swaps')),
  )
  const asked = Promise.all([
    post('/api/swap', { model: 'openai/gpt-oss-20b', by: 'recap' }),
    post('/api/swap', { model: 'RedHatAI/Qwen3.6-35B-A3B-NVFP4', by: 'alice' }),
  ])
  await Promise.all([one, two].map((page) => page.getByRole('button', { name: 'Switch now' }).click()))
  const programs = await asked
  const pages = (await Promise.all(answered)).map((answer) => answer.status())
  const won = pages.filter((status) => status === 303).length + programs.filter(({ status }) => status === 202).length
  expect([won, pages, programs.map(({ status }) => status)]).toEqual([1, pages, programs.map(({ status }) => status)])
  for (const status of pages) expect([303, 409]).toContain(status)
  for (const program of programs) {
    expect([202, 409]).toContain(program.status)
    if (program.status !== 409) continue
    const problem = (await program.json()) as { code: string; happened: string; now: string; next: string }
    expect(problem.code).toBe('swap_running')
    for (const sentence of [problem.happened, problem.now, problem.next]) expect(sentence).toMatch(/^[A-Z].+\.$/s)
    expect(Number(program.headers.get('retry-after'))).toBeGreaterThan(0)
  }
  for (const [at, page] of [one, two].entries()) {
    if (pages[at] === 409) await page.getByText('Another switch started first. It goes on; this one was not started.').waitFor()
  }
  if (pages.includes(409)) await rig.shots(pages[0] === 409 ? one : two, 'plan-too-late')
  const { current } = await rig.client['swaps.list']({ query: {} })
  const ended = await rig.swapWhen(current?.id ?? '', 'the one switch ends', (swap) => swap.state !== 'running')
  expect(ended.state).toBe('succeeded')
  expect(rig.launches('exec')).toHaveLength(1)
  expect(rig.world.serving().map((serve) => serve.model)).toEqual([ended.model])
}, 90_000)

test('a reservation keeps others out with 423, and the page offers to end it', async () => {
  const taken = await rig.client['lock.take']({ body: { holder: 'recap', reason: 'nightly batch', ttlSeconds: 600 } })
  const refused = await post('/api/swap', { model: 'Qwen/Qwen3-8B', by: 'alice' })
  expect(refused.status).toBe(423)
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(await refused.json()).toMatchObject({ code: 'swap_locked', detail: expect.stringContaining('recap') as string })
  expect((await post('/api/swap', { model: 'Qwen/Qwen3-8B', lockToken: 'guessed' })).status).toBe(403)
  const page = await rig.tab()
  await page.goto('/')
  await page.getByText('recap has reserved the Sparks.').waitFor()
  await rig.shots(page, 'home-reserved')
  // On the plan the switch is paused; released, the same page offers it again.
  await page.goto(`/swaps/new?model=${encodeURIComponent(await notServed())}`)
  await page.getByText('Switching waits until then.').waitFor()
  expect(await page.getByRole('button', { name: 'Switch now' }).count()).toBe(0)
  await rig.shots(page, 'plan-reserved')
  await page.getByRole('button', { name: 'Release anyway' }).click()
  await page.getByRole('button', { name: 'Switch now' }).waitFor()
  expect(await rig.client['lock.find']()).toMatchObject({ locked: false })
  const late = await rig.client['lock.renew']({ body: { token: taken.token } }).catch((error: unknown) => error)
  expect(late).toMatchObject({ problem: { code: 'lock_ended', happened: expect.stringContaining('owner released it') as string } })
  expect(taken.token.length).toBeGreaterThan(20)
  expect(
    JSON.stringify(await (await fetch(`${rig.life().url}/api/events`, { headers: { accept: 'application/json' } })).json()),
  ).not.toContain(taken.token)
  expect(rig.complaints).toEqual([])
}, 60_000)

test('an app registers a time and asks for its model; the owner approves on the calendar, and the switch happens by itself', async () => {
  const model = await notServed()
  const registered = await rig.client['schedule.register']({
    body: { app: 'recap', model, at: new Date(Date.now() + 45_000).toISOString(), durationSeconds: 3600, ensure: true, contact: 'Alice' },
  })
  const page = await rig.tab()
  await page.goto('/')
  await page.getByRole('link', { name: /^recap asks to have .* switched to/ }).click()
  await page.getByRole('heading', { level: 1, name: 'Schedule' }).waitFor()
  await rig.shots(page, 'schedule-asked')
  await page.getByRole('button', { name: 'Allow these switches' }).click()
  await page.getByText('Spark Control switches', { exact: true }).first().waitFor()
  await rig.shots(page, 'schedule-approved')
  const entry = async (): Promise<Awaited<ReturnType<Rig['client']['schedule.find']>>> =>
    rig.client['schedule.find']({ params: { id: registered.id } })
  await expect.poll(async () => (await entry()).last?.state, { timeout: 120_000, interval: 500 }).toBe('ready')
  const { last } = await entry()
  expect(await rig.client['swaps.find']({ params: { id: last?.swap ?? '' } })).toMatchObject({
    model,
    state: 'succeeded',
    why: 'its schedule',
    requestedBy: { kind: 'app', name: 'recap' },
  })
  expect(rig.world.serving().map((serve) => serve.model)).toEqual([model])
  const { events } = await rig.client['events.list']({ query: { types: 'schedule_due,schedule_ready,schedule_missed' } })
  expect(events.map((event) => event.type)).toEqual(['schedule_due', 'schedule_ready'])
  await page.getByText('its model answered').waitFor()
  await rig.shots(page, 'schedule-ready')
  await page.getByRole('button', { name: 'Remove the entry of recap' }).click()
  await page.getByRole('heading', { name: 'Nothing is registered' }).waitFor()
  expect(rig.complaints).toEqual([])
}, 200_000)
