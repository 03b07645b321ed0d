// Where a model runs: the head is the first machine that has it, the others follow in the owner's order.

import type { LauncherMod } from './launcher-mod.ts'
import { comingBytes, haveBytes, heldBySomething } from './ledger.ts'
import type { MachineView } from './machine.ts'
import { notForChat } from './main-engine.ts'
import type { MeasuredStart } from './memory-learning.ts'
import type { Model } from './model.ts'
import type { PlanReason } from './plan.ts'
import type { Declared } from './plan-facts.ts'
import { modReasons } from './plan-mods.ts'
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
  /** Mods in the launcher's checkout of a machine, as they were last read. */
  readonly modsOn?: (machine: string) => readonly LauncherMod[]
  /** Services that run on a machine. */
  readonly declaredOn?: (machine: string) => readonly Declared[]
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
  if (views.length < recipe.nodes) reasons.push(tooFew(model, recipe.nodes, { machines, holders, sameVersion }))
  reasons.push(...modReasons(recipe.mods ?? [], first.machine.name, facts.modsOn?.(first.machine.id) ?? []))
  return { views, machines: views.map((view) => view.machine.id), reasons, warnings: [] }
}

/** The first holder where the model fits beside what is not ours to stop. */
function roomiest(model: Model, recipe: Recipe, holders: readonly MachineView[], facts: PlaceFacts): MachineView | undefined {
  return holders.find((view) => {
    const measured = facts.measured?.(recipe, view.observation?.memory.totalBytes ?? 0) ?? null
    const need = startMemory(model, recipe, 1, facts.headroomBytes, measured).needBytes
    const ours = view.observation?.containers?.some((one) => one.name === facts.containerName) === true
    return view.reach === 'reachable' && haveBytes(view, ours ? heldBySomething : null, comingBytes(facts, view.machine.id)) >= need
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

interface Holders {
  readonly machines: readonly MachineView[]
  readonly holders: readonly MachineView[]
  /** The first of them, and those that hold the same version as it. */
  readonly sameVersion: readonly MachineView[]
}

function tooFew({ id }: Model, nodes: number, { machines, holders, sameVersion }: Holders): PlanReason {
  if (machines.length < nodes)
    return {
      code: 'too_few_machines',
      sentence: `This needs ${nodes} Sparks and there ${machines.length === 1 ? 'is 1' : `are ${machines.length}`}.`,
      unblock: 'Add another Spark, or choose a smaller model.',
    }
  if (holders.length >= nodes) {
    const others = holders.filter((view) => !sameVersion.includes(view))
    return {
      code: 'versions_differ',
      sentence: `This needs one version of the model on ${nodes} Sparks. ${named(others, 'and')} ${others.length === 1 ? 'has' : 'have'} another version than ${named(sameVersion, 'and')}.`,
      unblock: `Download the newest version on each: on the model's page, press "Look for a newer version".`,
    }
  }
  const without = machines.filter((view) => !holders.includes(view))
  const more = nodes - holders.length
  const where = more === without.length ? named(without, 'and') : `${more === 1 ? 'one' : more} of ${named(without, 'and')}`
  return {
    code: 'model_not_everywhere',
    sentence: `This needs the model on ${nodes} Sparks. It is whole on ${named(holders, 'and')}, and not on ${named(without, 'or')}.`,
    unblock: id.startsWith('local:')
      ? `Copy its folder to ${where} as well.`
      : `Download it onto ${where} as well: under Models, press "Download a model".`,
  }
}

const mostNamed = 4

function named(views: readonly MachineView[], word: 'and' | 'or'): string {
  const names = views.map((view) => view.machine.name)
  const rest = names.length - mostNamed
  const shown = rest > 0 ? [...names.slice(0, mostNamed), `${rest} more`] : names
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} ${word} ${shown.at(-1)}`
}
