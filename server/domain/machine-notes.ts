// What about a machine needs a hand, each in a sentence that says what to do. The same notes make the attention list of Home and the
// first sentence of the machine's page.
import { dayMs } from './durations.ts'
import { type GpuReason, reasonsInWords } from './gpu-reasons.ts'
import { badDriver } from './known-drivers.ts'
import { isStale, type MachineView } from './machine.ts'
import { isUnexpected } from './machine-facts.ts'
import { heldLong, isFabricDown, type MachineMarks } from './machine-marks.ts'
import { aboutDuration, bytesInWords, wholeDuration } from './words.ts'

export interface MachineNote {
  readonly code: string
  readonly sentence: string
}

export interface NoteFacts {
  readonly now: number
  readonly marks: MachineMarks
  /** Name of a model that needs two Sparks; null: there is none. Asked only where a cable is down. */
  readonly acrossSparks: () => string | null
}

/** An unexpected start is news for a day. */
const restartIsNewsMs = dayMs

/** Most urgent first. Nothing is said of a machine that was never seen. */
export function machineNotes(
  { machine, observation }: Pick<MachineView, 'machine' | 'observation'>,
  facts: NoteFacts,
): readonly MachineNote[] {
  if (observation === null) return []
  const { name } = machine
  const seen = observation
  const { marks, now } = facts
  const notes: (MachineNote | null)[] = [
    driverNote(name, seen.driver),
    heldNote(name, marks, seen.facts.gpu.maxMHz),
    fabricNote(name, marks, facts.acrossSparks),
    restartNote(name, seen.facts.boots?.[0], now),
    ...seen.facts.disks
      .filter((disk) => marks.full.includes(disk.path))
      .map((disk) => ({
        code: 'disk_full',
        sentence: `${disk.path} on ${name} has only ${bytesInWords(disk.freeBytes)} left of ${bytesInWords(disk.totalBytes)}. Delete models that nobody uses before the next download.`,
      })),
  ]
  return notes.filter((one) => one !== null)
}

function driverNote(name: string, driver: string | null): MachineNote | null {
  const bad = badDriver(driver)
  if (bad === null) return null
  const sentence = `${name} has the GPU driver ${driver}. With ${bad.series}, ${bad.why}. Go back to a ${bad.instead} driver.`
  return { code: 'bad_driver', sentence }
}

const helps = (by: readonly GpuReason[]): string => {
  if (by.some((one) => one === 'heat' || one === 'hw_heat')) return 'Give it cool air and see whether its vents are free.'
  if (by.includes('power_brake') || by.includes('power_cap'))
    return 'Use the power supply it came with, straight at the wall. If it stays, take the power away for a minute.'
  return 'See what its own system log says.'
}

function heldNote(name: string, marks: MachineMarks, maxMHz: number | null): MachineNote | null {
  const held = heldLong(marks)
  if (held === null) return null
  const clock = held.smMHz === null ? '' : ` (now ${held.smMHz} MHz${maxMHz === null ? '' : ` of ${maxMHz}`})`
  const sentence = `The GPU of ${name} has been held back by ${reasonsInWords(held.by)} for ${wholeDuration(held.until - held.since)}${clock}. ${helps(held.by)}`
  return { code: 'gpu_held_back', sentence }
}

function fabricNote(name: string, marks: MachineMarks, acrossSparks: () => string | null): MachineNote | null {
  if (!isFabricDown(marks)) return null
  const model = acrossSparks()
  if (model === null) return null
  return {
    code: 'fabric_down',
    sentence: `The cable to the other Sparks is down on ${name}, and ${model} needs two Sparks. Check the cable at both ends.`,
  }
}

function restartNote(name: string, boot: Parameters<typeof isUnexpected>[0], now: number): MachineNote | null {
  if (boot === undefined || isUnexpected(boot) !== true || now - boot.at > restartIsNewsMs) return null
  const ago = aboutDuration(Math.max(0, now - boot.at))
  const sentence =
    boot.cause === 'heat'
      ? `${name} became too hot and restarted ${ago} ago. Give it cool air and see whether its vents are free.`
      : `${name} restarted ${ago} ago without having been shut down: the power failed, or it froze. If it happens again under load, a lower clock helps: sudo nvidia-smi -lgc 200,2150.`
  return { code: 'unexpected_restart', sentence }
}

export interface Well {
  readonly state: 'well' | 'look' | 'unwell' | 'unknown'
  readonly sentence: string
}

const veryShort: ReadonlySet<string> = new Set(['high', 'critical'])

interface WellFacts {
  readonly now: number
  readonly pollMs: number
  readonly notes: readonly MachineNote[]
  /** A sentence about its memory, when it is in danger. */
  readonly danger: string | null
  /** How short it is of memory; null: nobody follows it. */
  readonly pressure: { readonly level: string; readonly sentence: string } | null
}

/** Is this Spark well? Said only where everything that it rests on was seen just now; what is not known is never well. */
export function machineWell(view: MachineView, { now, pollMs, notes, danger, pressure }: WellFacts): Well {
  const { machine, observation: seen, trouble } = view
  if (trouble !== null) return { state: 'unwell', sentence: trouble.sentence }
  if (view.reach === 'unreachable') return { state: 'unwell', sentence: `${machine.name} does not answer.` }
  if (seen === null) return { state: 'unknown', sentence: `${machine.name} has not been seen yet.` }
  if (isStale(view, now, pollMs))
    return { state: 'unknown', sentence: `How ${machine.name} is now is not known: it was last seen ${aboutDuration(now - seen.at)} ago.` }
  const short = danger ?? (pressure !== null && veryShort.has(pressure.level) ? pressure.sentence : null)
  if (short !== null) return { state: 'unwell', sentence: short }
  if (seen.gpuName === null)
    return { state: 'unwell', sentence: `The GPU driver of ${machine.name} does not answer. A restart of the machine usually mends it.` }
  if (seen.dockerProblem !== null)
    return { state: 'unwell', sentence: `Docker does not answer on ${machine.name}, so nothing can be started there.` }
  const first = notes[0]
  if (first !== undefined) return { state: 'look', sentence: first.sentence }
  if (pressure !== null && pressure.level !== 'normal')
    return { state: pressure.level === 'warning' ? 'look' : 'unknown', sentence: pressure.sentence }
  return { state: 'well', sentence: `${machine.name} is well.` }
}
