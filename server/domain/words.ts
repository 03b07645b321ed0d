// The owner's words, decided once. "Switch" is the owner's word for what the code calls a swap: the only double name.
import { hourMs, minuteMs } from './durations.ts'

export const serviceStates = ['answering', 'busy', 'switching', 'starting', 'degraded', 'stopped', 'unreachable', 'unknown'] as const
export type ServiceState = (typeof serviceStates)[number]

export const serviceStateWord: Readonly<Record<ServiceState, string>> = {
  answering: 'Answering',
  busy: 'Busy',
  switching: 'Switching',
  starting: 'Starting',
  degraded: 'Degraded',
  stopped: 'Stopped',
  unreachable: 'Unreachable',
  unknown: 'Unknown',
}

export const phases = ['check', 'make_room', 'start', 'load', 'warm_up', 'verify', 'restore'] as const
export type Phase = (typeof phases)[number]

export const phaseWord: Readonly<Record<Phase, string>> = {
  check: 'Checking',
  make_room: 'Making room',
  start: 'Starting',
  load: 'Loading the model',
  warm_up: 'Warming up',
  verify: 'Making sure it answers',
  restore: 'Bringing the previous model back',
}

/** The last phase of a switch that had nothing to bring back. */
export const clearingWord = 'Clearing what was started'
/** Said only after every machine of a switch was seen to run nothing of ours. */
export const nothingAnswers = 'Nothing is answering.'
/** Where something else does. */
export const nothingOfOursAnswers = 'Nothing that Spark Control started is answering.'
/** Machines, by name, that do not say what runs there. */
export function unseenWords(machines: readonly string[]): string {
  const [verb, there] = machines.length === 1 ? ['does', 'there'] : ['do', 'on them']
  return `${machines.join(' and ')} ${verb} not answer, so what runs ${there} is not known.`
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** What a stop stops when nothing of ours is known to serve. */
export const leftover = 'what was left of an earlier start'
export const leftoverStopped = `${capital(leftover)} was stopped.`

/** Sizes as people say them: decimal gigabytes, one digit below ten. */
export function bytesInWords(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const
  let value = bytes
  let unit = 0
  while (Math.abs(value) >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  const text = unit > 0 && Math.abs(value) < 10 ? value.toFixed(1) : String(Math.round(value))
  return `${text} ${units[unit]}`
}

/** Exact durations: "40 s", "3 min 50 s", "2 h 5 min". */
export function exactDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  const minutes = Math.floor(seconds / 60)
  if (seconds < 60) return `${seconds} s`
  if (minutes >= 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
  return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`
}

/** Durations that go on, without what would change at every look: "40 seconds", "1 minute", "3 hours". */
export function wholeDuration(ms: number): string {
  const units = [
    [hourMs, 'hour'],
    [minuteMs, 'minute'],
    [1000, 'second'],
  ] as const
  const [size, word] = units.find(([least]) => ms >= least) ?? units[2]
  const count = Math.floor(ms / size)
  return `${count} ${word}${count === 1 ? '' : 's'}`
}

/** Durations as people say them: "about 40 seconds", "about 4 minutes", "about 3 hours". */
export function aboutDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  const minutes = Math.round(seconds / 60)
  const hours = Math.round(minutes / 60)
  if (seconds < 1) return 'less than a second'
  if (seconds < 10) return seconds === 1 ? 'about a second' : `about ${seconds} seconds`
  if (seconds < 53) return `about ${Math.round(seconds / 5) * 5} seconds`
  if (minutes < 90) return minutes <= 1 ? 'about a minute' : `about ${minutes} minutes`
  return hours < 48 ? `about ${hours} hours` : `about ${Math.round(hours / 24)} days`
}
