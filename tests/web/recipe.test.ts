// The recipe page over a real house in memory: a form and YAML of one draft, undo, versions, two windows.
import { fileURLToPath } from 'node:url'
import { parseHTML } from 'linkedom'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readWebAssets } from '../../server/adapters/files/web-assets.ts'
import { type App, createApp } from '../../server/http/app.ts'
import { createPages } from '../../server/http/pages/pages.tsx'
import { type Life, small, startLife } from '../fakes/appliance.ts'
import { createFakeIds } from '../fakes/ids.ts'

type Fields = Readonly<Record<string, string>>

const path = `/library/${encodeURIComponent(small)}/recipe`
const assets = readWebAssets(fileURLToPath(new URL('../../web/', import.meta.url)))
let life: Life
let pages: App

const openPages = (): void => {
  const { graph: useCases, clock, log } = life
  pages = createApp({ useCases, clock, log, ids: createFakeIds('p'), parseOutput: true, pages: createPages({ useCases, clock, assets }) })
}
beforeEach(async () => {
  life = await startLife()
  openPages()
})
afterEach(() => life.close())

/** A window: its document, and every field as a browser would send it. */
async function windowAt(address: string) {
  const answer = await pages.request(address)
  return read(answer, await answer.text())
}
function read(answer: Response, html: string) {
  const { document } = parseHTML(html)
  const named = [...document.querySelectorAll('form.recipe input[name], form.recipe textarea[name]')]
  const fields = Object.fromEntries(
    named
      .filter((one) => one.getAttribute('type') !== 'checkbox')
      .map((one) => [
        one.getAttribute('name') ?? '',
        one.tagName === 'TEXTAREA' ? (one.textContent ?? '') : (one.getAttribute('value') ?? ''),
      ]),
  )
  return { answer, document, fields, text: document.body?.textContent ?? html }
}
type Window = Awaited<ReturnType<typeof windowAt>>

async function press(window: Window, act: string, typed: Fields = {}): Promise<Window> {
  const answer = await pages.request(path, { method: 'POST', body: new URLSearchParams({ ...window.fields, ...typed, act }) })
  const to = answer.headers.get('location')
  return to === null ? read(answer, await answer.text()) : await windowAt(to)
}
const type = async (window: Window, typed: Fields): Promise<Response> =>
  pages.request(path, {
    method: 'POST',
    headers: { 'HX-Request-Type': 'partial' },
    body: new URLSearchParams({ ...window.fields, ...typed }),
  })
const flagsOf = ({ fields }: Window): string[] =>
  Object.keys(fields)
    .filter((name) => /^flag-\d+-name$/.test(name) && fields[name] !== '')
    .map((name) => `${fields[name]} ${fields[name.replace('-name', '-value')]}`)
const rowOf = ({ fields }: Window, flag: string): string =>
  Object.keys(fields)
    .find((name) => name.endsWith('-name') && fields[name] === flag)
    ?.replace('-name', '') ?? 'none'
const blank = ({ fields }: Window): string =>
  Object.keys(fields)
    .filter((name) => /^flag-\d+-name$/.test(name) && fields[name] === '')[0]
    ?.replace('-name', '') ?? 'none'
const mine = () => life.graph.models.recipesOf(small).filter((one) => one.source === 'owner')

test('the form begins with what is known, saves without scripts, and leads back to the model', async () => {
  const first = await windowAt(path)
  expect(flagsOf(first)).toContain('max-model-len 40960')
  const row = rowOf(first, 'max-model-len')
  const saved = await press(first, 'save', {
    title: 'Short',
    [`${row}-value`]: '8192',
    [`${blank(first)}-name`]: '--seed',
    [`${blank(first)}-value`]: '7',
  })
  expect(saved.text).toContain('"Short" is saved.')
  const flags = mine()[0]?.flags ?? []
  expect(flags.find((flag) => flag.name === 'max-model-len')).toMatchObject({ value: 8192, reason: 'You changed it from 40960.' })
  expect(flags.find((flag) => flag.name === 'seed')).toMatchObject({ value: 7, reason: 'You added it.' })
  expect(flags.find((flag) => flag.name === 'tool-call-parser')).toMatchObject({
    value: 'hermes',
    reason: expect.stringContaining('tool calls'),
  })
})

test('form and YAML are one draft: what is changed in one stands in the other, remarks too, and a broken text stays as it is', async () => {
  let window = await press(await windowAt(path), 'yaml', { title: 'Mine' })
  expect(window.fields['yaml']).toContain('title: Mine')
  const remarked = (window.fields['yaml'] ?? '').replace('nodes: 1', 'nodes: 1 # one is enough')
  window = await press(window, 'form', { yaml: remarked })
  window = await press(window, 'yaml', { [`${rowOf(window, 'max-model-len')}-value`]: '8192' })
  expect(window.fields['yaml']).toMatch(/nodes: 1 # one is enough[\s\S]*value: 8192/)
  const broken = (window.fields['yaml'] ?? '').replace('value: 8192', 'value: [8192')
  window = await press(window, 'form', { yaml: broken })
  expect(window.fields['yaml']?.trim()).toBe(broken.trim())
  expect(window.text).toContain('The form cannot show this text')
  expect(window.document.querySelector('#recipe-said')?.textContent).toMatch(/Line \d+: Not valid YAML/i)
  window = await press(window, 'undo')
  expect(window.fields['yaml']).toContain('value: 8192')
})

test('while somebody types, the same rules answer that refuse on saving, and nothing typed is drawn over', async () => {
  const window = await windowAt(path)
  const row = blank(window)
  const html = await (await type(window, { [`${row}-name`]: 'host', [`${row}-value`]: '0.0.0.0', port: 'eight' })).text()
  expect(html).toContain('the launch sets it')
  expect(html).toContain('port')
  expect(html).not.toContain('<input id="title"')
  const refused = await press(window, 'save', { [`${row}-name`]: 'host', [`${row}-value`]: '0.0.0.0', port: 'eight' })
  expect(refused.answer.status).toBe(422)
  expect(refused.text).toContain('Nothing was saved.')
  expect(refused.fields['port']).toBe('eight')
  expect(mine()).toEqual([])
})

test('a reason that was not touched goes with the first change of its value, however often one stops typing', async () => {
  const window = await windowAt(path)
  const value = `${rowOf(window, 'max-model-len')}-value`
  const draft = /draft=([a-z0-9]+)/.exec((await type(window, { [value]: '9000' })).headers.get('HX-Replace-Url') ?? '')?.[1] ?? ''
  await type(window, { [value]: '8192', draft, revision: '1' })
  await press(window, 'save', { [value]: '8192', draft, revision: '2' })
  expect(mine()[0]?.flags.find((flag) => flag.name === 'max-model-len')).toMatchObject({
    value: 8192,
    reason: 'You changed it from 40960.',
  })
})

test('the estimate follows the context length', async () => {
  const window = await windowAt(path)
  const row = rowOf(window, 'max-model-len')
  const memory = async (tokens: string): Promise<string> =>
    /hx-target="#recipe-memory"[^>]*>([\s\S]*?)<\/hx-partial>/.exec(await (await type(window, { [`${row}-value`]: tokens })).text())?.[1] ??
    ''
  expect(await memory('8192')).toContain('It fits: ')
  expect(await memory('900000')).toMatch(/It does not fit: \d+ GB too much/)
})

test('more than 0.85 of memory, and a flag that nobody knows, are saved with the word of the owner alone', async () => {
  const window = await windowAt(path)
  const typed = {
    [`${rowOf(window, 'gpu-memory-utilization')}-value`]: '0.93',
    [`${blank(window)}-name`]: 'max-num-seq',
    [`${blank(window)}-value`]: '4',
  }
  const asked = await press(window, 'save', typed)
  expect(asked.answer.status).toBe(422)
  expect(asked.text).toContain('I know, and want it so')
  expect(asked.text).toContain('perhaps max-num-seqs is meant')
  const saved = await press(asked, 'save', { word: 'yes' })
  expect(saved.text).toContain('is saved.')
  expect(mine()[0]).toMatchObject({ confirmed: true })
})

test('undo and redo walk over both views, a new change ends redo, and reload and restart keep it all', async () => {
  let window = await press(await windowAt(path), 'check', { title: 'One' })
  window = await press(window, 'yaml', { title: 'Two' })
  window = await press(window, 'undo')
  expect(window.fields['yaml']).toContain('title: One')
  window = await press(window, 'form')
  window = await press(window, 'redo')
  expect(window.fields['title']).toBe('Two')
  window = await press(window, 'undo')
  const address = `${path}?draft=${window.fields['draft']}`
  life = await life.rise()
  openPages()
  window = await windowAt(address)
  expect(window.fields['title']).toBe('One')
  window = await press(window, 'redo')
  expect(window.fields['title']).toBe('Two')
  expect((await windowAt(`/library/${encodeURIComponent(small)}`)).text).toContain('You are writing a recipe')
  window = await press(await press(window, 'undo'), 'check', { title: 'Three' })
  expect(window.document.querySelector('[value=redo]')?.hasAttribute('disabled')).toBe(true)
})

test('rows come and go by buttons', async () => {
  let window = await windowAt(path)
  const before = flagsOf(window)
  window = await press(window, `drop-${rowOf(window, 'tool-call-parser')}`)
  expect(flagsOf(window)).toEqual(before.filter((flag) => !flag.startsWith('tool-call-parser')))
  window = await press(window, 'add-env', { 'env-0-name': 'VLLM_LOGGING_LEVEL', 'env-0-value': 'DEBUG' })
  expect(window.fields['env-0-value']).toBe('DEBUG')
  expect(window.fields['env-1-name']).toBe('')
})

test('two windows: the second save says so, shows the difference and saves only when told, and both are in the history', async () => {
  await press(await windowAt(path), 'save', { title: 'Ours' })
  const [left, right] = [await windowAt(path), await windowAt(path)]
  await press(left, 'save', { [`${rowOf(left, 'max-model-len')}-value`]: '8192' })
  const second = await press(right, 'save', { [`${rowOf(right, 'max-model-len')}-value`]: '16384' })
  expect(second.answer.status).toBe(409)
  expect(second.text).toContain('Version 2 was saved meanwhile.')
  expect(second.text).toContain('before: 8192')
  expect(mine()[0]?.flags.find((flag) => flag.name === 'max-model-len')?.value).toBe(8192)
  await press(second, 'save-over')
  expect(mine()[0]?.flags.find((flag) => flag.name === 'max-model-len')?.value).toBe(16_384)
  const history = await windowAt(path)
  expect([...history.document.querySelectorAll('.versions strong')].map((one) => one.textContent)).toEqual([
    'Version 3',
    'Version 2',
    'Version 1',
  ])
})

test('two windows on one draft part: neither takes the words of the other', async () => {
  const first = await press(await windowAt(path), 'check', { title: 'Together' })
  const address = `${path}?draft=${first.fields['draft']}`
  const other = await windowAt(address)
  const left = await press(first, 'check', { title: 'Left' })
  const right = await press(other, 'check', { title: 'Right' })
  expect(right.fields['draft']).not.toBe(left.fields['draft'])
  expect((await windowAt(address)).fields['title']).toBe('Left')
  expect(right.fields['title']).toBe('Right')
})

test('a version is gone back to as a new one; a removed recipe leaves its place to the next and is brought back', async () => {
  const post = async (what: string, fields: Fields) => {
    const answer = await pages.request(`${path}/${what}`, { method: 'POST', body: new URLSearchParams(fields) })
    return await windowAt(answer.headers.get('location') ?? '/')
  }
  await press(await windowAt(path), 'save', { title: 'First' })
  await press(await windowAt(path), 'save', { title: 'Second' })
  const recipe = mine()[0]?.id ?? ''
  await post('return', { recipe, to: '1', version: '2' })
  expect(mine()[0]?.title).toBe('First')
  const gone = await post('removal', { recipe })
  expect(gone.text).toContain('"First" was removed')
  expect(life.graph.recipes.list(small).recipes[0]?.source).toBe('shipped')
  await post('return', { recipe, to: '4', version: '4' })
  expect(mine()[0]?.title).toBe('First')
  expect(life.graph.recipes.versions(recipe).map((one) => [one.version, one.gone, one.cameFrom])).toEqual([
    [5, false, 4],
    [4, true, null],
    [3, false, 1],
    [2, false, null],
    [1, false, null],
  ])
})
