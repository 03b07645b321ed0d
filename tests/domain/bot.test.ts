import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type BotJob, botCodes, botMark, botProgress } from '../../server/domain/bot.ts'

const from = 'a'.repeat(40)
const to = 'b'.repeat(40)
const mark = (words: string): string => `\n${botMark}${words}\n`
const beginning = `${mark('phase check')}${mark(`from ${from}`)}${mark('phase fetch')}`
const job = (text: string, more: Partial<BotJob> = {}): BotJob => ({
  id: 'update-1',
  kind: 'update',
  state: 'running',
  exitCode: null,
  text,
  ...more,
})

describe('an update that runs', () => {
  test.each([
    ['', 'Looking at the checkout.', null],
    [beginning, 'Fetching what is new.', null],
    [`${beginning}remote: Counting objects:  50% (1/2)\r`, 'Fetching what is new: counting, 50 %.', 50],
    [
      `${beginning}Receiving objects:  10% (1/9)\rReceiving objects:  43% (4/9), 1.2 MiB | 3 MiB/s\r`,
      'Fetching what is new: receiving, 43 %.',
      43,
    ],
    [
      `${beginning}Receiving objects: 100% (9/9), done.\nResolving deltas:   7% (1/14)\r`,
      'Fetching what is new: putting together, 7 %.',
      7,
    ],
    [`${beginning}Receiving objects: 100% (9/9)\r${mark('phase restart')}`, 'Restarting it.', null],
  ])('%j says %s', (text, sentence, percent) => {
    expect(botProgress(job(text))).toMatchObject({ state: 'running', sentence, percent })
  })
})

test.each([
  [0, `${beginning}${mark(`to ${from}`)}${mark('same')}`, 'succeeded', /up to date already/],
  [0, `${beginning}${mark(`to ${to}`)}`, 'succeeded', /from aaaaaaa to bbbbbbb/],
  [botCodes.fetch, `${beginning}fatal: unable to access`, 'failed', /could not be fetched. The version that ran before runs on/],
  [botCodes.diverged, beginning, 'failed', /changed by hand.*runs on, untouched/],
  [botCodes.returned, `${beginning}${mark(`to ${to}`)}`, 'failed', /bbbbbbb did not stay up. It went back to aaaaaaa, which runs/],
  [botCodes.broken, `${beginning}${mark(`to ${to}`)}`, 'failed', /does not run either/],
  [137, beginning, 'failed', /broke off \(code 137\)/],
] as const)('one that ended with %i is told', (exitCode, text, state, sentence) => {
  expect(botProgress(job(text, { state: 'ended', exitCode }))).toMatchObject({ state, sentence: expect.stringMatching(sentence) })
})

test('only an exit code of 0 is success, whatever was printed', () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.option(fc.integer({ min: 0, max: 255 })),
      fc.constantFrom('ended' as const, 'lost' as const),
      (text, exitCode, state) => {
        const told = botProgress(job(text, { state, exitCode }))
        expect(told.state === 'succeeded').toBe(state === 'ended' && exitCode === 0)
        expect(told.sentence).not.toMatch(/undefined|null|NaN/)
      },
    ),
  )
})

test('a percentage is one, whatever a remote prints', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          fc.string(),
          fc.nat(999).map((n) => `Receiving objects: ${n}% (`),
        ),
      ),
      (lines) => {
        const { percent } = botProgress(job(beginning + lines.join('\r')))
        expect(percent === null || (percent >= 0 && percent <= 100)).toBe(true)
      },
    ),
  )
})
