// Where a model runs: the head is the first machine that has it, the others follow in the owner's order.
import { haveBytes } from './ledger.ts'
import type { MachineView } from './machine.ts'
import { notForChat } from './main-engine.ts'
import type { MeasuredStart } from './memory-learning.ts'
import type { Model } from './model.ts'
import type { PlanReason } from './plan.ts'
import type { Recipe } from './recipe.ts'
import { startMemory } from './start-memory.ts'

export interface Place {
  /** Head first; empty when no machine can be named. */
  readonly views: readonly MachineView[]
  readonly machines: readonly string[]
  readonly reasons: readonly PlanReason[]
  readonly warnings: readonly string[]
}

export interface PlaceFacts {
  readonly headroomBytes: number
  readonly containerName: string
  /** What finished starts of a recipe taught, on machines of this much memory. */
  readonly measured?: (recipe: Recipe, totalBytes: number) => MeasuredStart | null
}

/** The machines for this recipe, or why there are not enough. */
export function choosePlace(model: Model, recipe: Recipe, machines: readonly MachineView[], facts: PlaceFacts): Place {
  const reasons = folderReasons(model, recipe)
  const holders = machines.filter((view) => model.copies.some((copy) => copy.machine === view.machine.id && copy.state === 'complete'))
  const first = recipe.nodes === 1 ? (roomiest(model, recipe, holders, facts) ?? holders[0]) : holders[0]
  if (first === undefined) return { views: [], machines: [], reasons, warnings: [] }
  const revision = model.copies.find((copy) => copy.machine === first.machine.id)?.revision ?? null
  const sameVersion = holders.filter(
    (view) => view === first || model.copies.some((copy) => copy.machine === view.machine.id && copy.revision === revision),
  )
  const views = [first, ...sameVersion.filter((view) => view !== first)].slice(0, recipe.nodes)
  if (views.length < recipe.nodes) reasons.push(tooFew(recipe.nodes, holders.length, sameVersion.length, machines.length))
  return { views, machines: views.map((view) => view.machine.id), reasons, warnings: [] }
}

/** The first holder where the model fits beside what is not ours to stop. */
function roomiest(model: Model, recipe: Recipe, holders: readonly MachineView[], facts: PlaceFacts): MachineView | undefined {
  return holders.find((view) => {
    const measured = facts.measured?.(recipe, view.observation?.memory.totalBytes ?? 0) ?? null
    const need = startMemory(model, recipe, 1, facts.headroomBytes, measured).needBytes
    const ours = view.observation?.containers?.some((one) => one.name === facts.containerName) === true
    return view.reach === 'reachable' && haveBytes(view, ours ? [] : null) >= need
  })
}

function folderReasons(model: Model, recipe: Recipe): PlanReason[] {
  if (!model.complete) {
    const words = {
      downloading: 'is still being downloaded',
      interrupted: 'was downloaded only in part',
      incomplete: 'misses files',
      config_only: 'has no weights on the disk',
      not_a_model: 'is not a model',
      complete: '',
    }
    return [
      {
        code: 'model_incomplete',
        sentence: `${model.name} ${words[model.state]}.`,
        unblock: 'Finish its download on a machine, then press "Look again".',
      },
    ]
  }
  if (model.inference.servable === false)
    return [
      { code: 'not_servable', sentence: model.inference.reason ?? `vLLM cannot serve ${model.name}.`, unblock: 'Choose another model.' },
    ]
  const other = notForChat(model, recipe)
  if (other !== null) return [other]
  if (model.inference.servable === null && recipe.source === 'inferred') {
    return [
      {
        code: 'needs_setup',
        sentence: model.inference.reason ?? `How to start ${model.name} is not known.`,
        unblock: 'Write a recipe for it.',
      },
    ]
  }
  return []
}

function tooFew(nodes: number, holders: number, sameVersion: number, machines: number): PlanReason {
  if (machines < nodes)
    return {
      code: 'too_few_machines',
      sentence: `This needs ${nodes} Sparks and there ${machines === 1 ? 'is 1' : `are ${machines}`}.`,
      unblock: 'Add another Spark, or choose a smaller model.',
    }
  if (holders >= nodes && sameVersion < nodes)
    return {
      code: 'versions_differ',
      sentence: 'The Sparks hold different versions of this model.',
      unblock: 'Download the same version on each, for example with hf-download.sh and -c.',
    }
  return {
    code: 'model_not_everywhere',
    sentence: `This needs the model on ${nodes} Sparks and it is whole on ${holders}.`,
    unblock: 'Copy it to the others, for example with hf-download.sh and -c.',
  }
}
