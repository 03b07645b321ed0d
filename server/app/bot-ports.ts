// What bots need of a machine. The machine is given with the bot's own user: another login than the appliance's other one.
import type { Bot, BotActKind, BotLook } from '../domain/bot.ts'
import type { Machine } from '../domain/machine.ts'

/** Bounded in time and rejecting as `Sparks` does. */
export interface BotSparks {
  lookAtBot(machine: Machine, bot: Bot, signal?: AbortSignal): Promise<BotLook>
  /** Starts a detached job once: it lives on whatever becomes of the connection. `id` names it for good. */
  startBotJob(machine: Machine, bot: Bot, act: { readonly id: string; readonly kind: BotActKind }, signal?: AbortSignal): Promise<void>
}
