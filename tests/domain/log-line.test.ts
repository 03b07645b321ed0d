import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  createLineCutter,
  createPlacing,
  cursorText,
  type LogCursor,
  type LogLine,
  type PlacedLine,
  readCursor,
  readLogLines,
} from '../../server/domain/log-line.ts'

test.each([
  ['docker', '2026-11-20T10:00:00.123456789Z ready', '2026-11-20T10:00:00.123456789Z', 'ready'],
  ['docker, a time that ends in zeros', '2026-11-20T10:00:00.100000000Z ', '2026-11-20T10:00:00.100000000Z', ''],
  ['podman', '2026-11-20T12:00:00.123456789+02:00 ready', '2026-11-20T10:00:00.123456789Z', 'ready'],
  ['journalctl', '2026-11-20T10:00:00.123456+0000 spark-1 bot[12]: ready', '2026-11-20T10:00:00.123456000Z', 'spark-1 bot[12]: ready'],
  ['a second without parts', '2026-11-20T10:00:00Z ready', '2026-11-20T10:00:00.000000000Z', 'ready'],
  ['a progress bar', '2026-11-20T10:00:00.5Z 10%\r20%\r30%\r', '2026-11-20T10:00:00.500000000Z', '30%'],
  [
    'colours and a token',
    '2026-11-20T10:00:00.5Z \u001b[31mHF_TOKEN=hf_abcdefghij\u001b[0m',
    '2026-11-20T10:00:00.500000000Z',
    'HF_TOKEN=[hidden]',
  ],
])('a line of %s', (_what, line, stamp, text) => {
  expect(readLogLines([line])).toEqual([{ stamp, text }])
})

test('a line without a time belongs to the one before, and to nothing when there is none', () => {
  expect(readLogLines(['lost', '2026-11-20T10:00:00.5Z a', '  b', ''])).toEqual([
    { stamp: '2026-11-20T10:00:00.500000000Z', text: 'a' },
    { stamp: '2026-11-20T10:00:00.500000000Z', text: '  b' },
  ])
  expect(readLogLines(['9999-99-99T99:99:99Z no time at all'])).toEqual([])
})

const line = fc.record({ stamp: fc.integer({ min: 0, max: 6 }).map((n) => `2026-11-20T10:00:0${n}.000000000Z`), text: fc.string() })
const log = fc.array(line, { maxLength: 30 }).map((lines) => lines.toSorted((a, b) => (a.stamp < b.stamp ? -1 : a.stamp > b.stamp ? 1 : 0)))

describe('a reader that comes back', () => {
  test('has every line once, wherever its pages end', () => {
    fc.assert(
      fc.property(log, fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 30, maxLength: 30 }), (lines, sizes) => {
        let cursor: LogCursor | null = null
        const seen: LogLine[] = []
        for (const size of sizes) {
          // As docker gives it out: everything from the cursor's instant on.
          const from: LogCursor | null = cursor
          const given: readonly LogLine[] = lines.filter((one) => from === null || one.stamp >= from.stamp)
          const page: readonly PlacedLine[] = createPlacing(from)(given).slice(0, size)
          seen.push(...page)
          cursor = page.at(-1) ?? cursor
          cursor = cursor === null ? null : readCursor(cursorText(cursor))
        }
        expect(seen.map(({ stamp, text }) => ({ stamp, text }))).toEqual(lines)
      }),
    )
  })

  test('has every line once, however the lines arrive', () => {
    fc.assert(
      fc.property(log, fc.nat(30), fc.array(fc.nat(30)), (lines, read, cuts) => {
        const had = createPlacing(null)(lines.slice(0, read))
        const cursor = had.at(-1) ?? null
        const rest = lines.filter((one) => cursor === null || one.stamp >= cursor.stamp)
        const place = createPlacing(cursor)
        const bounds = [0, ...cuts.filter((at) => at < rest.length).toSorted((a, b) => a - b), rest.length]
        const came = bounds.flatMap((at, index) => place(rest.slice(at, bounds[index + 1] ?? at)))
        expect([...had, ...came].map(({ text }) => text)).toEqual(lines.map(({ text }) => text))
      }),
    )
  })
})

test('only what we gave out is a place', () => {
  for (const text of [
    '',
    'x',
    '2026-11-20T10:00:00Z~1',
    '2026-11-20T10:00:00.000000000Z~-1',
    "2026-11-20T10:00:00.000000000Z';id;'~1",
    '2026-99-20T10:00:00.000000000Z~1',
  ])
    expect(readCursor(text)).toBeNull()
})

test('lines come whole however they are cut, and an endless one costs no memory', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ maxLength: 20 }).map((text) => text.replaceAll('\n', ' '))),
      fc.array(fc.nat(9), { minLength: 1 }),
      (lines, sizes) => {
        const text = lines.map((one) => `${one}\n`).join('')
        const cutter = createLineCutter(50)
        const got: string[] = []
        for (let at = 0, turn = 0; at < text.length; turn++) {
          const size = 1 + (sizes[turn % sizes.length] ?? 0)
          got.push(...cutter.take(text.slice(at, at + size)))
          at += size
        }
        expect(got).toEqual(lines)
      },
    ),
  )
  const cutter = createLineCutter(10)
  expect(cutter.take('x'.repeat(1_000))).toEqual([])
  expect(cutter.rest()).toHaveLength(10)
  expect(cutter.take(`${'y'.repeat(1_000)}\nnext\n`)).toEqual(['xxxxxxxxxx', 'next'])
})
