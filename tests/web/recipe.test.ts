import { parseHTML } from 'linkedom'
import { expect, test } from 'vitest'
import { SparkError } from '../../server/contract/errors.ts'
import type { RecipeView } from '../../server/contract/operations/shapes.ts'
import { readRecipe, recipeText, troubleOfSaving } from '../../server/http/pages/recipe-form.ts'
import { createFakeClock } from '../fakes/clock.ts'
import * as sample from '../fakes/view-samples.ts'
import { recipe } from '../fakes/view-samples-of-models.ts'
import { createSite, type Site } from './site.ts'

const model = 'Qwen/Qwen3-8B'
const path = `/library/${encodeURIComponent(model)}/recipe`
const base: RecipeView = {
  ...recipe,
  source: 'shipped',
  flags: [
    { name: 'max-model-len', value: 32_768, reason: 'It fits.', source: 'a rule' },
    { name: 'mm-processor-kwargs', value: '{"max_pixels": 2000000}', reason: 'Photos.', source: 'a file' },
    { name: 'enable-prefix-caching', value: true, reason: 'Faster.', source: 'a file' },
  ],
  env: { HF_HUB_OFFLINE: '1' },
}
const text = recipeText({ name: 'Qwen3 8B' }, base)
const read = (change: Partial<typeof text>) => readRecipe(model, { ...text, ...change }, base)

test('the form says a recipe in lines, and reading them back changes nothing', () => {
  expect(text.flags.split('\n')).toEqual([
    '--max-model-len 32768',
    '--mm-processor-kwargs {"max_pixels": 2000000}',
    '--enable-prefix-caching',
  ])
  const { draft, trouble } = read({})
  expect(trouble).toEqual([])
  expect(draft).toMatchObject({ flags: base.flags, env: base.env, nodes: base.nodes, port: base.port, image: base.image })
})

test('a flag that is left alone keeps its reason; a changed one and a new one say that the owner did it', () => {
  const { draft } = read({ flags: '--max-model-len=8192\n\n# a remark\n--enable-prefix-caching \\\n--seed "7"' })
  expect(draft.flags).toEqual([
    { name: 'max-model-len', value: 8192, reason: 'You changed it from 32768.', source: 'your own recipe' },
    base.flags[2],
    { name: 'seed', value: 7, reason: 'You added it.', source: 'your own recipe' },
  ])
})

test.each([
  ['--revision 1.50', '1.50'],
  ['--x \'{"a": "b c"}\'', '{"a": "b c"}'],
  ['--x "it is"', 'it is'],
  ['--x 12345678901234567890', '12345678901234567890'],
  ['--x=a=b', 'a=b'],
  ['--x -0.5', -0.5],
])('the value of %s is %j', (line, value) => {
  expect(read({ flags: line }).draft.flags[0]?.value).toBe(value)
})

test.each([
  [{ flags: '--seed 1\n\nmax-model-len 8192' }, 'flags', 3],
  [{ flags: '--seed 1 --max-model-len 8192' }, 'flags', 1],
  [{ flags: '--seed 1\n--seed 2' }, 'flags', 2],
  [{ env: 'A=1\nB' }, 'env', 2],
  [{ env: 'A=1\nA=2' }, 'env', 2],
  [{ title: ' ' }, 'title', null],
  [{ nodes: '0' }, 'nodes', null],
  [{ port: '80a' }, 'port', null],
  [{ port: '70000' }, 'port', null],
] as const)('%j is refused at field %s, line %s', (change, field, line) => {
  expect(read(change).trouble).toEqual([expect.objectContaining({ field, line })])
})

test('what saving refuses is told at the line that holds it', () => {
  const { lines } = read({ flags: '--seed 1\n--host 0.0.0.0', env: 'A=b c' })
  expect(troubleOfSaving('flags.host: the launch sets it', lines)).toEqual({ field: 'flags', line: 2, why: '--host: the launch sets it' })
  expect(troubleOfSaving('env.A: no spaces.', lines)).toEqual({ field: 'env', line: 1, why: 'A: no spaces' })
  expect(troubleOfSaving('image: only letters', lines)).toEqual({ field: 'image', line: null, why: 'only letters' })
  expect(troubleOfSaving('the disk is full', lines)).toEqual({ field: null, line: null, why: 'the disk is full' })
})

async function open(site: Site, url: string, fields?: Record<string, string>) {
  const answer = await site.app.request(url, fields === undefined ? {} : { method: 'POST', body: new URLSearchParams(fields) })
  return { answer, document: parseHTML(await answer.text()).document }
}

test('the page is a plain form: it starts with the best recipe and leads back to the model, where the saved one stands', async () => {
  const site = createSite(createFakeClock(sample.now))
  const { document } = await open(site, path)
  expect(document.querySelector('form.recipe')?.getAttribute('action')).toBe(path)
  expect(document.querySelector('#flags')?.textContent).toContain('--')
  const { answer } = await open(site, path, { ...text, from: 'shipped:x', title: 'Long', flags: '--max-model-len 65536' })
  expect(answer.status).toBe(303)
  expect(answer.headers.get('location')).toBe(`/library/${encodeURIComponent(model)}?saved=owner%3Amine`)
  expect(site.fake.asked.find((one) => one.what === 'recipes.save')?.ask).toMatchObject({
    model,
    title: 'Long',
    flags: [{ name: 'max-model-len', value: 65_536 }],
  })
})

test('a refused recipe keeps what was typed, says the line, and saves nothing', async () => {
  const site = createSite(createFakeClock(sample.now))
  const { answer, document } = await open(site, path, { ...text, title: 'Long <b>', flags: '--seed 1\nhello' })
  expect(answer.status).toBe(422)
  expect(document.querySelector('[role=alert]')?.textContent).toContain('line 2')
  expect(document.querySelector('#flags')?.getAttribute('aria-invalid')).toBe('true')
  expect(document.querySelector('#flags')?.textContent?.trim()).toBe('--seed 1\nhello')
  expect(document.querySelector('#title')?.getAttribute('value')).toBe('Long <b>')
  expect(site.fake.asked.some((one) => one.what === 'recipes.save')).toBe(false)
})

test('what the use case refuses is shown in the form as well', async () => {
  const site = createSite(createFakeClock(sample.now))
  site.fake.failNextWith(new SparkError('recipe_invalid', { why: 'flags.host: the launch sets it' }))
  const { answer, document } = await open(site, path, { ...text, flags: '--seed 1\n--host 0.0.0.0' })
  expect(answer.status).toBe(422)
  expect(document.querySelector('#flags-wrong')?.textContent).toBe('Line 2: --host: the launch sets it.')
})
