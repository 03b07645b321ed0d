// Deleting a model from the disks. Looked at first, refused while it serves, arrives, or is part of a live switch, and done under the
// lock, so that no switch can begin to load what is being removed. The machine itself makes sure that only its own folder goes.
import { SparkError } from '../contract/errors.ts'
import type { DeletionView } from '../contract/operations/download-shapes.ts'
import { ownCommand } from '../domain/download-ground.ts'
import type { Machine } from '../domain/machine.ts'
import type { Model } from '../domain/model.ts'
import { bytesInWords } from '../domain/words.ts'
import type { Discovery } from './discovery.ts'
import type { DownloadSparks, Removal } from './download-ports.ts'
import type { Fleet } from './fleet.ts'
import type { DownloadStore, Log, MachineStore, ServingStore, SwapStore } from './ports.ts'
import type { DeletionsUse, EventsUse, LockUse, StatusUse } from './use-cases.ts'

export interface DeletionsNeeds {
  readonly sparks: Pick<DownloadSparks, 'removeModel'>
  readonly store: {
    readonly machines: Pick<MachineStore, 'find'>
    readonly downloads: Pick<DownloadStore, 'live'>
    readonly serving: Pick<ServingStore, 'find'>
    readonly swaps: Pick<SwapStore, 'live'>
  }
  readonly discovery: Pick<Discovery, 'domainModel' | 'rescan'>
  readonly fleet: Pick<Fleet, 'views'>
  readonly status: Pick<StatusUse, 'status'>
  readonly lock: Pick<LockUse, 'take' | 'release'>
  readonly events: Pick<EventsUse, 'append'>
  readonly log: Log
}

interface Refusal {
  readonly why: string
  readonly unblock: string
}

/** Long enough for the largest model on every machine; given back at once when it is done. */
const lockSeconds = 600
const holder = 'Spark Control'

export function createDeletions(needs: DeletionsNeeds): DeletionsUse {
  const { store, discovery } = needs
  const nameOf = (id: string): string => store.machines.find(id)?.name ?? id

  const find = (id: string): Model => {
    const model = discovery.domainModel(id)
    if (model === null) throw new SparkError('model_unknown', { model: id.slice(0, 300) })
    return model
  }

  /** By our own record, by what any engine is seen to serve, or as a helper of what serves. */
  const servedBy = (model: Model): boolean => {
    const engines = needs.status.status().clusters.flatMap((cluster) => cluster.engines)
    const containers = needs.fleet.views().flatMap((view) => view.observation?.containers ?? [])
    // An engine at an address alone reads no disk of these machines.
    return (
      engines.some((engine) => engine.model === model.id && engine.machines.length > 0) ||
      containers.some((one) => names(one.serving, model.id))
    )
  }

  const refusalOf = (model: Model): Refusal | null => {
    if (model.id.startsWith('local:')) {
      return {
        why: `${model.name} is a folder of your own, outside the Hub folder. Spark Control deletes only what can be downloaded again.`,
        unblock: 'Remove the folder on the machine yourself.',
      }
    }
    if (servedBy(model)) return { why: `${model.name} is being served.`, unblock: 'Switch to another model or stop it first.' }
    const swap = store.swaps.live('default')
    if (swap !== null && (swap.model === model.id || swap.previousModel === model.id))
      return { why: `${model.name} is part of a switch that is running.`, unblock: 'Wait until the switch has ended.' }
    if (store.downloads.live().some((one) => one.repo === model.id))
      return { why: `${model.name} is being downloaded.`, unblock: 'Cancel the download first.' }
    const silent = needs.fleet
      .views()
      .find((view) => view.reach !== 'reachable' && model.copies.some((one) => one.machine === view.machine.id))
    if (silent !== undefined)
      return { why: `${silent.machine.name} holds a copy and does not answer.`, unblock: 'Wait until it answers again.' }
    return null
  }

  const plan = (id: string): DeletionView => {
    const model = find(id)
    const machines = model.copies.map(({ machine, bytes, path }) => ({
      machine,
      name: nameOf(machine),
      bytes,
      path: path.replace(/\/snapshots\/[^/]*$/, ''),
    }))
    const bytes = machines.reduce((sum, one) => sum + one.bytes, 0)
    return { model: model.id, name: model.name, bytes, machines, refusal: refusalOf(model) }
  }

  const refuse = (model: Model): void => {
    const refusal = refusalOf(model)
    if (refusal !== null) throw new SparkError('deletion_refused', { model: model.id, ...refusal })
  }

  /** On one machine; its disk is read anew whatever comes of it. */
  const removeOne = async (model: Model, machine: Machine, partsOnly: boolean): Promise<Removal> => {
    try {
      return await needs.sparks.removeModel(machine, model.id, partsOnly)
    } finally {
      await discovery
        .rescan(machine.id)
        .catch((error: unknown) => needs.log.info('not read after a deletion', { machine: machine.id, error }))
    }
  }

  /** Machine by machine; the first that refuses ends it. What is gone by then is told either way. */
  const removeAll = async (model: Model, partsOnly: boolean, by: string): Promise<{ machines: string[]; bytes: number }> => {
    const done: string[] = []
    let bytes = 0
    try {
      for (const machine of model.copies.flatMap((copy) => store.machines.find(copy.machine) ?? [])) {
        const removal = await removeOne(model, machine, partsOnly)
        bytes += removal.bytes
        if (removal.outcome === 'removed') done.push(machine.name)
        else if (removal.outcome !== 'absent') throw stopped(model, machine.name, removal, done)
      }
    } finally {
      if (bytes > 0 || done.length > 0) needs.events.append('model_deleted', { model: model.id, machines: done, bytes, by, partsOnly })
    }
    return { machines: done, bytes }
  }

  return {
    plan,
    async remove(id, { name, partsOnly, by }) {
      const model = find(id)
      if (name.trim() !== model.id) throw new SparkError('deletion_name_wrong', { model: model.id })
      refuse(model)
      const { token } = needs.lock.take({ holder, reason: `deleting ${model.name}`, ttlSeconds: lockSeconds, inLine: false })
      try {
        // Between the first look and the lock a switch may have come and gone.
        refuse(model)
        return { model: model.id, ...(await removeAll(model, partsOnly, by)) }
      } finally {
        needs.lock.release({ token, by: holder })
      }
    },
  }
}

/** As a word of its own: "Qwen3-8B" is not meant by "Qwen3-8B-Instruct". */
function names(serving: string | null, id: string): boolean {
  if (serving === null) return false
  const at = serving.indexOf(id)
  return at >= 0 && !/[\w.-]/.test(serving[at + id.length] ?? ' ') && !/[\w./-]/.test(serving[at - 1] ?? ' ')
}

const whys = {
  outside: 'its folder is a link, or leads out of the Hub folder, so it was left alone',
  busy: 'bytes arrived there less than a minute ago, so another program may be downloading it',
  denied: 'some of its files belong to another user',
} as const

function stopped(model: Model, machine: string, removal: Removal, done: readonly string[]): SparkError {
  const outcome = removal.outcome === 'removed' || removal.outcome === 'absent' ? 'denied' : removal.outcome
  const before = done.length === 0 ? '' : ` It is gone from ${done.join(' and ')}.`
  const removed = `${removal.bytes === 0 ? 'Nothing was deleted there.' : `${bytesInWords(removal.bytes)} are free again; the rest is still there.`}${before}`
  const mend = outcome === 'denied' ? ownCommand(removal) : null
  return new SparkError('deletion_stopped', { machine, model: model.id, why: whys[outcome], removed, mend })
}
