// The bots: the list, what is known of each, and what may be done to it.
import { SparkError } from '../contract/errors.ts'
import type { BotView } from '../contract/operations/bot-shapes.ts'
import { type Bot, isElsewhere, isSameBot } from '../domain/bot.ts'
import type { Machine } from '../domain/machine.ts'
import type { BotActs } from './bot-acts.ts'
import { placeOf } from './bot-looks.ts'
import type { BotStore } from './bot-ports.ts'
import type { BotEdit, BotsUse } from './bot-use.ts'
import { botHistory, botView } from './bot-view.ts'
import type { BotWatch } from './bot-watch.ts'
import type { LogSource } from './log-ports.ts'
import type { Logs } from './logs.ts'
import type { Clock, Ids, MachineStore } from './ports.ts'
import type { EventsUse } from './use-cases.ts'

export interface BotsNeeds {
  readonly clock: Pick<Clock, 'now'>
  readonly ids: Pick<Ids, 'next'>
  readonly store: { readonly bots: BotStore; readonly machines: Pick<MachineStore, 'list'> }
  readonly watch: BotWatch
  readonly acts: BotActs
  /** What healing knows of a bot is forgotten with it. */
  readonly healing: { forget(id: string): void }
  readonly events: Pick<EventsUse, 'append'>
  readonly logs: Logs['any']
}

const shownChanges = 50
const shownActs = 20
/** More than these are a mistake of a program. */
const mostBots = 20

export function createBots(needs: BotsNeeds): BotsUse {
  const { store, watch, acts, events, healing } = needs

  const rowOf = (id: string): Bot => {
    const found = store.bots.list().find((one) => one.id === id)
    if (found === undefined) throw new SparkError('not_found', { what: `bot "${id.slice(0, 64)}"` })
    return found
  }

  const viewOf = (bot: Bot): BotView =>
    botView({
      bot,
      known: watch.known(bot.id),
      state: watch.state(bot.id),
      machine: watch.machineOf(bot),
      act: acts.liveOf(bot.id) ?? store.bots.acts(bot.id, 1)[0] ?? null,
    })

  const placed = (bot: Bot): Bot => ({ ...bot, machine: watch.machineOf(bot)?.id ?? bot.machine })

  /** Raises what is wrong with a row as it would be. */
  const check = (bot: Bot): void => {
    const isListed = store.machines.list().some((one) => one.id === bot.machine)
    if (bot.machine !== null && !isListed) throw new SparkError('bot_invalid', { why: 'there is no such machine' })
    if (bot.user === '') return
    const same = store.bots.list().find((one) => one.id !== bot.id && isSameBot(placed(one), placed(bot)))
    if (same === undefined) return
    const where = `${bot.unit} of ${bot.user} on ${watch.machineOf(bot)?.name ?? 'its machine'}`
    throw new SparkError('bot_exists', { name: same.name, where })
  }

  const refuseDuringAct = (bot: Bot): void => {
    const inTheWay = acts.inTheWay(bot)
    if (inTheWay !== null) throw inTheWay
  }

  const logOf = (id: string): readonly [Machine, LogSource] => {
    const bot = rowOf(id)
    const machine = watch.machineOf(bot)
    if (bot.user === '') throw new SparkError('bot_no_user', { name: bot.name })
    if (machine === null) throw new SparkError('not_found', { what: `machine of ${bot.name}` })
    return [placeOf(machine, bot.user), { kind: bot.runs, name: bot.unit }]
  }

  return {
    list: () => store.bots.list().map(viewOf),
    find: (id) => viewOf(rowOf(id)),
    history: (id) => botHistory(store.bots.changes(rowOf(id).id, shownChanges), store.bots.acts(id, shownActs)),
    add(edit, by) {
      if (store.bots.list().length >= mostBots) throw new SparkError('bot_invalid', { why: `${mostBots} bots are in the list already` })
      const bot = edited(freshBot(needs.ids.next(), needs.clock.now()), edit)
      check(bot)
      store.bots.insert(bot)
      watch.follow(bot)
      events.append('bot_added', { bot: bot.id, name: bot.name, by })
      return viewOf(bot)
    },
    edit(id, edit, by) {
      const before = rowOf(id)
      refuseDuringAct(before)
      const bot = edited(before, edit)
      check(bot)
      const moves = isElsewhere(before, bot)
      if (moves) acts.abandon(before)
      store.bots.update(bot)
      if (moves) {
        healing.forget(id)
        watch.follow(bot)
      }
      events.append('bot_changed', { bot: id, name: bot.name, by })
      return viewOf(bot)
    },
    remove(id, by) {
      const bot = rowOf(id)
      refuseDuringAct(bot)
      acts.abandon(bot)
      store.bots.remove(id)
      watch.forget(id)
      healing.forget(id)
      events.append('bot_removed', { bot: id, name: bot.name, by })
    },
    async look(id) {
      await watch.lookNow(rowOf(id).id)
      return viewOf(rowOf(id))
    },
    async act(id, kind, by) {
      await acts.begin(rowOf(id), kind, { requestedBy: by })
      return viewOf(rowOf(id))
    },
    readLog: async (id, ask, signal) => needs.logs.read(...logOf(id), ask, signal),
    searchLog: async (id, ask, signal) => needs.logs.search(...logOf(id), ask, signal),
    followLog: (id, after, signal) => needs.logs.follow(...logOf(id), after, signal),
    downloadLog: async (id, signal) => needs.logs.download(...logOf(id), signal),
  }
}

export function freshBot(id: string, now: number): Bot {
  return {
    id,
    name: 'Bot',
    machine: null,
    user: '',
    folder: null,
    runs: 'unit',
    unit: 'bot.service',
    restartWords: [],
    heal: 'manual',
    addedAt: now,
  }
}

const edited = (bot: Bot, edit: BotEdit): Bot => ({
  ...bot,
  ...Object.fromEntries(Object.entries(edit).filter(([name, value]) => value !== undefined && name in bot)),
})
