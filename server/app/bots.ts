// The bot: looked at by the clock once its user is set, updated and restarted by jobs on its machine. What an act did is kept where it
// was done, in the job's own folder: so it is told after any loss of connection and after a restart of the appliance.
import { SparkError, tellError } from '../contract/errors.ts'
import type { BotView } from '../contract/operations/bots.ts'
import { type Bot, type BotJob, type BotLook, type BotState, botProgress } from '../domain/bot.ts'
import { cleanLine } from '../domain/clean-line.ts'
import type { Machine } from '../domain/machine.ts'
import type { BotSparks } from './bot-ports.ts'
import type { BotsUse } from './bot-use.ts'
import { isoTime } from './iso-time.ts'
import type { LogSource } from './log-ports.ts'
import type { Logs } from './logs.ts'
import type { Clock, Ids, Log, MachineStore } from './ports.ts'
import type { EventsUse, SettingsUse } from './use-cases.ts'

export interface BotsNeeds {
  readonly clock: Clock
  readonly ids: Pick<Ids, 'next'>
  readonly sparks: BotSparks
  readonly store: { readonly machines: Pick<MachineStore, 'list'> }
  readonly settings: Pick<SettingsUse, 'get' | 'watch'>
  readonly events: Pick<EventsUse, 'append'>
  readonly logs: Logs['any']
  readonly log: Log
}

const lookMs = 15_000
/** While an act of ours is under way. */
const actMs = 1_000
const busySeconds = 10

interface Known {
  /** What the bot was when this was seen; another one makes it worth nothing. */
  readonly of: string
  readonly look: BotLook | null
  readonly trouble: SparkError | null
  readonly at: number
}

export type Bots = ReturnType<typeof createBots>

export function createBots(needs: BotsNeeds) {
  const { clock, settings, store, sparks, events } = needs
  let known: Known | null = null
  let looking: Promise<void> | null = null
  /** The act that ran when it was last looked at: its end is news. */
  let running: string | null = null
  let told: BotState | null = null

  const machineOf = (): Machine | null => {
    const wanted = settings.get('bot.machine').trim()
    const all = store.machines.list()
    return (wanted === '' ? all[0] : all.find((one) => one.name === wanted || one.id === wanted)) ?? null
  }
  const botOf = (): Bot | null => {
    const user = settings.get('bot.user')
    if (user === '') return null
    const folder = settings.get('bot.folder')
    return {
      id: 'main',
      name: settings.get('bot.name'),
      machine: machineOf()?.id ?? '',
      user,
      folder: folder === '' ? null : folder,
      runs: settings.get('bot.runs'),
      unit: settings.get('bot.unit'),
      restartWords: settings.get('bot.restartWords'),
    }
  }
  const wanted = (id: string): Bot => {
    const bot = botOf()
    if (bot === null || bot.id !== id) throw new SparkError('not_found', { what: `bot "${id.slice(0, 40)}"` })
    return bot
  }
  /** The machine as that user knows it: a login, and jobs, of its own. */
  const placeOf = (bot: Bot): Machine => {
    const machine = machineOf()
    if (machine === null) throw new SparkError('not_found', { what: `machine of ${bot.name}` })
    return { ...machine, id: `${machine.id}-${bot.user}`, user: bot.user }
  }
  const knownOf = (bot: Bot): Known | null => (known?.of === JSON.stringify(bot) ? known : null)

  const stateOf = (now: Known | null): BotState => {
    if (now === null) return 'unknown'
    return now.trouble === null ? (now.look?.state ?? 'unknown') : 'unreachable'
  }

  const viewOf = (bot: Bot): BotView => {
    const machine = machineOf()
    const now = knownOf(bot)
    const job = now?.look?.job ?? null
    const trouble = now?.trouble ?? null
    return {
      id: bot.id,
      name: bot.name,
      machine: machine === null ? null : { id: machine.id, name: machine.name },
      user: bot.user,
      runs: bot.runs,
      unit: bot.unit,
      folder: bot.folder,
      state: stateOf(now),
      sentence: sentenceOf(bot, machine?.name ?? null, now),
      observedAt: now === null ? null : isoTime(now.at),
      version: now?.look?.version ?? null,
      act: job === null ? null : actOf(job),
      trouble: trouble === null ? null : troubleOf(trouble),
    }
  }

  const tell = (bot: Bot, before: Known | null, now: Known): void => {
    const job = now.look?.job ?? null
    if (job !== null && job.state !== 'running' && running === job.id) {
      const { kind, state, sentence } = botProgress(job)
      events.append('bot_act_ended', { bot: bot.id, name: bot.name, kind, succeeded: state === 'succeeded', sentence })
    }
    if (now.look !== null) running = job?.state === 'running' ? job.id : null
    const state = stateOf(now)
    const isNews = before !== null && told !== null && told !== state && running === null && state !== 'starting'
    if (isNews) events.append('bot_state_changed', { bot: bot.id, name: bot.name, state, sentence: viewOf(bot).sentence })
    if (running === null && state !== 'starting') told = state
  }

  const look = async (bot: Bot): Promise<void> => {
    const before = knownOf(bot)
    const of = JSON.stringify(bot)
    let now: Known
    try {
      now = { of, look: await sparks.lookAtBot(placeOf(bot), bot), trouble: null, at: clock.now() }
    } catch (error) {
      if (!(error instanceof SparkError)) throw error
      now = { of, look: before?.look ?? null, trouble: error, at: clock.now() }
    }
    known = now
    tell(bot, before, now)
  }
  /** Looks that run at the same time are one. */
  const lookOnce = (bot: Bot): Promise<void> => {
    looking ??= look(bot).finally(() => {
      looking = null
    })
    return looking
  }

  /** Until the act is over, or cannot be followed; the clock's own looks take it up again then. */
  const followAct = async (): Promise<void> => {
    while (running !== null) {
      await clock.sleep(actMs)
      const bot = botOf()
      if (bot === null) return
      await lookOnce(bot)
      if (known?.trouble !== null) return
    }
  }

  const source = (bot: Bot): LogSource => ({ kind: bot.runs, name: bot.unit })

  const use: BotsUse = {
    list: () => [botOf()].flatMap((bot) => (bot === null ? [] : [viewOf(bot)])),
    find: (id) => viewOf(wanted(id)),
    async look(id) {
      await lookOnce(wanted(id))
      return viewOf(wanted(id))
    },
    async act(id, kind, by) {
      const bot = wanted(id)
      if (kind === 'update' && bot.folder === null) throw new SparkError('bot_no_folder', { name: bot.name })
      await lookOnce(bot)
      const seen = knownOf(bot)
      if (seen?.trouble != null) throw seen.trouble
      const job = seen?.look?.job
      if (job?.state === 'running')
        throw new SparkError('bot_busy', { name: bot.name, doing: botProgress(job).sentence, retryAfterSeconds: busySeconds })
      const act = { id: `${kind}-${needs.ids.next()}`, kind }
      needs.log.info('an act on a bot', { bot: bot.id, act: act.id, by })
      running = act.id
      await sparks.startBotJob(placeOf(bot), bot, act)
      await lookOnce(bot)
      followAct().catch((error: unknown) => needs.log.error('following an act on a bot failed', { error }))
      return viewOf(bot)
    },
    readLog: async (id, ask, signal) => needs.logs.read(placeOf(wanted(id)), source(wanted(id)), ask, signal),
    searchLog: async (id, ask, signal) => needs.logs.search(placeOf(wanted(id)), source(wanted(id)), ask, signal),
    followLog: (id, after, signal) => needs.logs.follow(placeOf(wanted(id)), source(wanted(id)), after, signal),
    downloadLog: async (id, signal) => needs.logs.download(placeOf(wanted(id)), source(wanted(id)), signal),
  }

  return {
    use,
    /** Nothing runs by itself while no user is set. */
    start(signal: AbortSignal): void {
      let round = new AbortController()
      const begin = (): void => {
        round.abort()
        round = new AbortController()
        if (settings.get('bot.user') === '' || signal.aborted) return
        const once = async (): Promise<void> => {
          const bot = botOf()
          if (bot !== null && machineOf() !== null) await lookOnce(bot)
        }
        clock.every(() => lookMs, once, AbortSignal.any([signal, round.signal]))
        void once().catch((error: unknown) => needs.log.error('looking at a bot failed', { error }))
      }
      begin()
      const off = settings.watch('bot.user', begin)
      signal.addEventListener(
        'abort',
        () => {
          off()
          round.abort()
        },
        { once: true },
      )
    },
  }
}

function actOf(job: BotJob): NonNullable<BotView['act']> {
  const { line, ...progress } = botProgress(job)
  return { id: job.id, ...progress, line: line === null ? null : cleanLine(line) }
}

function troubleOf(trouble: SparkError): NonNullable<BotView['trouble']> {
  const { happened, now, next } = tellError(trouble.code, trouble.facts)
  return { code: trouble.code, happened, now, next }
}

const stateWords: Readonly<Record<BotLook['state'], string>> = {
  running: 'It runs',
  starting: 'It is starting',
  degraded: 'It does not stay up',
  stopped: 'It does not run',
  unknown: 'What it does is not known',
}

function sentenceOf(bot: Bot, machine: string | null, known: Known | null): string {
  if (machine === null) return `There is no machine ${bot.machine} for it.`
  if (known === null) return 'It has not been looked at yet.'
  if (known.trouble !== null) return tellError(known.trouble.code, known.trouble.facts).happened
  if (known.look === null) return 'It has not been looked at yet.'
  return `${stateWords[known.look.state]} on ${machine}: ${known.look.seen}.`
}
