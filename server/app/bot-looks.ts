// One look at a bot, by its own user's login.
import { SparkError } from '../contract/errors.ts'
import type { Bot, BotLook } from '../domain/bot.ts'
import type { BotSeen } from '../domain/bot-health.ts'
import type { Machine } from '../domain/machine.ts'
import type { HealthSigns } from '../domain/service-health.ts'
import type { BotSparks } from './bot-ports.ts'
import type { Clock } from './ports.ts'
import { spokenTrouble } from './spoken-trouble.ts'

export interface BotLookNeeds {
  readonly clock: Pick<Clock, 'now'>
  readonly sparks: Pick<BotSparks, 'lookAtBot'>
}

export interface BotPlace {
  readonly bot: Bot
  /** As that user knows it. */
  readonly machine: Machine
}

/** What is known of a bot. */
export interface BotKnown {
  readonly signs: HealthSigns
  readonly last: BotSeen | null
  /** What kept it from being seen the last time. */
  readonly error: SparkError | null
  /** The last look that there was, also while nothing is seen. */
  readonly look: BotLook | null
}

export interface BotProbe {
  readonly seen: BotSeen
  readonly error: SparkError | null
}

/** Bounded, never throws, never asks twice. */
export async function lookAtBot({ clock, sparks }: BotLookNeeds, { bot, machine }: BotPlace, signal: AbortSignal): Promise<BotProbe> {
  try {
    const look = await sparks.lookAtBot(machine, bot, signal)
    return { seen: { at: clock.now(), look, why: null }, error: null }
  } catch (thrown) {
    const error = thrown instanceof SparkError ? thrown : new SparkError('internal', { requestId: `look-${bot.id}` }, { cause: thrown })
    return { seen: { at: clock.now(), look: null, why: spokenTrouble(error).happened }, error }
  }
}

/** A machine as a user of its own knows it: a login, a connection and jobs of its own. */
export const placeOf = (machine: Machine, user: string): Machine => ({ ...machine, id: `${machine.id}-${user}`, user })
