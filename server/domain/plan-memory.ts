// The memory of a plan: what each machine will have, what the start takes, and what stands in the way.
import {
  comingBytes,
  comingOn,
  type Held,
  haveBytes,
  heldByServing,
  heldBySomething,
  roomBytes,
  takenBytes,
  utilization,
} from './ledger.ts'
import type { MachineView } from './machine.ts'
import { contextWarnings } from './memory-advice.ts'
import type { Place } from './place.ts'
import type { PlanMemory, PlanReason, PlanStop } from './plan.ts'
import type { PlanFacts } from './plan-facts.ts'
import { cacheWarning, roomAdvice } from './room-advice.ts'
import { startMemory } from './start-memory.ts'
import { bytesInWords } from './words.ts'

/** What holds memory on a machine the plan empties; null where nothing of ours runs. */
export function heldOn(facts: PlanFacts, stops: readonly PlanStop[], view: MachineView): Held | null {
  const { id } = view.machine
  if (!stops.some((stop) => stop.machines.includes(id))) return null
  return facts.serving?.machines.includes(id) === true ? heldByServing(facts.serving, view, facts.measured) : heldBySomething
}

export function planMemory(facts: PlanFacts, place: Place, stops: readonly PlanStop[]): PlanMemory[] {
  const { target } = facts
  if (target === null) return []
  return place.views.map((view) => {
    const totalBytes = view.observation?.memory.totalBytes ?? 0
    const measured = facts.measured?.(target.recipe, totalBytes) ?? null
    const sum = startMemory(target.model, target.recipe, place.views.length, facts.headroomBytes, measured)
    return {
      machine: view.machine.id,
      needBytes: sum.needBytes,
      haveBytes: haveBytes(view, heldOn(facts, stops, view), comingBytes(facts, view.machine.id)),
      totalBytes,
      sum,
    }
  })
}

/** A context that does not fit, told once for the machine with the least memory. */
export function tooLong(memory: readonly PlanMemory[], facts: PlanFacts): readonly string[] {
  const totals = memory.map((one) => one.totalBytes)
  return facts.target === null || totals.length === 0
    ? []
    : contextWarnings(facts.target.model, facts.target.recipe, memory.length, Math.min(...totals))
}

export function memoryReasons(memory: readonly PlanMemory[], facts: PlanFacts, stops: readonly PlanStop[]): PlanReason[] {
  const nameOf = (id: string): string => facts.machines.find((view) => view.machine.id === id)?.machine.name ?? id
  const short = memory.filter((one) => one.haveBytes < one.needBytes)
  if (short.length === 0) {
    const over = overBudget(memory, facts)
    return over.length > 0 ? over : fractionReasons(memory, facts, stops)
  }
  return short.map((one) => {
    const fitsEmpty = one.needBytes <= roomBytes(one.totalBytes)
    return {
      code: 'memory_short',
      sentence: `${nameOf(one.machine)} will have ${bytesInWords(one.haveBytes)} free of ${bytesInWords(one.totalBytes)}, and this model needs ${bytesInWords(one.needBytes)} there: ${bytesInWords(one.needBytes - one.haveBytes)} are missing.${comingWords(facts, one.machine)}`,
      unblock: fitsEmpty ? adviceFor(facts, stops, one.machine) : 'Choose a smaller model, or a recipe that spreads it over more Sparks.',
    }
  })
}

function comingWords(facts: PlanFacts, machine: string): string {
  const coming = comingOn(facts, machine)
  if (coming.length === 0) return ''
  const names = coming.map((one) => one.name).join(', ')
  return ` Counted as taken already: ${bytesInWords(comingBytes(facts, machine))} for ${names}, on the way up there.`
}

/**
 * What is free now may be promised already: a service that has just begun holds little and will hold more. Declared footprints of what
 * runs, what this model needs, and the system must fit the machine together (admission-and-services.md 3.5).
 */
function overBudget(memory: readonly PlanMemory[], facts: PlanFacts): PlanReason[] {
  return memory.flatMap((one) => {
    const declared = facts.declaredOn?.(one.machine) ?? []
    if (declared.length === 0) return []
    const promised = declared.reduce((sum, service) => sum + service.steadyBytes, 0)
    const room = roomBytes(one.totalBytes)
    if (promised + one.needBytes <= room) return []
    const name = facts.machines.find((view) => view.machine.id === one.machine)?.machine.name ?? one.machine
    const list = declared.map((service) => `${service.name} ${bytesInWords(service.steadyBytes)}`).join(', ')
    const [largest] = [...declared].sort((a, b) => b.steadyBytes - a.steadyBytes)
    return [
      {
        code: 'ledger_over_budget',
        sentence: `This model needs ${bytesInWords(one.needBytes)} on ${name}, and what runs there counts on ${bytesInWords(promised)} (${list}). ${name} has ${bytesInWords(room)} for both: ${bytesInWords(promised + one.needBytes - room)} are missing.`,
        unblock: `Stop ${largest?.name ?? 'a service'} first, or choose a smaller model.`,
      },
    ]
  })
}

/** vLLM takes its fraction of the whole machine, not what the model needs, and does not start where less is free. */
function fractionReasons(memory: readonly PlanMemory[], facts: PlanFacts, stops: readonly PlanStop[]): PlanReason[] {
  const nameOf = (id: string): string => facts.machines.find((view) => view.machine.id === id)?.machine.name ?? id
  const flags = facts.target?.recipe.flags ?? []
  const share = Math.round(utilization(flags) * 100)
  const short = memory.filter((one) => one.haveBytes < takenBytes(flags, one.totalBytes))
  return short.map((one) => ({
    code: 'memory_short',
    sentence: `This recipe lets vLLM take ${share} % of ${nameOf(one.machine)}, which is ${bytesInWords(takenBytes(flags, one.totalBytes))}, and ${bytesInWords(one.haveBytes)} will be free.${comingWords(facts, one.machine)}`,
    unblock: `${adviceFor(facts, stops, one.machine)} Or lower gpu-memory-utilization in the recipe.`,
  }))
}

function adviceFor(facts: PlanFacts, stops: readonly PlanStop[], machine: string): string {
  const view = facts.machines.find((one) => one.machine.id === machine)
  return view === undefined ? 'Choose another model.' : roomAdvice(view, stops)
}

/** Page cache that decides whether vLLM finds enough, a sentence a machine. */
export function cacheWarnings(memory: readonly PlanMemory[], facts: PlanFacts): string[] {
  const flags = facts.target?.recipe.flags ?? []
  return memory.flatMap((one) => {
    const view = facts.machines.find((candidate) => candidate.machine.id === one.machine)
    return (view === undefined ? null : cacheWarning(view, one.haveBytes, takenBytes(flags, one.totalBytes))) ?? []
  })
}
