import { expect, test } from 'vitest'
import type { FolderListing } from '../../server/domain/model.ts'
import { mergeModels } from '../../server/domain/models.ts'
import { buildInference, buildNow as now } from '../fakes/builders.ts'

const listing = (change: Partial<FolderListing> = {}): FolderListing => ({
  id: 'Qwen/Qwen3-8B',
  kind: 'hub',
  path: '/hub/models--Qwen--Qwen3-8B/snapshots/r1',
  revision: 'r1',
  files: ['config.json', 'model.safetensors', 'tokenizer.json'].map((path) => ({ path, sizeBytes: 1000 })),
  texts: { 'config.json': '{"architectures":["Qwen3ForCausalLM"],"model_type":"qwen3"}' },
  indexFiles: null,
  unfinished: null,
  diskBytes: 3000,
  lastUsedAt: null,
  ...change,
})
const broken = listing({
  files: [{ path: 'config.json', sizeBytes: 10 }],
  unfinished: { count: 1, bytes: 500, newestAt: now - 86_400_000 },
  diskBytes: 510,
})
const merge = (machines: Record<string, FolderListing[]>, lastUsed = {}) =>
  mergeModels(
    Object.entries(machines).map(([machine, folders]) => ({ machine, folders })),
    () => buildInference(),
    now,
    lastUsed,
  )

test('the same id on several machines is one model with a copy each; its state is the best of them', () => {
  const models = merge({ a: [broken], b: [listing()] })
  expect(models).toHaveLength(1)
  expect(models[0]).toMatchObject({ state: 'complete', complete: true, revisionsDiffer: false, sizeBytes: 3000 })
  expect(models[0]?.copies.map((copy) => [copy.machine, copy.state])).toEqual([
    ['a', 'interrupted'],
    ['b', 'complete'],
  ])
})

test('versions differ only between copies that are whole', () => {
  expect(merge({ a: [listing()], b: [listing({ revision: 'r2' })] })[0]?.revisionsDiffer).toBe(true)
  expect(merge({ a: [listing()], b: [{ ...broken, revision: 'r2' }] })[0]?.revisionsDiffer).toBe(false)
})

test('twice on one machine counts once, as the better of the two', () => {
  expect(merge({ a: [broken, listing()] })[0]?.copies).toMatchObject([{ machine: 'a', state: 'complete' }])
  expect(merge({ a: [listing(), broken] })[0]?.copies).toMatchObject([{ machine: 'a', state: 'complete' }])
})

test('datasets, and folders beside local models, are not on the menu; an empty repo of the Hub is', () => {
  const models = merge({
    a: [
      listing({ id: 'org/data', kind: 'dataset' }),
      listing({ id: 'local:notes', kind: 'local', files: [{ path: 'todo.txt', sizeBytes: 1 }], texts: {} }),
      listing({ id: 'org/odd', files: [{ path: 'readme.md', sizeBytes: 1 }], texts: {} }),
    ],
  })
  expect(models.map((model) => [model.id, model.state])).toEqual([['org/odd', 'not_a_model']])
})

test('a model was last used at the later of what a disk and the appliance know', () => {
  const used = (lastUsedAt: number | null, known: Record<string, number>) => merge({ a: [listing({ lastUsedAt })] }, known)[0]?.lastUsedAt
  expect(used(null, {})).toBeNull()
  expect(used(5, {})).toBe(5)
  expect(used(5, { 'Qwen/Qwen3-8B': 9 })).toBe(9)
})

test('models stand in the order of their names', () => {
  const ids = ['b/Zeta-1B', 'a/Alpha-1B', 'c/Midway-1B']
  expect(merge({ a: ids.map((id) => listing({ id })) }).map((model) => model.id)).toEqual(['a/Alpha-1B', 'c/Midway-1B', 'b/Zeta-1B'])
})

test('a folder may be called like something every object has', () => {
  expect(merge({ a: [listing({ id: 'constructor' })] }, { 'Qwen/Qwen3-8B': 5 })[0]?.lastUsedAt).toBeNull()
  expect(merge({ a: [listing()] }, { 'Qwen/Qwen3-8B': 5 })[0]?.lastUsedAt).toBe(5)
})
