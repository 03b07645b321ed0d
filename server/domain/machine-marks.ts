// What looks at a machine showed over time, for notes that must not flap: a reducer, no clock, no I/O.
import { type GpuReason, heldBackBy } from './gpu-reasons.ts'
import type { Observation } from './machine.ts'

type Seen = Pick<Observation, 'at' | 'bootId' | 'gpu' | 'facts'>

export interface MachineMarks {
  readonly bootId: string
  /** First and last of the looks that found the working GPU held back, without a pause in between; null: it is not. */
  readonly held: { readonly since: number; readonly until: number; readonly by: readonly GpuReason[]; readonly smMHz: number | null } | null
  /** Mount points of file systems that are nearly full. */
  readonly full: readonly string[]
  /** First of the looks in a row that found every fabric port down; null: one is up, or there are none. */
  readonly fabricDownSince: number | null
  readonly at: number
}

export const noMarks: MachineMarks = { bootId: '', held: null, full: [], fabricDownSince: null, at: 0 }

/** An idle GPU names its power cap for a moment (sparks.md 4): only a working one is held back. */
const workingPercent = 50
/** Free of it for this long, it is over; looks further apart say nothing of what was between them. */
const pauseMs = 120_000
/** A file system is nearly full below the first share of free space, and until there is more than the second. */
export const fullShare = 0.03
const roomShare = 0.04

export const heldLongMs = 300_000
export const fabricDownMs = 30_000

export function afterLook(before: MachineMarks, seen: Seen): MachineMarks {
  const marks = before.bootId !== seen.bootId && before.bootId !== '' && seen.bootId !== '' ? noMarks : before
  const down = seen.facts.ports.length > 0 && seen.facts.ports.every((port) => !port.active)
  return {
    bootId: seen.bootId,
    held: heldAfter(marks, seen),
    full: seen.facts.disks
      .filter((disk) => disk.freeBytes < disk.totalBytes * (marks.full.includes(disk.path) ? roomShare : fullShare))
      .map((disk) => disk.path),
    fabricDownSince: down ? (marks.fabricDownSince ?? seen.at) : null,
    at: seen.at,
  }
}

function heldAfter({ held }: MachineMarks, seen: Seen): MachineMarks['held'] {
  const by = (seen.gpu.loadPercent ?? 0) >= workingPercent ? heldBackBy(seen.facts.gpu.reasons) : []
  const goesOn = held !== null && seen.at - held.until <= pauseMs
  if (by.length > 0) return { since: goesOn ? held.since : seen.at, until: seen.at, by, smMHz: seen.gpu.smMHz }
  return goesOn ? held : null
}

/** Held back for long, and still; null otherwise. */
export function heldLong({ held, at }: MachineMarks): NonNullable<MachineMarks['held']> | null {
  return held !== null && held.until - held.since >= heldLongMs && at - held.until <= pauseMs ? held : null
}

export function isFabricDown({ fabricDownSince, at }: MachineMarks): boolean {
  return fabricDownSince !== null && at - fabricDownSince >= fabricDownMs
}
