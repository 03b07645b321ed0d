// A bot is a program of another user on a machine: a checkout that is brought up to date, and a container or a systemd unit that runs it.

export interface Bot {
  readonly id: string
  readonly name: string
  /** Id of its machine; null: the first in the list. */
  readonly machine: string | null
  /** Whose it is there: it is looked at, updated and restarted by this user's own login. '': not said, so that it is not looked at and not shown. */
  readonly user: string
  /** Its checkout, absolute; null: it has none, and nothing to update. */
  readonly folder: string | null
  /** What runs it. */
  readonly runs: 'container' | 'unit'
  /** Of that container or unit. */
  readonly unit: string
  /** Words of the command that starts it anew, instead of docker's or systemd's; none: theirs. */
  readonly restartWords: readonly string[]
  /** `auto`: restarted by itself when it has failed and stays down. */
  readonly heal: 'auto' | 'manual'
  readonly addedAt: number
}

/** One program in one place: two rows of one would restart it over each other. */
export const isSameBot = (one: Bot, other: Bot): boolean =>
  one.machine === other.machine && one.user === other.user && one.runs === other.runs && one.unit === other.unit

/** What was seen of it counts no more. */
export const isElsewhere = (one: Bot, other: Bot): boolean => !isSameBot(one, other) || one.folder !== other.folder

/** What is seen of what runs it. A running program is no proof that the bot does its work. */
export const botStates = ['running', 'starting', 'degraded', 'stopped', 'unreachable', 'unknown'] as const
export type BotState = (typeof botStates)[number]

export const botActKinds = ['update', 'restart'] as const
export type BotActKind = (typeof botActKinds)[number]

export interface BotVersion {
  readonly commit: string
  readonly date: string
  readonly subject: string
  /** Commits that were fetched and are not in use; null: it follows nothing. */
  readonly behind: number | null
}

/** A job of ours under that user's home, the newest there is. */
export interface BotJob {
  readonly id: string
  readonly kind: BotActKind
  readonly state: 'running' | 'ended' | 'lost'
  readonly exitCode: number | null
  readonly text: string
}

/** One look. `seen`: in docker's or systemd's own word, with what goes with it. `crashed`: it ended with an error, and nobody asked it to. */
export interface BotLook {
  readonly state: Exclude<BotState, 'unreachable'>
  readonly seen: string
  readonly crashed: boolean
  readonly version: BotVersion | null
  readonly job: BotJob | null
}

export const botPhases = ['check', 'fetch', 'forward', 'restart', 'return'] as const
export type BotPhase = (typeof botPhases)[number]

/** Exit codes of our script; every other one is a program's own. */
export const botCodes = { busy: 75, noFolder: 66, fetch: 10, noUpstream: 11, diverged: 12, returned: 13, broken: 14 } as const

export const botMark = 'spark-control:'

export interface BotProgress {
  readonly kind: BotActKind
  readonly state: 'running' | 'succeeded' | 'failed'
  readonly phase: BotPhase
  /** Of the phase; null: it does not say. */
  readonly percent: number | null
  readonly sentence: string
  /** The last line that git or the restart printed, where it failed. */
  readonly line: string | null
}

const phaseWords: Readonly<Record<BotPhase, string>> = {
  check: 'Looking at the checkout',
  fetch: 'Fetching what is new',
  forward: 'Taking the new version',
  restart: 'Restarting it',
  return: 'Going back to the version before',
}

/** git's own words of its steps, as it prints them with a percentage. */
const gitSteps: readonly (readonly [RegExp, string])[] = [
  [/^remote: Counting objects: +(\d+)%/, 'counting'],
  [/^remote: Compressing objects: +(\d+)%/, 'compressing'],
  [/^Receiving objects: +(\d+)%/, 'receiving'],
  [/^Unpacking objects: +(\d+)%/, 'unpacking'],
  [/^Resolving deltas: +(\d+)%/, 'putting together'],
]

interface Seen {
  readonly phase: BotPhase
  readonly percent: number | null
  readonly step: string | null
  readonly from: string
  readonly to: string
  readonly same: boolean
  readonly line: string | null
}

/** What its output says so far, whichever way it was cut: the last word of each kind counts. */
function seenIn(text: string): Seen {
  let seen: Seen = { phase: 'check', percent: null, step: null, from: '', to: '', same: false, line: null }
  for (const line of text.split(/[\r\n]+/)) seen = line.startsWith(botMark) ? ofMark(seen, line.slice(botMark.length)) : ofLine(seen, line)
  return seen
}

function ofMark(seen: Seen, words: string): Seen {
  const [what = '', value = ''] = words.trim().split(' ')
  if (what === 'phase') {
    const phase = botPhases.find((one) => one === value)
    return phase === undefined ? seen : { ...seen, phase, percent: null, step: null }
  }
  if (what === 'from') return { ...seen, from: value.slice(0, 7) }
  if (what === 'to') return { ...seen, to: value.slice(0, 7) }
  return what === 'same' ? { ...seen, same: true } : seen
}

function ofLine(seen: Seen, line: string): Seen {
  for (const [pattern, step] of gitSteps) {
    const percent = Number(pattern.exec(line)?.[1])
    if (seen.phase === 'fetch' && percent >= 0 && percent <= 100) return { ...seen, percent, step }
  }
  return line.trim() === '' ? seen : { ...seen, line: line.trim().slice(0, 300) }
}

/** What a job does or did, in words. Pure: from the job's own output alone, so that it can be told after any loss of connection. */
export function botProgress(job: BotJob): BotProgress {
  const seen = seenIn(job.text)
  const base = { kind: job.kind, phase: seen.phase, line: null }
  if (job.state === 'running') {
    const step = seen.step === null ? '' : `: ${seen.step}, ${seen.percent} %`
    return { ...base, state: 'running', percent: seen.percent, sentence: `${phaseWords[seen.phase]}${step}.` }
  }
  if (job.state === 'ended' && job.exitCode === 0) return { ...base, state: 'succeeded', percent: null, sentence: doneSentence(job, seen) }
  return { ...base, state: 'failed', percent: null, sentence: failedSentence(job, seen), line: seen.line }
}

function doneSentence({ kind }: BotJob, { same, from, to }: Seen): string {
  if (kind === 'restart') return 'It was restarted and runs.'
  return same ? 'It was up to date already. It was not restarted.' : `It was brought from ${from} to ${to}, restarted, and runs.`
}

const still = 'The version that ran before runs on, untouched.'

function failedSentence({ kind, state, exitCode }: BotJob, { from, to }: Seen): string {
  if (state === 'lost') return 'It was cut off on the machine, by a restart perhaps. Look whether the bot runs.'
  if (exitCode === botCodes.busy) return `Something else works on its checkout now. ${still}`
  if (exitCode === botCodes.noFolder) return `Its folder is not there, or is no checkout. ${still}`
  if (exitCode === botCodes.fetch) return `What is new could not be fetched. ${still}`
  if (exitCode === botCodes.noUpstream) return `Its branch follows no other, so nothing says what is newer. ${still}`
  if (exitCode === botCodes.diverged) return `Its checkout was changed by hand and cannot simply move on. ${still}`
  if (exitCode === botCodes.returned) return `${to} did not stay up. It went back to ${from}, which runs.`
  if (exitCode === botCodes.broken && kind === 'update') return `${to} did not stay up, and ${from} does not run either.`
  return kind === 'restart' ? 'It did not come up after the restart.' : `The update broke off (code ${exitCode ?? 'none'}).`
}
