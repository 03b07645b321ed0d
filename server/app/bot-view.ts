// Bots as the contract shows them, and what is said of each in a sentence.
import type { BotHistoryView, BotView } from '../contract/operations/bot-shapes.ts'
import { type Bot, type BotLook, type BotState, botProgress } from '../domain/bot.ts'
import type { BotAct } from '../domain/bot-act.ts'
import { cleanLine } from '../domain/clean-line.ts'
import type { Machine } from '../domain/machine.ts'
import type { BotKnown } from './bot-looks.ts'
import type { BotChange } from './bot-ports.ts'
import { isoTime, isoTimeOrNull } from './iso-time.ts'
import { spokenTrouble } from './spoken-trouble.ts'

export interface SaidOfBot {
  readonly bot: Bot
  readonly known: BotKnown
  readonly state: BotState
  readonly machine: Machine | null
}

export interface BotViewFacts extends SaidOfBot {
  /** The one under way, or the newest. */
  readonly act: BotAct | null
}

export function botView(facts: BotViewFacts): BotView {
  const { bot, known, state, machine, act } = facts
  const live = act?.state === 'running'
  return {
    id: bot.id,
    name: bot.name,
    machine: machine === null ? null : { id: machine.id, name: machine.name },
    machineId: bot.machine,
    user: bot.user,
    runs: bot.runs,
    unit: bot.unit,
    folder: bot.folder,
    restartWords: [...bot.restartWords],
    heal: bot.heal,
    watched: bot.user !== '',
    state: live && state === 'stopped' ? 'starting' : state,
    sentence: botSentence(facts),
    observedAt: isoTimeOrNull(known.last?.at ?? null),
    version: known.look?.version ?? null,
    act: act === null ? null : actView(act, known),
    trouble: known.error === null ? null : spokenTrouble(known.error),
    links: { self: `/api/bots/${bot.id}`, page: `/bots/${bot.id}` },
  }
}

function actView(act: BotAct, known: Pick<BotKnown, 'look' | 'error'> | null): NonNullable<BotView['act']> {
  const job = known?.look?.job?.id === act.id && known.error === null ? known.look.job : null
  const progress = job === null ? null : botProgress(job)
  const unseen = known?.error == null ? 'Giving the order.' : 'Its machine does not answer, so that nobody knows how far it is.'
  return {
    id: act.id,
    kind: act.kind,
    state: act.state,
    phase: progress?.phase ?? null,
    percent: act.state === 'running' ? (progress?.percent ?? null) : null,
    sentence: act.sentence ?? progress?.sentence ?? unseen,
    requestedBy: act.requestedBy.name,
    startedAt: isoTime(act.startedAt),
    endedAt: isoTimeOrNull(act.endedAt),
  }
}

export function botHistory(changes: readonly BotChange[], acts: readonly BotAct[]): BotHistoryView {
  return {
    changes: changes.map(({ at, state, sentence }) => ({ at: isoTime(at), state, sentence })),
    acts: acts.map((act) => ({ ...actView(act, null), why: act.why, line: act.line === null ? null : cleanLine(act.line) })),
  }
}

const stateWords: Readonly<Record<BotLook['state'], string>> = {
  running: 'It runs',
  starting: 'It is starting',
  degraded: 'It does not stay up',
  stopped: 'It does not run',
  unknown: 'What it does is not known',
}

export function botSentence({ bot, known, state, machine }: SaidOfBot): string {
  if (bot.user === '') return 'It has no user yet, so it is not looked at.'
  if (machine === null) return 'Its machine is not in the list.'
  if (known.error !== null) return spokenTrouble(known.error).happened
  if (known.last === null || known.look === null) return 'It has not been looked at yet.'
  const { look, signs } = known
  if (state === 'unknown' && look.state !== 'unknown') return 'It has not been looked at for a while.'
  if (state === 'degraded' && look.state === 'running')
    return `It keeps going and coming back on ${machine.name}: ${signs.flips.length} times in ten minutes.`
  const ended = look.crashed ? 'It ended with an error' : stateWords[look.state]
  return `${ended} on ${machine.name}: ${look.seen}.`
}
