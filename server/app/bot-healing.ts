// Restarts bots that have failed, where their owner allows it; and what Home says of those that are not well. The backoff is that of
// services. Each attempt is an act like any other, and proved by what runs some seconds later.
import type { StatusView } from '../contract/operations/shapes.ts'
import type { Bot } from '../domain/bot.ts'
import { minuteMs } from '../domain/durations.ts'
import { attemptWindowMs, type HealSigns, healStep, mostAttempts, noHeal } from '../domain/service-heal.ts'
import type { BotActs } from './bot-acts.ts'
import type { BotStore } from './bot-ports.ts'
import { botSentence } from './bot-view.ts'
import type { BotWatch } from './bot-watch.ts'
import { managedServices } from './managed-services.ts'
import type { Clock, Ids, Log } from './ports.ts'
import type { EventsUse } from './use-cases.ts'
import { whenAborted } from './when-aborted.ts'

export interface BotHealingNeeds {
  readonly clock: Pick<Clock, 'now'>
  readonly ids: Pick<Ids, 'digest'>
  readonly store: BotStore
  readonly watch: BotWatch
  readonly acts: Pick<BotActs, 'begin' | 'liveOf'>
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

  /** What an earlier life tried counts. */
  const signsOf = (bot: Bot): HealSigns => {
    const known = all.get(bot.id)
    if (known !== undefined) return known
    const tried = store.acts(bot.id, keptActs).filter(({ requestedBy, kind }) => requestedBy.kind === 'system' && kind === 'restart')
    const attempts = tried.map((act) => act.startedAt).filter((at) => clock.now() - at < attemptWindowMs)
    return { ...noHeal, attempts: attempts.toReversed() }
  }

  /** Spread over bots, and the same in every life: nothing here is random. */
  const drawOf = (bot: Bot, attempt: number): number =>
    Number.parseInt(needs.ids.digest(`${bot.id} ${attempt}`).slice(0, 8), 16) / 0xffffffff || 0.5

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
      draw: drawOf(bot, before.attempts.length),
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

  const attentionOf = (bot: Bot): StatusView['attention'] => {
    const [known, since] = [watch.known(bot.id), unwell.get(bot.id)]
    const state = watch.state(bot.id)
    const isStill = state === 'stopped' && known.look?.crashed !== true
    if (bot.user === '' || since === undefined || state === 'running' || isStill || needs.acts.liveOf(bot.id) !== null) return []
    const exhausted = all.get(bot.id)?.exhausted === true
    if (!exhausted && clock.now() - since < longMs) return []
    const said = `${bot.name}: ${botSentence({ bot, known, state, machine: watch.machineOf(bot) })}`
    const sentence = exhausted ? `${said} It was restarted ${mostAttempts} times and is left alone now.` : said
    return [{ code: exhausted ? 'bot_heal_exhausted' : 'bot_unwell', sentence, link: `/bots/${bot.id}` }]
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
