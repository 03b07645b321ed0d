// What is done to a machine beside switching: dropping caches, updating the launcher. Both change what a start would find, so both hold
// the lock, and both run as a job under the machine's own fence: a switch that begins all the same ends them first.
import { SparkError } from '../contract/errors.ts'
import type { LauncherUpdatedView } from '../contract/operations/machine-acts.ts'
import type { DroppedView } from '../contract/operations/machine-fact-shapes.ts'
import { cleanLine } from '../domain/clean-line.ts'
import { letGoCommand, letGoLine } from '../domain/drop-caches.ts'
import { minuteMs } from '../domain/durations.ts'
import { type LauncherChanges, updateArgv, updateRefusal } from '../domain/inspection.ts'
import type { Machine, Observation } from '../domain/machine.ts'
import { bytesInWords } from '../domain/words.ts'
import type { Fleet } from './fleet.ts'
import type { Inspections } from './inspections.ts'
import { isoTime } from './iso-time.ts'
import type { Lock } from './lock.ts'
import type { ActAsk, MachineFactsUse } from './machine-facts-use.ts'
import type { InspectSparks } from './machine-ports.ts'
import type { Clock, Ids, Log, Sparks, SwapStore } from './ports.ts'
import { letGoArgv } from './swap-room.ts'
import type { EventsUse, StatusUse } from './use-cases.ts'

export interface MachineActsNeeds {
  readonly clock: Clock
  readonly ids: Pick<Ids, 'next'>
  readonly appliance: string
  readonly sparks: Pick<Sparks, 'startJob' | 'readJob' | 'endJob'> & Pick<InspectSparks, 'launcherChanges'>
  readonly store: { readonly swaps: Pick<SwapStore, 'live' | 'highestFence' | 'raiseFence'> }
  readonly fleet: Pick<Fleet, 'view' | 'look'>
  readonly inspections: Pick<Inspections, 'of' | 'inspect'>
  readonly lock: Lock
  readonly status: Pick<StatusUse, 'status'>
  /** What somebody started by hand and does not answer yet. */
  readonly coming: () => { readonly machine: string; readonly model: string } | null
  readonly events: Pick<EventsUse, 'append'>
  readonly log: Log
  /** Reads the disks of a machine, and the recipes of its launcher. */
  readonly scan: (machine: string) => Promise<void>
}

const cluster = 'default'
const holder = 'Spark Control'
/** Longer than any of these acts; given back at once when it is done. */
const lockSeconds = 180
const actWithinMs = minuteMs
const lookEveryMs = 300

export type MachineActs = Pick<MachineFactsUse, 'dropCaches' | 'launcherChanges' | 'updateLauncher'> & {
  lastDrop(machine: string): DroppedView | null
}

export function createMachineActs(needs: MachineActsNeeds): MachineActs {
  const { clock, fleet, sparks, lock, store } = needs
  const drops = new Map<string, DroppedView>()

  const refuseRunning = (): void => {
    const swap = store.swaps.live(cluster)
    if (swap !== null) throw new SparkError('swap_running', { swap: swap.id, model: swap.model, retryAfterSeconds: 30 })
  }

  /** Holds the lock while `act` runs: under the caller's own reservation where it has one. */
  const holding = async <T>(ask: ActAsk, reason: string, act: () => Promise<T>): Promise<T> => {
    const { lockToken: token, breakLock = false, by } = ask
    refuseRunning()
    if (token !== undefined || breakLock) lock.checkLock({ cluster, token, breakLock, by, inLine: false })
    if (token !== undefined) return await act()
    const taken = lock.take({ holder, reason, ttlSeconds: lockSeconds, inLine: false })
    try {
      return await act()
    } finally {
      lock.release({ token: taken.token, by: holder })
    }
  }

  /** A model that reads its weights now needs what would be dropped. */
  const refuseWhileLoading = ({ id, name }: Machine): void => {
    const coming = needs.coming()
    if (coming?.machine === id) throw new SparkError('model_is_loading', { machine: name, model: coming.model })
    const engines = needs.status.status().clusters.flatMap((one) => one.engines)
    const loading = engines.find((one) => one.state === 'starting' && one.machines.includes(name))
    if (loading !== undefined) throw new SparkError('model_is_loading', { machine: name, model: loading.modelName ?? 'A model' })
  }

  const lookAt = async (id: string): Promise<{ readonly machine: Machine; readonly seen: Observation }> => {
    const { machine, observation } = await fleet.look(id)
    if (observation === null) throw new SparkError('machine_unreachable', { machine: machine.name, why: 'it was not seen' })
    return { machine, seen: observation }
  }

  /** The fence that stands on the machine, which a later order is above; a first one where there is none. */
  const fenceOn = (machine: Machine, seen: Observation): { readonly appliance: string; readonly fence: number; readonly swap: string } => {
    const there = seen.fence
    if (there === null) {
      const fence = store.swaps.highestFence() + 1
      store.swaps.raiseFence(fence)
      return { appliance: needs.appliance, fence, swap: `act-${needs.ids.next()}` }
    }
    if (there.appliance !== needs.appliance)
      throw new SparkError('fence_refused', { machine: machine.name, appliance: there.appliance, fence: there.fence })
    return there
  }

  /** One command as a job, to its end; raises machine_act_failed. */
  const run = async (machine: Machine, seen: Observation, what: string, argv: readonly string[]): Promise<void> => {
    const step = `act-${needs.ids.next()}`
    const order = { ...fenceOn(machine, seen), step, argv, cwd: null, env: {} }
    const key = { swap: order.swap, step }
    const failed = (why: string): SparkError => new SparkError('machine_act_failed', { machine: machine.name, what, why })
    await sparks.startJob(machine, order)
    const until = clock.now() + actWithinMs
    for (;;) {
      const job = await sparks.readJob(machine, key, 0)
      if (job.state === 'ended' && job.exitCode === 0) return
      if (job.state !== 'running') throw failed(lastLine(job.text) ?? 'it was ended before it was done')
      if (clock.now() >= until) {
        await sparks.endJob(machine, key)
        throw failed('it took longer than a minute')
      }
      await clock.sleep(lookEveryMs)
    }
  }

  const refuseUnallowed = async (id: string, machine: Machine): Promise<void> => {
    if (needs.inspections.of(id)?.mayDropCaches !== true) await needs.inspections.inspect(id)
    if (needs.inspections.of(id)?.mayDropCaches === true) return
    throw new SparkError('caches_not_allowed', {
      machine: machine.name,
      line: letGoLine(machine.user),
      command: letGoCommand(machine.user),
    })
  }

  const dropCaches: MachineActs['dropCaches'] = async (id, ask) => {
    const { machine } = fleet.view(id)
    refuseRunning()
    refuseWhileLoading(machine)
    await refuseUnallowed(id, machine)
    return await holding(ask, `dropping caches on ${machine.name}`, async () => {
      const before = await lookAt(id)
      refuseWhileLoading(machine)
      await run(before.machine, before.seen, 'Dropping caches', letGoArgv)
      const after = await lookAt(id)
      const dropped = droppedView(before.seen, after.seen)
      drops.set(id, dropped)
      const { freeBefore, freeAfter } = dropped
      needs.events.append('caches_dropped', { machine: id, name: machine.name, by: ask.by, freeBefore, freeAfter })
      return dropped
    })
  }

  const changesOn = async (machine: Machine): Promise<LauncherChanges> => {
    const changes = await sparks.launcherChanges(machine)
    if (changes !== null) return changes
    const refusal = {
      why: 'There is no git checkout of it there.',
      unblock: 'Run the set-up check of the machine; it has the command that installs it.',
    }
    throw new SparkError('launcher_update_refused', { machine: machine.name, ...refusal })
  }

  const launcherChanges: MachineActs['launcherChanges'] = async (id) => {
    const { machine } = fleet.view(id)
    const changes = await changesOn(machine)
    const { path, head, target, commits } = changes
    return { machine: id, path, head, target, commits: commits.map((one) => ({ ...one })), refusal: updateRefusal(changes) }
  }

  const updateLauncher: MachineActs['updateLauncher'] = (id, ask): Promise<LauncherUpdatedView> => {
    const { machine } = fleet.view(id)
    return holding(ask, `updating the launcher on ${machine.name}`, async () => {
      const { seen } = await lookAt(id)
      const changes = await changesOn(machine)
      const refusal = updateRefusal(changes)
      if (refusal !== null) throw new SparkError('launcher_update_refused', { machine: machine.name, ...refusal })
      if (changes.target !== ask.commit) throw new SparkError('launcher_changed_meanwhile', { machine: machine.name })
      if (changes.head !== ask.commit) await run(machine, seen, 'Updating the launcher', updateArgv(changes.path, ask.commit))
      await needs.inspections.inspect(id)
      const head = needs.inspections.of(id)?.checkout?.head
      if (head !== ask.commit) {
        const why = 'git said that it was done, but the launcher is at another commit'
        throw new SparkError('machine_act_failed', { machine: machine.name, what: 'Updating the launcher', why })
      }
      needs.events.append('launcher_updated', { machine: id, name: machine.name, by: ask.by, from: changes.head, to: ask.commit })
      await fleet.look(id)
      needs.scan(id).catch((error: unknown) => needs.log.info('not read after an update of the launcher', { machine: id, error }))
      return { machine: id, from: changes.head, to: ask.commit }
    })
  }

  const droppedView = (before: Observation, after: Observation): DroppedView => {
    const [freeBefore, freeAfter] = [before.memory.freeBytes, after.memory.freeBytes]
    const gained = freeAfter - freeBefore
    const free = `${bytesInWords(freeAfter)} are free now; ${bytesInWords(freeBefore)} were before.`
    return {
      at: isoTime(after.at),
      freeBefore,
      freeAfter,
      filesBefore: before.facts.fileBytes,
      filesAfter: after.facts.fileBytes,
      sentence: gained < 0.5e9 ? `${free} There was little to drop.` : free,
    }
  }

  return { dropCaches, launcherChanges, updateLauncher, lastDrop: (machine) => drops.get(machine) ?? null }
}

function lastLine(text: string): string | null {
  const line = text
    .split('\n')
    .map((one) => cleanLine(one).trim())
    .findLast((one) => one !== '')
  return line === undefined ? null : line.slice(0, 300)
}
