// How a bot is, from everything seen of it: the reducer of services (service-health.ts), fed with what docker or systemd says. A bot
// has no door that is asked, so that "running" is all that can be said of one, never "answering".
import type { BotLook, BotState } from './bot.ts'
import { minuteMs } from './durations.ts'
import { afterSight, type DoorSight, type HealthSigns, wordOf } from './service-health.ts'

/** One look, or why there was none. */
export type BotSeen =
  | { readonly at: number; readonly look: BotLook; readonly why: null }
  | { readonly at: number; readonly look: null; readonly why: string }

/** From the order to start until it runs, ms. */
export const botStartMs = minuteMs
/** A look proves nothing any more after so long, ms. */
export const botFreshMs = minuteMs

const rules = { startMs: botStartMs }

/** The signs after one more look. One that could not tell says nothing. */
export function afterBotLook(before: HealthSigns, { at, look, why }: BotSeen): HealthSigns {
  if (look === null) return afterSight(before, { of: 'door', door: doorOf(at, 'silent', why) }, rules)
  if (look.state === 'unknown') return before
  const box = { at, upSince: upSince(before, look, at), crashed: look.crashed, killed: false } as const
  const seen = afterSight(before, { of: 'container', container: { ...box, state: boxStates[look.state] } }, rules)
  if (look.state === 'stopped') return seen
  const end = look.state === 'running' ? 'answered' : 'wrong'
  return afterSight(seen, { of: 'door', door: doorOf(at, end, end === 'wrong' ? look.seen : null) }, rules)
}

const boxStates = { running: 'running', starting: 'running', degraded: 'unknown', stopped: 'stopped' } as const

/** The beginning of this start, where it is starting. */
function upSince({ container: box }: HealthSigns, { state }: BotLook, at: number): number | null {
  if (state !== 'starting') return null
  return box?.state === 'running' && box.upSince !== null ? box.upSince : at
}

/** How long a look took says how far the machine is, not how the bot is: 0. */
const doorOf = (at: number, end: DoorSight['end'], why: string | null): DoorSight => ({
  askedAt: at,
  at,
  end,
  tookMs: 0,
  why,
  counter: null,
  running: null,
  waiting: null,
})

/** The word for it. Nothing is said to run that the last look did not see running. */
export function botStateOf(signs: HealthSigns, last: BotSeen | null, at: number): BotState {
  if (last === null) return 'unknown'
  const word = wordOf(signs, at, botFreshMs)
  if (last.look === null) return word === 'unreachable' ? 'unreachable' : 'unknown'
  if (at - last.at > botFreshMs) return 'unknown'
  const { state } = last.look
  // Held: it keeps going and coming back.
  return state === 'running' && signs.hold !== null ? 'degraded' : state
}
