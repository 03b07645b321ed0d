// What memory pressure does to a plan.
import { expect, test } from 'vitest'
import type { MachineView } from '../../server/domain/machine.ts'
import type { PlanFacts, PlanPressure } from '../../server/domain/plan-facts.ts'
import { heldByPressure } from '../../server/domain/plan-pressure.ts'
import { pressureLevels } from '../../server/domain/pressure-level.ts'

const now = 1_000_000
const view = (pressure: number | null, at = now): MachineView =>
  ({ machine: { id: 'm1', name: 'spark-1' }, reach: 'reachable', observation: { at, memory: { pressure } } }) as unknown as MachineView
const factsOf = (pressure: PlanPressure | null, one = view(0)): PlanFacts =>
  ({ now, machines: [one], pressureOn: () => pressure }) as unknown as PlanFacts
const starts = [{ machine: 'm1' }]
const stops = [{ model: 'a/b', containerName: 'vllm_node', machines: ['m1'], stopArgv: [] }]
const judged = (level: PlanPressure['level'], emptied: boolean, waits: number | null = 0, at = now) => {
  const held = heldByPressure(factsOf({ level, sentence: 'SENTENCE 4 GB.' }, view(waits, at)), starts, emptied ? stops : [])
  return { codes: held.reasons.map((one) => one.code), warnings: held.warnings.length }
}

test.each([
  ['normal', false, [], 0],
  ['warning', false, ['memory_pressure'], 0],
  ['warning', true, [], 1],
  ['high', true, ['memory_pressure'], 0],
  ['critical', false, ['memory_pressure'], 0],
] as const)('%s, what runs there stopped first: %s', (level, emptied, codes, warnings) => {
  expect(judged(level, emptied)).toEqual({ codes, warnings })
})

test('unknown lets a load through only where a fresh look found nobody waiting, and says so', () => {
  expect(judged('unknown', false, 0)).toEqual({ codes: [], warnings: 1 })
  expect(judged('unknown', false, 9)).toEqual({ codes: ['pressure_unknown'], warnings: 0 })
  expect(judged('unknown', false, null)).toEqual({ codes: ['pressure_unknown'], warnings: 0 })
  expect(judged('unknown', false, 0, now - 60_000)).toEqual({ codes: ['pressure_unknown'], warnings: 0 })
})

test('a reason holds the numbers and what to do; without anybody who follows there is none', () => {
  const [reason] = heldByPressure(factsOf({ level: 'high', sentence: 'SENTENCE 4 GB.' }), starts, []).reasons
  expect(reason?.sentence).toContain('4 GB')
  expect(reason?.unblock).toContain('spark-1')
  expect(heldByPressure(factsOf(null), starts, []).reasons).toEqual([])
  expect(pressureLevels).toHaveLength(5)
})
