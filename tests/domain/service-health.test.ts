import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  afterSight,
  type ContainerSight,
  type DoorSight,
  failuresUntilDown,
  flipWindowMs,
  type HealthSigns,
  holdMs,
  isDown,
  noHealth,
  progressMs,
  type ServiceHealth,
  type Sight,
  slowForMs,
  wordOf,
} from '../../server/domain/service-health.ts'

const rules = { startMs: 120_000 }
const freshMs = 45_000
const t0 = 1_000_000_000
const s = 1000

const door = (at: number, end: DoorSight['end'] = 'answered', more: Partial<DoorSight> = {}): Sight => ({
  of: 'door',
  door: {
    askedAt: at,
    at,
    end,
    tookMs: 20,
    why: end === 'answered' ? null : 'connection refused',
    counter: null,
    running: null,
    waiting: null,
    ...more,
  },
})
const box = (at: number, state: ContainerSight['state'], more: Partial<ContainerSight> = {}): Sight => ({
  of: 'container',
  container: { at, state, upSince: null, crashed: false, killed: false, ...more },
})
const play = (sights: readonly Sight[], from: HealthSigns = noHealth): HealthSigns =>
  sights.reduce((signs, sight) => afterSight(signs, sight, rules), from)
const wellSince = (at: number): HealthSigns =>
  play([box(at, 'running', { upSince: at - 3_600_000 }), door(at), door(at + 10 * s), door(at + 20 * s)])

describe('one look', () => {
  it('says nothing before anything was seen', () => {
    expect(wordOf(noHealth, t0, freshMs)).toBe('unknown')
  })

  it('a real answer is answering, and old ones prove nothing', () => {
    const signs = play([door(t0)])
    expect(wordOf(signs, t0, freshMs)).toBe('answering')
    expect(wordOf(signs, t0 + freshMs + 1, freshMs)).toBe('unknown')
  })

  it('a container that docker says is not running is stopped at once', () => {
    expect(play([box(t0 + 21 * s, 'stopped')], wellSince(t0)).state).toBe('stopped')
    expect(play([box(t0 + 21 * s, 'absent')], wellSince(t0)).state).toBe('stopped')
  })

  it('docker that does not answer says nothing against a service that does', () => {
    expect(play([box(t0 + 25 * s, 'unknown'), door(t0 + 30 * s)], wellSince(t0)).state).toBe('healthy')
  })

  it('a container that came a moment ago is starting until its first answer, and then it is not', () => {
    const starting = play([box(t0, 'running', { upSince: t0 - 5 * s }), door(t0 + s, 'silent'), door(t0 + 11 * s, 'silent')])
    expect(starting.state).toBe('starting')
    expect(play([door(t0 + 21 * s)], starting).state).toBe('healthy')
    const late = play([door(t0 + 130 * s, 'silent'), door(t0 + 140 * s, 'silent'), door(t0 + 150 * s, 'silent')], starting)
    expect(late.state).toBe('unhealthy')
  })
})

describe('failures', () => {
  it('three over ten seconds are down, two are not, and three in a moment are not', () => {
    const two = play([door(t0 + 30 * s, 'silent'), door(t0 + 40 * s, 'silent')], wellSince(t0))
    expect(two.state).toBe('healthy')
    expect(play([door(t0 + 50 * s, 'silent')], two).state).toBe('unhealthy')
    const hasty = [30, 31, 32].map((at) => door(t0 + at * s, 'silent'))
    expect(play(hasty, wellSince(t0)).state).toBe('healthy')
  })

  it('an answer of the wrong kind is degraded, not unreachable', () => {
    const wrong = [30, 40, 50].map((at) => door(t0 + at * s, 'wrong'))
    const signs = play(wrong, wellSince(t0))
    expect(signs.state).toBe('degraded')
    expect(isDown(signs)).toBe(true)
  })

  it('two good answers bring it back, one does not', () => {
    const down = play(
      [30, 40, 50].map((at) => door(t0 + at * s, 'silent')),
      wellSince(t0),
    )
    const once = play([door(t0 + 60 * s)], down)
    expect(once.state).toBe('unhealthy')
    expect(play([door(t0 + 70 * s)], once).state).toBe('healthy')
  })

  it('while its work moves it is busy, however long its door stays shut', () => {
    let signs = wellSince(t0)
    for (let at = t0 + 30 * s; at < t0 + 600 * s; at += 10 * s) signs = play([door(at, 'silent', { counter: at })], signs)
    expect(signs.state).toBe('busy')
    expect(signs.failures).toBe(1)
  })

  it('its own counter is progress too, when it moved in what it answers', () => {
    const counted = play([door(t0 + 30 * s, 'answered', { counter: 5 }), door(t0 + 40 * s, 'answered', { counter: 9 })], wellSince(t0))
    expect(play([door(t0 + 45 * s, 'silent')], counted).state).toBe('busy')
    expect(
      play(
        [40, 55, 70, 85].map((at) => door(t0 + (at + 10) * s, 'silent')),
        counted,
      ).state,
    ).toBe('unhealthy')
  })

  it('requests that wait are busy', () => {
    expect(play([door(t0 + 30 * s, 'answered', { waiting: 2 })], wellSince(t0)).state).toBe('busy')
  })
})

describe('slowness', () => {
  const usual = Array.from({ length: 10 }, (_, at) => door(t0 + at * 10 * s, 'answered', { tookMs: 300 }))
  const after = t0 + 100 * s

  it('twice as slow for a minute is degraded, and as before is not', () => {
    const slow = Array.from({ length: 12 }, (_, at) => door(after + at * 10 * s, 'answered', { tookMs: 900 }))
    const signs = play([...usual, ...slow])
    expect(signs.state).toBe('degraded')
    expect(isDown(signs)).toBe(false)
    const quick = Array.from({ length: 20 }, (_, at) => door(after + (130 + at * 10) * s, 'answered', { tookMs: 300 }))
    expect(play(quick, signs).state).toBe('healthy')
  })

  it('one late answer is nothing', () => {
    const signs = play([
      ...usual,
      door(after, 'answered', { tookMs: 9000 }),
      ...Array.from({ length: 10 }, (_, at) => door(after + (at + 1) * 10 * s, 'answered', { tookMs: 300 })),
    ])
    expect(signs.state).toBe('healthy')
    expect(signs.slowSince).toBeNull()
  })
})

describe('a stranger at its door', () => {
  it('is told when somebody answers between two looks that both found its container still', () => {
    const signs = play([box(t0, 'stopped'), door(t0 + 3 * s), box(t0 + 5 * s, 'stopped')])
    expect(signs.state).toBe('degraded')
    expect(signs.stranger).toBe(true)
    expect(play([box(t0 + 10 * s, 'running', { upSince: t0 + 9 * s }), door(t0 + 12 * s), door(t0 + 22 * s)], signs).state).toBe('healthy')
  })

  it('is not told of a container that stopped after its last answer', () => {
    expect(play([box(t0, 'running'), door(t0 + 3 * s), box(t0 + 5 * s, 'stopped')]).state).toBe('stopped')
  })
})

describe('acts and switches', () => {
  it('a start begins anew: failures from before count no more', () => {
    const down = play(
      [30, 40, 50].map((at) => door(t0 + at * s, 'silent')),
      wellSince(t0),
    )
    const started = play(
      [{ of: 'act', at: t0 + 60 * s, what: 'start' }, box(t0 + 62 * s, 'running', { upSince: t0 + 61 * s }), door(t0 + 63 * s, 'silent')],
      down,
    )
    expect(started.state).toBe('starting')
    expect(play([door(t0 + 70 * s)], started).state).toBe('healthy')
  })

  it('what is switched off says nothing, whatever is seen', () => {
    const off = play([{ of: 'switch', at: t0 + 30 * s, enabled: false }, door(t0 + 40 * s), box(t0 + 41 * s, 'stopped')], wellSince(t0))
    expect(off.state).toBe('disabled')
    expect(wordOf(off, t0 + 41 * s, freshMs)).toBe('unknown')
  })
})

describe('flapping', () => {
  const flap = (count: number, from: HealthSigns, at: number): { signs: HealthSigns; at: number } => {
    let [signs, now] = [from, at]
    for (let turn = 0; turn < count; turn += 1) {
      signs = play(
        [0, 6, 12].map((ms) => door(now + ms * s, 'silent')),
        signs,
      )
      signs = play(
        [18, 24].map((ms) => door(now + ms * s)),
        signs,
      )
      now += 30 * s
    }
    return { signs, at: now }
  }

  it('holds the worse state for five minutes, then believes the better one', () => {
    const { signs, at } = flap(3, wellSince(t0), t0 + 30 * s)
    expect(signs.hold).not.toBeNull()
    expect(wordOf(signs, at, freshMs)).toBe('degraded')
    let later = signs
    for (let now = at; now < at + holdMs + 30 * s; now += 10 * s) later = play([door(now)], later)
    expect(later.state).toBe('healthy')
  })
})

const sights = fc
  .array(
    fc.record({
      gapMs: fc.integer({ min: 200, max: 30_000 }),
      what: fc.constantFrom('good', 'silent', 'wrong', 'running', 'stopped', 'absent', 'dockerSilent', 'start', 'stop'),
      tookMs: fc.integer({ min: 1, max: 4000 }),
      counter: fc.option(fc.integer({ min: 0, max: 20 }), { nil: null }),
    }),
    { maxLength: 60 },
  )
  .map((rows) => {
    let at = t0
    return rows.map((row): Sight => {
      at += row.gapMs
      if (row.what === 'good') return door(at, 'answered', { tookMs: row.tookMs, counter: row.counter })
      if (row.what === 'silent' || row.what === 'wrong') return door(at, row.what, { counter: row.counter })
      if (row.what === 'start' || row.what === 'stop') return { of: 'act', at, what: row.what }
      return box(at, row.what === 'dockerSilent' ? 'unknown' : row.what)
    })
  })

const states = (all: readonly Sight[]): ServiceHealth[] => {
  let signs = noHealth
  return all.map((sight) => {
    signs = afterSight(signs, sight, rules)
    return signs.state
  })
}
const isAnswer = (sight: Sight): boolean => sight.of === 'door' && sight.door.end === 'answered'
const atOf = (sight: Sight): number => (sight.of === 'door' ? sight.door.at : sight.of === 'container' ? sight.container.at : sight.at)

describe('whatever comes', () => {
  it('a recorded trace tells the same story again, and leaves its input alone', () => {
    fc.assert(
      fc.property(sights, (all) => {
        const before = JSON.stringify(all)
        expect(states(all)).toEqual(states(all))
        expect(JSON.stringify(all)).toBe(before)
      }),
    )
  })

  it('answering is never said without a real answer since the last act', () => {
    fc.assert(
      fc.property(sights, (all) => {
        const lastAct = all.findLastIndex((sight) => sight.of === 'act')
        const since = all.slice(lastAct + 1)
        if (since.length === 0 || play(all).state !== 'healthy') return
        expect(lastAct < 0 || play(all.slice(0, lastAct + 1)).state === 'healthy' || since.some(isAnswer)).toBe(true)
      }),
    )
  })

  it('a container found still is never told as well, unless somebody answered after that look', () => {
    fc.assert(
      fc.property(sights, (all) => {
        const at = Math.max(t0, ...all.map(atOf)) + 1000
        expect(['stopped', 'degraded', 'unhealthy']).toContain(play([box(at, 'stopped')], play(all)).state)
      }),
    )
  })

  it('a single failure never leaves healthy', () => {
    fc.assert(
      fc.property(sights, fc.integer({ min: 1, max: 30_000 }), fc.constantFrom('silent' as const, 'wrong' as const), (all, gap, end) => {
        const signs = play(all)
        if (signs.state !== 'healthy' || signs.failures > 0) return
        const at = Math.max(t0, ...all.map(atOf)) + gap
        expect(['healthy', 'busy', 'starting']).toContain(play([door(at, end)], signs).state)
      }),
    )
  })

  it('down needs three failures over ten seconds with nothing moving', () => {
    fc.assert(
      fc.property(sights, (all) => {
        let signs = noHealth
        for (const sight of all) {
          const before = signs.state
          signs = afterSight(signs, sight, rules)
          if (signs.state !== 'unhealthy' || before === 'unhealthy' || signs.hold !== null) continue
          const at = atOf(sight)
          expect(signs.failures).toBeGreaterThanOrEqual(failuresUntilDown)
          expect(at - (signs.firstFailureAt ?? at)).toBeGreaterThanOrEqual(10_000)
          expect(signs.progressAt === null || at - signs.progressAt > progressMs).toBe(true)
        }
      }),
    )
  })

  it('changes between well and not are at most five in ten minutes outside a hold', () => {
    fc.assert(
      fc.property(sights, (all) => {
        const signs = play(all)
        const at = Math.max(t0, ...all.map(atOf))
        expect(signs.flips.every((one) => at - one < flipWindowMs)).toBe(true)
        expect(signs.recentMs.length).toBeLessThanOrEqual(30)
      }),
    )
  })

  it('slowness alone is never down', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 60_000 }), { maxLength: 40 }), (all) => {
        const signs = play(all.map((tookMs, i) => door(t0 + i * 10 * s, 'answered', { tookMs })))
        expect(['unknown', 'healthy', 'degraded']).toContain(signs.state)
        expect(isDown(signs)).toBe(false)
        if (signs.state === 'degraded' && signs.hold === null) expect(all.length * 10_000).toBeGreaterThanOrEqual(slowForMs)
      }),
    )
  })
})
