// A plan as the contract shows it: machine names for ids, sentences for the way back.
import type { PlanView, RecipeView } from '../contract/operations/shapes.ts'
import { redact } from '../domain/clean-line.ts'
import type { MachineView } from '../domain/machine.ts'
import type { Plan } from '../domain/plan.ts'

export interface PlanViewNeeds {
  readonly nameOf: (model: string | null) => string
  readonly machines: readonly MachineView[]
  readonly model: string | null
  readonly needsConfirmation: boolean
  /** The recipe as it is confirmed, before the changes of one start. */
  readonly recipe: RecipeView | null
}

export function planView(plan: Plan, needs: PlanViewNeeds): PlanView {
  const named = (id: string): string => needs.machines.find((view) => view.machine.id === id)?.machine.name ?? id
  const { starts, wayBack } = plan
  return {
    fingerprint: plan.fingerprint,
    cluster: plan.cluster,
    engine: plan.engine,
    verdict: plan.verdict,
    model: needs.model,
    modelName: needs.nameOf(needs.model),
    reasons: plan.reasons.map((reason) => ({ ...reason })),
    stops: plan.stops.map((stop) => ({
      model: stop.model,
      name: stop.model === null ? 'what an earlier start left behind' : needs.nameOf(stop.model),
      container: stop.containerName,
      machines: stop.machines.map(named),
      argv: [...stop.stopArgv],
    })),
    starts:
      starts === null
        ? null
        : {
            model: starts.model,
            recipe: starts.recipe.id,
            source: starts.recipe.source,
            digest: needs.recipe?.digest ?? '',
            machines: starts.machines.map(named),
            argv: starts.argv.map(redact),
            flags: starts.recipe.flags.map((flag) => ({ ...flag })),
            mods: needs.recipe?.mods ?? [],
          },
    memory: plan.memory.map(({ sum, ...one }) => ({ ...one, machine: named(one.machine), sum: sum === undefined ? null : { ...sum } })),
    etaSeconds: plan.etaSeconds,
    etaFrom: plan.etaFrom,
    pastMs: [...plan.pastMs],
    wayBack:
      wayBack.kind === 'previous'
        ? {
            kind: 'previous',
            model: wayBack.model,
            sentence: `If it does not start, ${needs.nameOf(wayBack.model)} is brought back by itself.`,
          }
        : { kind: 'none', model: null, sentence: wayBack.why },
    warnings: [...plan.warnings],
    inFlight: plan.inFlight,
    needsConfirmation: needs.needsConfirmation,
  }
}
