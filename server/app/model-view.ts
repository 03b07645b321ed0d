// A model as the contract shows it.
import type { ModelView } from '../contract/operations/shapes.ts'
import type { CanRun } from '../domain/can-run.ts'
import { folderSentence } from '../domain/folder.ts'
import type { FolderListing, Model } from '../domain/model.ts'
import type { Recipe } from '../domain/recipe.ts'
import { isoTimeOrNull } from './iso-time.ts'

export interface ModelViewFacts {
  readonly now: number
  readonly machineName: (id: string) => string
  readonly listing: (machine: string, model: string) => FolderListing | null
  readonly recipe: Recipe | null
  readonly confirmed: boolean
  readonly canRun: CanRun
  /** Engine id that serves it. */
  readonly serving: string | null
  readonly typicalSwapMs: number | null
  readonly memory: ModelView['memory']
  readonly speed: ModelView['speed']
}

export function modelView(model: Model, facts: ModelViewFacts): ModelView {
  const { inference } = model
  const first = model.copies.find((copy) => copy.state === model.state)
  const { recipe } = facts
  return {
    id: model.id,
    repo: model.id.startsWith('local:') ? null : model.id,
    name: model.name,
    revision: first?.revision ?? null,
    state: model.state,
    stateSentence: stateSentence(model, facts),
    complete: model.complete,
    revisionsDiffer: model.revisionsDiffer,
    sizeBytes: model.sizeBytes,
    machines: model.copies.map((copy) => ({
      machine: copy.machine,
      name: facts.machineName(copy.machine),
      state: copy.state,
      bytes: copy.bytes,
      revision: copy.revision,
    })),
    servable: inference.servable,
    as: inference.as,
    reason: inference.reason,
    family: inference.family,
    quantization: inference.quantization,
    capabilities: [...inference.capabilities],
    evidence: inference.evidence.map((one) => ({ ...one })),
    memory: facts.memory,
    recipe: recipe === null ? null : { id: recipe.id, source: recipe.source, confirmed: facts.confirmed },
    canRun: { ...facts.canRun },
    serving: facts.serving,
    lastUsedAt: isoTimeOrNull(model.lastUsedAt),
    typicalSwapSeconds: facts.typicalSwapMs === null ? null : Math.round(facts.typicalSwapMs / 1000),
    speed: facts.speed,
  }
}

/** "Complete on spark-1 and spark-2.", else what the best copy says of itself, with the machine it is on. */
function stateSentence(model: Model, facts: ModelViewFacts): string {
  const copies = model.copies.filter((copy) => copy.state === model.state)
  const names = copies.map((copy) => facts.machineName(copy.machine)).join(' and ')
  if (model.state === 'complete') {
    return model.revisionsDiffer ? `Complete on ${names}, in different versions.` : `Complete on ${names}.`
  }
  const best = copies[0]
  const listing = best === undefined ? null : facts.listing(best.machine, model.id)
  const sentence = listing === null ? '' : folderSentence(model.state, listing, facts.now)
  return `On ${names}. ${sentence}`.trim()
}
