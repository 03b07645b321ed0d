// Whether a model can run here, in one word and one sentence. It rests on the same place and ledger as the plan, so the list and the plan agree.
import type { Serving } from './engine.ts'
import type { LauncherMod } from './launcher-mod.ts'
import { haveBytes, heldByServing, heldBySomething, takenBytes } from './ledger.ts'
import type { MachineView } from './machine.ts'
import type { MeasuredStart } from './memory-learning.ts'
import type { Model } from './model.ts'
import { choosePlace, type Place } from './place.ts'
import type { PlanReason } from './plan.ts'
import type { Recipe } from './recipe.ts'
import { startMemory } from './start-memory.ts'
import { bytesInWords } from './words.ts'

export interface CanRun {
  readonly verdict: 'now' | 'needs_room' | 'needs_setup' | 'no'
  readonly why: string
}

export interface CanRunFacts {
  readonly machines: readonly MachineView[]
  readonly serving: Serving | null
  /** The serving model's name for people. */
  readonly servingName: string | null
  readonly containerName: string
  readonly headroomBytes: number
  /** What finished starts of a recipe taught, on machines of this much memory. */
  readonly measured?: (recipe: Recipe, totalBytes: number) => MeasuredStart | null
  /** Mods in the launcher's checkout of a machine, as they were last read. */
  readonly modsOn?: (machine: string) => readonly LauncherMod[]
}

/** Share of a machine's memory a model may need at most: the rest is the system's. */
const usableShare = 0.95

/** Reasons that the owner can mend without another model or another machine. */
const mendable: ReadonlySet<string> = new Set(['needs_setup', 'versions_differ', 'model_not_everywhere', 'mod_missing', 'mod_differs'])

export function canRun(model: Model, recipe: Recipe, facts: CanRunFacts): CanRun {
  const place = choosePlace(model, recipe, facts.machines, facts)
  const reason = place.reasons[0]
  if (reason !== undefined) return ofReason(reason)
  const trouble = machineTrouble(place)
  if (trouble !== null) return trouble
  if (facts.serving?.model === model.id) return { verdict: 'now', why: 'It is the model that is running.' }
  return memoryVerdict(model, recipe, place, facts)
}

function ofReason(reason: PlanReason): CanRun {
  return { verdict: mendable.has(reason.code) ? 'needs_setup' : 'no', why: `${reason.sentence} ${reason.unblock}` }
}

function machineTrouble(place: Place): CanRun | null {
  for (const { machine, reach, observation, trouble } of place.views) {
    if (reach === 'unreachable') return { verdict: 'no', why: `${machine.name} has it and does not answer.` }
    if (observation === null) return { verdict: 'no', why: trouble?.sentence ?? `${machine.name} has it and was not looked at yet.` }
    if (observation.dockerProblem === 'permission') {
      return { verdict: 'needs_setup', why: `${machine.name} does not let us use docker without sudo.` }
    }
    if (observation.dockerProblem !== null) return { verdict: 'needs_setup', why: `Docker does not run on ${machine.name}.` }
    if (observation.launcher === null) {
      return { verdict: 'needs_setup', why: `The launcher (spark-vllm-docker) is not found on ${machine.name}.` }
    }
  }
  return null
}

function memoryVerdict(model: Model, recipe: Recipe, place: Place, facts: CanRunFacts): CanRun {
  const totalOf = (view: MachineView): number => view.observation?.memory.totalBytes ?? 0
  const needOf = (view: MachineView): number => {
    const measured = facts.measured?.(recipe, totalOf(view)) ?? null
    return startMemory(model, recipe, place.views.length, facts.headroomBytes, measured).needBytes
  }
  const small = place.views.find((view) => needOf(view) > totalOf(view) * usableShare)
  if (small !== undefined) {
    const total = bytesInWords(totalOf(small))
    return { verdict: 'no', why: `It needs ${bytesInWords(needOf(small))} and ${small.machine.name} has ${total}.` }
  }
  const takes = (view: MachineView): number => Math.max(needOf(view), takenBytes(recipe.flags, totalOf(view)))
  const short = place.views.find((view) => haveAfterStop(view, facts) < takes(view))
  if (short !== undefined) {
    const have = bytesInWords(haveAfterStop(short, facts))
    const free = facts.serving === null ? 'has' : 'will have'
    return {
      verdict: 'needs_room',
      why: `It takes ${bytesInWords(takes(short))} and ${short.machine.name} ${free} ${have} free. Stop what else uses memory there.`,
    }
  }
  if (facts.serving !== null) return { verdict: 'needs_room', why: `${facts.servingName ?? facts.serving.model} stops first.` }
  const names = place.views.map((view) => view.machine.name).join(' and ')
  return { verdict: 'now', why: `It needs ${bytesInWords(Math.max(...place.views.map(needOf)))} of memory on ${names}, and that is free.` }
}

/** As in the plan: what our engine holds comes back once it is stopped. */
function haveAfterStop(view: MachineView, facts: CanRunFacts): number {
  const served = facts.serving?.machines.includes(view.machine.id) === true
  const leftover = view.observation?.containers?.some((one) => one.name === facts.containerName) === true
  if (served) return haveBytes(view, heldByServing(facts.serving, view, facts.measured))
  return haveBytes(view, leftover ? heldBySomething : null)
}
