// The bots: looks, acts, healing, logs, and what is offered of them.
import { createBotActs } from './app/bot-acts.ts'
import { createBotHealing } from './app/bot-healing.ts'
import { takeBotSeed } from './app/bot-seeds.ts'
import { createBotWatch } from './app/bot-watch.ts'
import { createBots } from './app/bots.ts'
import type { Fleet } from './app/fleet.ts'
import type { Logs } from './app/logs.ts'
import type { EventsUse } from './app/use-cases.ts'
import type { Job } from './jobs.ts'
import type { Adapters } from './world.ts'

export interface BotsGround {
  readonly world: Adapters
  readonly events: EventsUse
  readonly fleet: Pick<Fleet, 'views'>
  readonly logs: Logs['any']
  readonly shutdown: AbortSignal
}

export function composeBots({ world, events, fleet, logs, shutdown }: BotsGround) {
  const { clock, ids, log, stores, sparks, env } = world
  const watch = createBotWatch({ clock, sparks, store: stores, events, log })
  const acts = createBotActs({ clock, ids, sparks, store: stores.bots, watch, events, log, shutdown })
  const isUnreachable = (id: string): boolean => fleet.views().some(({ machine, reach }) => machine.id === id && reach === 'unreachable')
  const healing = createBotHealing({ clock, ids, store: stores.bots, watch, acts, isUnreachable, events, log })
  const bots = createBots({ clock, ids, store: stores, watch, acts, healing, events, logs })
  const jobs: readonly Job[] = [
    {
      owner: 'bot-seeds',
      does: 'takes over the bot of an earlier installation',
      every: 'at start',
      start: () => takeBotSeed({ store: stores, env, clock, ids, log }),
    },
    { owner: 'bot-acts', does: 'follows updates and restarts of bots', every: 'after each look, 1 second meanwhile', start: acts.start },
    { owner: 'bot-healing', does: 'restarts bots that may be', every: 'after each look', start: healing.start },
    { owner: 'bot-watch', does: 'looks at bots', every: '15 seconds', start: watch.start },
  ]
  return { bots, attention: healing.attention, jobs, settled: acts.settled }
}
