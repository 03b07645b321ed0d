import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { BotJob, BotLook } from '../../server/domain/bot.ts'
import { actAfter, type BotAct } from '../../server/domain/bot-act.ts'
import { afterBotLook, type BotSeen, botFreshMs, botStateOf } from '../../server/domain/bot-health.ts'
import { type HealthSigns, isDown, noHealth } from '../../server/domain/service-health.ts'

const states = ['running', 'starting', 'degraded', 'stopped', 'unknown'] as const
const looks = fc
  .record({ state: fc.constantFrom(...states), crashed: fc.boolean() })
  .map(({ state, crashed }): BotLook => ({ state, seen: state, crashed: state === 'stopped' && crashed, version: null, job: null }))
/** Looks and silences, 1 to 40 seconds apart. */
const lives = fc.array(fc.tuple(fc.integer({ min: 1000, max: 40_000 }), fc.option(looks)), { minLength: 1, maxLength: 60 })

function live(story: readonly (readonly [number, BotLook | null])[]): { signs: HealthSigns; last: BotSeen; misses: number } {
  let signs = noHealth
  let at = 1_000_000
  let last: BotSeen = { at, look: null, why: 'no answer' }
  let misses = 0
  for (const [after, look] of story) {
    at += after
    last = look === null ? { at, look, why: 'no answer' } : { at, look, why: null }
    misses = look === null ? misses + 1 : 0
    signs = afterBotLook(signs, last)
  }
  return { signs, last, misses }
}

describe('whatever was seen', () => {
  test('only what the last look saw running is said to run, and only while that is fresh', () => {
    fc.assert(
      fc.property(lives, fc.integer({ min: 0, max: 200_000 }), (story, later) => {
        const { signs, last } = live(story)
        const state = botStateOf(signs, last, last.at + later)
        if (state === 'running') expect([last.look?.state, later <= botFreshMs]).toEqual(['running', true])
        if (later > botFreshMs) expect(['unknown']).toContain(state)
      }),
    )
  })

  test('a look that was there is never told as unreachable, and one silence is not enough', () => {
    fc.assert(
      fc.property(lives, (story) => {
        const { signs, last, misses } = live(story)
        const state = botStateOf(signs, last, last.at)
        if (state === 'unreachable') expect(misses).toBeGreaterThan(0)
        if (misses === 1 && story.length === 1) expect(state).toBe('unknown')
        if (last.look?.state === 'stopped') expect(state).toBe('stopped')
      }),
    )
  })

  test('what was not seen to crash is never down for the healer, and what was not seen at all says nothing', () => {
    fc.assert(
      fc.property(lives, (story) => {
        const { signs, last } = live(story)
        const down = signs.container?.state === 'stopped' && isDown(signs)
        if (down) expect(signs.container?.crashed).toBe(true)
        expect(
          afterBotLook(signs, {
            at: last.at + 1,
            look: { state: 'unknown', seen: '', crashed: false, version: null, job: null },
            why: null,
          }),
        ).toBe(signs)
      }),
    )
  })

  test('the same life is told the same', () => {
    fc.assert(
      fc.property(lives, (story) => {
        expect(live(story)).toEqual(live(story))
      }),
    )
  })
})

const look = (state: BotLook['state'], crashed = false): BotLook => ({ state, seen: state, crashed, version: null, job: null })
const told = (...all: readonly (BotLook | null)[]): string => {
  const { signs, last } = live(all.map((one) => [15_000, one] as const))
  return botStateOf(signs, last, last.at)
}

test.each([
  ['running', [look('running')]],
  ['stopped', [look('running'), look('stopped')]],
  ['running', [look('running'), look('stopped', true), look('running')]],
  ['unknown', [look('running'), null]],
  ['unreachable', [look('running'), null, null, null]],
  ['running', [null, null, null, null, look('running')]],
  ['unknown', [look('running'), look('unknown')]],
  ['starting', [look('stopped'), look('starting')]],
  ['degraded', Array.from({ length: 12 }, (_, at) => look(at % 2 === 0 ? 'stopped' : 'running', true))],
])('%s is what is said', (state, story) => {
  expect(told(...story)).toBe(state)
})

const act: BotAct = {
  id: 'update-1',
  bot: 'b1',
  kind: 'update',
  state: 'running',
  requestedBy: { kind: 'owner', name: 'owner', address: null },
  why: null,
  startedAt: 1,
  endedAt: null,
  sentence: null,
  line: null,
}
const jobs = fc.option(
  fc.record({
    id: fc.constantFrom('update-1', 'restart-2'),
    kind: fc.constantFrom('update' as const, 'restart' as const),
    state: fc.constantFrom('running' as const, 'ended' as const, 'lost' as const),
    exitCode: fc.option(fc.integer({ min: 0, max: 255 })),
    text: fc.string(),
  }),
)

test('an act ends once, succeeds only by its own job that ended with 0, and always with a sentence', () => {
  fc.assert(
    fc.property(fc.array(jobs, { minLength: 1, maxLength: 8 }), (seen: (BotJob | null)[]) => {
      let now = act
      for (const [at, job] of seen.entries()) {
        const before = now
        now = actAfter(now, job, at + 2)
        if (before.state !== 'running') expect(now).toBe(before)
        else if (now.state === 'running') expect([job?.id, job?.state]).toEqual(['update-1', 'running'])
        else {
          expect(now.sentence).toMatch(/\S/)
          expect(now.endedAt).toBe(at + 2)
          if (now.state === 'succeeded') expect([job?.id, job?.state, job?.exitCode]).toEqual(['update-1', 'ended', 0])
        }
      }
    }),
  )
})
