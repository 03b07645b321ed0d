// Gathers the facts of a plan and gives it its fingerprint. The decisions are in domain/plan-swap.ts.
import { SparkError } from '../contract/errors.ts'
import type { PlanView, RecipeView } from '../contract/operations/shapes.ts'
import { mergeOverrides } from '../domain/inferred-recipe.ts'
import type { LauncherMod } from '../domain/launcher-mod.ts'
import type { MachineView } from '../domain/machine.ts'
import { withShare } from '../domain/memory-advice.ts'
import type { Model } from '../domain/model.ts'
import type { Plan } from '../domain/plan.ts'
import type { PlanFacts } from '../domain/plan-facts.ts'
import { planRemoval, planSwap, planWords } from '../domain/plan-swap.ts'
import { type Recipe, recipeWords } from '../domain/recipe.ts'
import { planView } from './plan-view.ts'
import type { Clock, Ids, Measured, ServingStore, SwapStore } from './ports.ts'
import type { PlanAsk, PlansUse, SettingsUse } from './use-cases.ts'

export interface PlansNeeds {
  readonly clock: Clock
  readonly ids: Ids
  readonly appliance: string
  readonly settings: SettingsUse
  readonly store: { readonly serving: ServingStore; readonly swaps: SwapStore }
  readonly fleet: { views(): readonly MachineView[]; look(id: string): Promise<MachineView> }
  readonly models: { domainModel(id: string): Model | null }
  readonly recipes: {
    choose(model: string, recipe?: string): Recipe
    isConfirmed(recipe: Recipe): boolean
    view(recipe: Recipe): RecipeView
  }
  readonly modsOn: (machine: string) => readonly LauncherMod[]
  readonly measured: Measured
  /** null: nobody follows that machine's memory. */
  readonly pressureOn: NonNullable<PlanFacts['pressureOn']>
  /** Services that run on a machine. */
  readonly declaredOn: NonNullable<PlanFacts['declaredOn']>
  readonly inFlight: (engine: string) => number
  readonly nameOf: (model: string | null) => string
}

export interface Made {
  readonly plan: Plan
  /** The recipe before the owner's changes; null for a plan that only stops. */
  readonly recipe: Recipe | null
  readonly confirmed: boolean
}

export type Plans = ReturnType<typeof createPlans>

const onlyEngine = 'main'
const onlyCluster = 'default'

export function createPlans(needs: PlansNeeds): PlansUse & {
  make(ask: PlanAsk, fresh: boolean): Promise<Made>
  makeStop(engine: string | undefined, fresh: boolean): Promise<Made>
  makeRemoval(engine: string | undefined, machines: readonly string[] | undefined): Promise<Made>
  engineOf(ask: { engine?: string | undefined }): { engine: string; cluster: string }
} {
  const engineOf = (ask: { engine?: string | undefined }): { engine: string; cluster: string } => {
    const engine = ask.engine ?? onlyEngine
    if (engine !== onlyEngine) throw new SparkError('engine_unknown', { engine })
    return { engine, cluster: onlyCluster }
  }

  /** Looks at every machine now; one that fails to answer keeps its last look and is named by the plan. */
  const lookAgain = async (): Promise<void> => {
    await Promise.allSettled(needs.fleet.views().map((view) => needs.fleet.look(view.machine.id)))
  }

  const factsOf = (engine: string, cluster: string, target: { model: Model; recipe: Recipe } | null): PlanFacts => {
    const { settings, store } = needs
    const serving = store.serving.find(engine)
    const words = target === null ? '' : recipeWords(target.recipe)
    return {
      now: needs.clock.now(),
      pollMs: settings.get('machines.pollSeconds') * 1000,
      cluster,
      engine,
      appliance: needs.appliance,
      target: target === null ? null : { ...target, name: target.model.name },
      machines: needs.fleet.views(),
      serving,
      servingName: serving === null ? null : needs.nameOf(serving.model),
      containerName: settings.get('engine.containerName'),
      defaultImage: settings.get('engine.image'),
      defaultPort: settings.get('engine.port'),
      headroomBytes: settings.get('memory.headroomGigabytes') * 1e9,
      measured: needs.measured,
      modsOn: needs.modsOn,
      pressureOn: needs.pressureOn,
      declaredOn: needs.declaredOn,
      restorePrevious: settings.get('swap.restorePrevious'),
      pastMs: (machines) => store.swaps.history(words, machines, 10).map((past) => past.durationMs),
      inFlight: needs.inFlight(engine),
    }
  }

  const signed = (made: Plan): Plan => ({ ...made, fingerprint: needs.ids.digest(planWords(made)).slice(0, 32) })

  const plan = (engine: string, cluster: string, target: { model: Model; recipe: Recipe } | null): Plan =>
    signed(planSwap(factsOf(engine, cluster, target)))

  async function make(ask: PlanAsk, fresh: boolean): Promise<Made> {
    const { engine, cluster } = engineOf(ask)
    const model = needs.models.domainModel(ask.model)
    if (model === null) throw new SparkError('model_unknown', { model: ask.model.slice(0, 200) })
    const recipe = needs.recipes.choose(ask.model, ask.recipe)
    if (fresh) await lookAgain()
    const changed = withShare(mergeOverrides(recipe, ask.overrides))
    return { plan: plan(engine, cluster, { model, recipe: changed }), recipe, confirmed: needs.recipes.isConfirmed(recipe) }
  }

  async function makeStop(engineId: string | undefined, fresh: boolean): Promise<Made> {
    const { engine, cluster } = engineOf({ engine: engineId })
    if (fresh) await lookAgain()
    return { plan: plan(engine, cluster, null), recipe: null, confirmed: true }
  }

  async function makeRemoval(engineId: string | undefined, machines: readonly string[] | undefined): Promise<Made> {
    const { engine, cluster } = engineOf({ engine: engineId })
    await lookAgain()
    const removal = signed(planRemoval(factsOf(engine, cluster, null), machines ?? null))
    return { plan: removal, recipe: null, confirmed: true }
  }

  const viewed = (made: Made, model: string | null): PlanView =>
    planView(made.plan, {
      nameOf: needs.nameOf,
      machines: needs.fleet.views(),
      model,
      needsConfirmation: !made.confirmed,
      recipe: made.recipe === null ? null : needs.recipes.view(made.recipe),
    })

  return {
    engineOf,
    make,
    makeStop,
    makeRemoval,
    preview: async (ask) => viewed(await make(ask, true), ask.model),
    previewRemoval: async (engine, machines) => viewed(await makeRemoval(engine, machines), null),
  }
}
