import { expect, test } from 'vitest'
import type { EngineLook } from '../../server/domain/engine.ts'
import { type EngineFacts, engineState } from '../../server/domain/engine-state.ts'
import { statusSentence } from '../../server/domain/status-sentence.ts'
import { buildView, buildNow as now } from '../fakes/builders.ts'

const ago = (seconds: number): number => now - seconds * 1000
const look = (change: Partial<EngineLook> = {}): EngineLook => ({
  at: ago(2),
  reachable: true,
  healthy: true,
  models: ['Qwen/Qwen3-8B'],
  runningRequests: 0,
  waitingRequests: 0,
  ...change,
})
const gone = look({ reachable: false, healthy: false, models: [], runningRequests: null, waitingRequests: null })
const serving = { name: 'Qwen3 8B', servedName: 'Qwen/Qwen3-8B', since: ago(3600) }
const head: EngineFacts['head'] = { name: 'spark-1', reach: 'reachable', seenAt: ago(3) }

/** Everything well; a row names what is not. */
const facts = (change: Partial<EngineFacts> = {}): EngineFacts => ({
  now,
  freshMs: 15_000,
  swap: null,
  serving,
  head,
  process: 'alive',
  look: look(),
  goodAt: ago(2),
  coming: null,
  allSeen: true,
  ...change,
})

const table: readonly [string, Partial<EngineFacts>, string, string][] = [
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
  ['a process known dead', { process: 'dead' }, 'degraded', 'The vLLM process of Qwen3 8B ended on spark-1; its container is still there.'],
  ['a container that is gone', { process: 'gone' }, 'stopped', 'Qwen3 8B is no longer running: its container on spark-1 is gone.'],
  ['a process nobody looked at', { process: 'unknown' }, 'answering', 'Qwen3 8B is answering.'],
  [
    'a switch that ended a moment ago',
    { serving: { ...serving, since: ago(1) }, look: gone, goodAt: null },
    'answering',
    'Qwen3 8B is answering.',
  ],
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
  ['a live switch', { swap: { sentence: 'Switching to Llama.' } }, 'switching', 'Switching to Llama.'],
  [
    'a live switch from nothing',
    { serving: null, head: null, swap: { sentence: 'Switching to Llama.' } },
    'switching',
    'Switching to Llama.',
  ],
  ['nothing stored', { serving: null, head: null, look: null }, 'stopped', 'Nothing is running.'],
  [
    'a machine that does not answer',
    { serving: null, head: null, look: null, silent: 'spark-2' },
    'unknown',
    'spark-2 does not answer, so what runs there is not known.',
  ],
  ['machines not looked at', { serving: null, head: null, look: null, allSeen: false }, 'unknown', 'The machines were not looked at yet.'],
  [
    'something started by hand',
    { serving: null, head: null, look: null, coming: { name: 'Llama', machine: 'spark-2' } },
    'starting',
    'Llama is starting on spark-2; it was not started here.',
  ],
]

test.each(table)('with %s', (_title, change, state, sentence) => {
  expect(engineState(facts(change))).toEqual({ state, sentence })
})

test('nothing but a good look (or the end of a switch) within the limit makes it answering', () => {
  const bad = table.filter(([, , state]) => state !== 'answering' && state !== 'busy')
  for (const [title, change] of bad) expect(engineState(facts(change)).state, title).not.toBe('answering')
  expect(engineState(facts({ look: gone, goodAt: ago(15) })).state).toBe('answering')
  expect(engineState(facts({ look: gone, goodAt: ago(15.001) })).state).toBe('degraded')
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
