// What is known of each bot. Each is looked at on its own clockwork: one whose machine hangs delays no other.
import type { Bot, BotState } from '../domain/bot.ts'
import { afterBotLook, botStateOf } from '../domain/bot-health.ts'
import type { Machine } from '../domain/machine.ts'
import { noHealth } from '../domain/service-health.ts'
import { type BotKnown, type BotProbe, placeOf } from './bot-looks.ts'
import type { BotSparks, BotStore } from './bot-ports.ts'
import { botSentence } from './bot-view.ts'
import { managedServices } from './managed-services.ts'
import type { Clock, Log, MachineStore, Sparks } from './ports.ts'
import type { EventsUse } from './use-cases.ts'
import { whenAborted } from './when-aborted.ts'

export interface BotWatchNeeds {
  readonly clock: Clock
  readonly sparks: Pick<BotSparks, 'lookAtBot'> & Pick<Sparks, 'forget'>
  readonly store: { readonly bots: BotStore; readonly machines: Pick<MachineStore, 'list'> }
  readonly events: Pick<EventsUse, 'append' | 'stage'>
  readonly log: Log
}

const lookMs = 15_000

interface Watched {
  known: BotKnown
  readonly life: AbortController
  looking: Promise<void> | null
  /** Where it was looked at last; a connection of its own is open there. */
  place: string | null
  /** The word that was last written down. */
  told: BotState | null
}

/** `acts`: before the word is told, so that what an act did is not told as news of its own. `state`: after it. */
type Turn = 'acts' | 'state'

const nothingKnown: BotKnown = { signs: noHealth, last: null, error: null, look: null }
/** States that last; the others are on the way to one of these, or say that nobody knows. */
const lasting: ReadonlySet<BotState> = new Set(['running', 'degraded', 'stopped', 'unreachable'])

export type BotWatch = ReturnType<typeof createBotWatch>

export function createBotWatch(needs: BotWatchNeeds) {
  const { clock, store, events } = needs
  const all = new Map<string, Watched>()
  const listeners: Record<Turn, Set<(bot: Bot) => void>> = { acts: new Set(), state: new Set() }
  let running: AbortSignal | null = null

  const rowOf = (id: string): Bot | undefined => store.bots.list().find((one) => one.id === id)
  const knownOf = (id: string): BotKnown => all.get(id)?.known ?? nothingKnown
  const stateOf = (id: string): BotState => botStateOf(knownOf(id).signs, knownOf(id).last, clock.now())
  const machineOf = (bot: Bot): Machine | null => {
    const machines = store.machines.list()
    return (bot.machine === null ? machines[0] : machines.find((one) => one.id === bot.machine)) ?? null
  }
  const isLive = (bot: Bot): boolean => store.bots.liveActs().some((act) => act.bot === bot.id)

  const tellChange = (bot: Bot, watched: Watched): void => {
    const state = stateOf(bot.id)
    if (!lasting.has(state) || isLive(bot) || state === watched.told) return
    watched.told ??= store.bots.changes(bot.id, 1)[0]?.state ?? null
    const before = watched.told
    if (state === before) return
    const sentence = botSentence({ bot, known: watched.known, state, machine: machineOf(bot) })
    // That something runs which nobody had seen before is no news; everything else is.
    const isNews = before !== null || state !== 'running'
    const news = store.bots.together(() => {
      store.bots.addChange(bot.id, { at: clock.now(), state, sentence })
      return isNews ? events.stage('bot_state_changed', { bot: bot.id, name: bot.name, state, sentence }) : null
    })
    watched.told = state
    news?.nudge()
  }

  /** The connection is closed where no other bot of that user needs it. */
  const leave = (watched: Watched): void => {
    const { place } = watched
    watched.place = null
    if (place !== null && ![...all.values()].some((one) => one.place === place)) needs.sparks.forget(place)
  }

  const end = (id: string): void => {
    const watched = all.get(id)
    if (watched === undefined) return
    watched.life.abort()
    all.delete(id)
    leave(watched)
  }

  const hear = (turn: Turn, bot: Bot): void => {
    for (const listener of listeners[turn]) listener(bot)
  }

  /** Where that bot is looked at now; null: nowhere. */
  const placeNow = (bot: Bot | undefined): Machine | null => {
    const machine = bot === undefined || bot.user === '' ? null : machineOf(bot)
    return bot === undefined || machine === null ? null : placeOf(machine, bot.user)
  }

  const see = (bot: Bot, watched: Watched, { seen, error }: BotProbe): void => {
    const { signs, look: before } = watched.known
    // What is done to it just now stops and starts it: that is no sign of how it is.
    const isActs = seen.look !== null && seen.look.state !== 'running' && isLive(bot)
    watched.known = { signs: isActs ? signs : afterBotLook(signs, seen), last: seen, error, look: seen.look ?? before }
    hear('acts', bot)
    tellChange(bot, watched)
    hear('state', bot)
    events.append('bot_observed', { bot: bot.id, name: bot.name })
  }

  const look = async (id: string, watched: Watched): Promise<void> => {
    const { signal } = watched.life
    if (signal.aborted) return
    const bot = rowOf(id)
    const machine = placeNow(bot)
    if (machine?.id !== watched.place) leave(watched)
    if (bot === undefined || machine === null) return
    watched.place = machine.id
    const probed = await managedServices.bot.probe(needs, { bot, machine }, signal)
    if (signal.aborted) return
    if (probed.error?.code === 'internal') needs.log.error('looking at a bot failed', { bot: id, error: probed.error })
    see(bot, watched, probed)
  }

  /** Looks that run at the same time are one. */
  const lookOnce = (id: string, watched: Watched): Promise<void> => {
    watched.looking ??= look(id, watched)
      .catch((error: unknown) => needs.log.error('a look at a bot could not be written down', { bot: id, error }))
      .finally(() => {
        watched.looking = null
      })
    return watched.looking
  }

  const follow = (bot: Bot): void => {
    if (running === null || running.aborted) return
    end(bot.id)
    const watched: Watched = { known: nothingKnown, life: new AbortController(), looking: null, place: null, told: null }
    all.set(bot.id, watched)
    if (bot.user === '') return
    void lookOnce(bot.id, watched)
    clock.every(
      () => lookMs,
      () => lookOnce(bot.id, watched),
      AbortSignal.any([running, watched.life.signal]),
    )
  }

  return {
    known: knownOf,
    state: stateOf,
    machineOf,

    /** A row is new or another one: what was known of it counts no more. */
    follow,

    forget: end,

    /** Resolves when the look that is on its way, if any, is over. */
    drained: async (id: string): Promise<void> => all.get(id)?.looking ?? undefined,

    /** One look that begins now. */
    async lookNow(id: string): Promise<void> {
      const watched = all.get(id)
      if (watched === undefined) return
      await watched.looking
      await lookOnce(id, watched)
    },

    start(signal: AbortSignal): void {
      running = signal
      for (const bot of store.bots.list()) follow(bot)
      whenAborted(signal, () => {
        for (const { life } of all.values()) life.abort()
      })
    },

    /** Called after every look. */
    onSeen(turn: Turn, listener: (bot: Bot) => void): () => void {
      listeners[turn].add(listener)
      return () => void listeners[turn].delete(listener)
    },
  }
}
