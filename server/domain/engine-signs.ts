// What an engine's answers showed over time: whether its work moves, and what became of a test request. A reducer: no clock, no I/O.
import type { EngineLook } from './engine.ts'

/** A test request: one token. Never two at once. */
export interface Canary {
  readonly askedAt: number
  /** null: it is still waited for. */
  readonly endedAt: number | null
  /** `lost`: nothing came back in time. `refused`: the engine said why not. */
  readonly end: 'answered' | 'refused' | 'lost' | null
  readonly reason: string | null
}

export interface EngineSigns {
  readonly look: EngineLook | null
  /** The last healthy look. */
  readonly good: EngineLook | null
  /** First of the looks in a row that found work and nothing moving; null: it moves, or there is none. */
  readonly stillSince: number | null
  /** Last look that saw a counter move. */
  readonly movedAt: number | null
  readonly canary: Canary | null
  /** When the test requests that never came back were sent, since one last came back or a counter moved. */
  readonly lostAt: readonly number[]
}

export const noSigns: EngineSigns = { look: null, good: null, stillSince: null, movedAt: null, canary: null, lostAt: [] }

/** A test request is given up after this long, ms: stalls of a busy GPU are 1 to 4 s, and a first answer may compile for a while. */
export const canaryLimitMs = 30_000

/** More say no more. */
const mostLost = 8

export function afterLook(signs: EngineSigns, look: EngineLook): EngineSigns {
  const good = look.reachable && look.healthy ? look : signs.good
  // Counters that could not be read say nothing, in either direction.
  if (!look.reachable || look.runningRequests === null) return { ...signs, look, good }
  const moved = signs.look !== null && hasMoved(lastCounted(signs), look)
  const idle = look.runningRequests + (look.waitingRequests ?? 0) === 0
  return {
    ...signs,
    look,
    good,
    movedAt: moved ? look.at : signs.movedAt,
    stillSince: moved || idle ? null : (signs.stillSince ?? look.at),
    lostAt: moved ? [] : signs.lostAt,
  }
}

function lastCounted({ look, good }: EngineSigns): EngineLook | null {
  return look?.runningRequests == null ? good : look
}

/** Tokens in, tokens out, or the cache they fill: a long prompt fills the cache before it counts as read. */
function hasMoved(before: EngineLook | null, look: EngineLook): boolean {
  if (before === null) return false
  const pairs = [
    [before.promptTokens, look.promptTokens],
    [before.generatedTokens, look.generatedTokens],
    [before.cacheUsage, look.cacheUsage],
  ]
  return pairs.some(([was, is]) => was !== null && is !== null && was !== is)
}

export function afterCanaryAsked(signs: EngineSigns, at: number): EngineSigns {
  return { ...signs, canary: { askedAt: at, endedAt: null, end: null, reason: null } }
}

/** `ok` is null when it ended for reasons of ours: it says nothing and is forgotten. */
export function afterCanary(
  signs: EngineSigns,
  at: number,
  answer: { readonly ok: boolean; readonly reason: string | null } | null,
): EngineSigns {
  const { canary } = signs
  if (canary === null || canary.endedAt !== null) return signs
  if (answer === null) return { ...signs, canary: null }
  const late = at - canary.askedAt >= canaryLimitMs
  const end = answer.ok ? 'answered' : late ? 'lost' : 'refused'
  return {
    ...signs,
    canary: { ...canary, endedAt: at, end, reason: answer.reason },
    // An answer is movement, whatever the counters say.
    stillSince: end === 'answered' ? null : signs.stillSince,
    lostAt: end === 'lost' ? [...signs.lostAt, canary.askedAt].slice(-mostLost) : [],
  }
}
