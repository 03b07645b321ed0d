// A key that nothing knows is refused in words, in every body: dropped in silence it would do something else than was asked.
import { describe, expect, it } from 'vitest'
import type { Operation } from '../../server/contract/define.ts'
import { operations } from '../../server/contract/index.ts'
import { readInput } from '../../server/contract/reading.ts'
import { nearest } from '../../server/domain/nearest.ts'

const rows = (Object.entries(operations) as [string, Operation][]).filter(([, row]) => row.input.body !== undefined)
const example = (row: Operation) => {
  const found = row.examples.find((one) => one.in !== undefined) ?? row.examples[0]
  return { params: found?.params ?? {}, query: found?.query ?? {}, body: found?.in ?? {} }
}
const read = (row: Operation, body: unknown): unknown => readInput(row, { ...example(row), body })

describe('unknown keys', () => {
  it.each(rows)('%s refuses one and names it', (_, row) => {
    const body = example(row).body as Record<string, unknown>
    expect(() => read(row, body)).not.toThrow()
    expect(() => read(row, { ...body, zzzz: 1 })).toThrow(/"zzzz" is not known here/)
    // As JSON.parse makes it: an own key, no prototype.
    expect(() =>
      read(row, JSON.parse(JSON.stringify(body).replace(/^\{/, '{"__proto__": {"polluted": true}, ').replace(', }', '}'))),
    ).toThrow(/__proto__|not known/)
  })

  it('the one that was meant is named', () => {
    const swap = operations['swaps.start']
    expect(() => read(swap, { model: 'a/b', recpie: 'x' })).toThrow('"recpie" is not known here; is "recipe" meant?')
    expect(() => read(swap, { model: 'a/b', overides: {} })).toThrow('is "overrides" meant?')
    expect(() => read(operations['machines.add'], { address: '192.0.2.1', user: 'alice', model_folders: [] })).toThrow(
      'is "modelFolders" meant?',
    )
    expect(() => read(operations['access.setPassword'], { password: 'a', xyz: 'b' })).toThrow('what can be sent is password, current')
    expect(nearest('x', ['model', 'recipe'])).toBeNull()
    expect(nearest('', ['a'])).toBeNull()
  })

  it('earlier spellings and other ways to write a word stay', () => {
    for (const key of ['dryRun', 'dry_run', 'dryrun', 'DRY-RUN']) {
      expect(read(operations['swaps.start'], { model: 'a/b', [key]: true })).toMatchObject({ body: { dryRun: true } })
    }
    for (const key of ['token', 'lockToken', 'lock_token']) {
      expect(read(operations['swaps.start'], { model: 'a/b', [key]: 't' })).toMatchObject({ body: { lockToken: 't' } })
      expect(read(operations['lock.renew'], { [key]: 't' })).toMatchObject({ body: { token: 't' } })
      expect(read(operations['lock.release'], { [key]: 't' })).toMatchObject({ body: { token: 't' } })
    }
    expect(read(operations['swaps.start'], { model: 'a/b', force: true })).toMatchObject({ body: { breakLock: true } })
  })
})
