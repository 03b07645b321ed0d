// How a service is, from everything seen of it: what docker says of its container, what its door answers, and whether its work moves.
// A reducer: no clock, no I/O. One failure proves nothing, a service whose work moves is busy and not down, and what nobody has seen
// for a while is unknown.
import { median } from './eta.ts'
import type { ServiceState } from './words.ts'

export type ServiceHealth = 'unknown' | 'starting' | 'healthy' | 'busy' | 'degraded' | 'unhealthy' | 'stopped' | 'disabled'

/** What one look at the door said. `wrong`: it answered, and not as it should. */
export interface DoorSight {
  readonly askedAt: number
  readonly at: number
  readonly end: 'answered' | 'silent' | 'wrong'
  readonly tookMs: number
  /** Why not, in half a sentence. */
  readonly why: string | null
  /** A counter of finished work that only grows; null: it tells none. */
  readonly counter: number | null
  readonly running: number | null
  readonly waiting: number | null
}

/** What docker says of the container. `unknown`: docker or the machine did not answer; `none`: it has no container. */
export interface ContainerSight {
  readonly at: number
  readonly state: 'running' | 'stopped' | 'absent' | 'unknown' | 'none'
  /** It has been up since about then; null: not known. */
  readonly upSince: number | null
  /** It ended by itself, with an error: nobody stopped it. */
  readonly crashed: boolean
  /** By KILL: what docker does when a stop is not heeded in its time. */
  readonly killed: boolean
}

export type Sight =
  | { readonly of: 'door'; readonly door: DoorSight }
  | { readonly of: 'container'; readonly container: ContainerSight }
  /** Somebody started, stopped or restarted it: what was seen before counts no more. */
  | { readonly of: 'act'; readonly at: number; readonly what: 'start' | 'stop' }
  | { readonly of: 'switch'; readonly at: number; readonly enabled: boolean }

export interface HealthSigns {
  /** What is said of it. */
  readonly state: ServiceHealth
  /** What it was found to be; better than `state` while that is held. */
  readonly found: ServiceHealth
  readonly since: number | null
  readonly door: DoorSight | null
  readonly container: ContainerSight | null
  /** Failures since the last success or progress. */
  readonly failures: number
  readonly firstFailureAt: number | null
  /** Successes since the last failure. */
  readonly successes: number
  readonly answeredAt: number | null
  readonly progressAt: number | null
  readonly counter: number | null
  /** What it usually takes, ms; null: not learned yet. */
  readonly baselineMs: number | null
  readonly recentMs: readonly { readonly at: number; readonly ms: number }[]
  readonly slowSince: number | null
  /** Changes between being well and not, ms. */
  readonly flips: readonly number[]
  /** It keeps changing: nothing better than `worst` is said until then. */
  readonly hold: { readonly until: number; readonly worst: ServiceHealth } | null
  /** Something answers at its door while its container stands still. */
  readonly stranger: boolean
  readonly expectStart: number | null
}

export const noHealth: HealthSigns = {
  state: 'unknown',
  found: 'unknown',
  since: null,
  door: null,
  container: null,
  failures: 0,
  firstFailureAt: null,
  successes: 0,
  answeredAt: null,
  progressAt: null,
  counter: null,
  baselineMs: null,
  recentMs: [],
  slowSince: null,
  flips: [],
  hold: null,
  stranger: false,
  expectStart: null,
}

/** Work that moved so lately is work that goes on, ms: the longest stall of a busy GPU is 4 s. */
export const progressMs = 10_000
export const failuresUntilDown = 3
export const downAfterMs = 10_000
export const successesUntilUp = 2
/** Slow for so long is degraded, ms. */
export const slowForMs = 60_000
/** Below this nobody calls a service slow, ms. */
const slowLeastMs = 400
const leastSamples = 5
const mostSamples = 30
const windowMs = 120_000
export const flipsUntilHold = 4
export const flipWindowMs = 600_000
export const holdMs = 300_000

export interface HealthRules {
  /** From the start of its container until it answers, ms. */
  readonly startMs: number
}

/** The signs after one more sight. */
export function afterSight(before: HealthSigns, sight: Sight, rules: HealthRules): HealthSigns {
  if (sight.of === 'switch')
    return sight.enabled ? { ...noHealth, since: sight.at } : { ...noHealth, state: 'disabled', found: 'disabled', since: sight.at }
  if (before.state === 'disabled') return before
  const seen = seenOf(before, sight)
  const at = timeOf(sight)
  return settled(before, { ...seen, ...pace(seen, at) }, at, rules)
}

function timeOf(sight: Exclude<Sight, { of: 'switch' }>): number {
  if (sight.of === 'door') return sight.door.at
  return sight.of === 'container' ? sight.container.at : sight.at
}

function seenOf(before: HealthSigns, sight: Exclude<Sight, { of: 'switch' }>): HealthSigns {
  if (sight.of === 'act') return afterAct(before, sight)
  if (sight.of === 'container') return { ...before, ...container(before, sight.container) }
  return { ...before, ...door(before, sight.door) }
}

/** An act of ours begins a new episode; what the service usually takes is remembered. */
function afterAct(before: HealthSigns, { at, what }: { readonly at: number; readonly what: 'start' | 'stop' }): HealthSigns {
  const { baselineMs, container: known } = before
  return {
    ...noHealth,
    baselineMs,
    container: known,
    state: before.state,
    found: before.found,
    since: before.since,
    expectStart: what === 'start' ? at : null,
  }
}

function container(before: HealthSigns, now: ContainerSight): Partial<HealthSigns> {
  const still = (one: ContainerSight | null): boolean => one?.state === 'stopped' || one?.state === 'absent'
  if (!still(now)) return { container: now, stranger: now.state === 'unknown' ? before.stranger : false }
  const { answeredAt } = before
  // Two looks found it still, and between them somebody answered: that was not this container.
  const between = still(before.container) && answeredAt !== null && answeredAt > (before.container?.at ?? 0) && answeredAt < now.at
  return { container: now, stranger: between || (before.stranger && before.failures === 0) }
}

function door(before: HealthSigns, now: DoorSight): Partial<HealthSigns> {
  const moved = now.counter !== null && before.counter !== null && now.counter !== before.counter
  const progressAt = moved ? now.at : before.progressAt
  const counter = now.counter ?? before.counter
  if (now.end === 'answered') {
    return { door: now, counter, progressAt, failures: 0, firstFailureAt: null, successes: before.successes + 1, answeredAt: now.at }
  }
  if (isMoving({ progressAt }, now.at)) return { door: now, counter, progressAt, successes: 0 }
  return {
    door: now,
    counter,
    progressAt,
    failures: before.failures + 1,
    firstFailureAt: before.firstFailureAt ?? now.at,
    successes: 0,
    stranger: false,
  }
}

const isMoving = ({ progressAt }: Pick<HealthSigns, 'progressAt'>, at: number): boolean =>
  progressAt !== null && at - progressAt <= progressMs

/** How fast it answers, against what it usually takes. */
function pace(seen: HealthSigns, at: number): Pick<HealthSigns, 'recentMs' | 'baselineMs' | 'slowSince'> {
  const { door: last, baselineMs, slowSince } = seen
  const fresh = last !== null && last.at === at && last.end === 'answered'
  const kept = seen.recentMs.filter((one) => at - one.at < windowMs)
  const recentMs = fresh ? [...kept, { at, ms: last.tookMs }].slice(-mostSamples) : kept
  if (!fresh) return { recentMs, baselineMs, slowSince: last?.end === 'answered' ? slowSince : null }
  const lately = recentMs.map((one) => one.ms)
  const learned = baselineMs === null ? (lately.length < leastSamples ? null : median(lately)) : drifted(baselineMs, last.tookMs)
  return { recentMs, baselineMs: learned, slowSince: isSlow(lately, learned) ? (slowSince ?? at) : null }
}

/** Falls quickly and rises slowly: a baseline learned while everything was slow corrects itself, and a slow decline does not hide. */
function drifted(baseline: number, ms: number): number {
  return ms < baseline ? baseline + (ms - baseline) * 0.05 : baseline + (Math.min(ms, 2 * baseline) - baseline) * 0.002
}

function isSlow(lately: readonly number[], baseline: number | null): boolean {
  if (baseline === null || lately.length < leastSamples) return false
  const limit = Math.max(2 * baseline, slowLeastMs)
  // One answer alone says nothing, however late it was.
  return lately.filter((ms) => ms > limit).length >= 3 && ninetyFifth(lately) > limit
}

/** By nearest rank. */
function ninetyFifth(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.95) - 1] ?? 0
}

function settled(before: HealthSigns, seen: HealthSigns, at: number, rules: HealthRules): HealthSigns {
  const found = judged(before, seen, at, rules)
  const flips = isFlip(before.found, found) ? [...seen.flips, at] : seen.flips
  const isOver = seen.hold !== null && at >= seen.hold.until
  const recent = isOver ? [] : flips.filter((one) => at - one < flipWindowMs)
  const hold = held(isOver ? null : seen.hold, recent, found, at)
  const state = hold === null ? found : worse(found, hold.worst)
  return { ...seen, flips: recent, hold, found, state, since: state === before.state ? before.since : at }
}

const well: ReadonlySet<ServiceHealth> = new Set(['healthy', 'busy'])
const unwell: ReadonlySet<ServiceHealth> = new Set(['degraded', 'unhealthy', 'stopped', 'starting'])

const isFlip = (was: ServiceHealth, is: ServiceHealth): boolean => (well.has(was) && unwell.has(is)) || (unwell.has(was) && well.has(is))

function held(hold: HealthSigns['hold'], flips: readonly number[], found: ServiceHealth, at: number): HealthSigns['hold'] {
  if (hold !== null) return { ...hold, worst: worse(hold.worst, found) }
  return flips.length > flipsUntilHold ? { until: at + holdMs, worst: worse('degraded', found) } : null
}

const rank: Readonly<Record<ServiceHealth, number>> = {
  healthy: 0,
  busy: 1,
  starting: 2,
  unknown: 3,
  degraded: 4,
  unhealthy: 5,
  stopped: 6,
  disabled: 7,
}

const worse = (a: ServiceHealth, b: ServiceHealth): ServiceHealth => (rank[a] >= rank[b] ? a : b)

function judged(before: HealthSigns, seen: HealthSigns, at: number, { startMs }: HealthRules): ServiceHealth {
  const { door: last } = seen
  if (seen.stranger) return 'degraded'
  if (isStill(seen)) return 'stopped'
  if (last === null) return seen.expectStart === null && before.found !== 'starting' ? 'unknown' : 'starting'
  if (last.end === 'answered') return answering(before, seen, at)
  if (isMoving(seen, at)) return 'busy'
  if (isStarting(seen, at, startMs)) return 'starting'
  const failedEnough = seen.failures >= failuresUntilDown && at - (seen.firstFailureAt ?? at) >= downAfterMs
  if (failedEnough) return last.end === 'wrong' ? 'degraded' : 'unhealthy'
  return undecided(before, seen)
}

/** Not enough was seen to say otherwise, and what was said of a container that is gone or new says nothing. */
function undecided({ found: state }: HealthSigns, { container: box }: HealthSigns): ServiceHealth {
  return (state === 'stopped' || state === 'starting') && box?.state === 'running' ? 'unknown' : state
}

/** Docker says that nothing runs, and nothing answered since. */
function isStill({ container: box, answeredAt }: HealthSigns): boolean {
  if (box === null || (box.state !== 'stopped' && box.state !== 'absent')) return false
  return answeredAt === null || answeredAt <= box.at
}

function isStarting({ container: box, answeredAt, expectStart }: HealthSigns, at: number, startMs: number): boolean {
  const from = Math.max(expectStart ?? 0, box?.state === 'running' ? (box.upSince ?? 0) : 0)
  return from > 0 && at - from <= startMs && (answeredAt === null || answeredAt < from)
}

function answering(before: HealthSigns, seen: HealthSigns, at: number): ServiceHealth {
  const wasDown = before.found === 'unhealthy' || before.found === 'degraded'
  if (wasDown && before.slowSince === null && !before.stranger && seen.successes < successesUntilUp) return before.found
  if (seen.slowSince !== null && at - seen.slowSince >= slowForMs) return 'degraded'
  return (seen.door?.waiting ?? 0) > 0 ? 'busy' : 'healthy'
}

/** Nobody stopped it, and it does not come back by itself. Slow is not down: a restart would only throw away what it works on. */
export function isDown({ state, door: last, container: box, failures }: HealthSigns): boolean {
  if (state === 'stopped') return box?.crashed === true
  return state === 'unhealthy' || (state === 'degraded' && last?.end === 'wrong' && failures >= failuresUntilDown)
}

/** What is said rests on a look of this kind, and an older one proves nothing any more. */
export function isFresh({ state, door: last, container: box }: HealthSigns, at: number, freshMs: number): boolean {
  const seenAt = state === 'stopped' ? box?.at : last?.at
  return seenAt !== undefined && at - seenAt <= freshMs
}

/** The word for it: one of the eight of anything that serves. */
export function wordOf(signs: HealthSigns, at: number, freshMs: number): ServiceState {
  if (signs.state === 'disabled') return 'unknown'
  if (!isFresh(signs, at, freshMs)) return signs.state === 'starting' && signs.door === null ? 'starting' : 'unknown'
  if (signs.hold !== null && signs.state !== 'healthy') return 'degraded'
  return words[signs.state]
}

const words: Readonly<Record<ServiceHealth, ServiceState>> = {
  unknown: 'unknown',
  starting: 'starting',
  healthy: 'answering',
  busy: 'busy',
  degraded: 'degraded',
  unhealthy: 'unreachable',
  stopped: 'stopped',
  disabled: 'unknown',
}
