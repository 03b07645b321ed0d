// The times of a rule within a window. Pure: how a cron text is read comes in as a function.
import type { Rule } from './schedule.ts'

/** Instants of a cron text in a zone with from < instant <= to, rising, at most `most`. */
export type CronWithin = (cron: string, timeZone: string, from: number, to: number, most: number) => readonly number[]

/**
 * Starts with from < start <= to (ms), rising, at most `most` of them. Where clocks go forward, a time that does not exist comes at
 * the first moment after the gap; where they go back, a time that exists twice comes once, the first time; rules that repeat within
 * the hour (every 30 minutes) come in both.
 */
export function startsWithin(rule: Rule, timeZone: string, from: number, to: number, most: number, cron: CronWithin): readonly number[] {
  if (to <= from) return []
  if (rule.kind === 'cron') return cron(rule.cron, timeZone, from, to, most)
  if (rule.kind === 'once') return rule.at > from && rule.at <= to ? [rule.at] : []
  const stepMs = rule.seconds * 1000
  const starts: number[] = []
  const first = Math.max(0, Math.floor((from - rule.anchor) / stepMs) + 1)
  for (let n = first; starts.length < most; n += 1) {
    const at = rule.anchor + n * stepMs
    if (at > to) break
    starts.push(at)
  }
  return starts
}
