// Events of switches, stops and removals.
import { z } from 'zod'
import { leftover, leftoverStopped } from '../domain/words.ts'
import { event } from './define.ts'
import { named, who } from './event-words.ts'

const swapFacts = z.object({
  swap: z.string(),
  cluster: z.string(),
  engine: z.string(),
  model: z.string().nullable(),
  previousModel: z.string().nullable(),
  requestedBy: z.string(),
  /** A removal by force: what it removes. */
  removes: z.string().optional(),
  /** A removal that nobody asked for: the reason. */
  why: z.string().optional(),
})
const swapSample = {
  swap: 'k3j9x2m4p7q1',
  cluster: 'default',
  engine: 'main',
  model: 'Qwen/Qwen3-8B',
  previousModel: 'meta-llama/Llama-3.3-70B-Instruct',
  requestedBy: 'owner',
}
const whatOf = (p: { model: string | null; previousModel: string | null; removes?: string | undefined }): string => {
  if (p.removes !== undefined) return `Removing ${p.removes} by force`
  return p.model === null ? `Stopping ${named(p.previousModel)}` : `The switch to ${named(p.model)}`
}

export const swapEvents = {
  swap_started: event({
    payload: swapFacts,
    sample: swapSample,
    sentence: (p) => {
      if (p.removes !== undefined)
        return `${who(p.requestedBy)} asked to remove ${p.removes} by force${p.why === undefined ? '' : `: ${p.why}`}.`
      if (p.model === null) return `${who(p.requestedBy)} asked to stop ${p.previousModel === null ? leftover : named(p.previousModel)}.`
      return `${who(p.requestedBy)} asked to switch ${p.previousModel === null ? '' : `from ${named(p.previousModel)} `}to ${named(p.model)}.`
    },
    stale: ['home', 'swap', 'library', 'activity'],
    webhook: true,
    kind: 'switch',
  }),
  swap_progressed: event({
    payload: z.object({ swap: z.string(), phase: z.string(), percent: z.number().nullable(), sentence: z.string() }),
    sample: { swap: 'k3j9x2m4p7q1', phase: 'load', percent: 43, sentence: 'Weights 43 %' },
    sentence: (p) => p.sentence,
    stale: ['home', 'swap'],
    webhook: false,
    kind: 'switch',
  }),
  swap_complete: event({
    payload: swapFacts.extend({ durationMs: z.int() }),
    sample: { ...swapSample, durationMs: 230_000 },
    sentence: (p) => {
      if (p.removes !== undefined) return `${p.removes} was removed by force.`
      if (p.model !== null) return `${named(p.model)} is answering.`
      return p.previousModel === null ? leftoverStopped : `${named(p.previousModel)} was stopped.`
    },
    stale: ['home', 'swap', 'library', 'activity'],
    webhook: true,
    kind: 'switch',
  }),
  swap_failed: event({
    payload: swapFacts.extend({
      durationMs: z.int(),
      code: z.string(),
      happened: z.string(),
      now: z.string(),
      restored: z.boolean().nullable(),
    }),
    sample: {
      ...swapSample,
      durationMs: 61_000,
      code: 'engine_died',
      happened: 'The vLLM process ended.',
      now: 'Llama is answering again.',
      restored: true,
    },
    sentence: (p) => `${p.happened} ${p.now}`,
    stale: ['home', 'swap', 'library', 'activity'],
    webhook: true,
    kind: 'switch',
  }),
  swap_cancelled: event({
    payload: swapFacts.extend({ durationMs: z.int(), now: z.string(), restored: z.boolean().nullable() }),
    sample: { ...swapSample, durationMs: 31_000, now: 'Llama is answering again.', restored: true },
    sentence: (p) => `${whatOf(p)} was cancelled. ${p.now}`,
    stale: ['home', 'swap', 'library', 'activity'],
    webhook: true,
    kind: 'switch',
  }),
} as const
