// Versions of the owner's recipes: kept before they are used, over a death in the middle, and beside edits by hand.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Life, small, startLife } from '../fakes/appliance.ts'

let life: Life
beforeEach(async () => {
  life = await startLife()
})
afterEach(() => life.close())

const draft = (length: number, title = 'Mine') => ({
  model: small,
  title,
  description: null,
  image: null,
  port: null,
  nodes: 1,
  flags: [{ name: 'max-model-len', value: length, reason: 'x', source: 'owner' }],
  env: {},
})
const id = `owner:${small}`
const versions = () => life.graph.recipes.versions(id).map((one) => [one.version, one.by, one.gone])
const save = (length: number, version?: number) => life.graph.recipes.save({ draft: draft(length), version, by: 'owner' })
const lengthNow = () => life.graph.recipes.list(small).recipes.find((one) => one.id === id)?.flags[0]?.value

test('a save that was made from an older version is refused, and what is there stays', async () => {
  await save(4096, 0)
  await save(8192, 1)
  await expect(save(2048, 1)).rejects.toMatchObject({ code: 'recipe_saved_meanwhile', facts: { theirs: 2, yours: 1 } })
  await expect(life.graph.recipes.remove(id, { version: 1, by: 'owner' })).rejects.toMatchObject({ code: 'recipe_saved_meanwhile' })
  expect(lengthNow()).toBe(8192)
  expect(life.graph.recipes.versions(id)[0]?.differences).toEqual([{ what: '--max-model-len', before: '4096', after: '8192' }])
})

test('of two saves at once from one version one is kept', async () => {
  const both = await Promise.allSettled([save(4096, 0), save(8192, 0)])
  expect(both.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected'])
  expect(versions()).toEqual([[1, 'owner', false]])
})

test('a file that cannot be written leaves no version behind', async () => {
  await save(4096)
  const { ownerRecipes } = life
  const { set } = ownerRecipes
  ownerRecipes.set = () => {
    throw new Error('no room')
  }
  await expect(save(8192)).rejects.toThrow('no room')
  ownerRecipes.set = set
  await life.clock.advance(3100)
  expect(versions()).toEqual([[1, 'owner', false]])
  expect(lengthNow()).toBe(4096)
})

test('a version that was written down and not yet brought into the folder is finished by the next life', async () => {
  await save(4096)
  const last = life.stores.recipes.versions(id)[0]
  if (last === undefined) throw new Error('no version')
  life.stores.recipes.add({ ...last, version: 2, text: last.text.replace('4096', '8192'), settled: false })
  life = await life.rise()
  expect(lengthNow()).toBe(8192)
  await life.clock.advance(3100)
  expect(versions()).toEqual([
    [2, 'owner', false],
    [1, 'owner', false],
  ])
})

test('what is changed or taken away in the folder by hand is a version too, told once', async () => {
  await save(4096)
  const kept = life.ownerRecipes.get(id)
  if (kept === undefined) throw new Error('no file')
  life.ownerRecipes.delete(id)
  await life.clock.advance(10_000)
  expect(versions()).toEqual([
    [2, 'the file', true],
    [1, 'owner', false],
  ])
  life.ownerRecipes.set(id, kept)
  await life.clock.advance(10_000)
  expect(versions()[0]).toEqual([3, 'the file', false])
})

test('programs read the same: check, versions with their text, back to one', async () => {
  const { client } = life
  await client['recipes.save']({ body: draft(4096) })
  await client['recipes.save']({ body: { ...draft(8192), recipe: id, version: 1 } })
  const read = await client['recipes.versions']({ params: { id } })
  expect(read.versions.map((one) => one.version)).toEqual([2, 1])
  const checked = await client['recipes.check']({
    body: { model: small, text: (read.versions[0]?.text ?? '').replace('max-model-len', 'host') },
  })
  expect(checked.troubles).toMatchObject([{ field: 'flags', name: 'host', kind: 'wrong', line: expect.any(Number) }])
  expect(checked.memory).toMatchObject({ fits: true })
  await expect(client['recipes.goBack']({ params: { id, version: '1' }, query: { version: '1' } })).rejects.toMatchObject({
    problem: { code: 'recipe_saved_meanwhile' },
  })
  expect(await client['recipes.goBack']({ params: { id, version: '1' }, query: { version: '2' } })).toMatchObject({
    id,
    flags: [{ value: 4096 }],
  })
  expect(await client['recipes.remove']({ params: { id }, query: { version: '3' } })).toEqual({ id })
  expect(life.graph.recipes.list(small).recipes[0]?.source).toBe('shipped')
})

test('a share above 0.85 that was written by hand waits for a yes before it starts; a saved one had it', async () => {
  const risky = { ...draft(4096), flags: [{ name: 'gpu-memory-utilization', value: 0.86, reason: 'x', source: 'owner' }] }
  await expect(life.graph.recipes.save({ draft: risky, by: 'owner' })).rejects.toMatchObject({ code: 'recipe_needs_word' })
  const saved = await life.graph.recipes.save({ draft: risky, word: true, by: 'owner' })
  expect(saved.confirmed).toBe(true)
  const kept = life.ownerRecipes.get(id)
  if (kept === undefined) throw new Error('no file')
  life.ownerRecipes.set(id, { ...kept, flags: kept.flags.map((one) => ({ ...one, value: 0.87 })) })
  await life.clock.advance(3100)
  await expect(
    life.graph.swaps.start({ model: small, requestedBy: { kind: 'owner', name: 'owner', address: null } }),
  ).rejects.toMatchObject({
    code: 'recipe_unconfirmed',
  })
})

test('a draft that nobody touched for thirty days is forgotten when another is written; a younger one is not', () => {
  const { drafts } = life.graph.recipes
  const store = life.stores.recipes
  const begun = (days: number): string => {
    const { id: draftId } = drafts.edit({ model: small }, { text: `title: ${days} days\n` })
    const kept = store.draft(draftId ?? '')
    if (kept === null) throw new Error('the draft was not kept')
    store.keepDraft({ ...kept, changedAt: life.clock.now() - days * 86_400_000 })
    return kept.id
  }
  const [old, young] = [begun(31), begun(29)]
  expect(drafts.open(small).map((one) => one.id)).toEqual([young])
  const now = begun(0)
  expect(drafts.open(small).map((one) => one.id)).toEqual([now, young])
  expect(() => drafts.edit({ model: small, draft: old }, { text: 'title: Back\n' })).toThrow(/being written/)
})
