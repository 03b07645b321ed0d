// Dead, wedged, slow, busy or answering: judged from everything seen together, with the facts it rests on. No single sign decides.
import { canaryLimitMs } from './engine-signs.ts'
import type { Fact } from './evidence.ts'
import { type GpuWork, gpuWork, stuckClockMHz } from './machine-signs.ts'
import type { Patient, View } from './patient.ts'
import { verdictFacts } from './verdict-facts.ts'

export const verdicts = [
  /** It was seen to answer, a moment ago, as the right model. */
  'answering',
  /** The same, and requests wait or one of them takes long. No outage. */
  'busy',
  /** It works and answers late. No outage either. */
  'slow',
  /** It says it is healthy, and no work moves, and a test request never came back. */
  'wedged',
  /** Its process ended, whatever its container says. */
  'dead',
  /** Its container is gone. */
  'gone',
  /** Another model answers at its place. */
  'replaced',
  /** It says itself that it is not well. */
  'unwell',
  /** Nobody answers, and nothing shows that anybody works. */
  'silent',
  /** Nothing fresh enough was seen. */
  'unknown',
] as const
export type Verdict = (typeof verdicts)[number]

export interface Judgement {
  readonly verdict: Verdict
  readonly evidence: readonly Fact[]
  /** A test request would tell more. */
  readonly wantsCanary: boolean
}

/** One look that nobody answered may be bad luck; for longer than this it is not, however seldom one looks, ms. */
const unansweredMs = 15_000
/** A dead process is believed when a later look at its door finds nobody, or when no look came for so long, ms. */
const deathDoubtMs = 6_000
/** A door that does not open while the GPU really works is slow, for so long, ms: the longest prefill measured took 170 s. */
const deafWhileWorkingMs = 180_000
/** A look at the GPU is believed for so long, ms. */
const gpuFreshMs = 30_000
/** An answer to a test request that took longer than this is late, ms: stalls of a busy GPU are 1 to 4 s. */
const lateAnswerMs = 10_000

/**
 * How long work may stand still, and how many test requests may be lost, before it is called wedged; by what the GPU does.
 * `works`: three times the longest prefill measured (170 s), because a long prompt moves no token until it is read.
 */
const wedgedAfter: Readonly<Record<GpuWork, { readonly stillMs: number; readonly lost: number }>> = {
  spins: { stillMs: canaryLimitMs, lost: 1 },
  idle: { stillMs: 60_000, lost: 1 },
  unknown: { stillMs: 180_000, lost: 2 },
  works: { stillMs: 600_000, lost: 3 },
}
/** How long before a test request is sent; by what the GPU does. A GPU at real work is left alone for longest. */
const suspiciousAfterMs: Readonly<Record<GpuWork, number>> = { spins: 8_000, idle: 20_000, unknown: 30_000, works: 60_000 }
/** Between two test requests; doubled for each one lost, because a stuck engine keeps them in its queue. */
const canaryApartMs = 60_000
const canaryApartMostMs = 600_000

export function judge(patient: Patient): Judgement {
  const view = viewOf(patient)
  const verdict = verdictOf(patient, view)
  return { verdict, evidence: verdictFacts(patient, view), wantsCanary: wantsCanary(patient, view, verdict) }
}

function viewOf({ now, since, servedName, engine, machine }: Patient): View {
  const { look, good } = engine
  const goodAt = good?.models.includes(servedName) === true ? good.at : Number.NEGATIVE_INFINITY
  const proofAt = Math.max(goodAt, since)
  const fresh = machine.gpu !== null && now - machine.gpu.at <= gpuFreshMs
  const gpu = fresh ? gpuWork(machine.gpu) : 'unknown'
  // A GPU that spins while counters move, or from before this model came, spins for nothing of this model's.
  const idleSpin = gpu === 'spins' && machine.spinSince !== null && (engine.movedAt ?? 0) < machine.spinSince ? machine.spinSince : null
  const stuck = engine.stillSince ?? idleSpin
  const stuckSince = stuck === null ? null : Math.max(stuck, since)
  return {
    proofAt,
    later: look !== null && look.at > proofAt ? look : null,
    gpu,
    stuckSince,
    lost: stuckSince === null ? 0 : engine.lostAt.filter((at) => at >= stuckSince).length,
  }
}

function verdictOf(patient: Patient, view: View): Verdict {
  const { process, servedName, now, freshMs, engine } = patient
  const { later, proofAt } = view
  if (process.state === 'gone') return 'gone'
  if (isDead(patient, view)) return 'dead'
  if (later?.reachable === true && later.models.length > 0 && !later.models.includes(servedName)) return 'replaced'
  if (later?.reachable === true && !later.healthy) return 'unwell'
  if (isWedged(patient, view)) return 'wedged'
  const trustedMs = later?.reachable === false ? Math.min(freshMs, unansweredMs) : freshMs
  if (now - proofAt <= trustedMs) return aliveAs(patient, view)
  return engine.look === null || engine.look.reachable ? 'unknown' : deafAs(patient, view)
}

/** Its door stays closed: a GPU at real work may be too busy to open it, for a while; or it loads for a process that came since. */
function deafAs({ process, now }: Patient, { gpu, proofAt }: View): Verdict {
  const isTheSame = process.state === 'alive' && process.upSince !== null && process.upSince <= proofAt
  return gpu === 'works' && isTheSame && now - proofAt <= deafWhileWorkingMs ? 'slow' : 'silent'
}

/** A look inside that finds no process is believed only where the door agrees: on a busy Spark docker itself may fail to answer. */
function isDead({ process, now, engine }: Patient, { proofAt }: View): boolean {
  if (process.state !== 'dead' || process.at === null || proofAt >= process.at) return false
  const seesNobody = engine.look !== null && engine.look.at > proofAt && !engine.look.healthy
  return seesNobody || now - process.at > deathDoubtMs
}

function isWedged({ now, engine }: Patient, { gpu, stuckSince, lost }: View): boolean {
  if (engine.look?.healthy !== true) return false
  const limit = wedgedAfter[gpu]
  return stuckSince !== null && lost >= limit.lost && now - stuckSince >= limit.stillMs
}

function aliveAs({ now, engine, machine }: Patient, { gpu, stuckSince }: View): Verdict {
  const { look, canary } = engine
  const tookMs = canary?.end === 'answered' ? (canary.endedAt ?? 0) - canary.askedAt : 0
  const lately = canary?.endedAt != null && now - canary.endedAt < canaryApartMs
  if (lately && tookMs > lateAnswerMs) return 'slow'
  const clock = machine.gpu?.smMHz ?? null
  if (gpu !== 'unknown' && gpu !== 'idle' && clock !== null && clock < stuckClockMHz) return 'slow'
  if ((look?.waitingRequests ?? 0) > 0) return 'busy'
  return stuckSince !== null && now - stuckSince >= suspiciousAfterMs.spins ? 'busy' : 'answering'
}

/** Only of an engine that says it is well, and never while one is out: a busy engine has better things to do. */
function wantsCanary({ now, engine }: Patient, { gpu, stuckSince, lost }: View, verdict: Verdict): boolean {
  if (verdict !== 'answering' && verdict !== 'busy' && verdict !== 'slow' && verdict !== 'wedged') return false
  const { look, canary } = engine
  if (look?.healthy !== true || stuckSince === null || now - stuckSince < suspiciousAfterMs[gpu]) return false
  if (canary === null) return true
  if (canary.endedAt === null) return false
  const again = canary.end === 'answered' ? canaryApartMostMs : Math.min(canaryApartMostMs, canaryApartMs * 2 ** lost)
  return now - canary.askedAt >= (canary.askedAt < stuckSince ? canaryApartMs : again)
}
