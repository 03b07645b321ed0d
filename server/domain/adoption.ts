// Something of our container name serves and we did not start it: which model it is, and which recipe it agrees with.
import type { EngineLook, Serving } from './engine.ts'
import { type EngineSite, mainEngine } from './engine-sites.ts'
import type { MachineView } from './machine.ts'
import type { Model } from './model.ts'
import type { Recipe } from './recipe.ts'
import type { VllmCommand } from './vllm-command.ts'

export interface AdoptionFacts {
  readonly site: EngineSite
  readonly look: EngineLook
  readonly views: readonly MachineView[]
  readonly models: readonly Model[]
  readonly recipesOf: (model: string) => readonly Recipe[]
  readonly containerName: string
  readonly now: number
}

/** What to store for a container of our name that answers as the model of its own command line; null when it does not. */
export function adopt(facts: AdoptionFacts): Serving | null {
  const { command } = facts.site
  if (command === null || !facts.look.reachable || !facts.look.healthy) return null
  const servedName = facts.look.models.find((name) => command.servedNames.includes(name))
  if (servedName === undefined) return null
  const model = matchModel(command, facts.models)?.id ?? (command.servedNames.includes(command.model) ? hubId(command.model) : servedName)
  const recipe = facts.recipesOf(model).find((one) => agrees(command, one))
  return {
    engine: mainEngine,
    model,
    recipeId: recipe?.id ?? null,
    plan: null,
    machines: [facts.site.machine.id, ...workers(facts, command)],
    port: command.port,
    servedName,
    since: facts.now,
    adopted: true,
    containerName: facts.containerName,
  }
}

/** Containers of our name on other machines belong to it only where its own flags say that it spans machines. */
function workers(facts: AdoptionFacts, command: VllmCommand): string[] {
  const others = facts.views.filter((view) => view.machine.id !== facts.site.machine.id)
  const joined = others.filter((view) =>
    view.observation?.containers?.some((one) => one.name === facts.containerName && one.state === 'running'),
  )
  return joined.map((view) => view.machine.id).slice(0, command.nodes - 1)
}

/** The model on disk that a command serves: by its id, by the folder it names, or by the last word of that folder for local ones. */
export function matchModel(command: Pick<VllmCommand, 'model'>, models: readonly Model[]): Model | null {
  const id = hubId(command.model)
  const path = command.model.replace(/\/+$/, '')
  const local = `local:${path.split('/').at(-1) ?? ''}`
  const claims: ((model: Model) => boolean)[] = [
    (model) => model.id === id,
    (model) => model.copies.some((copy) => copy.path.replace(/\/+$/, '') === path),
    (model) => path.startsWith('/') && model.id === local,
  ]
  for (const claim of claims) {
    const found = models.find(claim)
    if (found !== undefined) return found
  }
  return null
}

/** `.../models--Org--Name/snapshots/...` as the Hub id it stands for; other text as it is. */
export function hubId(text: string): string {
  const folder = /(?:^|\/)models--([^/]+?)--([^/]+)(?:\/|$)/.exec(text)
  return folder === null ? text : `${folder[1]}/${folder[2]}`
}

/** Flags that say where and under which name, not how. */
const ofPlace: ReadonlySet<string> = new Set([
  'host',
  'port',
  'tensor-parallel-size',
  'pipeline-parallel-size',
  'nnodes',
  'node-rank',
  'master-addr',
  'master-port',
  'headless',
  'distributed-executor-backend',
  'served-model-name',
])

/** True when a command has exactly the flags of a recipe, in any order, beside those of its place. */
export function agrees(command: Pick<VllmCommand, 'flags' | 'nodes'>, recipe: Recipe): boolean {
  if (command.nodes !== recipe.nodes) return false
  const words = (flags: readonly { readonly name: string; readonly value: string | number | true }[]): string =>
    flags
      .filter((flag) => !ofPlace.has(flag.name))
      .map((flag) => `${flag.name}=${String(flag.value).replace(/\s+/g, ' ')}`)
      .sort()
      .join('\n')
  return words(command.flags) === words(recipe.flags)
}
