// From a long failing life to a short one that fails in the same way: steps left out, waits halved, circumstances dropped.
import type { InvariantName } from './invariants.ts'
import { type Lived, live, type Sabotage } from './life.ts'
import type { Schedule, Step } from './schedule.ts'

export interface Shrunk {
  readonly schedule: Schedule
  readonly lived: Lived
  /** Lives it took. */
  readonly tries: number
}

const mostTries = 400

/** `invariant`: the shorter life must break the same one. */
export async function shrink(schedule: Schedule, invariant: InvariantName | string, sabotage: Sabotage = {}): Promise<Shrunk> {
  let tries = 0
  const fails = async (candidate: Schedule): Promise<Lived | null> => {
    tries += 1
    const lived = await live(candidate, sabotage).catch(() => null)
    return lived?.broken.some((one) => one.invariant === invariant) === true ? lived : null
  }
  const first = await fails(schedule)
  if (first === null) throw new Error(`life ${schedule.seed} does not break ${invariant}`)
  let best = { schedule, lived: first }
  for (let better = true; better && tries < mostTries; ) {
    better = false
    for (const steps of candidates(best.schedule.steps)) {
      if (tries >= mostTries) break
      const candidate = { ...best.schedule, steps }
      const lived = await fails(candidate)
      if (lived === null) continue
      best = { schedule: candidate, lived }
      better = true
      break
    }
  }
  return { ...best, tries }
}

/** Bold ones first: halves and quarters left out, then single steps, then each step made simpler. */
function* candidates(steps: readonly Step[]): Generator<readonly Step[]> {
  for (let size = Math.ceil(steps.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = steps.length - size; at >= 0; at -= size) yield [...steps.slice(0, at), ...steps.slice(at + size)]
  }
  for (const [at, step] of steps.entries()) {
    for (const simpler of simplerOf(step)) yield [...steps.slice(0, at), simpler, ...steps.slice(at + 1)]
  }
}

function* simplerOf(step: Step): Generator<Step> {
  if (step.kind === 'wait' && step.ms > 1) {
    yield { kind: 'wait', ms: Math.floor(step.ms / 2) }
    const round = 10 ** Math.floor(Math.log10(step.ms))
    if (step.ms % round !== 0) yield { kind: 'wait', ms: step.ms - (step.ms % round) }
  }
  if (hasLength(step) && step.ms > 1000) yield { ...step, ms: Math.floor(step.ms / 2) }
  yield* plainerOf(step)
}

const hasLength = (step: Step): step is Extract<Step, { kind: 'cut' | 'freeze' | 'reboot' }> =>
  step.kind === 'cut' || step.kind === 'freeze' || step.kind === 'reboot'

/** Without its circumstances. */
function* plainerOf(step: Step): Generator<Step> {
  if (step.kind === 'switch' && (step.withToken || step.breakLock || step.maxLen !== undefined))
    yield { kind: 'switch', model: step.model, withToken: false, breakLock: false }
  if (step.kind === 'stop' && step.breakLock) yield { kind: 'stop', breakLock: false }
  if (step.kind === 'crash' && step.after > 0) yield { ...step, after: 0 }
  if (step.kind === 'crash' && step.downMs > 0) yield { ...step, downMs: 0 }
  if (step.kind === 'lose' && step.times > 1) yield { ...step, times: step.times - 1 }
  if (step.kind === 'fault' && step.fault.node !== undefined) {
    const { node: _, ...anywhere } = step.fault
    yield { kind: 'fault', fault: anywhere }
  }
}
