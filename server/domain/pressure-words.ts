// Levels of memory pressure as sentences with their numbers.
import { type MemoryReading, silenceMs } from './memory-reading.ts'
import type { Pressure } from './pressure.ts'
import type { SignName } from './pressure-evidence.ts'
import { bytesInWords, exactDuration } from './words.ts'

type Known = Pick<Pressure, 'level' | 'last' | 'baseline'>

/** The signs in the order in which they say most. */
const telling: readonly SignName[] = ['falls', 'stallsHard', 'stalls', 'below25', 'below40', 'below60', 'waits', 'atFloor', 'flat']

function reason(sign: SignName | undefined, name: string, reading: MemoryReading, rests: string): string {
  const left = `${bytesInWords(reading.availableBytes)} of ${name} are available`
  const words: Readonly<Partial<Record<SignName, string>>> = {
    falls: `Memory of ${name} falls fast: ${bytesInWords(reading.availableBytes)} are left`,
    stallsHard: `Everything on ${name} stands still for memory ${Math.round(reading.full ?? 0)} % of the time; ${left}`,
    stalls: `Everything on ${name} stands still for memory ${Math.round(reading.full ?? 0)} % of the time; ${left}`,
    waits: `Programs on ${name} wait for memory ${Math.round(reading.some ?? 0)} % of the time; ${left}`,
  }
  return words[sign ?? 'below60'] ?? `${left}${rests}`
}

const acts: Readonly<Record<'warning' | 'high' | 'critical', string>> = {
  warning: 'Nothing new is loaded there until this is over.',
  high: 'Nothing new is loaded there, and work that can wait is asked to give memory back.',
  critical: 'Stop what was started last, or stop the model, before the Spark freezes.',
}

/** What a level means on this machine now, and what follows from it. */
export function pressureSentence(name: string, { level, last, baseline }: Known, why: readonly SignName[]): string {
  if (level === 'unknown' || last === null) {
    return `The memory of ${name} has not been heard of for ${exactDuration(silenceMs)} or more. Nothing is taken for granted until it is.`
  }
  if (level === 'normal') return `The memory of ${name} is calm: ${bytesInWords(last.availableBytes)} are available.`
  const rests = baseline === null ? '' : `; it rests at ${bytesInWords(baseline.availableBytes)}`
  const first = telling.find((sign) => why.includes(sign))
  const now =
    first === undefined ? `${bytesInWords(last.availableBytes)} of ${name} are available${rests}` : reason(first, name, last, rests)
  return `${now}. ${acts[level]}`
}
