// Updates and restarts of bots. Written down before the first effect; what became of one is read from its job's own folder, so that a
// lost connection or a restart of the appliance loses nothing. No lock: a bot changes nothing of what runs on the cluster.
import { SparkError } from '../contract/errors.ts'
import { type Bot, type BotActKind, botProgress } from '../domain/bot.ts'
import { actAfter, type BotAct, endedAct } from '../domain/bot-act.ts'
import type { Requester } from '../domain/swap.ts'
import { placeOf } from './bot-looks.ts'
import type { BotSparks, BotStore } from './bot-ports.ts'
import type { BotWatch } from './bot-watch.ts'
import { isSilence } from './patience.ts'
import type { Clock, Ids, Log } from './ports.ts'
import { spokenTrouble } from './spoken-trouble.ts'
import type { EventsUse } from './use-cases.ts'
import { whenAborted } from './when-aborted.ts'

export interface BotActNeeds {
  readonly clock: Clock
  readonly ids: Pick<Ids, 'next'>
  readonly sparks: Pick<BotSparks, 'startBotJob'>
  readonly store: BotStore
  readonly watch: BotWatch
  readonly events: Pick<EventsUse, 'stage'>
  readonly log: Log
  readonly shutdown: AbortSignal
}

/** Between two looks while an act is under way. */
const followMs = 1_000
const busySeconds = 10

export type BotActs = ReturnType<typeof createBotActs>

export function createBotActs(needs: BotActNeeds) {
  const { clock, store, watch, events, shutdown } = needs
  /** Acts whose order is on its way: that the machine does not know of one yet says nothing. */
  const sending = new Set<string>()
  const following = new Map<string, Promise<void>>()

  const factsOf = ({ id, name }: Bot, act: BotAct) => ({
    bot: id,
    name,
    act: act.id,
    kind: act.kind,
    requestedBy: act.requestedBy.name,
  })
  const liveOf = (bot: string): BotAct | null => store.liveActs().find((act) => act.bot === bot) ?? null

  /** Once: what was given up already is not told a second time. */
  const end = (bot: Bot, act: BotAct): void => {
    if (liveOf(bot.id)?.id !== act.id) return
    const { state, sentence } = act
    const news = store.together(() => {
      store.updateAct(act)
      return events.stage('bot_act_ended', { ...factsOf(bot, act), succeeded: state === 'succeeded', sentence: sentence ?? '' })
    })
    news.nudge()
  }

  const follow = (bot: string): void => {
    if (following.has(bot) || shutdown.aborted) return
    const walking = async (): Promise<void> => {
      // Where it is not seen, the slower looks of the clock take it up again.
      while (liveOf(bot) !== null && watch.known(bot).error === null) {
        await clock.sleep(followMs, shutdown)
        await watch.lookNow(bot)
      }
    }
    const done = walking()
      .catch((error: unknown) => {
        if (!shutdown.aborted) needs.log.error('following an act on a bot failed', { bot, error })
      })
      .finally(() => following.delete(bot))
    following.set(bot, done)
  }

  const seen = (bot: Bot): void => {
    const act = liveOf(bot.id)
    const { last, look } = watch.known(bot.id)
    if (act === null || sending.has(act.id) || last === null || last.look === null) return
    const now = actAfter(act, look?.job ?? null, clock.now())
    if (now === act) follow(bot.id)
    else end(bot, now)
  }

  const busy = (bot: Bot): SparkError | null => {
    const act = liveOf(bot.id)
    const job = watch.known(bot.id).look?.job ?? null
    const runs = job?.state === 'running' && watch.known(bot.id).error === null
    if (act === null && !runs) return null
    const doing = job !== null && (runs || job.id === act?.id) ? botProgress(job).sentence : 'the order is on its way.'
    return new SparkError('bot_busy', { name: bot.name, doing, retryAfterSeconds: busySeconds })
  }

  const send = async (bot: Bot, act: BotAct): Promise<void> => {
    const machine = watch.machineOf(bot)
    if (machine === null) throw new SparkError('not_found', { what: `machine of ${bot.name}` })
    sending.add(act.id)
    try {
      await needs.sparks.startBotJob(placeOf(machine, bot.user), bot, { id: act.id, kind: act.kind }, shutdown)
    } catch (error) {
      // It may have arrived: the next look tells.
      if (shutdown.aborted || isSilence(error)) return
      const why = error instanceof SparkError ? spokenTrouble(error).happened : 'Something went wrong inside Spark Control.'
      end(bot, endedAct(act, clock.now(), { state: 'failed', sentence: `It was not begun. ${why}`, line: null }))
      throw error
    } finally {
      // A look that was on its way before the order tells nothing of it either.
      await watch.drained(bot.id)
      sending.delete(act.id)
    }
  }

  return {
    liveOf,

    /** Why nothing else may be done to it now; null: it may. An act that nobody can see any more holds nothing up. */
    inTheWay: (bot: Bot): SparkError | null => (watch.known(bot.id).error === null ? busy(bot) : null),

    /** Its row is about to go, or to mean another bot: an act that was not seen to end is told as that. */
    abandon(bot: Bot): void {
      const act = liveOf(bot.id)
      const sentence = 'It was not seen to end: its machine did not answer. It may still go on there.'
      if (act !== null) end(bot, endedAct(act, clock.now(), { state: 'failed', sentence, line: null }))
    },

    /** Resolves when it is under way. */
    async begin(bot: Bot, kind: BotActKind, by: { readonly requestedBy: Requester; readonly why?: string }): Promise<void> {
      if (bot.user === '') throw new SparkError('bot_no_user', { name: bot.name })
      if (kind === 'update' && bot.folder === null) throw new SparkError('bot_no_folder', { name: bot.name })
      await watch.lookNow(bot.id)
      const { error } = watch.known(bot.id)
      if (error !== null) throw error
      const inTheWay = busy(bot)
      if (inTheWay !== null) throw inTheWay
      const act: BotAct = {
        id: `${kind}-${needs.ids.next()}`,
        bot: bot.id,
        kind,
        state: 'running',
        requestedBy: by.requestedBy,
        why: by.why ?? null,
        startedAt: clock.now(),
        endedAt: null,
        sentence: null,
        line: null,
      }
      const news = store.together(() => {
        if (!store.beginAct(act)) throw busy(bot) ?? new SparkError('not_found', { what: `bot "${bot.id}"` })
        return events.stage('bot_act_started', { ...factsOf(bot, act), why: act.why })
      })
      news.nudge()
      await send(bot, act)
      await watch.lookNow(bot.id)
    },

    /** Listens before the first look, so that what an earlier life began is taken up by it. */
    start(signal: AbortSignal): void {
      whenAborted(signal, watch.onSeen('acts', seen))
    },

    settled: async (): Promise<void> => {
      await Promise.all(following.values())
    },
  }
}
