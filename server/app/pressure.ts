// How short each machine is of memory: feeds the reducer from the streams, says every change, and answers who asks.
import type { MachineView } from '../domain/machine.ts'
import type { MemoryReading } from '../domain/memory-reading.ts'
import type { PlanPressure } from '../domain/plan-facts.ts'
import { afterReading, afterSilence, noPressure, type Pressure, type PressureChange, type PressureGround } from '../domain/pressure.ts'
import type { Baseline } from '../domain/pressure-evidence.ts'
import type { PressureLevel } from '../domain/pressure-level.ts'
import { pressureSentence } from '../domain/pressure-words.ts'
import { isoTime } from './iso-time.ts'
import type { Clock, Log, MachineStore } from './ports.ts'
import type { PressureView } from './pressure-use.ts'
import { isStorageTrouble } from './storage.ts'
import type { BaselineStore } from './stream-ports.ts'
import type { Streams } from './streams.ts'
import type { EventsUse } from './use-cases.ts'

export interface PressureNeeds {
  readonly clock: Pick<Clock, 'now'>
  readonly streams: Pick<Streams, 'listen' | 'isFollowed'>
  readonly store: { readonly machines: Pick<MachineStore, 'find'>; readonly baselines: BaselineStore }
  /** What is known of a machine beside its readings. */
  readonly groundOf: (machine: string) => Omit<PressureGround, 'learned'>
  readonly events: Pick<EventsUse, 'append'>
  readonly log: Log
}

export interface LevelChange extends PressureChange {
  readonly machine: string
}

export type Pressures = ReturnType<typeof createPressure>

/** A reachable machine whose memory is not heard of for so long is told on Home, ms. */
const unheardMs = 30_000

interface Known {
  readonly pressure: Pressure
  readonly why: PressureChange['why']
}

export function createPressure(needs: PressureNeeds) {
  const { streams, store, events } = needs
  const known = new Map<string, Known>()
  const learned = new Map<string, Baseline | null>()
  const listeners: ((change: LevelChange) => void)[] = []

  const nameOf = (id: string): string => store.machines.find(id)?.name ?? id

  const learnedOf = (id: string): Baseline | null => {
    const there = learned.get(id)
    if (there !== undefined) return there
    const read = store.baselines.find(id)
    learned.set(id, read)
    return read
  }

  /** What a machine rests at outlives the appliance: one that starts during a leak would learn the leak. */
  const keep = (id: string, baseline: Baseline | null): void => {
    if (baseline === null || baseline === learnedOf(id)) return
    learned.set(id, baseline)
    try {
      store.baselines.set(id, baseline, needs.clock.now())
    } catch (error) {
      if (!isStorageTrouble(error)) throw error
    }
  }

  const said = (machine: string, { pressure, why }: Known, change: PressureChange): void => {
    const { last, baseline } = pressure
    const seen = change.to === 'unknown' ? null : last
    events.append('machine_pressure_changed', {
      machine,
      name: nameOf(machine),
      level: change.to,
      previous: change.from,
      sentence: pressureSentence(nameOf(machine), pressure, why),
      availableBytes: seen?.availableBytes ?? null,
      restsAtBytes: baseline?.availableBytes ?? null,
      waitsPercent: seen?.some ?? null,
      stallsPercent: seen?.full ?? null,
    })
  }

  const take = (machine: string, { state, change }: ReturnType<typeof afterReading>): void => {
    const before = known.get(machine)
    const now: Known = { pressure: state, why: change === null ? (before?.why ?? []) : change.why }
    known.set(machine, now)
    if (change === null) return
    // The first readings of a life are no news where all is well.
    const isNews = before !== undefined && before.pressure.since > 0
    if (isNews || change.to !== 'normal') said(machine, now, change)
    for (const listener of listeners) {
      try {
        listener({ ...change, machine })
      } catch (error) {
        needs.log.error('a listener of memory pressure failed', { machine, error })
      }
    }
  }

  const reading = (machine: string, seen: MemoryReading): void => {
    const before = known.get(machine)?.pressure ?? noPressure
    const step = afterReading(before, seen, { ...needs.groundOf(machine), learned: learnedOf(machine) })
    tellKills(machine, before.last, seen)
    take(machine, step)
    keep(machine, step.state.baseline)
  }

  const tellKills = (machine: string, before: MemoryReading | null, { kills, bootId }: MemoryReading): void => {
    if (before === null || before.bootId !== bootId || kills === null || before.kills === null || kills <= before.kills) return
    events.append('machine_out_of_memory', { machine, name: nameOf(machine), processes: kills - before.kills })
  }

  streams.listen({
    reading,
    silent: (machine, at) => take(machine, afterSilence(known.get(machine)?.pressure ?? noPressure, at)),
    lost: () => undefined,
    begun: () => undefined,
    ended: (machine) => {
      known.delete(machine)
      learned.delete(machine)
    },
  })

  const levelOf = (machine: string): PressureLevel => known.get(machine)?.pressure.level ?? 'unknown'

  const sentenceOf = (machine: string): string => {
    const { pressure, why } = known.get(machine) ?? { pressure: noPressure, why: [] }
    return pressureSentence(nameOf(machine), pressure, why)
  }

  return {
    levelOf,
    sentenceOf,
    /** The last reading; null: none came since it is followed, or it is unknown now. */
    readingOf: (machine: string): MemoryReading | null => {
      const pressure = known.get(machine)?.pressure
      return pressure === undefined || pressure.level === 'unknown' ? null : pressure.last
    },
    /** For a plan; null: nobody follows that machine. */
    planFacts: (machine: string): PlanPressure | null =>
      streams.isFollowed(machine) ? { level: levelOf(machine), sentence: sentenceOf(machine) } : null,
    /** null: nobody follows this machine's memory (it was never reached, or nothing runs by itself). */
    view(machine: string): PressureView | null {
      if (!streams.isFollowed(machine)) return null
      const { level, since, baseline, last } = known.get(machine)?.pressure ?? noPressure
      return {
        level,
        since: since === 0 ? null : isoTime(since),
        sentence: sentenceOf(machine),
        restsAtBytes: baseline?.availableBytes ?? null,
        waitsPercent: level === 'unknown' ? null : (last?.some ?? null),
        stallsPercent: level === 'unknown' ? null : (last?.full ?? null),
      }
    },
    /** What Home should say; null: nothing. A machine that does not answer at all is told of already. */
    attention({ machine, reach }: Pick<MachineView, 'machine' | 'reach'>): { readonly code: string; readonly sentence: string } | null {
      const pressure = known.get(machine.id)?.pressure
      if (reach !== 'reachable' || pressure === undefined || pressure.level === 'normal') return null
      if (pressure.level !== 'unknown') return { code: 'memory_pressure', sentence: sentenceOf(machine.id) }
      if (pressure.since === 0 || needs.clock.now() - pressure.since < unheardMs) return null
      return { code: 'pressure_unknown', sentence: sentenceOf(machine.id) }
    },
    /** Called at every change of a level, both ways, after it was said. */
    onChange: (listener: (change: LevelChange) => void): void => void listeners.push(listener),
  }
}
