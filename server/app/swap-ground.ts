// The ground a running swap stands on: its row, its machines, and patience with machines that go silent.
import { SparkError } from '../contract/errors.ts'
import { cleanLine } from '../domain/clean-line.ts'
import type { Machine } from '../domain/machine.ts'
import type { ProgressNote } from '../domain/progress.ts'
import type { Swap } from '../domain/swap.ts'
import type { Phase } from '../domain/words.ts'
import { silenceInWords, waitOutSilence } from './patience.ts'
import type { Clock, Engines, Log, MachineStore, ServingStore, Sparks, SwapStore } from './ports.ts'
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

export type Ground = ReturnType<typeof createGround>

export function createGround(needs: GroundNeeds, id: string, signal: AbortSignal) {
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
    if (!store.swaps.update(id, clock.now(), { progress })) return
    events.append('swap_progressed', { swap: id, phase: live.phase, ...progress })
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

  /** Remembers each machine's boot id; raises machine_rebooted when it changes during this swap. */
  const sameBoot = (machineId: string, bootId: string): void => {
    const before = boots.get(machineId)
    boots.set(machineId, bootId)
    if (before !== undefined && before !== bootId) throw new SparkError('machine_rebooted', { machine: machine(machineId).name })
  }

  const record = (lines: readonly string[]): void => {
    const at = clock.now()
    if (lines.length > 0)
      store.swaps.appendLog(
        id,
        lines.map((line) => ({ at, text: cleanLine(line) })),
      )
  }

  /** Writes this swap's fence on every machine it touches; a machine that holds a higher one refuses. */
  const takeFences = async (machineIds: readonly string[]): Promise<void> => {
    const record = { appliance: needs.appliance, fence: swap().fence, swap: id }
    await Promise.all(machineIds.map((one) => patient(one, (target) => needs.sparks.takeFence(target, record, signal))))
  }

  return {
    id,
    needs,
    signal,
    swap,
    machine,
    say,
    enter,
    patient,
    sameBoot,
    record,
    takeFences,
    speakAs: (words: string) => (prefix = words),
  }
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
