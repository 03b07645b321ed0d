// An update or a restart of a bot, from the order to its end. What became of it is read from its job's own folder on the machine, so
// that it can be told after any loss of connection and after a restart of the appliance.
import { type BotActKind, type BotJob, botProgress } from './bot.ts'
import type { Requester } from './swap.ts'

export interface BotAct {
  /** Names its job on the machine: `update-` or `restart-` and what was drawn. */
  readonly id: string
  readonly bot: string
  readonly kind: BotActKind
  readonly state: 'running' | 'succeeded' | 'failed'
  readonly requestedBy: Requester
  readonly why: string | null
  readonly startedAt: number
  readonly endedAt: number | null
  /** How it ended. */
  readonly sentence: string | null
  /** The last line it printed, where it failed. */
  readonly line: string | null
}

/**
 * The act after a look at its machine that began once the order had been given or given up. `job`: the newest job of that bot there.
 * Only a look that succeeded may be given: silence says nothing of it. The same act where nothing new was seen.
 */
export function actAfter(act: BotAct, job: BotJob | null, at: number): BotAct {
  if (act.state !== 'running') return act
  if (job === null || job.id !== act.id) return endedAct(act, at, { state: 'failed', sentence: missing(job), line: null })
  const { state, sentence, line } = botProgress(job)
  return state === 'running' ? act : endedAct(act, at, { state, sentence, line })
}

export function endedAct(act: BotAct, at: number, end: Pick<BotAct, 'state' | 'sentence' | 'line'>): BotAct {
  return { ...act, ...end, endedAt: at }
}

const missing = (job: BotJob | null): string =>
  job === null
    ? 'It was not begun: the order did not reach the machine.'
    : 'It was not begun, or something else was done to the bot since: the machine keeps nothing of it.'
