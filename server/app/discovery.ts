// What is on the disks. Every machine is scanned by itself; what the last complete scan said is kept, also across a restart.
import { SparkError } from '../contract/errors.ts'
import type { LauncherCheckout, LauncherMod } from '../domain/launcher-mod.ts'
import type { FolderListing, Inference, Model } from '../domain/model.ts'
import { mergeModels } from '../domain/models.ts'
import type { MemorySizes } from '../domain/sized-inference.ts'
import { everyBySetting } from './clockwork.ts'
import type { Fleet } from './fleet.ts'
import { keepUnchanged } from './kept-listings.ts'
import type { Clock, Log, MachineStore, ModelStore, Sparks } from './ports.ts'
import type { EventsUse, SettingsUse } from './use-cases.ts'
import { whenAborted } from './when-aborted.ts'

export interface DiscoveryNeeds {
  readonly clock: Clock
  readonly sparks: Pick<Sparks, 'scan' | 'launcherFiles'>
  readonly store: { readonly machines: Pick<MachineStore, 'list' | 'find'>; readonly models: ModelStore }
  readonly fleet: Pick<Fleet, 'onObserved' | 'view' | 'views'>
  readonly settings: Pick<SettingsUse, 'get' | 'watch'>
  readonly events: Pick<EventsUse, 'append' | 'subscribe'>
  readonly log: Log
  /** What a folder says of itself, with the families of today: inferWith(families). */
  readonly infer: (listing: FolderListing) => Inference
}

export type Discovery = ReturnType<typeof createDiscovery>

/** Folders read without a pause: a few ms each at most, mostly much less. */
const inferredAtOnce = 20
/** A download turns into an interrupted one by time alone, so what was merged is not believed for longer, ms. */
const mergedForMs = 30_000
/** Events after which the disks may look different, or a machine can be asked again. */
const scanAfter: ReadonlySet<string> = new Set(['swap_complete', 'swap_failed', 'swap_cancelled'])

export function createDiscovery(needs: DiscoveryNeeds) {
  const { clock, events } = needs
  const scans = new Map<string, Promise<void>>()
  const inferences = new WeakMap<FolderListing, Inference>()
  /** What the launcher of each machine brings, as the last scan of this life read it. */
  const checkouts = new Map<string, LauncherCheckout>()
  let merged: { at: number; models: readonly Model[]; byId: ReadonlyMap<string, Model> } | null = null
  let listings: Map<string, readonly FolderListing[]> | null = null

  /** Read from the database once: after that this process is the only writer. */
  const held = (): Map<string, readonly FolderListing[]> => {
    listings ??= new Map(needs.store.models.listings().map((one) => [one.machine, one.folders]))
    return listings
  }

  const infer = (listing: FolderListing): Inference => {
    const known = inferences.get(listing)
    if (known !== undefined) return known
    const made = needs.infer(listing)
    inferences.set(listing, made)
    return made
  }

  /** A hub of hundreds is read in pieces, so that requests are answered in between; what follows then finds it done. */
  const inferAhead = async (listed: readonly FolderListing[]): Promise<void> => {
    const fresh = listed.filter((listing) => !inferences.has(listing))
    for (const [at, listing] of fresh.entries()) {
      infer(listing)
      if (at % inferredAtOnce === inferredAtOnce - 1) await new Promise((resolve) => setImmediate(resolve))
    }
  }

  const current = (): { models: readonly Model[]; byId: ReadonlyMap<string, Model> } => {
    const now = clock.now()
    if (merged !== null && now - merged.at < mergedForMs) return merged
    const machines = needs.store.machines.list().map((one) => ({ machine: one.id, folders: held().get(one.id) ?? [] }))
    const models = mergeModels(machines, infer, now, needs.store.models.lastUsed())
    merged = { at: now, models, byId: new Map(models.map((model) => [model.id, model])) }
    return merged
  }

  /** Draws the list anew and says what came and went. */
  const renew = (before: readonly Model[]): void => {
    merged = null
    const after = current().models
    const added = after.filter((model) => !before.some((one) => one.id === model.id)).map((model) => model.id)
    const removed = before.filter((model) => !after.some((one) => one.id === model.id)).map((model) => model.id)
    const changed = after
      .filter((model) => before.some((one) => one.id === model.id && wordsOf(one) !== wordsOf(model)))
      .map((model) => model.id)
    if (added.length + removed.length + changed.length > 0) events.append('models_changed', { added, removed, changed })
  }

  const scanMachine = async (id: string, signal?: AbortSignal): Promise<void> => {
    const machine = needs.store.machines.find(id)
    if (machine === null || machine.hostKey === null) return
    const folders = await needs.sparks.scan(machine, signal)
    const checkout = await needs.sparks.launcherFiles(machine, signal).catch((error: unknown) => {
      needs.log.info("the launcher's recipes could not be read; the last ones are kept", { machine: id, error })
      return null
    })
    const listed = held().get(id)
    const kept = keepUnchanged(listed ?? [], folders)
    await inferAhead(kept)
    signal?.throwIfAborted()
    if (needs.store.machines.find(id) === null) return
    if (checkout !== null) checkouts.set(id, checkout)
    const before = current().models
    // A hub is megabytes: it is written only when it is not what is written already.
    if (listed === undefined || kept !== listed) needs.store.models.setListings(id, clock.now(), kept)
    held().set(id, kept)
    if (kept !== listed || kept.some((one) => one.unfinished !== null)) renew(before)
  }

  /** Scans of one machine at the same time are one scan. What a failed one would have said is as it was. */
  const scanOnce = (id: string, signal?: AbortSignal): Promise<void> => {
    const running = scans.get(id)
    if (running !== undefined) return running
    const promise = scanMachine(id, signal).finally(() => scans.delete(id))
    scans.set(id, promise)
    return promise
  }

  const scanQuietly = async (id: string, signal?: AbortSignal): Promise<void> => {
    await scanOnce(id, signal).catch((error: unknown) => {
      if (signal?.aborted === true) return
      const facts = { machine: id, error }
      if (error instanceof SparkError) needs.log.info('the disks of a machine could not be read; its last listing is kept', facts)
      else needs.log.error('reading the disks of a machine failed', facts)
    })
  }

  const scanAll = async (signal?: AbortSignal): Promise<void> => {
    await Promise.all(needs.store.machines.list().map((machine) => scanQuietly(machine.id, signal)))
  }

  return {
    /** Every model on any disk, in the order of their names. */
    models: (): readonly Model[] => current().models,
    domainModel: (id: string): Model | null => current().byId.get(id) ?? null,
    /** What a machine was last seen to hold of a model; null when it holds none. */
    listing: (machine: string, id: string): FolderListing | null =>
      held()
        .get(machine)
        ?.find((one) => one.id === id) ?? null,

    /** The launchers' checkouts, in the owner's order of machines. */
    launcherCheckouts: (): readonly LauncherCheckout[] => needs.store.machines.list().flatMap((one) => checkouts.get(one.id) ?? []),
    /** Mods in the launcher's checkout of a machine; none where it was not read yet. */
    modsOn: (machine: string): readonly LauncherMod[] => checkouts.get(machine)?.mods ?? [],
    memorySizes(model: Model): MemorySizes {
      const seen = needs.fleet.views().flatMap(({ machine, observation }) => {
        const total = observation?.memory.totalBytes ?? 0
        return total > 0 ? [{ id: machine.id, total }] : []
      })
      const holders = seen.filter(({ id }) => model.copies.some((copy) => copy.machine === id))
      const of = (sizes: readonly { total: number }[], pick: (...all: number[]) => number): number | null =>
        sizes.length === 0 ? null : pick(...sizes.map((size) => size.total))
      return { largest: of(holders, Math.max), smallest: of(seen, Math.min) }
    },
    machineCount: (): number => needs.store.machines.list().length,

    /** Reads one disk anew, and not with a reading that has begun already; rejects when it cannot. */
    async rescan(id: string, signal?: AbortSignal): Promise<void> {
      await scans.get(id)?.catch(() => undefined)
      await scanOnce(id, signal)
    },

    /** Reads the disks of every machine now; ends when all have answered or failed. */
    scan: scanAll,
    scanOne: scanQuietly,

    /** A machine left the list. */
    forget(): void {
      const before = current().models
      listings = null
      renew(before)
    },

    /** Scans at start, by the clock, after a machine is back, and after a switch; ends when aborted. */
    start(signal: AbortSignal): void {
      void scanAll(signal)
      everyBySetting(needs, 'models.scanSeconds', () => scanAll(signal), signal)
      const reached = new Map<string, boolean>()
      const offLooks = needs.fleet.onObserved((id) => {
        const good = needs.fleet.view(id).reach === 'reachable'
        const before = reached.get(id)
        reached.set(id, good)
        if (good && before !== true) void scanQuietly(id, signal)
      })
      const offEvents = events.subscribe((event) => {
        if (scanAfter.has(event.type)) void scanAll(signal)
      })
      whenAborted(signal, offLooks, offEvents)
    },
  }
}

/** What the owner would notice of a list beside which models are on it. */
function wordsOf(model: Model): string {
  return JSON.stringify([model.state, model.copies.map((copy) => [copy.machine, copy.state, copy.revision])])
}
