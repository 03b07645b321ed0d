// What bots need of the world. A machine is given with the bot's own user: another login than the appliance's other one.
import type { Bot, BotActKind, BotLook, BotState } from '../domain/bot.ts'
import type { BotAct } from '../domain/bot-act.ts'
import type { Machine } from '../domain/machine.ts'

/** Bounded in time and rejecting as `Sparks` does. */
export interface BotSparks {
  lookAtBot(machine: Machine, bot: Bot, signal?: AbortSignal): Promise<BotLook>
  /** Starts a detached job once: it lives on whatever becomes of the connection. `id` names it for good. */
  startBotJob(machine: Machine, bot: Bot, act: { readonly id: string; readonly kind: BotActKind }, signal?: AbortSignal): Promise<void>
}

/** A change of the word for a bot. */
export interface BotChange {
  readonly at: number
  readonly state: BotState
  readonly sentence: string
}

export interface BotStore {
  /** In the order they were added; the same list until one is written. */
  list(): readonly Bot[]
  insert(bot: Bot): void
  update(bot: Bot): void
  /** With its acts and changes. */
  remove(id: string): void
  /** Newest first. */
  changes(bot: string, limit: number): readonly BotChange[]
  /** Keeps the newest 200 of a bot. */
  addChange(bot: string, change: BotChange): void
  /** False: another act on that bot is under way (unique index one_live_bot_act). Keeps the newest 50 of a bot. */
  beginAct(act: BotAct): boolean
  updateAct(act: BotAct): void
  /** Newest first. */
  acts(bot: string, limit: number): readonly BotAct[]
  /** The same list until an act is written. */
  liveActs(): readonly BotAct[]
  /** One transaction: what happened and its news are written together, or neither is. */
  together<Answer>(act: () => Answer): Answer
}
