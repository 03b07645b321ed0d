import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { field, numberField, readTolerantJson, stringAfter, textsField } from '../../server/domain/tolerant-json.ts'

describe('reading JSON as publishers write it', () => {
  test('takes a bare Infinity, -Infinity and NaN, which strict JSON refuses', () => {
    const text = '{"time_step_limit": [0.0, Infinity], "low": -Infinity, "odd": NaN, "name": "Infinity, NaN"}'
    expect(() => JSON.parse(text)).toThrow()
    expect(readTolerantJson(text)).toEqual({
      ok: true,
      value: { time_step_limit: [0, Number.POSITIVE_INFINITY], low: Number.NEGATIVE_INFINITY, odd: null, name: 'Infinity, NaN' },
    })
  })

  test('takes a trailing comma and a byte order mark, and leaves commas in texts alone', () => {
    expect(readTolerantJson('\ufeff{"a": [1, 2, ], "b": "x,}", }')).toEqual({ ok: true, value: { a: [1, 2], b: 'x,}' } })
  })

  test('says why a text cannot be read', () => {
    expect(readTolerantJson('{"a": ')).toMatchObject({ ok: false, why: expect.stringContaining('JSON') })
  })

  test('reads what strict JSON reads, exactly', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value)
        expect(readTolerantJson(text)).toEqual({ ok: true, value: JSON.parse(text) })
      }),
    )
  })

  test('never throws, whatever the text', () => {
    const pieces = fc.array(
      fc.constantFrom('{', '}', '[', ']', '"', '\\', ',', ':', 'Infinity', '-', 'NaN', '1e999', ' ', '__proto__', '\u0000', 'ä'),
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          pieces.map((parts) => parts.join('')),
        ),
        (text) => {
          expect(typeof readTolerantJson(text).ok).toBe('boolean')
        },
      ),
      { numRuns: 500 },
    )
  })

  test('bears nesting deeper than any stack', () => {
    const deep = (levels: number, inner: string): string => `${'['.repeat(levels)}${inner}${']'.repeat(levels)}`
    expect(readTolerantJson(deep(90_000, 'Infinity')).ok).toBe(true)
    expect(readTolerantJson(deep(500_000, '1')).ok).toBe(true)
    expect(readTolerantJson('{"a":'.repeat(200_000)).ok).toBe(false)
  })

  test('forgives small texts only: a large one that needs it is refused, and does not hold everything else up', () => {
    const padded = (length: number): string => `{"a": Infinity, "b": "${'x'.repeat(length)}"}`
    expect(readTolerantJson(padded(100_000)).ok).toBe(true)
    expect(readTolerantJson(padded(300_000)).ok).toBe(false)
  })

  test('reads own fields only: __proto__ and constructor are nothing special', () => {
    const reading = readTolerantJson('{"__proto__": {"num_experts": 8}, "n": Infinity, "list": ["a", 1, null]}')
    if (!reading.ok) throw new Error(reading.why)
    expect(field(reading.value, 'constructor')).toBeNull()
    expect(field(reading.value, 'num_experts')).toBeNull()
    expect(field(reading.value, '__proto__')).toEqual({ num_experts: 8 })
    expect(numberField(reading.value, 'n')).toBeNull()
    expect(textsField(reading.value, 'list')).toEqual(['a'])
  })
})

describe('one string of a long file', () => {
  const behind = (text: string): string | null => stringAfter(text, text.indexOf('"key"') + 5)

  test('is read where it stands, escapes and all', () => {
    expect(behind('{"a": [1, 2], "key" : "say \\"{{ x }}\\" \\u00e9", "b": broken')).toBe('say "{{ x }}" é')
  })

  test('is null where something else stands, or where it never ends', () => {
    for (const text of ['{"key": ["a"]}', '{"key": null}', '{"key": "open', '{"key"']) expect(behind(text)).toBeNull()
  })
})
