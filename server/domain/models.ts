// What all machines say together: folders of the same id on several disks are one model.
import type { Family } from './family.ts'
import { folderState } from './folder.ts'
import { inferModel } from './infer.ts'
import type { FolderListing, FolderState, Inference, Model, ModelCopy } from './model.ts'
import { modelName } from './model-name.ts'

/** What one machine was last seen to hold. */
export interface MachineListings {
  readonly machine: string
  readonly folders: readonly FolderListing[]
}

/** Best first: what a model is called when machines hold it in different states. */
const ranks: readonly FolderState[] = ['complete', 'downloading', 'interrupted', 'incomplete', 'config_only', 'not_a_model']

interface Held {
  readonly listing: FolderListing
  readonly copy: ModelCopy
}

/** Reads what a folder is; a caller that merges often passes one that remembers. */
export type Infer = (listing: FolderListing) => Inference

export function inferWith(families: readonly Family[]): Infer {
  return (listing) => inferModel(listing, families)
}

/** Models in the order of their names. Datasets, and other folders beside local models, are not on the menu. */
export function mergeModels(
  listings: readonly MachineListings[],
  infer: Infer,
  now: number,
  lastUsed: Readonly<Record<string, number>>,
): readonly Model[] {
  const held = new Map<string, Held[]>()
  for (const { machine, folders } of listings) {
    for (const listing of folders) {
      const one: Held = { listing, copy: copyOf(machine, listing, now) }
      if (isOffMenu(one)) continue
      held.set(listing.id, keepBest(held.get(listing.id) ?? [], one))
    }
  }
  const models = [...held].map(([id, copies]) => merge(id, copies, infer, Object.hasOwn(lastUsed, id) ? (lastUsed[id] ?? null) : null))
  return models.sort((a, b) => compare(a.name, b.name) || compare(a.id, b.id))
}

function copyOf(machine: string, listing: FolderListing, now: number): ModelCopy {
  return { machine, state: stateOf(listing, now), bytes: listing.diskBytes, revision: listing.revision, path: listing.path }
}

/** Time plays a part only where something is unfinished; every other listing is judged once. */
const judged = new WeakMap<FolderListing, FolderState>()

function stateOf(listing: FolderListing, now: number): FolderState {
  const known = judged.get(listing)
  if (known !== undefined) return known
  const state = folderState(listing, now)
  if (listing.unfinished === null) judged.set(listing, state)
  return state
}

function isOffMenu({ listing, copy }: Held): boolean {
  return listing.kind === 'dataset' || (listing.kind === 'local' && copy.state === 'not_a_model')
}

/** A machine may show the same id twice (the hub and a folder of its own): its best copy counts. */
function keepBest(copies: Held[], one: Held): Held[] {
  const twin = copies.find((held) => held.copy.machine === one.copy.machine)
  if (twin === undefined) return [...copies, one]
  return rank(one) < rank(twin) ? copies.map((held) => (held === twin ? one : held)) : copies
}

function merge(id: string, copies: readonly Held[], infer: Infer, usedAt: number | null): Model {
  const best = copies.reduce((a, b) => (rank(b) < rank(a) ? b : a))
  const complete = copies.filter((held) => held.copy.state === 'complete')
  const revisions = new Set(complete.map((held) => held.copy.revision))
  const used = [usedAt, ...copies.map((held) => held.listing.lastUsedAt)].filter((at) => at !== null)
  return {
    id,
    name: modelName(id),
    copies: copies.map((held) => held.copy),
    state: best.copy.state,
    complete: complete.length > 0,
    revisionsDiffer: revisions.size > 1,
    sizeBytes: best.copy.bytes,
    inference: infer(best.listing),
    lastUsedAt: used.length === 0 ? null : Math.max(...used),
  }
}

function rank(held: Held): number {
  return ranks.indexOf(held.copy.state)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
