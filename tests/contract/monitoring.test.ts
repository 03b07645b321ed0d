// docs/MONITORING.md promises keys to other people's boards: every one it names is there, of the kind it is used as, and none is missing.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { FlatStatus, flatStatusOperations, flatStatusSample } from '../../server/contract/operations/flat-status.ts'

const page = readFileSync(new URL('../../docs/MONITORING.md', import.meta.url), 'utf8')
const keys = Object.keys(FlatStatus.shape)
const ofSpark = Object.keys(FlatStatus.shape.sparks.element.shape)
const blocks = [...page.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map((match) => match[1] ?? '')
const row = flatStatusOperations['status.flat']

/** Names in a page that are used as keys, with the kind they are used as. */
function used(text: string): { readonly name: string; readonly kind: string; readonly inSpark: boolean }[] {
  const plain = [...text.matchAll(/value_json\.(\w+)/g), ...text.matchAll(/jsonPath: (\w+)/g)].map((match) => ({
    name: match[1] ?? '',
    kind: '',
    inSpark: false,
  }))
  const glance = [...text.matchAll(/(\.JSON)?\.(Bool|String|Int|Array) "(\w+)"/g)].map(([, root, kind = '', name = '']) => ({
    name,
    kind,
    inSpark: root === undefined,
  }))
  return [...plain, ...glance]
}

const kindOf = (value: unknown): string =>
  Array.isArray(value) ? 'Array' : typeof value === 'boolean' ? 'Bool' : typeof value === 'number' ? 'Int' : 'String'

const wrong = (text: string): string[] =>
  used(text).flatMap(({ name, kind, inSpark }) => {
    const known = inSpark ? ofSpark : keys
    const sample: Record<string, unknown> = inSpark ? { ...flatStatusSample.sparks[0] } : flatStatusSample
    if (!known.includes(name)) return [`${name} is no key`]
    return kind === '' || sample[name] === null || kindOf(sample[name]) === kind ? [] : [`${name} is no ${kind}`]
  })

test('the examples for three programs are YAML that asks the right address for keys that are there', () => {
  expect(blocks).toHaveLength(3)
  for (const block of blocks) {
    const text = JSON.stringify(parse(block))
    expect(new URL(/http:\/\/[^"]+/.exec(text)?.[0].replace('<spark-control-ip>', '192.0.2.5') ?? '').pathname).toBe(row.path)
    expect(used(block).length).toBeGreaterThan(0)
    expect(wrong(block)).toEqual([])
  }
  expect(wrong('value_json.imagined .JSON.Bool "sentence" .Int "sparkle"')).toEqual([
    'imagined is no key',
    'sentence is no Bool',
    'sparkle is no key',
  ])
})

test('the table names every key, and no other', () => {
  const table = [...page.matchAll(/^\| `(\w+)` \|/gm)].map((match) => match[1])
  expect(table).toEqual(keys)
  const sparks = /^\| `sparks` \| (.*)$/m.exec(page)?.[1] ?? ''
  expect([...sparks.matchAll(/`(\w+)`/g)].map((match) => match[1])).toEqual(ofSpark)
})

test('it stays small, and tells neither addresses nor keys', () => {
  const eight = { ...flatStatusSample, sparks: Array.from({ length: 8 }, () => flatStatusSample.sparks[0]) }
  expect(JSON.stringify(eight).length).toBeLessThan(2500)
  expect([...keys, ...ofSpark].filter((key) => /address|key|token|secret|host|user/i.test(key))).toEqual([])
  expect([row.method, row.right, row.status]).toEqual(['get', 'see', 200])
})
