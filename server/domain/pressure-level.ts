// How short a machine is of memory, in one word, and what follows from each. Never by percent used: a healthy Spark rests at 90 to 98 %.

export const pressureLevels = ['unknown', 'normal', 'warning', 'high', 'critical'] as const
export type PressureLevel = (typeof pressureLevels)[number]
/** What readings can show; `unknown` is the absence of readings. */
export type SeenLevel = Exclude<PressureLevel, 'unknown'>

const ranks: Readonly<Record<SeenLevel, number>> = { normal: 0, warning: 1, high: 2, critical: 3 }
const byRank: readonly SeenLevel[] = ['normal', 'warning', 'high', 'critical']

export const rankOf = (level: SeenLevel): number => ranks[level]
export const oneBelow = (level: SeenLevel): SeenLevel => byRank[Math.max(0, rankOf(level) - 1)] ?? 'normal'

export interface Consequences {
  /** Nothing new may be loaded on the machine. What is loading already is never cut off. */
  readonly holdsLoads: boolean
  /** Work that can come back later is asked to give its memory back. */
  readonly shedsBackground: boolean
  /** The least important service that may be stopped is stopped. */
  readonly shedsService: boolean
}

/** admission-and-services.md 3.4. `unknown` is treated as warning, never as normal. */
export const whatFollows: Readonly<Record<PressureLevel, Consequences>> = {
  normal: { holdsLoads: false, shedsBackground: false, shedsService: false },
  unknown: { holdsLoads: true, shedsBackground: false, shedsService: false },
  warning: { holdsLoads: true, shedsBackground: false, shedsService: false },
  high: { holdsLoads: true, shedsBackground: true, shedsService: false },
  critical: { holdsLoads: true, shedsBackground: true, shedsService: true },
}
