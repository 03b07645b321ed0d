// What the memory pressure of machines means for a plan: nothing new is loaded where memory is short. What loads already goes on.
import type { MachineView } from './machine.ts'
import type { PlanMemory, PlanReason, PlanStop } from './plan.ts'
import type { PlanFacts, PlanPressure } from './plan-facts.ts'
import { whatFollows } from './pressure-level.ts'

/** While no stream tells, a look this fresh does, ms: every plan looks anew. */
const freshMs = 10_000
/** PSI some avg10 of that look, percent: below it nobody waits. */
const calmPercent = 5

interface Held {
  readonly reasons: readonly PlanReason[]
  readonly warnings: readonly string[]
}

const nothing: Held = { reasons: [], warnings: [] }

/** Of the machines that the plan starts something on. */
export function heldByPressure(facts: PlanFacts, starts: readonly Pick<PlanMemory, 'machine'>[], stops: readonly PlanStop[]): Held {
  const views = facts.machines.filter((view) => starts.some((one) => one.machine === view.machine.id))
  const each = views.map((view) => ofMachine(facts, view, stops))
  return { reasons: each.flatMap((one) => one.reasons), warnings: each.flatMap((one) => one.warnings) }
}

function ofMachine(facts: PlanFacts, view: MachineView, stops: readonly PlanStop[]): Held {
  const pressure = facts.pressureOn?.(view.machine.id) ?? null
  if (pressure === null || !whatFollows[pressure.level].holdsLoads) return nothing
  const { name } = view.machine
  if (pressure.level === 'unknown') return ofUnknown(facts, view, pressure)
  const isEmptied = stops.some((stop) => stop.machines.includes(view.machine.id))
  if (pressure.level === 'warning' && isEmptied)
    return { reasons: [], warnings: [`${pressure.sentence} What runs there is stopped first.`] }
  const unblock = isEmptied
    ? `Stop the model first. A switch is possible again when ${name} was calm for a minute a level, three at most.`
    : `Stop what was started last on ${name}. A switch is possible again when it was calm for a minute a level, three at most.`
  return { reasons: [{ code: 'memory_pressure', sentence: pressure.sentence, unblock }], warnings: [] }
}

/** Unknown is never normal: without the stream, only a fresh look that shows that nobody waits lets a load through, and that is said. */
function ofUnknown(facts: PlanFacts, { machine, observation, reach }: MachineView, { sentence }: PlanPressure): Held {
  // That it does not answer at all is a reason of its own.
  if (observation === null || reach !== 'reachable') return nothing
  const waits = facts.now - observation.at <= freshMs ? observation.memory.pressure : null
  if (waits !== null && waits < calmPercent) {
    return {
      reasons: [],
      warnings: [`The memory of ${machine.name} is not followed second by second now. A look just now found nobody waiting for it.`],
    }
  }
  const unblock = `Try again when ${machine.name} tells of its memory again; its page says since when it does not.`
  return { reasons: [{ code: 'pressure_unknown', sentence, unblock }], warnings: [] }
}
