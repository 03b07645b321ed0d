// Outages and what was not watched, as sentences.
import type { Availability, Outage, OutageCause, WatchEnd } from './connectivity.ts'
import { exactDuration } from './words.ts'

const causeWords: Readonly<Record<OutageCause, string>> = {
  rebooted: 'It restarted.',
  ssh_only: 'SSH was gone while it went on answering over HTTP.',
  key_refused: 'It refused our key.',
  host_key_changed: 'It showed another host key.',
  all_at_once: 'Every Spark was lost in the same second, so the network between here and them was.',
  stood_still: 'It stood still itself: its own count shows the pause.',
  held_up: 'It went on, but its words were held up on the way.',
  refused: 'It refused connections.',
  unknown: 'The cause is not known.',
}

/** "8 s without a word. It restarted." */
export function outageSentence({ from, to, cause, seenEnd }: Outage, now: number): string {
  const length = exactDuration((to ?? now) - from)
  if (to === null) return `Without a word for ${length} now. ${causeWords[cause]}`
  if (!seenEnd) return `${length} without a word, then nobody watched any longer. ${causeWords[cause]}`
  return `${length} without a word. ${causeWords[cause]}`
}

const unwatchedWords: Readonly<Record<WatchEnd, string>> = {
  off: 'Spark Control was not running.',
  stopped: 'Spark Control was stopped.',
  removed: 'It was not in the list.',
  stood_still: 'The computer of Spark Control stood still.',
  clock: 'The clock of Spark Control jumped.',
}

export function unwatchedSentence(why: WatchEnd | null): string {
  return `Not watched. ${unwatchedWords[why ?? 'off']} Nothing is claimed of this time.`
}

/** Never rounded up to a hundred: "99.998 %", "100 %". */
export function percentWords(percent: number | null): string {
  if (percent === null) return 'not watched'
  if (percent >= 100) return '100 %'
  const digits = percent >= 99 ? 3 : 1
  const scale = 10 ** digits
  return `${(Math.floor(percent * scale) / scale).toFixed(digits)} %`
}

/** "Reached 99.98 % of the last day: 2 outages, 17 s in all." */
export function availabilitySentence(span: string, { percent, outages, outMs, watchedMs }: Availability): string {
  if (percent === null) return `Not watched in the last ${span}.`
  const out = outages === 0 ? 'no outage' : `${outages === 1 ? 'one outage' : `${outages} outages`}, ${exactDuration(outMs)} in all`
  return `Reached ${percentWords(percent)} of the ${exactDuration(watchedMs)} it was watched in the last ${span}: ${out}.`
}
