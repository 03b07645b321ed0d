// What the looks at a machine showed over time: its GPU, and where its memory is going. A reducer: no clock, no I/O.
import { minuteMs } from './durations.ts'
import type { Observation } from './machine.ts'
import { bytesInWords, exactDuration } from './words.ts'

type Gpu = Observation['gpu']
type Seen = Pick<Observation, 'at' | 'gpu' | 'memory' | 'bootId'>

/** Memory that went away faster than a person can act, and has not come back. */
export interface Fall {
  readonly fromBytes: number
  readonly toBytes: number
  readonly at: number
  readonly tookMs: number
}

export interface MachineSigns {
  readonly gpu: (Gpu & { readonly at: number }) | null
  /** First of the looks in a row that found the GPU spinning: full load at the power of waiting. */
  readonly spinSince: number | null
  /** Last look that found it at real work. */
  readonly workedAt: number | null
  readonly memory: {
    readonly at: number
    readonly availableBytes: number
    readonly freeBytes: number
    readonly pressure: number | null
  } | null
  /** Last look that found memory changed: something loads or unloads. */
  readonly memoryMovedAt: number | null
  readonly fall: Fall | null
  /** Looks in a row in which programs waited for memory. */
  readonly starved: number
  readonly bootId: string
}

export const noMachineSigns: MachineSigns = {
  gpu: null,
  spinSince: null,
  workedAt: null,
  memory: null,
  memoryMovedAt: null,
  fall: null,
  starved: 0,
  bootId: '',
}

/** A spin-wait shows 96 % at about 20 W; real work 31 to 85 W (fake-spark.md 4). The line is drawn between the two. */
const fullLoadPercent = 90
export const workPowerW = 25
/** Below this share of its load a GPU does nothing. */
const idleLoadPercent = 10
/** A GPU that is stuck at low clock shows 507 to 513 MHz at full load; free ones 2405 and up (fake-spark.md 4). */
export const stuckClockMHz = 600

export type GpuWork = 'spins' | 'works' | 'idle' | 'unknown'

export function gpuWork(gpu: Gpu | null): GpuWork {
  if (gpu === null || gpu.loadPercent === null) return 'unknown'
  if (gpu.loadPercent < idleLoadPercent) return 'idle'
  if (gpu.powerW === null) return 'unknown'
  if (gpu.powerW > workPowerW) return 'works'
  return gpu.loadPercent >= fullLoadPercent ? 'spins' : 'idle'
}

const gib = 1024 ** 3
/** Memory that changes by this much between two looks moves. */
export const movedBytes = 64 * 1024 * 1024
/** 29 to 2.5 GiB took 9 s on a GB10 (admission-and-services.md 1): what reaches the floor within 10 s is said at once. */
const floorBytes = gib
const reachesFloorMs = 10_000
/** Smaller steps are the noise of a working engine. */
const leastFallBytes = 4 * gib
/** Looks further apart than this say nothing of speed. */
const comparableMs = minuteMs
/** Back above this share of where it fell from, the fall is over; and after ten minutes the new level is the usual one. */
const recoveredShare = 0.6
const fallLastsMs = 600_000
/** Share of the last ten seconds in which programs waited for memory, percent (PSI some avg10), in two looks in a row. */
const starvedPercent = 10
const starvedLooks = 2

export function afterObservation(signs: MachineSigns, seen: Seen): MachineSigns {
  if (signs.bootId !== '' && seen.bootId !== '' && seen.bootId !== signs.bootId) return afterObservation(noMachineSigns, seen)
  const work = gpuWork(seen.gpu)
  const { availableBytes, freeBytes, pressure } = seen.memory
  const moved = signs.memory !== null && Math.abs(availableBytes - signs.memory.availableBytes) > movedBytes
  return {
    gpu: { ...seen.gpu, at: seen.at },
    spinSince: work === 'spins' ? (signs.spinSince ?? seen.at) : null,
    workedAt: work === 'works' ? seen.at : signs.workedAt,
    memory: { at: seen.at, availableBytes, freeBytes, pressure },
    memoryMovedAt: moved || signs.memory === null ? seen.at : signs.memoryMovedAt,
    fall: fallAfter(signs, seen),
    starved: (pressure ?? 0) >= starvedPercent ? signs.starved + 1 : 0,
    bootId: seen.bootId,
  }
}

/** The speed between two looks decides, never a level: a healthy Spark rests with almost nothing free. */
function fallAfter({ memory, fall }: MachineSigns, seen: Seen): Fall | null {
  const now = seen.memory.availableBytes
  if (fall !== null) {
    const over = now > fall.fromBytes * recoveredShare || seen.at - fall.at > fallLastsMs
    return over
      ? null
      : { ...fall, toBytes: Math.min(fall.toBytes, now), tookMs: now < fall.toBytes ? seen.at - fall.at + fall.tookMs : fall.tookMs }
  }
  if (memory === null) return null
  const tookMs = seen.at - memory.at
  const lost = memory.availableBytes - now
  if (tookMs <= 0 || tookMs > comparableMs || lost < leastFallBytes) return null
  const leftMs = ((now - floorBytes) / lost) * tookMs
  return leftMs > reachesFloorMs ? null : { fromBytes: memory.availableBytes, toBytes: now, at: seen.at, tookMs }
}

/** What is wrong with a machine's memory, in a sentence that says what to do; null when nothing is. */
export function memoryDanger(signs: MachineSigns, name: string): string | null {
  const { fall, memory } = signs
  if (memory === null) return null
  const act = 'Stop what was started last, or stop the model, before the Spark freezes.'
  if (fall !== null) {
    const { fromBytes, toBytes, tookMs } = fall
    return `Memory of ${name} fell from ${bytesInWords(fromBytes)} to ${bytesInWords(toBytes)} free in ${exactDuration(tookMs)}. ${act}`
  }
  if (signs.starved < starvedLooks) return null
  return `Programs on ${name} wait for memory ${Math.round(memory.pressure ?? 0)} % of the time; ${bytesInWords(memory.availableBytes)} are free. ${act}`
}
