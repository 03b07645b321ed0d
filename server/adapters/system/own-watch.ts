// What this computer itself missed: a timer that comes late, and a clock that jumps. Then nothing can be said of anybody else.

import type { OwnWatch } from '../../app/stream-ports.ts'
import { hourMs } from '../../domain/durations.ts'

const everyMs = 1000
/** A timer this much later than it should be was not run, ms. */
const leastMs = 900
const keptMs = hourMs

type Gap = ReturnType<OwnWatch['between']>[number]

export function createOwnWatch(): OwnWatch & { close(): void } {
  let gaps: readonly Gap[] = []
  let [wall, steady] = [Date.now(), performance.now()]
  const look = (): void => {
    const [wallNow, steadyNow] = [Date.now(), performance.now()]
    const [wallMs, steadyMs] = [wallNow - wall, steadyNow - steady]
    const before = wall
    wall = wallNow
    steady = steadyNow
    const late = steadyMs - everyMs >= leastMs
    const jumped = Math.abs(wallMs - steadyMs) >= leastMs
    if (!late && !jumped) return
    const gap: Gap = { from: Math.min(before, wallNow), to: Math.max(before, wallNow), kind: jumped ? 'clock' : 'stood_still' }
    gaps = [...gaps.filter((one) => one.to >= wallNow - keptMs), gap]
  }
  const timer = setInterval(look, everyMs).unref()
  return {
    between(from, to) {
      // The timer may be as late as the reader.
      look()
      return gaps.filter((gap) => gap.to > from && gap.from < to)
    },
    close: () => clearInterval(timer),
  }
}
