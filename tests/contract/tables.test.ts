import { describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { actKinds, actOf } from '../../server/contract/acts.ts'
import type { Operation } from '../../server/contract/define.ts'
import { type ErrorCode, errors, SparkError, tellError } from '../../server/contract/errors.ts'
import { type EventType, events } from '../../server/contract/events.ts'
import { operations } from '../../server/contract/index.ts'
import { faultOfOutput, readInput } from '../../server/contract/reading.ts'
import { type SettingKey, settings } from '../../server/contract/settings.ts'

const rows: [string, Operation][] = Object.entries(operations)

describe('every operation', () => {
  it.each(rows)('%s has examples that its own schemas read', (_, row) => {
    expect(row.examples.length).toBeGreaterThan(0)
    for (const example of row.examples) {
      const arrived = { params: example.params ?? {}, query: example.query ?? {}, body: example.in }
      expect(() => readInput(row, arrived)).not.toThrow()
      expect(faultOfOutput(row, example.out)).toBeNull()
    }
  })

  it('a wrong example would be noticed', () => {
    const row = operations['machines.add']
    expect(() => readInput(row, { params: {}, query: {}, body: { address: '192.0.2.1' } })).toThrow(/user: is missing/)
    expect(faultOfOutput(row, { id: 'x' })).toContain('name')
  })

  it.each(rows)('%s names its parameters in its path and says invalid_request where it reads something', (_, row) => {
    const inPath = [...row.path.matchAll(/:([a-zA-Z]+)/g)].map((match) => match[1])
    expect(Object.keys(row.input.params?.shape ?? {})).toEqual(inPath)
    if (Object.keys(row.input).length > 0) expect(row.errors).toContain('invalid_request')
  })

  it.each(rows)('%s reads with GET and changes with the others', (_, row) => {
    if (row.method === 'get') expect(row.risk).toBe('read')
    if (row.risk === 'disruptive' || row.risk === 'destructive') expect(row.right).toBe('operate')
  })
})

/** Pairs of operations of which the first, mounted earlier, would take requests meant for the second. */
function shadowed(table: readonly (readonly [string, Operation])[]): string[] {
  const takes = (pattern: string, path: string): boolean => {
    const [a, b] = [pattern.split('/'), path.split('/')]
    return a.length === b.length && a.every((segment, at) => segment === b[at] || segment.startsWith(':'))
  }
  return table.flatMap(([id, row], at) =>
    table
      .slice(at + 1)
      .flatMap(([later, other]) => (row.method === other.method && takes(row.path, other.path) ? [`${id} takes ${later}`] : [])),
  )
}

describe('paths', () => {
  it('are unique, and no parameter takes a literal path', () => {
    expect(shadowed(rows)).toEqual([])
    expect(new Set(rows.map(([, row]) => `${row.method} ${row.path}`)).size).toBe(rows.length)
  })

  it('a shadowed literal would be noticed', () => {
    const one = (path: string): [string, Operation] => [path, { ...operations['lock.find'], path }]
    expect(shadowed([one('/api/swap/:id'), one('/api/swap/lock')])).toEqual(['/api/swap/:id takes /api/swap/lock'])
    expect(shadowed([one('/api/a'), one('/api/a')])).toHaveLength(1)
  })
})

const badWords = /undefined|\[object|NaN|null/
const codes = Object.keys(errors) as ErrorCode[]

describe('every error', () => {
  it.each(codes)('%s says in sentences what happened and what to do', (name) => {
    const told = tellError(name, errors[name].sample as never)
    for (const sentence of [told.title, told.happened, told.next]) expect(sentence).not.toMatch(badWords)
    expect(told.now).not.toMatch(badWords)
    expect(told.happened.length * told.next.length).toBeGreaterThan(0)
    expect(name).toMatch(/^[a-z]+(_[a-z]+)*$/)
    expect(told.status).toBeGreaterThanOrEqual(400)
  })

  it.each(codes.filter((name) => errors[name].retry === 'after'))('%s knows the seconds to wait', (name) => {
    expect(errors[name].sample).toHaveProperty('retryAfterSeconds')
  })

  it('a sentence with a hole would be noticed', () => {
    expect(tellError('invalid_request', {} as never).happened).toMatch(badWords)
    expect(new SparkError('invalid_request', { why: 'x' }).message).toBe('The request is not understood: x.')
  })
})

describe('every act that a failure names', () => {
  const about = { model: 'a/b', swap: 'x1', machine: { id: 'm1', name: 'spark-1' }, previous: { model: 'c/d', name: 'C' } }

  it.each(actKinds)('%s is a page of ours and an operation of the contract', (kind) => {
    for (const facts of [about, {}]) {
      const act = actOf(kind, facts)
      expect(act.page).toMatch(/^\/[^/]*/)
      expect(Object.keys(operations)).toContain(act.operation)
      for (const words of [act.label, act.page, act.consequence ?? '']) expect(words).not.toMatch(badWords)
    }
  })

  it('says before its button what it cuts off', () => {
    for (const kind of actKinds) {
      const act = actOf(kind, about)
      expect(act.consequence !== null).toBe(
        (operations as Record<string, Operation>)[act.operation]?.risk === 'destructive' && act.method === 'post',
      )
    }
  })
})

describe('the voice of the failures', () => {
  it.each(codes)('%s speaks in short sentences, without blame, jargon or exclamation', (name) => {
    const { happened, now, next, title } = tellError(name, errors[name].sample as never)
    const said = { happened, now, next }
    for (const [what, text] of Object.entries(said)) {
      expect(text, what).not.toMatch(/!|\boops\b|please|sorry|you must|failed to|invalid|error occurred|unexpected error/i)
      // A line of a log may be carried at the end, and has its own length.
      const own = text.replace(/ It said: .*/s, '')
      for (const sentence of own.split(/(?<=[.?])\s+/)) expect(sentence.split(' ').length, sentence).toBeLessThanOrEqual(26)
    }
    expect(title).not.toMatch(/[.!]$/)
    expect(title.length).toBeLessThanOrEqual(50)
  })
})

describe('every event', () => {
  it.each(Object.keys(events) as EventType[])('%s has a sample that parses and a sentence', (type) => {
    const row = events[type] as unknown as { payload: z.ZodObject; sample: unknown; sentence: (sample: unknown) => string; stale: string[] }
    expect(row.payload.strict().parse(row.sample)).toEqual(row.sample)
    expect(row.sentence(row.sample)).not.toMatch(badWords)
    expect(row.stale.length).toBeGreaterThan(0)
    expect(type).toMatch(/^[a-z]+(_[a-z]+)+$/)
  })
})

describe('every setting', () => {
  it.each(Object.keys(settings) as SettingKey[])('%s has a default that its schema takes, and words for people', (key) => {
    const row = settings[key]
    expect((row.schema as z.ZodType).parse(row.default)).toEqual(row.default)
    expect(row.label.length * row.help.length).toBeGreaterThan(0)
    expect(key).toMatch(/^[a-z]+\.[a-zA-Z]+$/)
  })

  it('names an environment variable once', () => {
    const names = Object.values(settings).flatMap((row) => (row.env === null ? [] : [row.env]))
    expect(new Set(names).size).toBe(names.length)
  })
})
