// What was seen on real Sparks, step by step (tests/fixtures/traces, each with its source): the verdict at every step, and no early cry.
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { afterCanary, afterCanaryAsked, afterLook, type EngineSigns, noSigns } from '../../server/domain/engine-signs.ts'
import { afterLoadLook, beginLoad, isStalled } from '../../server/domain/load-signs.ts'
import { afterObservation, type MachineSigns, memoryDanger, noMachineSigns } from '../../server/domain/machine-signs.ts'
import type { ProcessState } from '../../server/domain/patient.ts'
import { judge, type Verdict } from '../../server/domain/verdict.ts'
import { buildClosedDoor, buildLook } from '../fakes/builders.ts'

interface EngineStep {
  readonly at: number
  readonly look?: 'closed' | { running: number; waiting: number; prompt: number; generated: number; cache: number; model?: string }
  readonly probe?: {
    readonly load: number
    readonly power: number
    readonly mhz: number
    readonly availableGiB: number
    readonly freeGiB: number
    readonly pressure: number
    readonly process: ProcessState
  }
  readonly canary?: 'sent' | 'lost' | 'back'
  readonly expect: { readonly verdict: Verdict; readonly canary: boolean; readonly danger: boolean }
}
interface LoadStep {
  readonly at: number
  readonly log: boolean
  readonly availableGiB: number
  readonly process: boolean
  readonly expect: 'moves' | 'stalled'
}
type Trace = { readonly title: string; readonly source: string } & (
  | { readonly kind: 'engine'; readonly steps: readonly EngineStep[] }
  | { readonly kind: 'load'; readonly stallSeconds: number; readonly steps: readonly LoadStep[] }
)

const folder = new URL('../fixtures/traces/', import.meta.url)
const traces = readdirSync(folder).map((file) => ({ file, ...(JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Trace) }))
const GiB = 1024 ** 3
const start = Date.UTC(2026, 0, 1)
const model = 'Qwen/Qwen3-8B'

/** What a replayed trace is judged to be at each of its steps. */
function replay(steps: readonly EngineStep[]): unknown[] {
  let engine: EngineSigns = noSigns
  let machine: MachineSigns = noMachineSigns
  let process: { state: ProcessState; at: number | null; upSince: number | null } = { state: 'unknown', at: null, upSince: null }
  return steps.map((step) => {
    const now = start + step.at * 1000
    if (step.canary === 'sent') engine = afterCanaryAsked(engine, now)
    if (step.canary === 'lost') engine = afterCanary(engine, now, { ok: false, reason: 'no answer within 30 s' })
    if (step.canary === 'back') engine = afterCanary(engine, now, { ok: true, reason: null })
    if (step.probe !== undefined) {
      const { load, power, mhz, availableGiB, freeGiB, pressure } = step.probe
      const gpu = { loadPercent: load, powerW: power, smMHz: mhz, temperatureC: 60 }
      const memory = { totalBytes: 121.7 * GiB, availableBytes: availableGiB * GiB, freeBytes: freeGiB * GiB, cachedBytes: 0, pressure }
      machine = afterObservation(machine, { at: now, gpu, memory, bootId: 'b1' })
      process = { state: step.probe.process, at: now, upSince: start - 3_700_000 }
    }
    if (step.look === 'closed') engine = afterLook(engine, buildClosedDoor(now))
    else if (step.look !== undefined) {
      const { running, waiting, prompt, generated, cache, model: named = model } = step.look
      const counted = {
        runningRequests: running,
        waitingRequests: waiting,
        promptTokens: prompt,
        generatedTokens: generated,
        cacheUsage: cache,
      }
      engine = afterLook(engine, buildLook({ at: now, models: [named], ...counted }))
    }
    const told = judge({ now, freshMs: 15_000, since: start - 3_600_000, servedName: model, process, engine, machine })
    expect(told.evidence.every((fact) => fact.at <= now && fact.value !== '')).toBe(true)
    return { at: step.at, verdict: told.verdict, canary: told.wantsCanary, danger: memoryDanger(machine, 'spark-1') !== null }
  })
}

test.each(traces.filter((trace) => trace.kind === 'engine'))('$file: $title', (trace) => {
  expect(replay(trace.steps)).toEqual(trace.steps.map((step) => ({ at: step.at, ...step.expect })))
})

test.each(traces.filter((trace) => trace.kind === 'load'))('$file: $title', (trace) => {
  let signs = beginLoad(start)
  const told = trace.steps.map((step) => {
    const at = start + step.at * 1000
    signs = afterLoadLook(signs, { at, logGrew: step.log, availableBytes: step.availableGiB * GiB, processSeen: step.process })
    return { at: step.at, expect: isStalled(signs, trace.stallSeconds * 1000) ? 'stalled' : 'moves' }
  })
  expect(told).toEqual(trace.steps.map((step) => ({ at: step.at, expect: step.expect })))
})

test('there are traces, and each says where it is from', () => {
  expect(traces.length).toBeGreaterThan(10)
  expect(traces.filter((trace) => trace.source.length < 10)).toEqual([])
})
