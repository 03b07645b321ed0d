import { expect, test } from 'vitest'
import { noSigns } from '../../server/domain/engine-signs.ts'
import { type EngineFacts, engineState, type ServingFacts } from '../../server/domain/engine-state.ts'
import { noMachineSigns } from '../../server/domain/machine-signs.ts'
import type { ProcessState } from '../../server/domain/patient.ts'
import { statusSentence } from '../../server/domain/status-sentence.ts'
import { judge } from '../../server/domain/verdict.ts'
import { buildClosedDoor, buildLook, buildView, buildNow as now } from '../fakes/builders.ts'

const ago = (seconds: number): number => now - seconds * 1000
const look = (change: Parameters<typeof buildLook>[0] = {}) => buildLook({ at: ago(2), ...change })
const gone = buildClosedDoor(ago(2))

interface Case {
  readonly freshMs?: number
  readonly since?: number
  readonly process?: ProcessState
  readonly look?: ReturnType<typeof look> | null
  readonly goodAt?: number | null
  readonly head?: ServingFacts['head']
}

/** Everything well; a row names what is not. */
const served = ({ freshMs = 15_000, since = ago(3600), process = 'alive', ...more }: Case): ServingFacts => {
  const goodAt = more.goodAt === undefined ? ago(2) : more.goodAt
  const last = more.look === undefined ? look() : more.look
  const engine = { ...noSigns, look: last, good: goodAt === null ? null : look({ at: goodAt }) }
  const patient = {
    now,
    freshMs,
    since,
    servedName: 'Qwen/Qwen3-8B',
    process: { state: process, at: ago(3), upSince: null },
    engine,
    machine: noMachineSigns,
  }
  const head = more.head === undefined ? { name: 'spark-1', reach: 'reachable' as const, seenAt: ago(3) } : more.head
  return { name: 'Qwen3 8B', head, judgement: judge(patient), engine, machine: noMachineSigns }
}
const empty: EngineFacts = { now, swap: null, serving: null, coming: null, allSeen: true, silent: null }

const table: readonly [string, Case, string, string][] = [
  ['a good look a moment ago', {}, 'answering', 'Qwen3 8B is answering.'],
  ['one look missed after a good one', { look: gone, goodAt: ago(9) }, 'answering', 'Qwen3 8B is answering.'],
  [
    'one look missed, where looks are rare',
    { freshMs: 900_000, look: gone, goodAt: ago(240) },
    'degraded',
    'Qwen3 8B has not answered for about 4 minutes.',
  ],
  [
    'rare looks, all of them good',
    { freshMs: 900_000, look: look({ at: ago(240) }), goodAt: ago(240) },
    'answering',
    'Qwen3 8B is answering.',
  ],
  ['requests that wait', { look: look({ waitingRequests: 3 }) }, 'busy', 'Qwen3 8B is busy: 3 requests wait.'],
  ['no good look for long', { look: gone, goodAt: ago(240) }, 'degraded', 'Qwen3 8B has not answered for about 4 minutes.'],
  ['never a good look', { look: gone, goodAt: null }, 'degraded', 'Qwen3 8B has not answered.'],
  [
    'only an old good look and no later one',
    { look: look({ at: ago(600) }), goodAt: ago(600) },
    'unknown',
    'Qwen3 8B was last looked at about 10 minutes ago.',
  ],
  ['no look at all', { look: null, goodAt: null }, 'unknown', 'Whether Qwen3 8B answers was not looked at yet.'],
  ['another model that answers', { look: look({ models: ['llama'] }), goodAt: ago(7) }, 'degraded', 'llama answers where Qwen3 8B should.'],
  ['health that fails', { look: look({ healthy: false }), goodAt: ago(7) }, 'degraded', 'Qwen3 8B runs and says it is not well.'],
  [
    'a process known dead, and nobody at its door',
    { process: 'dead', look: gone, goodAt: ago(7) },
    'degraded',
    'The vLLM process of Qwen3 8B ended on spark-1; its container is still there.',
  ],
  ['a process that was not seen, and a door that opened since', { process: 'dead' }, 'answering', 'Qwen3 8B is answering.'],
  [
    'a process that was not seen once, before anybody looked at the door again',
    { process: 'dead', look: look({ at: ago(4) }), goodAt: ago(4) },
    'answering',
    'Qwen3 8B is answering.',
  ],
  ['a container that is gone', { process: 'gone' }, 'stopped', 'Qwen3 8B is no longer running: its container on spark-1 is gone.'],
  ['a process nobody looked at', { process: 'unknown' }, 'answering', 'Qwen3 8B is answering.'],
  ['a switch that ended a moment ago', { since: ago(1), look: gone, goodAt: null }, 'answering', 'Qwen3 8B is answering.'],
  [
    'a head that is silent',
    { head: { name: 'spark-1', reach: 'unreachable', seenAt: ago(240) } },
    'unreachable',
    'spark-1 has not answered for about 4 minutes.',
  ],
  [
    'a head that never answered',
    { head: { name: 'spark-1', reach: 'unreachable', seenAt: null } },
    'unreachable',
    'spark-1 does not answer.',
  ],
  ['a head that left the list', { head: null }, 'unknown', 'The machine that serves Qwen3 8B is not in the list.'],
]

test.each(table)('with %s', (_title, change, state, sentence) => {
  expect(engineState({ ...empty, serving: served(change) })).toMatchObject({ state, sentence })
})

const coming = { name: 'Llama', machine: 'spark-2', stillMs: null }
test.each<[string, Partial<EngineFacts>, string, string]>([
  ['a live switch', { serving: served({}), swap: { sentence: 'Switching to Llama.' } }, 'switching', 'Switching to Llama.'],
  ['a live switch from nothing', { swap: { sentence: 'Switching to Llama.' } }, 'switching', 'Switching to Llama.'],
  ['nothing stored', {}, 'stopped', 'Nothing is running.'],
  ['a machine that does not answer', { silent: 'spark-2' }, 'unknown', 'spark-2 does not answer, so what runs there is not known.'],
  ['machines not looked at', { allSeen: false }, 'unknown', 'The machines were not looked at yet.'],
  ['something started by hand', { coming }, 'starting', 'Llama is starting on spark-2; it was not started here.'],
  [
    'something started by hand that does not move',
    { coming: { ...coming, stillMs: 1_200_000 } },
    'degraded',
    'Llama is starting on spark-2; it was not started here. Nothing has moved there for about 20 minutes.',
  ],
])('with %s, whatever else is so', (_title, change, state, sentence) => {
  expect(engineState({ ...empty, ...change })).toMatchObject({ state, sentence })
})

test('nothing but a good look (or the end of a switch) within the limit makes it answering', () => {
  const bad = table.filter(([, , state]) => state !== 'answering' && state !== 'busy')
  for (const [title, change] of bad) expect(engineState({ ...empty, serving: served(change) }).state, title).not.toBe('answering')
  expect(engineState({ ...empty, serving: served({ look: gone, goodAt: ago(15) }) }).state).toBe('answering')
  expect(engineState({ ...empty, serving: served({ look: gone, goodAt: ago(15.001) }) }).state).toBe('degraded')
})

const answering = { state: 'answering', sentence: 'Qwen3 8B is answering.' } as const
const stopped = { state: 'stopped', sentence: 'Nothing is running.' } as const
const silent = buildView({ id: 'spark2', name: 'spark-2' }, null)

test.each([
  ['no machines', { views: [], main: stopped }, 'No Spark is connected yet.'],
  ['all well', { main: answering }, 'Everything is answering.'],
  ['something to attend to', { main: answering, troubled: true }, 'Qwen3 8B is answering.'],
  ['another machine silent', { main: answering, views: [buildView(), silent] }, 'Qwen3 8B is answering. spark-2 does not answer.'],
  ['nothing running', { main: stopped }, 'Nothing is running.'],
  ['nothing known because a machine is silent', { main: stopped, views: [silent] }, 'spark-2 does not answer.'],
  [
    'only something started by hand',
    { main: stopped, others: [{ state: 'answering' as const, sentence: 'house is answering.' }] },
    'house is answering.',
  ],
])('the sentence of Home with %s', (_title, change, sentence) => {
  expect(statusSentence({ now, views: [buildView()], others: [], troubled: false, ...change })).toBe(sentence)
})
