// The main job by clicks: Models, "Switch to this", the plan, progress, Home, and a chat request answered by the new model.
import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chatText, streamedText } from './chat.ts'
import { e2eNodes, homeMade, openRig, type Rig, type RigOptions } from './rig.ts'

let rig: Rig
beforeAll(async () => {
  // Slow enough for a slow computer to see the model loading before it has loaded.
  rig = await openRig({ timeScale: 0.03, nodes: withTuned })
})
afterAll(() => rig?.close())

const model = 'example/Qwen3-4B'
/** A fine-tune of the owner's, in a folder of its own beside the hub. */
const withTuned: NonNullable<RigOptions['nodes']> = (addresses) =>
  e2eNodes(addresses).map((node, at) => (at === 0 ? { ...node, models: [...node.models, { ...homeMade, repo: 'local:my-tune' }] } : node))

describe('an owner switches with a few clicks', () => {
  let page: Page

  test('the plan is in plain English, asks for one look at worked-out flags, and leads to an answering model', async () => {
    page = await rig.tab()
    await page.goto('/')
    await rig.shots(page, 'home-empty')
    await page.getByRole('link', { name: 'Models', exact: true }).click()
    await rig.shots(page, 'library')
    await page.getByText('turns text into numbers for search (an embedding model)').waitFor()
    expect(await page.getByRole('link', { name: /^Switch to this.*Embedding/ }).count()).toBe(0)
    await page.getByRole('link', { name: /^Switch to this:? Qwen3 4B$/ }).click()

    await page.getByRole('heading', { level: 1, name: 'Switch to Qwen3 4B?' }).waitFor()
    const plan = await page.getByRole('region', { name: 'The plan' }).innerText()
    expect(plan).toContain('Nothing is answering now. It is the first time here: usually 3 to 10 minutes.')
    expect(plan).toMatch(/Runs on spark-\d\. Needs \d+ GB of memory; \d+ GB of \d+ GB will be free\./)
    expect(plan).toContain('Read these flags once')
    expect(plan).toContain('--tool-call-parser hermes')
    await rig.shots(page, 'plan-confirm')
    await page.getByRole('button', { name: 'Confirm these flags and switch' }).click()

    await page.waitForURL(/\/swaps\/[a-z0-9_-]+$/)
    await page.getByRole('heading', { level: 1, name: 'Switching to Qwen3 4B' }).waitFor()
    await page.getByRole('button', { name: /^(Cancel|Stop)/ }).waitFor()
    await page.getByText('Loading the model, now').waitFor({ state: 'attached' })
    await rig.shots(page, 'swap-running')
    await page.getByRole('heading', { level: 1, name: /^Switched to Qwen3 4B in / }).waitFor()
    for (const phase of ['Checking', 'Making room', 'Starting', 'Loading the model', 'Warming up', 'Making sure it answers'])
      await page
        .getByRole('listitem')
        .filter({ hasText: `${phase}, done` })
        .waitFor({ state: 'attached' })
    await expect.poll(() => page.title(), { timeout: 10_000 }).toMatch(/^Switched to Qwen3 4B in .+ - Spark Control$/)
    await rig.shots(page, 'swap-done')

    await page.getByRole('link', { name: 'See what answers now' }).click()
    await page.getByRole('heading', { level: 1, name: 'Everything is answering.' }).waitFor()
    const card = page.getByRole('region', { name: 'The model' })
    await expect.poll(() => card.innerText(), { timeout: 10_000 }).toMatch(/Answering\s[\s\S]*Qwen3 4B/)
    expect(await card.locator('#base-url').innerText()).toBe(`${rig.life().url}/v1`)
    await card.getByRole('button', { name: 'Copy: Base URL' }).waitFor()
    await card.getByText(/\d tokens a second, first token after \d+\.\d s, measured/).waitFor()
    await rig.shots(page, 'home-answering')
  }, 60_000)

  test('the next chat request is answered by the new model, whole and streamed', async () => {
    expect(await chatText(rig.life().url, model)).toMatch(/^Hello from example\/Qwen3-4B on spark-\d/)
    expect(await streamedText(rig.life().url, model)).toMatch(/^Hello from example\/Qwen3-4B on spark-\d/)
    const listed = (await (await fetch(`${rig.life().url}/v1/models`)).json()) as { data: { id: string }[] }
    expect(listed.data.map((one) => one.id)).toEqual([model])
  })

  test('the launcher was called once, one word an argument, alone and with its size said', () => {
    expect(rig.launches('exec')).toHaveLength(1)
    const argv = rig.launches('exec')[0]?.argv ?? []
    expect(argv.slice(0, argv.indexOf('exec'))).toEqual(expect.arrayContaining(['--solo', '-d', '--name', 'vllm_node', '-t', 'vllm-node']))
    const serve = argv.slice(argv.indexOf('exec') + 1)
    expect(serve.slice(0, 3)).toEqual(['vllm', 'serve', model])
    expect(serve[serve.indexOf('-tp') + 1]).toBe('1')
    expect(serve[serve.indexOf('--port') + 1]).toBe('8000')
    expect(serve[serve.indexOf('--tool-call-parser') + 1]).toBe('hermes')
    for (const word of argv) expect(word).toMatch(/^\S+$/)
  })

  test('a second switch says what stops, makes room first, and answers as the next model', async () => {
    await page.goto('/library')
    await page.getByRole('link', { name: /^Switch to this:? gpt-oss 20B$/ }).click()
    await page.getByText('Right now Qwen3 4B is answering. It will stop').waitFor()
    await page.getByText('Qwen3 4B is brought back by itself').waitFor()
    await rig.shots(page, 'plan-ready')
    await page.getByRole('button', { name: 'Switch now' }).click()
    await page.getByRole('heading', { level: 1, name: /^Switched to gpt-oss 20B in / }).waitFor({ timeout: 30_000 })
    expect(await chatText(rig.life().url, 'openai/gpt-oss-20b')).toMatch(/^Hello from openai\/gpt-oss-20b/)
    const [first, stop, second] = rig.launches()
    expect([first?.argv.includes('exec'), stop?.argv.at(-1), second?.argv.includes('exec')]).toEqual([true, 'stop', true])
    expect(rig.launches()).toHaveLength(3)
    expect(rig.world.serving().map((one) => one.model)).toEqual(['openai/gpt-oss-20b'])
  }, 60_000)

  test('the switch stays as a page, as a row of Activity, and with the model', async () => {
    await page.goto('/activity')
    await rig.shots(page, 'activity')
    expect(await page.getByRole('main').innerText()).toMatch(/Qwen3 4B/)
    await page.goto(`/library/${encodeURIComponent(model)}`)
    await page.getByRole('heading', { name: 'Past switches' }).waitFor()
    await rig.shots(page, 'model')
  })

  test('an owner makes the recipe theirs: told while typing, as a form and as YAML, undone, saved, and gone back to', async () => {
    const said = page.locator('#recipe-said')
    const memory = page.locator('#recipe-memory')
    const fieldOf = (flag: string) => page.getByLabel(`Value of --${flag}`, { exact: true })
    await page.getByRole('link', { name: 'Make it mine' }).first().click()
    const length = await fieldOf('max-model-len').inputValue()
    await fieldOf('max-model-len').fill('900000')
    await memory.getByText(/It does not fit: its cache is \d+ GB too small/).waitFor()
    await fieldOf('max-model-len').fill('8192')
    await memory.getByText(/It fits: /).waitFor()
    await page.getByLabel('Name of a new flag', { exact: true }).fill('host')
    await said.getByText('--host: the launch sets it.').waitFor()
    expect(await page.getByLabel('Name of a new flag', { exact: true }).inputValue()).toBe('host')
    await rig.shots(page, 'recipe-told')
    await page.getByRole('button', { name: 'Save this recipe' }).click()
    await page.getByRole('alert').getByText('Nothing was saved.').waitFor()
    await page.getByRole('button', { name: 'Remove --host' }).click()

    // What was typed outlives the page: the address is that of the draft.
    await page.reload()
    expect(await fieldOf('max-model-len').inputValue()).toBe('8192')
    await page.getByRole('button', { name: 'YAML' }).click()
    const yaml = page.getByLabel('The recipe as YAML')
    const good = await yaml.inputValue()
    expect(good).toContain('value: 8192')
    await yaml.fill(good.replace('value: 8192', 'value: [8192'))
    await said.getByText(/^Line \d+: Not valid YAML/).waitFor()
    await page.getByRole('button', { name: 'Form' }).click()
    await page.getByText('The form cannot show this text').waitFor()
    expect(await yaml.inputValue()).toContain('value: [8192')
    await page.getByRole('button', { name: 'Undo' }).click()
    expect(await yaml.inputValue()).toBe(good)
    await page.getByRole('button', { name: 'Form' }).click()
    await page.getByLabel('Title').fill('Short talks')
    await page.getByRole('button', { name: 'Save this recipe' }).click()
    await page.getByText('"Short talks" is saved.').waitFor()

    await page.getByRole('link', { name: 'Change', exact: true }).click()
    await fieldOf('max-model-len').fill(length)
    await page.getByRole('button', { name: 'Save this recipe' }).click()
    await page.getByText('"Short talks" is saved.').waitFor()
    await page.getByRole('link', { name: 'History' }).click()
    await page.getByText('Version 2').waitFor()
    await rig.shots(page, 'recipe-history')
    await page.getByRole('button', { name: /^Go back to this.*version 1/ }).click()
    await page.getByText('"Short talks" is saved.').waitFor()
    const own = async () => (await rig.client['recipes.list']({ query: { model } })).recipes.find((one) => one.source === 'owner')
    expect((await own())?.flags.find((flag) => flag.name === 'max-model-len')?.value).toBe(8192)
    await page.getByRole('button', { name: 'Remove', exact: true }).click()
    await page.getByRole('button', { name: 'Bring it back' }).waitFor()
    expect(await own()).toBeUndefined()
  }, 90_000)

  test('the figures of one switch are printed: from the click to the launcher, from the first 200 to done, the size of Home', async () => {
    const before = rig.launches('exec').length
    const click = Date.now()
    const ended = await rig.switchTo(model)
    const launch = rig.launches('exec')[before]
    const listened = rig.world.serving()[0]
    const home = await (await fetch(`${rig.life().url}/`, { headers: { accept: 'text/html' } })).text()
    const starting = ended.steps.find((step) => step.phase === 'start')
    const figures = {
      'click to launcher, ms (an old model stopped in between)': (launch?.at ?? 0) - click,
      'phase "start" to launcher, ms': (launch?.at ?? 0) - Date.parse(starting?.startedAt ?? ''),
      'first 200 to done, ms': Date.parse(ended.endedAt ?? '') - (listened?.since ?? 0),
      'Home, gzipped bytes': gzipSync(home).length,
    }
    console.table(figures)
    for (const figure of Object.values(figures)) expect(figure).toBeGreaterThan(0)
    expect(figures['Home, gzipped bytes']).toBeLessThan(25_000)
  }, 60_000)

  test('a fine-tune outside the hub is found in the folder that the owner named, and started from there', async () => {
    const spark = rig.door.machines.find((one) => one.name === 'spark-1')
    const { machines } = await rig.client['machines.list']()
    const id = machines.find((one) => one.name === 'spark-1')?.id ?? ''
    expect((await rig.client['models.list']()).models.map((one) => one.id)).not.toContain('local:my-tune')
    await rig.client['machines.edit']({ params: { id }, body: { modelFolders: [`${spark?.home}/models`] } })
    await rig.client['models.scan']()
    await page.goto('/library')
    await page.getByRole('link', { name: /^Switch to this\s*:?\s*my-tune$/i }).click()
    await page.getByRole('button', { name: 'Confirm these flags and switch' }).click()
    await page.waitForURL(/\/swaps\/[a-z0-9_-]+$/)
    const ended = await rig.swapWhen(page.url().split('/').at(-1) ?? '', 'its end', (swap) => swap.state !== 'running', 60_000)
    expect(ended).toMatchObject({ state: 'succeeded', model: 'local:my-tune' })
    const words = rig.launches('exec').at(-1)?.argv.join(' ') ?? ''
    expect(words).toMatch(/-v (\S+\/models\/my-tune):\1:ro .* exec vllm serve \1 .*--served-model-name my-tune/)
    expect(rig.world.serving().map((one) => one.model)).toEqual(['my-tune'])
    await rig.shots(page, 'local-model')
  }, 90_000)

  test('no page broke its own policy, its scripts or the server', () => {
    expect(rig.complaints).toEqual([])
  })
})
