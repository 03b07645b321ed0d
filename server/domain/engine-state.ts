// The state word of an engine and its sentence, from the verdict on it and from what surrounds it.
import type { EngineSigns } from './engine-signs.ts'
import type { Fact } from './evidence.ts'
import type { MachineView, Reach } from './machine.ts'
import type { MachineSigns } from './machine-signs.ts'
import { stuckClockMHz } from './machine-signs.ts'
import type { Judgement, Verdict } from './verdict.ts'
import { aboutDuration, exactDuration, type ServiceState } from './words.ts'

/** What is known of the model that serves by our doing. */
export interface ServingFacts {
  readonly name: string
  readonly head: {
    readonly name: string
    readonly reach: Reach
    /** When it last answered, ms. */
    readonly seenAt: number | null
  } | null
  readonly judgement: Judgement
  readonly engine: EngineSigns
  readonly machine: MachineSigns
}

export interface EngineFacts {
  readonly now: number
  /** The live switch of its cluster, when there is one. */
  readonly swap: { readonly sentence: string } | null
  readonly serving: ServingFacts | null
  /** Runs in a container of our name, but nobody has stored it (started by hand, not answering yet). */
  readonly coming: {
    readonly name: string
    readonly machine: string
    /** Nothing has moved on its machine for so long, ms; null: it moves. */
    readonly stillMs: number | null
  } | null
  /** Every machine of the cluster was looked at at least once: "stopped" is known, not assumed. */
  readonly allSeen: boolean
  /** A machine that does not answer, by name: what runs there is not known. */
  readonly silent: string | null
}

export interface EngineState {
  readonly state: ServiceState
  readonly sentence: string
  readonly verdict: Verdict | null
  readonly evidence: readonly Fact[]
}

const stateOf: Readonly<Record<Verdict, ServiceState>> = {
  answering: 'answering',
  busy: 'busy',
  slow: 'busy',
  wedged: 'degraded',
  dead: 'degraded',
  gone: 'stopped',
  replaced: 'degraded',
  unwell: 'degraded',
  silent: 'degraded',
  unknown: 'unknown',
}

/** Verdicts that the same model started anew mends. */
export const mendedByRestart: ReadonlySet<Verdict> = new Set(['wedged', 'dead', 'unwell', 'silent'])

export function engineState(facts: EngineFacts): EngineState {
  const { swap, serving } = facts
  if (swap !== null) return bare('switching', swap.sentence)
  if (serving === null) return emptyState(facts)
  const { head, name, judgement } = serving
  if (head === null) return bare('unknown', `The machine that serves ${name} is not in the list.`)
  if (head.reach === 'unreachable') return { ...bare('unreachable', silence(head, facts.now)), evidence: judgement.evidence }
  const { verdict, evidence } = judgement
  return { state: stateOf[verdict], sentence: sentences[verdict](serving, head.name, facts.now), verdict, evidence }
}

const bare = (state: ServiceState, sentence: string): EngineState => ({ state, sentence, verdict: null, evidence: [] })

/** "spark-1 has not answered for about 4 minutes." */
export function silence(head: { readonly name: string; readonly seenAt: number | null }, now: number): string {
  if (head.seenAt === null) return `${head.name} does not answer.`
  return `${head.name} has not answered for ${aboutDuration(now - head.seenAt)}.`
}

/** What keeps us from knowing that nothing runs: a machine, or docker on one, that does not answer. */
export function silentOf(views: readonly MachineView[]): string | null {
  const silent = views.find((view) => view.reach === 'unreachable')
  if (silent !== undefined) return silent.machine.name
  const closed = views.find((view) => view.observation !== null && view.observation.containers === null)
  return closed === undefined ? null : `Docker on ${closed.machine.name}`
}

function emptyState({ coming, allSeen, silent }: EngineFacts): EngineState {
  if (coming !== null) {
    const start = `${coming.name} is starting on ${coming.machine}; it was not started here.`
    if (coming.stillMs === null) return bare('starting', start)
    return bare('degraded', `${start} Nothing has moved there for ${aboutDuration(coming.stillMs)}.`)
  }
  if (!allSeen) return bare('unknown', 'The machines were not looked at yet.')
  if (silent !== null) return bare('unknown', `${silent} does not answer, so what runs there is not known.`)
  return bare('stopped', 'Nothing is running.')
}

type Saying = (serving: ServingFacts, head: string, now: number) => string

const sentences: Readonly<Record<Verdict, Saying>> = {
  answering: ({ name }) => `${name} is answering.`,
  busy: ({ name, engine }) => {
    const waiting = engine.look?.waitingRequests ?? 0
    if (waiting === 0) return `${name} is busy with something long. That can be fine.`
    return `${name} is busy: ${waiting} ${waiting === 1 ? 'request waits' : 'requests wait'}.`
  },
  slow: ({ name, machine }, head) => {
    const clock = machine.gpu?.smMHz ?? null
    if (clock === null || clock >= stuckClockMHz) return `${name} works, and answers slowly.`
    return `${name} is slow: the GPU of ${head} is held at ${clock} MHz. Unplugging ${head} for a minute has helped others.`
  },
  wedged: ({ name, engine }, _head, now) => {
    const still = engine.stillSince === null ? '' : ` no word has moved for ${exactDuration(now - engine.stillSince)}, and`
    return `${name} is stuck: it says it is well, but${still} a test request did not come back.`
  },
  dead: ({ name }, head) => `The vLLM process of ${name} ended on ${head}; its container is still there.`,
  gone: ({ name }, head) => `${name} is no longer running: its container on ${head} is gone.`,
  replaced: ({ name, engine }) => `${engine.look?.models[0] ?? 'Another model'} answers where ${name} should.`,
  unwell: ({ name }) => `${name} runs and says it is not well.`,
  silent: ({ name, engine }, _head, now) =>
    `${name} has not answered${engine.good === null ? '' : ` for ${aboutDuration(now - engine.good.at)}`}.`,
  unknown: ({ name, engine }, _head, now) =>
    engine.look === null
      ? `Whether ${name} answers was not looked at yet.`
      : `${name} was last looked at ${aboutDuration(now - engine.look.at)} ago.`,
}
