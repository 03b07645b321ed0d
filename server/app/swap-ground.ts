// The ground a running swap stands on: its row, its machines, and patience with machines that go silent.
import { SparkError } from '../contract/errors.ts'
import { cleanLine } from '../domain/clean-line.ts'
import type { Fact } from '../domain/evidence.ts'
import type { Machine } from '../domain/machine.ts'
import type { ProgressNote } from '../domain/progress.ts'
import type { Swap } from '../domain/swap.ts'
import type { Phase } from '../domain/words.ts'
import type { Engines } from './engine-ports.ts'
import { silenceInWords, waitOutSilence } from './patience.ts'
import type { Clock, Log, MachineStore, ServingStore, Sparks, SwapStore, WatchReading } from './ports.ts'
import type { EventsUse, SettingsUse } from './use-cases.ts'

export interface GroundNeeds {
  readonly clock: Clock
  readonly sparks: Sparks
  readonly engines: Engines
  readonly store: { readonly swaps: SwapStore; readonly machines: MachineStore; readonly serving: ServingStore }
  readonly events: EventsUse
  readonly settings: SettingsUse
  readonly appliance: string
  readonly log: Log
}

/** As many as are kept of a swap. */
const mostLines = 2000

export type Ground = ReturnType<typeof createGround>

/** `told`: lines an earlier life of the appliance has written already, with how often; they are not written again. */
export function createGround(needs: GroundNeeds, id: string, signal: AbortSignal, told: Map<string, number> = new Map()) {
  const { clock, store, events, settings } = needs
  const boots = new Map<string, string>()
  let prefix = ''

  const swap = (): Swap => {
    const found = store.swaps.find(id)
    if (found === null) throw new SparkError('not_found', { what: `switch "${id}"` })
    return found
  }

  const machine = (machineId: string): Machine => {
    const found = store.machines.find(machineId)
    if (found === null) throw new SparkError('not_found', { what: `machine "${machineId}"` })
    return found
  }

  /** Writes what the owner reads now; the same words twice are written once. */
  const say = (note: ProgressNote): void => {
    const live = swap()
    const progress = { percent: note.percent, sentence: prefix + note.sentence }
    if (live.progress.percent === progress.percent && live.progress.sentence === progress.sentence) return
    if (!store.swaps.update(id, clock.now(), { progress: { ...live.progress, ...progress } })) return
    events.append('swap_progressed', { swap: id, phase: live.phase, ...progress })
  }

  /** What the newest looks showed, for "How we know": kept with the switch, told by no event. */
  const know = (evidence: readonly Fact[]): void => {
    store.swaps.update(id, clock.now(), { progress: { ...swap().progress, evidence } })
  }

  /** A phase is written before its first effect, so that a restart knows where it was. */
  const enter = (phase: Phase, sentence: string): void => {
    const progress = { percent: null, sentence: prefix + sentence }
    store.swaps.update(id, clock.now(), { phase, progress })
    events.append('swap_progressed', { swap: id, phase, ...progress })
  }

  /** Does something on a machine, waiting out its silence. Everything done through here must be safe to do twice. */
  const patient = <T>(machineId: string, act: (machine: Machine, signal: AbortSignal) => Promise<T>): Promise<T> =>
    waitOutSilence({
      clock,
      signal,
      limitMinutes: () => settings.get('swap.silenceMinutes'),
      machine: () => machine(machineId),
      act,
      silent: (name, silentMs) => say({ percent: null, sentence: silenceInWords(name, silentMs) }),
    })

  /** Before a start: what it is compared with after it. */
  const sawBoot = (machineId: string, bootId: string): void => void boots.set(machineId, bootId)

  /** Remembers each machine's boot id; raises machine_rebooted when it changes during this swap. */
  const sameBoot = (machineId: string, bootId: string): void => {
    const before = boots.get(machineId)
    boots.set(machineId, bootId)
    if (before !== undefined && before !== bootId) throw new SparkError('machine_rebooted', { machine: machine(machineId).name })
  }

  /** A job that is followed again after a restart is read from its beginning: what was told before is left out. */
  const isNews = (text: string): boolean => {
    const count = told.get(text) ?? 0
    if (count > 0) told.set(text, count - 1)
    return count === 0
  }

  const record = (lines: readonly string[]): void => {
    const at = clock.now()
    const news = lines.map(cleanLine).filter(isNews)
    if (news.length > 0)
      store.swaps.appendLog(
        id,
        news.map((text) => ({ at, text })),
      )
  }

  /** A line of our own in the log. */
  const remark = (text: string): void => store.swaps.appendLog(id, [{ at: clock.now(), text: cleanLine(text) }])

  const takeFence = (machineId: string, waits: boolean): Promise<void> => {
    const take = (target: Machine): Promise<void> =>
      needs.sparks.takeFence(target, { appliance: needs.appliance, fence: swap().fence, swap: id }, signal)
    return waits ? patient(machineId, take) : take(machine(machineId))
  }

  /**
   * Writes this swap's fence on machines; a machine that holds a later one refuses. A later one of our own on a live swap is from a
   * database put back from a backup: the sequence is raised above it. `waits`: silence is waited out.
   */
  const takeFences = async (machineIds: readonly string[], waits = true): Promise<void> => {
    await raisingFence(() => Promise.all(machineIds.map((one) => takeFence(one, waits))))
  }

  /** Writes the fence on the machines that hear it, and gives the others. Only somebody else's fence on one of them is raised. */
  const tryFences = async (machineIds: readonly string[]): Promise<readonly string[]> => {
    const unheard: string[] = []
    const tryOne = (one: string): Promise<void> =>
      takeFence(one, false).catch((error: unknown) => {
        if (fenceThere(error) !== null) throw error
        unheard.push(one)
      })
    await raisingFence(() => Promise.all(machineIds.map(tryOne)))
    return unheard
  }

  /**
   * The fence of a switch: on the machines it works on, whose silence is waited out, and on every other machine of the cluster that
   * hears it. Two appliances that each began on a machine of their own would run two launchers at once; each writes here before it
   * acts there, so one of them at least is refused, unless neither reaches the other's machine.
   */
  const takeCluster = async (machineIds: readonly string[]): Promise<void> => {
    const others = store.machines.list().flatMap((one) => (machineIds.includes(one.id) ? [] : [one.id]))
    let isTaken = false
    const taken = takeFences(machineIds).then(() => {
      isTaken = true
    })
    const rest = tryFences(others).then(async (unheard) => {
      if (isTaken) return
      await taken
      // That was waited for: who was silent at the first try may be back by now, under somebody else.
      await tryFences(unheard)
    })
    await Promise.all([taken, rest])
  }

  const raisingFence = async (takeAll: () => Promise<unknown>): Promise<void> => {
    try {
      await takeAll()
    } catch (error) {
      const there = fenceThere(error)
      if (there === null || there.appliance !== needs.appliance) throw error
      store.swaps.raiseFence(there.fence)
      store.swaps.renewFence(id)
      await takeAll()
    }
  }

  return {
    id,
    needs,
    signal,
    swap,
    machine,
    say,
    know,
    enter,
    patient,
    sawBoot,
    sameBoot,
    record,
    remark,
    takeFences,
    takeCluster,
    speakAs: (words: string) => (prefix = words),
  }
}

/** The record that refused ours; null for other errors. */
function fenceThere(error: unknown): { readonly appliance: string; readonly fence: number } | null {
  if (!(error instanceof SparkError) || error.code !== 'fence_refused') return null
  return error.facts as { appliance: string; fence: number }
}

/** Log lines of a swap so far, with how often each was written. */
export function toldLines(store: Pick<SwapStore, 'log'>, id: string): Map<string, number> {
  const told = new Map<string, number>()
  for (const { text } of store.log(id, 0, mostLines)) told.set(text, (told.get(text) ?? 0) + 1)
  return told
}

/** Every machine a swap touches: of its start, its stops and its way back. */
export function touchedMachines(swap: Swap): string[] {
  const ids = [
    ...(swap.plan.starts?.machines ?? []),
    ...swap.plan.stops.flatMap((stop) => stop.machines),
    ...(swap.wayBack?.starts?.machines ?? []),
  ]
  return [...new Set(ids)]
}

/** Patiently: docker's word for a container on a machine, the vllm process in it, and its log from `logOffset` on. */
export function watchContainer(ground: Ground, machineId: string, containerName: string, logOffset = 0): Promise<WatchReading> {
  return ground.patient(machineId, (machine, signal) => ground.needs.sparks.watch(machine, { containerName, logOffset, job: null }, signal))
}
