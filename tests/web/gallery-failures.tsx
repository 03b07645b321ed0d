// Every failure an owner can meet, drawn on the page that shows it, from the error table itself: to be looked at as a set.

import { actOf } from '../../server/contract/acts.ts'
import { type ErrorCode, errors, SparkError, tellError } from '../../server/contract/errors.ts'
import { outcomeErrors } from '../../server/contract/errors-of-outcomes.ts'
import { startErrors } from '../../server/contract/errors-of-starts.ts'
import { removalPlanSample } from '../../server/contract/operations/samples.ts'
import type { SwapView } from '../../server/contract/operations/shapes.ts'
import { nothingOfOursAnswers } from '../../server/domain/words.ts'
import { problemOf } from '../../server/http/problem.ts'
import { MachinePage } from '../../web/views/pages/machines.tsx'
import { ProblemPage } from '../../web/views/pages/problem.tsx'
import { RemovalPage } from '../../web/views/pages/removal.tsx'
import { SwapPage } from '../../web/views/pages/swap.tsx'
import { freeLock, machine, now } from '../fakes/view-samples.ts'
import { failedSwap, log } from '../fakes/view-samples-of-swaps.ts'
import type { Exhibit } from './exhibit.ts'

type Facts = Readonly<Record<string, unknown>>

const again = 'Qwen3.6 35B is answering again.'
const nothing = 'Nothing is answering.'

/** What is true after it, where it is not that the old model is back. */
const truths: Partial<
  Record<ErrorCode, Partial<Pick<SwapView, 'restored' | 'model' | 'previousModelName' | 'removes'>> & { now: string }>
> = {
  room_not_made: { now: 'Qwen3.6 35B is still answering.', restored: null },
  removal_failed: {
    now: 'The container vllm_node runs on spark-1; Home shows whether it answers.',
    restored: false,
    model: null,
    removes: 'vllm_node on spark-1',
  },
  memory_not_back: { now: nothing, restored: false },
  memory_ran_out: { now: nothing, restored: false },
  machine_rebooted: { now: nothing, restored: false },
  machine_silent: { now: 'spark-1 does not answer, so what answers there is not known.', restored: false },
  worker_refused: { now: 'Nothing was changed; Qwen3.6 35B is as it was.', restored: null },
  port_taken: { now: nothingOfOursAnswers, restored: false },
  wrong_model: { now: nothingOfOursAnswers, restored: false },
  fence_refused: { now: 'The container vllm_node runs on spark-1; Home shows whether it answers.', restored: false },
}

/** The same model in the sentence as on the page. */
const factsOf = (code: ErrorCode): Facts => {
  const facts: Facts = errors[code].sample
  return 'model' in facts && (code in startErrors || code in outcomeErrors) ? { ...facts, model: failedSwap.modelName } : facts
}

function failureOf(code: ErrorCode, facts: Facts = factsOf(code)): SwapView {
  const { happened, next, run, act } = tellError(code, facts as never)
  const { now: truth = again, ...change } = truths[code] ?? {}
  const swap: SwapView = { ...failedSwap, ...change }
  const line = typeof facts['line'] === 'string' ? facts['line'] : null
  const name = typeof facts['machine'] === 'string' ? facts['machine'] : null
  const about = {
    model: swap.model,
    previous: swap.previousModel === null ? null : { model: swap.previousModel, name: swap.previousModelName ?? '' },
    machine: name === null ? null : { id: machine.id, name },
    container: 'vllm_node',
  }
  return {
    ...swap,
    error: { code, happened, now: truth, next, line, machine: name, run, act: act === null ? null : actOf(act, about) },
  }
}

const onSwapPage = (name: string, swap: SwapView): Exhibit => {
  const line = swap.error?.line ?? null
  const lines = line === null ? log : [...log, { number: 9, at: log.at(-1)?.at ?? '', text: line }]
  return { name, place: 'library', body: <SwapPage swap={swap} log={lines} now={now} /> }
}

const ofSwaps = Object.keys({ ...startErrors, ...outcomeErrors, fence_refused: 0 })
  .filter((code) => code !== 'cancelled')
  .map((code) => onSwapPage(`failure-${code}`, failureOf(code as ErrorCode)))

const others = failureOf('memory_not_back', { ...errors.memory_not_back.sample, others: ['comfyui', 'sparkrun_4f2a_solo'] })

/** What a look at a machine can meet; the others are answers to an act. */
const looks: readonly string[] = [
  'machine_unreachable',
  'machine_timeout',
  'machine_refused_key',
  'host_key_changed',
  'machine_answer_unreadable',
] satisfies readonly ErrorCode[]

const ofMachines = looks.map((code): Exhibit => {
  const { happened, now: truth, next } = tellError(code as ErrorCode, factsOf(code as ErrorCode) as never)
  const silent = { ...machine, state: 'unreachable' as const, stale: true, trouble: { code, sentence: happened, now: truth, next } }
  return { name: `failure-${code}`, place: 'machines', body: <MachinePage machine={silent} now={now} /> }
})

const onPages = Object.keys(errors)
  .filter((code) => !(code in startErrors || code in outcomeErrors || looks.includes(code) || code === 'fence_refused'))
  .map((code): Exhibit => {
    const problem = problemOf(new SparkError(code as ErrorCode, factsOf(code as ErrorCode) as never), 'r1', '/')
    return { name: `failure-${code}`, place: null, body: <ProblemPage {...problem} back="/" /> }
  })

export const failures: readonly Exhibit[] = [
  ...ofSwaps,
  onSwapPage('failure-memory_not_back-others', others),
  { name: 'removal', place: 'home', body: <RemovalPage plan={removalPlanSample} machine={null} lock={freeLock} now={now} /> },
  ...ofMachines,
  ...onPages,
]
