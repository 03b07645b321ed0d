// What healing remembers and draws, the same for services and bots.

import { attemptWindowMs, type HealSigns, noHeal } from '../domain/service-heal.ts'
import type { Requester } from '../domain/swap.ts'
import type { Ids } from './ports.ts'

interface Tried {
  readonly kind: string
  readonly requestedBy: Requester
  readonly startedAt: number
}

/** What an earlier life tried counts. `acts`: newest first. */
export function healedBefore(acts: readonly Tried[], now: number): HealSigns {
  const tried = acts.filter(({ requestedBy, kind }) => requestedBy.kind === 'system' && kind === 'restart')
  const attempts = tried.map((act) => act.startedAt).filter((at) => now - at < attemptWindowMs)
  return { ...noHeal, attempts: attempts.toReversed() }
}

/** From 0 to 1: spread over what is healed, and the same in every life. Nothing here is random. */
export const steadyDraw = ({ digest }: Pick<Ids, 'digest'>, of: string, attempt: number): number =>
  Number.parseInt(digest(`${of} ${attempt}`).slice(0, 8), 16) / 0xffffffff || 0.5
