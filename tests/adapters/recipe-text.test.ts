import { expect, test } from 'vitest'
import { recipeTexts } from '../../server/adapters/files/recipe-text.ts'

const text = `# how we run it
model: Qwen/Qwen3-8B
title: Mine
nodes: 1
flags:
  # the longest that fits
  - name: max-model-len
    value: 8192
    reason: Short talks.
    source: me
  - name: seed
    value: "7"
    reason: The same every time.
env:
  A: "1" # one
`
const formOf = (of: string) => {
  const { form } = recipeTexts.read(of)
  if (form === null) throw new Error('no form')
  return form
}

test('a form that changes nothing changes no letter of the text', () => {
  expect(recipeTexts.apply(text, formOf(text))).toBe(text)
})

test('what the form does not show stays: remarks, keys that are not known, the order', () => {
  const odd = text.replace('nodes: 1', 'nodes: 1\nflagz: 3')
  const form = formOf(odd)
  const [first, second] = form.flags
  if (first === undefined || second === undefined) throw new Error('no flags')
  const after = recipeTexts.apply(odd, { ...form, title: 'Ours', flags: [second, { ...first, value: '4096' }] }) ?? ''
  for (const kept of ['# how we run it', 'flagz: 3', '# the longest that fits', 'A: "1" # one']) expect(after).toContain(kept)
  const read = recipeTexts.read(after)
  expect(read.problems).toMatchObject([{ line: 5, sentence: 'Unknown key: flagz.' }])
  expect(read.form?.flags.map((flag) => [flag.name, flag.value, flag.reason])).toEqual([
    ['seed', '"7"', 'The same every time.'],
    ['max-model-len', '4096', 'You changed it from 8192.'],
  ])
})

test('what is half typed is kept as it was typed, and told of with its line', () => {
  const after = recipeTexts.apply(text, { ...formOf(text), port: '80a', nodes: '' }) ?? ''
  const read = recipeTexts.read(after)
  expect(read.form).toMatchObject({ port: '80a', nodes: '1' })
  expect(read.draft).toBeNull()
  expect(read.problems).toMatchObject([{ field: 'port' }])
  expect(after.split('\n')[(read.problems[0]?.line ?? 0) - 1]).toContain('80a')
})

test.each([
  ['flags: 3', 'model: a/b\nflags: 3\n'],
  ['a list', '- a\n'],
  ['a bracket left open', text.replace('8192', '[8192')],
  ['a value that is a map', text.replace('value: 8192', 'value: { a: 1 }')],
  ['nothing', ''],
  ['ten thousand levels', '['.repeat(10_000)],
])('%s: no form can show it, and it is told in words', (_what, broken) => {
  const read = recipeTexts.read(broken)
  expect(read.form).toBeNull()
  expect(read.draft).toBeNull()
  expect(read.problems[0]?.sentence).toMatch(/^\S.*\.$/)
  expect(recipeTexts.apply(broken, formOf(text))).toBeNull()
})

test('every field has its line', () => {
  const { lineOf } = recipeTexts.read(text)
  expect(['model', 'title', 'nodes', 'flags.max-model-len', 'flags.seed', 'env.A', 'port'].map(lineOf)).toEqual([2, 3, 4, 7, 11, 15, null])
})
