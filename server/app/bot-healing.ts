// Restarts bots that have failed, where their owner allows it; and what Home says of those that are not well. The backoff is that of
// services. Each attempt is an act like any other, and proved by what runs some seconds later.
import type { StatusView } from '../contract/operations/shapes.ts'
import type { Bot } from '../domain/bot.ts'
import { minuteMs } from '../domain/durations.ts'
import type { Machine } from '../domain/machine.ts'
import { type HealSigns, healStep, mostAttempts } from '../domain/service-heal.ts'
import type { BotActs } from './bot-acts.ts'
import type { BotStore } from './bot-ports.ts'
import { botSentence } from './bot-view.ts'
import type { BotWatch } from './bot-watch.ts'
import { healedBefore, steadyDraw } from './heal-memory.ts'
import { managedServices } from './managed-services.ts'
import { isSilence } from './patience.ts'
import type { Clock, Ids, Log } from './ports.ts'
import type { EventsUse } from './use-cases.ts'
import { whenAborted } from './when-aborted.ts'

export interface BotHealingNeeds {
  readonly clock: Pick<Clock, 'now'>
  readonly ids: Pick<Ids, 'digest'>
  readonly store: BotStore
  readonly watch: BotWatch
  readonly acts: Pick<BotActs, 'begin' | 'liveOf'>
  /** As the looks at the machine itself have it. */
  readonly isUnreachable: (machine: string) => boolean
  readonly events: Pick<EventsUse, 'append'>
  readonly log: Log
}

const byHouse = { kind: 'system', name: 'Spark Control', address: null } as const
const keptActs = 50
/** So long it may be away before Home speaks of it: a machine that restarts is back by then, ms. */
const longMs = 2 * minuteMs

export function createBotHealing(needs: BotHealingNeeds) {
  const { clock, store, watch, events } = needs
  const all = new Map<string, HealSigns>()
  /** Since when it is not well. */
  const unwell = new Map<string, number>()

  const signsOf = (bot: Bot): HealSigns => all.get(bot.id) ?? healedBefore(store.acts(bot.id, keptActs), clock.now())

  const consider = (bot: Bot): void => {
    const { signs: health, error } = watch.known(bot.id)
    const state = watch.state(bot.id)
    const well = state === 'running'
    if (well || state === 'starting') unwell.delete(bot.id)
    else unwell.set(bot.id, unwell.get(bot.id) ?? clock.now())
    const before = signsOf(bot)
    const { signs, step } = healStep(before, {
      at: clock.now(),
      well,
      down: error === null && managedServices.bot.heal({ signs: health }),
      allowed: bot.heal === 'auto' && error === null && needs.acts.liveOf(bot.id) === null,
      draw: steadyDraw(needs.ids, bot.id, before.attempts.length),
    })
    all.set(bot.id, signs)
    const machine = watch.machineOf(bot)?.name ?? ''
    if (step === 'give_up') events.append('bot_heal_exhausted', { bot: bot.id, name: bot.name, machine, attempts: signs.attempts.length })
    if (step !== 'restart') return
    const seen = watch.known(bot.id).look?.seen ?? 'ended'
    needs.acts.begin(bot, 'restart', { requestedBy: byHouse, why: `it had ended, ${seen}` }).catch((failure: unknown) => {
      needs.log.warn('a bot could not be restarted', { bot: bot.name, machine, error: failure })
    })
  }

  /** It stands still on purpose, it is worked on, or its whole machine is silent: that is said once, of the machine. */
  const isNoNews = (bot: Bot, machine: Machine | null): boolean => {
    const { error, look } = watch.known(bot.id)
    if (error !== null) return isSilence(error) && machine !== null && needs.isUnreachable(machine.id)
    return needs.acts.liveOf(bot.id) !== null || (look?.state === 'stopped' && !look.crashed)
  }

  const attentionOf = (bot: Bot): StatusView['attention'] => {
    const [known, since] = [watch.known(bot.id), unwell.get(bot.id)]
    const state = watch.state(bot.id)
    const machine = watch.machineOf(bot)
    if (bot.user === '' || since === undefined || state === 'running' || isNoNews(bot, machine)) return []
    const exhausted = all.get(bot.id)?.exhausted === true
    if (!exhausted && clock.now() - since < longMs) return []
    const said = `${bot.name}: ${botSentence({ bot, known, state, machine })}`
    const link = `/bots/${bot.id}`
    if (!exhausted) return [{ code: 'bot_unwell', sentence: said, link }]
    return [{ code: 'bot_heal_exhausted', sentence: `${said} It was restarted ${mostAttempts} times and is left alone now.`, link }]
  }

  return {
    start(signal: AbortSignal): void {
      whenAborted(signal, watch.onSeen('state', consider))
    },
    /** Its row is gone, or means another bot now. */
    forget(id: string): void {
      all.delete(id)
      unwell.delete(id)
    },
    /** What Home should say. What stands still on purpose is no trouble. */
    attention: (): StatusView['attention'] => store.list().flatMap(attentionOf),
  }
}
