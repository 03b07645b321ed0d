// What holds of every verdict, whatever was seen.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { EngineLook } from '../../server/domain/engine.ts'
import { afterCanary, afterCanaryAsked, afterLook, canaryLimitMs, type EngineSigns, noSigns } from '../../server/domain/engine-signs.ts'
import { afterObservation, type MachineSigns, memoryDanger, noMachineSigns } from '../../server/domain/machine-signs.ts'
import type { Patient } from '../../server/domain/patient.ts'
import { type Judgement, judge } from '../../server/domain/verdict.ts'
import { buildClosedDoor, buildLook } from '../fakes/builders.ts'

const start = Date.UTC(2026, 0, 1)
const GiB = 1024 ** 3
const freshMs = 15_000

/** One moment of a life: what a look over HTTP and a look at the machine said, and what became of a test request. */
interface Moment {
  readonly afterMs: number
  readonly door: 'open' | 'closed' | 'unwell' | 'other'
  readonly running: number
  readonly tokens: number
  readonly load: number | null
  readonly power: number | null
  readonly process: Patient['process']['state']
  readonly availableGiB: number
  readonly canary: 'none' | 'answered' | 'lost'
}
const moment: fc.Arbitrary<Moment> = fc.record({
  afterMs: fc.integer({ min: 1000, max: 40_000 }),
  door: fc.constantFrom('open', 'open', 'open', 'closed', 'unwell', 'other'),
  running: fc.integer({ min: 0, max: 3 }),
  tokens: fc.constantFrom(0, 0, 1, 500),
  load: fc.constantFrom(null, 0, 50, 96),
  power: fc.constantFrom(null, 4, 20, 60),
  process: fc.constantFrom('alive', 'alive', 'dead', 'unknown', 'gone'),
  availableGiB: fc.integer({ min: 1, max: 118 }),
  canary: fc.constantFrom('none', 'answered', 'lost'),
})

interface Told extends Judgement {
  readonly now: number
  readonly engine: EngineSigns
  readonly machine: MachineSigns
  readonly patient: Patient
}

function lookOf({ door, running }: Moment, at: number, tokens: number): EngineLook {
  const counted = { at, runningRequests: running, promptTokens: tokens, generatedTokens: tokens }
  if (door === 'closed') return buildClosedDoor(at)
  if (door === 'unwell') return buildLook({ ...counted, healthy: false, models: [] })
  return buildLook({ ...counted, ...(door === 'other' ? { models: ['other/model'] } : {}) })
}

function live(moments: readonly Moment[]): Told[] {
  let now = start
  let tokens = 0
  let engine = noSigns
  let machine = noMachineSigns
  return moments.map((one) => {
    now += one.afterMs
    tokens += one.tokens
    if (one.canary !== 'none') {
      engine = afterCanaryAsked(engine, now - (one.canary === 'lost' ? canaryLimitMs : 500))
      engine = afterCanary(engine, now, { ok: one.canary === 'answered', reason: one.canary === 'lost' ? 'no answer' : null })
    }
    engine = afterLook(engine, lookOf(one, now, tokens))
    const gpu = { loadPercent: one.load, powerW: one.power, smMHz: 2405, temperatureC: 50 }
    const memory = { totalBytes: 121 * GiB, availableBytes: one.availableGiB * GiB, freeBytes: GiB, cachedBytes: 0, pressure: 0 }
    machine = afterObservation(machine, { at: now, gpu, memory, bootId: 'b1' })
    const patient: Patient = {
      now,
      freshMs,
      since: start - 3_600_000,
      servedName: 'Qwen/Qwen3-8B',
      process: { state: one.process, at: now, upSince: start - 3_700_000 },
      engine,
      machine,
    }
    return { ...judge(patient), now, engine, machine, patient }
  })
}
/** Moments of an engine on its way into a wedge, or out of it. */
const stuck = moment.map(
  (one): Moment => ({
    ...one,
    afterMs: Math.max(15_000, one.afterMs),
    door: 'open',
    process: 'alive',
    running: 1,
    tokens: one.tokens === 500 ? 1 : 0,
    load: 96,
    canary: 'lost',
  }),
)
const lives = fc.array(fc.oneof(moment, stuck, stuck, stuck), { minLength: 1, maxLength: 30 }).map(live)
const always = (holds: (told: Told) => boolean): void =>
  fc.assert(
    fc.property(lives, (moments) => moments.every(holds)),
    { numRuns: 2000 },
  )

test('answering, busy and slow rest on a fresh proof, or on a GPU that was seen at work', () => {
  always(({ verdict, engine, now }) => {
    if (verdict !== 'answering' && verdict !== 'busy') return true
    const good = engine.good
    return good?.models.includes('Qwen/Qwen3-8B') === true && now - good.at <= freshMs
  })
  always(({ verdict, machine, engine, now }) => {
    const good = engine.good
    if (verdict !== 'slow') return true
    return (good !== null && now - good.at <= freshMs) || (machine.workedAt !== null && now - machine.workedAt <= 30_000)
  })
})

test('wedged rests on a lost test request, an open door and no movement since it was sent', () => {
  let seen = 0
  always(({ verdict, engine }) => {
    if (verdict !== 'wedged') return true
    seen += 1
    const lostAt = engine.lostAt.at(-1)
    return lostAt !== undefined && engine.look?.healthy === true && (engine.movedAt ?? 0) <= lostAt + canaryLimitMs
  })
  expect(seen).toBeGreaterThan(1000)
})

test('a healthy busy engine is never wedged, dead or silent: its words move, or a test request comes back', () => {
  const healthy = moment.map(
    (one): Moment => ({ ...one, door: 'open', process: 'alive', running: 1 + one.running, afterMs: Math.min(one.afterMs, 15_000) }),
  )
  const moving = healthy.map((one): Moment => ({ ...one, tokens: one.tokens + 1 }))
  const answering = healthy.map((one): Moment => ({ ...one, canary: one.canary === 'lost' ? 'answered' : one.canary }))
  for (const kind of [moving, answering]) {
    fc.assert(
      fc.property(fc.array(kind, { minLength: 1, maxLength: 40 }).map(live), (told) =>
        told.every(({ verdict }) => ['answering', 'busy', 'slow'].includes(verdict)),
      ),
      { numRuns: 1000 },
    )
  }
})

test('a test request is wanted only of an engine that says it is well and does not move, and never while one is out', () => {
  always(({ wantsCanary, engine, patient }) => {
    if (!wantsCanary) return true
    const out = judge({ ...patient, engine: afterCanaryAsked(engine, patient.now) })
    return engine.look?.healthy === true && !out.wantsCanary
  })
})

test('every verdict shows its facts, none from the future', () => {
  always(({ evidence, now }) => evidence.length > 0 && evidence.every((fact) => fact.at <= now && fact.what !== '' && fact.value !== ''))
})

test('the same life gives the same verdicts', () => {
  const moments = fc.sample(fc.array(moment, { minLength: 20, maxLength: 20 }), { numRuns: 5, seed: 7 })
  for (const one of moments) expect(live(one)).toEqual(live(one))
})

test('a level of memory is never an alarm by itself, however low', () => {
  fc.assert(
    fc.property(fc.integer({ min: 100, max: 60_000 }), fc.integer({ min: 1, max: 20 }), (mebibytes, looks) => {
      let machine = noMachineSigns
      for (let at = 0; at < looks; at++) {
        const memory = { totalBytes: 121 * GiB, availableBytes: mebibytes * 1024 ** 2, freeBytes: 0, cachedBytes: 0, pressure: 0 }
        const gpu = { loadPercent: 0, powerW: 13, smMHz: 2405, temperatureC: 40 }
        machine = afterObservation(machine, { at: start + at * 5000, gpu, memory, bootId: 'b1' })
      }
      return memoryDanger(machine, 'spark-1') === null
    }),
  )
})

test('a closed door is slow only while the process that answered lives: one that came since proves nothing', () => {
  const working = moment.map((one): Moment => ({ ...one, process: 'alive', load: 96, power: 60, canary: 'none', running: 0 }))
  const deaf = fc.integer({ min: 3, max: 8 }).chain((looks) => fc.array(working, { minLength: looks, maxLength: looks }))
  const moments = deaf.map((many) => many.map((one, at): Moment => ({ ...one, afterMs: 8000, door: at === 0 ? 'open' : 'closed' })))
  fc.assert(
    fc.property(moments, (many) => {
      const last = live(many).at(-1)
      const cameAt = (upSince: number | null): unknown =>
        last && judge({ ...last.patient, process: { ...last.patient.process, upSince } }).verdict
      expect([last?.verdict, cameAt(last?.now ?? 0), cameAt(null)]).toEqual(['slow', 'silent', 'silent'])
    }),
  )
})
