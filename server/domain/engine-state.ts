// The state word of an engine, from facts. It says "answering" only for what was seen to answer, as the right model, a moment ago.
import type { EngineLook } from './engine.ts'
import type { Reach } from './machine.ts'
import { aboutDuration, type ServiceState } from './words.ts'

/** What the last look inside the container said of its vLLM process. `unknown`: it was not looked at. */
export type ProcessState = 'alive' | 'dead' | 'gone' | 'unknown'

export interface EngineFacts {
  readonly now: number
  /** A good look older than this proves nothing any more, ms. */
  readonly freshMs: number
  /** The live switch of its cluster, when there is one. */
  readonly swap: { readonly sentence: string } | null
  readonly serving: { readonly name: string; readonly servedName: string; readonly since: number } | null
  readonly head: {
    readonly name: string
    readonly reach: Reach
    /** When it last answered, ms. */
    readonly seenAt: number | null
  } | null
  readonly process: ProcessState
  readonly look: EngineLook | null
  /** When the last look that found the right model healthy was, ms. */
  readonly goodAt: number | null
  /** Runs in a container of our name, but nobody has stored it (started by hand, not answering yet). */
  readonly coming: { readonly name: string; readonly machine: string } | null
  /** Every machine of the cluster was looked at at least once: "stopped" is known, not assumed. */
  readonly allSeen: boolean
  /** A machine that does not answer, by name: what runs there is not known. */
  readonly silent?: string | null
}

export interface EngineState {
  readonly state: ServiceState
  readonly sentence: string
}

/** One look that nobody answered may be bad luck; for longer than this it is not, however seldom one looks, ms. */
const unansweredMs = 15_000

export function engineState(facts: EngineFacts): EngineState {
  const { swap, serving, head } = facts
  if (swap !== null) return { state: 'switching', sentence: swap.sentence }
  if (serving === null) return emptyState(facts)
  if (head === null) return { state: 'unknown', sentence: `The machine that serves ${serving.name} is not in the list.` }
  if (head.reach === 'unreachable') return { state: 'unreachable', sentence: silence(head, facts.now) }
  return servingState(facts, serving, head.name)
}

/** "spark-1 has not answered for about 4 minutes." */
export function silence(head: { readonly name: string; readonly seenAt: number | null }, now: number): string {
  if (head.seenAt === null) return `${head.name} does not answer.`
  return `${head.name} has not answered for ${aboutDuration(now - head.seenAt)}.`
}

function emptyState({ coming, allSeen, silent }: EngineFacts): EngineState {
  if (coming !== null) return { state: 'starting', sentence: `${coming.name} is starting on ${coming.machine}; it was not started here.` }
  if (!allSeen) return { state: 'unknown', sentence: 'The machines were not looked at yet.' }
  if (silent != null) return { state: 'unknown', sentence: `${silent} does not answer, so what runs there is not known.` }
  return { state: 'stopped', sentence: 'Nothing is running.' }
}

function servingState(facts: EngineFacts, serving: NonNullable<EngineFacts['serving']>, head: string): EngineState {
  const { look, process } = facts
  const { name } = serving
  if (process === 'dead')
    return { state: 'degraded', sentence: `The vLLM process of ${name} ended on ${head}; its container is still there.` }
  if (process === 'gone') return { state: 'stopped', sentence: `${name} is no longer running: its container on ${head} is gone.` }
  const proofAt = Math.max(facts.goodAt ?? Number.NEGATIVE_INFINITY, serving.since)
  const later = look !== null && look.at > proofAt ? look : null
  if (later?.reachable === true && later.models.length > 0 && !later.models.includes(serving.servedName)) {
    return { state: 'degraded', sentence: `${later.models[0]} answers where ${name} should.` }
  }
  if (later?.reachable === true && !later.healthy) return { state: 'degraded', sentence: `${name} runs and says it is not well.` }
  const trustedMs = later?.reachable === false ? Math.min(facts.freshMs, unansweredMs) : facts.freshMs
  if (facts.now - proofAt <= trustedMs) return answering(name, look)
  if (look === null) return { state: 'unknown', sentence: `Whether ${name} answers was not looked at yet.` }
  if (look.reachable) return { state: 'unknown', sentence: `${name} was last looked at ${aboutDuration(facts.now - look.at)} ago.` }
  const since = facts.goodAt === null ? '' : ` for ${aboutDuration(facts.now - proofAt)}`
  return { state: 'degraded', sentence: `${name} has not answered${since}.` }
}

function answering(name: string, look: EngineLook | null): EngineState {
  const waiting = look?.waitingRequests ?? 0
  if (waiting === 0) return { state: 'answering', sentence: `${name} is answering.` }
  return { state: 'busy', sentence: `${name} is busy: ${waiting} ${waiting === 1 ? 'request waits' : 'requests wait'}.` }
}
