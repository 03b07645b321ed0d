// The models as the owner sees them: what is on the disks, and what each could do here now.
import { SparkError } from '../contract/errors.ts'
import type { ModelView } from '../contract/operations/shapes.ts'
import { type CanRun, canRun } from '../domain/can-run.ts'
import { mainEngine } from '../domain/engine-sites.ts'
import { typicalMs } from '../domain/eta.ts'
import { withShare } from '../domain/memory-advice.ts'
import type { Model } from '../domain/model.ts'
import { modelName } from '../domain/model-name.ts'
import { choosePlace } from '../domain/place.ts'
import { type Recipe, recipeWords } from '../domain/recipe.ts'
import type { Discovery } from './discovery.ts'
import type { Fleet } from './fleet.ts'
import { modelMemory } from './model-memory.ts'
import { modelView } from './model-view.ts'
import type { Clock, Measured, ServingStore, SwapStore } from './ports.ts'
import type { Recipes } from './recipes.ts'
import type { ModelsUse, SettingsUse } from './use-cases.ts'

export interface ModelsNeeds {
  readonly clock: Clock
  readonly discovery: Discovery
  readonly recipes: Pick<Recipes, 'list' | 'choose' | 'of' | 'isConfirmed'>
  readonly fleet: Pick<Fleet, 'views'>
  readonly store: { readonly serving: Pick<ServingStore, 'find'>; readonly swaps: Pick<SwapStore, 'history'> }
  readonly settings: Pick<SettingsUse, 'get'>
  readonly measured: Measured
  readonly speedOf: (recipe: Recipe) => ModelView['speed']
}

export interface Models extends ModelsUse {
  domainModel(id: string): Model | null
}

const bytesOfGigabyte = 1e9

export function createModels(needs: ModelsNeeds): Models {
  const { discovery, recipes } = needs

  /** Everything that is the same for every row, gathered once a list. */
  const viewer = (): ((model: Model) => ModelView) => {
    const now = needs.clock.now()
    const machines = needs.fleet.views()
    const serving = needs.store.serving.find(mainEngine)
    const facts = {
      machines,
      serving,
      servingName: serving === null ? null : (discovery.domainModel(serving.model)?.name ?? modelName(serving.model)),
      containerName: needs.settings.get('engine.containerName'),
      headroomBytes: needs.settings.get('memory.headroomGigabytes') * bytesOfGigabyte,
      measured: needs.measured,
      modsOn: discovery.modsOn,
    }
    const names = new Map(machines.map((view) => [view.machine.id, view.machine.name]))
    const typical = (model: Model, recipe: Recipe): number | null => {
      const place = choosePlace(model, recipe, machines, facts)
      return place.machines.length === 0 ? null : typicalMs(needs.store.swaps.history(recipeWords(recipe), place.machines, 5))
    }
    return (model) => {
      const recipe = recipes.of(model.id)[0] ?? null
      const ground = withShare(recipe ?? recipes.choose(model.id))
      const confirmed = recipe !== null && recipes.isConfirmed(recipe)
      const verdict = canRun(model, ground, facts)
      return modelView(model, {
        now,
        machineName: (id) => names.get(id) ?? id,
        listing: discovery.listing,
        recipe,
        confirmed,
        canRun: confirmed ? verdict : unconfirmed(verdict),
        serving: serving?.model === model.id ? serving.engine : null,
        typicalSwapMs: recipe === null ? null : typical(model, ground),
        memory: modelMemory(model, ground, { ...facts, sizes: discovery.memorySizes(model) }),
        speed: recipe === null ? null : needs.speedOf(recipe),
      })
    }
  }

  const list = (): ModelView[] => discovery.models().map(viewer())

  return {
    list,
    domainModel: discovery.domainModel,
    find(id) {
      const model = discovery.domainModel(id)
      if (model === null) throw new SparkError('model_unknown', { model: id.slice(0, 300) })
      return viewer()(model)
    },
    async scan() {
      await discovery.scan()
      return list()
    },
    recipesOf: (model) => recipes.list(model).recipes,
  }
}

/** The word stays; the sentence adds what the owner is asked for first. */
function unconfirmed(verdict: CanRun): CanRun {
  const possible = verdict.verdict === 'now' || verdict.verdict === 'needs_room'
  return possible ? { ...verdict, why: `${verdict.why} Its recipe asks for your word once.` } : verdict
}
