import { afterEach, beforeEach, expect, test } from 'vitest'
import { recipeWords } from '../../server/domain/recipe.ts'
import { buildRecipe } from '../fakes/builders.ts'
import { createOwnerRig, type OwnerRig, twoNodes } from '../fakes/owner-rig.ts'

let rig: OwnerRig
beforeEach(async () => {
  rig = await createOwnerRig({ recipes: [buildRecipe()] })
  await rig.start()
  await rig.addAll()
})
afterEach(() => rig.close())

const model = 'Qwen/Qwen3-8B'
const draft = (change: object = {}) => ({
  model,
  title: 'Long documents',
  description: null,
  image: null,
  port: null,
  nodes: 1,
  flags: [{ name: 'max-model-len', value: 65_536, reason: 'Long documents', source: 'owner' }],
  env: {},
  ...change,
})

const save = (change: object = {}) => rig.recipes.save({ draft: draft(change), word: true, by: 'owner' })

test("the owner's recipe comes before the shipped one, the inferred one last", async () => {
  expect(rig.recipes.choose(model)).toMatchObject({ source: 'shipped' })
  await save()
  expect(rig.recipes.choose(model)).toMatchObject({ source: 'owner', title: 'Long documents' })
  expect(rig.recipes.list(model).recipes.map((recipe) => recipe.source)).toEqual(['owner', 'shipped', 'inferred'])
  expect(rig.recipes.choose(model, `inferred:${model}`).source).toBe('inferred')
})

const broughtBy = (nodes: readonly string[], more = ''): string =>
  `recipe_version: "1"
name: From the launcher
container: vllm-node
model: ${model}
defaults: { tensor_parallel: ${nodes.length} }
command: vllm serve ${model} -tp {tensor_parallel} --max-model-len 4096${more}
`

test("the launcher's own recipe comes before the inferred one, asks for the owner's word once, and again when it changed", async () => {
  rig.close()
  const text = { 'qwen.yaml': broughtBy(['spark-1']), 'piped.yaml': broughtBy(['spark-1'], ' | tee log') }
  const [one, ...others] = twoNodes()
  if (one === undefined) throw new Error('no node')
  rig = await createOwnerRig({ nodes: [{ ...one, launcherRecipes: text }, ...others] })
  await rig.start()
  expect(rig.recipes.list().recipes).toEqual([])
  await rig.addAll()
  expect(rig.recipes.list(model).recipes.map((recipe) => recipe.id)).toEqual(['launcher:qwen', `inferred:${model}`])
  expect(rig.recipes.list(model).left).toEqual([
    { file: 'piped.yaml', model, title: 'From the launcher', why: expect.stringContaining('needs a shell: a pipe') },
  ])
  expect(rig.recipes.list('nobody/nothing').left).toEqual([])
  const recipe = rig.recipes.choose(model)
  expect(recipe).toMatchObject({ source: 'launcher', flags: [{ name: 'max-model-len', value: '4096' }] })
  expect(rig.models.find(model)).toMatchObject({ recipe: { id: 'launcher:qwen', source: 'launcher', confirmed: false } })
  expect(rig.recipes.confirm('launcher:qwen', 'owner').confirmed).toBe(true)
  expect(rig.recipes.isConfirmed(recipe)).toBe(true)
  text['qwen.yaml'] = broughtBy(['spark-1'], ' --enforce-eager')
  await rig.models.scan()
  expect(rig.recipes.isConfirmed(rig.recipes.choose(model))).toBe(false)
})

test("a launcher's recipe for more machines than there are does not stand in the way of one that can be started", async () => {
  rig.close()
  const [one, two] = twoNodes()
  if (one === undefined || two === undefined) throw new Error('no node')
  rig = await createOwnerRig({ nodes: [{ ...one, launcherRecipes: { 'qwen.yaml': broughtBy(['spark-1', 'spark-2']) } }, two] })
  await rig.start()
  await rig.machines.add({ address: one.address, user: 'alice' })
  await rig.clock.advance(100)
  expect(rig.recipes.choose(model).source).toBe('inferred')
  await rig.machines.add({ address: two.address, user: 'alice' })
  await rig.clock.advance(100)
  expect(rig.recipes.choose(model)).toMatchObject({ source: 'launcher', nodes: 2 })
})

test('a recipe over several machines is named once it may be started, and its model is here', async () => {
  rig.close()
  const [one, two] = twoNodes()
  if (one === undefined || two === undefined) throw new Error('no node')
  rig = await createOwnerRig({ nodes: [{ ...one, launcherRecipes: { 'qwen.yaml': broughtBy(['spark-1', 'spark-2']) } }, two] })
  await rig.start()
  await rig.addAll()
  expect(rig.recipes.overSeveral()).toBeNull()
  rig.recipes.confirm('launcher:qwen', 'owner')
  expect(rig.recipes.overSeveral()).toMatchObject({ id: 'launcher:qwen', nodes: 2 })
})

test('a recipe that is not there, and a model that is on no disk, are said so', () => {
  expect(() => rig.recipes.choose(model, 'shipped:x')).toThrow(expect.objectContaining({ code: 'recipe_unknown' }))
  expect(() => rig.recipes.choose('nobody/nothing')).toThrow(expect.objectContaining({ code: 'model_unknown' }))
  expect(() => rig.recipes.confirm('inferred:nobody/nothing', 'owner')).toThrow(expect.objectContaining({ code: 'recipe_unknown' }))
})

test('a confirmation holds for the words that were read: other flags ask again', () => {
  const recipe = rig.recipes.choose(model, `inferred:${model}`)
  expect(rig.recipes.isConfirmed(recipe)).toBe(false)
  expect(rig.recipes.confirm(recipe.id, 'owner').confirmed).toBe(true)
  expect(rig.recipes.isConfirmed(recipe)).toBe(true)
  const other = { ...recipe, flags: [...recipe.flags, { name: 'enforce-eager', value: true as const, reason: 'x', source: 'x' }] }
  expect(recipeWords(other)).not.toBe(recipeWords(recipe))
  expect(rig.recipes.isConfirmed(other)).toBe(false)
})

test('saved under the same title a recipe is replaced, under another it stands beside the first', async () => {
  await save()
  await save({ nodes: 2 })
  await save({ title: 'Short ones', flags: [] })
  const mine = rig.recipes.list(model).recipes.filter((recipe) => recipe.source === 'owner')
  expect(mine.map((recipe) => [recipe.id, recipe.nodes])).toEqual(
    expect.arrayContaining([
      [`owner:${model}`, 2],
      ['owner:short-ones', 1],
    ]),
  )
  expect(mine).toHaveLength(2)
})

test.each([
  [{ flags: [{ name: '--max-model-len', value: 1, reason: '', source: '' }] }, 'flags.--max-model-len'],
  [{ flags: [{ name: 'port', value: 1, reason: '', source: '' }] }, 'flags.port: set "port" instead'],
  [{ flags: [{ name: 'x', value: 'a\nb', reason: '', source: '' }] }, 'flags.x: its value must stay on one line'],
  [{ flags: [1, 2].map(() => ({ name: 'x', value: 1, reason: '', source: '' })) }, 'flags.x: it is there twice'],
  [{ image: 'a; rm -rf /' }, 'image'],
  [{ env: { 'A B': '1' } }, 'env.A B'],
  [{ env: { A: '$(id)' } }, 'env.A'],
])('a draft with %j is refused with the name of the field', async (change, field) => {
  await expect(save(change)).rejects.toMatchObject({ code: 'recipe_invalid', message: expect.stringContaining(field) })
  expect(rig.recipes.list(model).recipes.some((recipe) => recipe.source === 'owner')).toBe(false)
})

test('a broken file is told with its line, and the rest keeps working', async () => {
  rig.files.broken = true
  await rig.clock.advance(3_100)
  expect(rig.recipes.list().problems).toEqual([{ file: 'mine.yaml', line: 3, sentence: 'flagz is not known here.' }])
  expect(rig.recipes.choose(model).source).toBe('shipped')
  expect(rig.status.status().attention).toMatchObject([{ code: 'recipe_file', sentence: 'mine.yaml, line 3: flagz is not known here.' }])
})
