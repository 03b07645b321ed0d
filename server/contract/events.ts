// Every event. Rows are numbered, kept, and said in one sentence; fragments named in `stale` are drawn again.
import { z } from 'zod'
import { modelName } from '../domain/model-name.ts'
import { bytesInWords, leftover, leftoverStopped } from '../domain/words.ts'
import { event } from './define.ts'
import { named, who } from './event-words.ts'
import { recipeEvents } from './events-of-recipes.ts'

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
const machineFacts = z.object({ machine: z.string(), name: z.string() })
const machineSample = { machine: 'm1a2b3c4d5e6', name: 'spark-1' }
const saidOfStates: Readonly<Record<string, string>> = {
  answering: 'is answering',
  busy: 'is busy',
  switching: 'is being switched',
  starting: 'is starting',
  degraded: 'does not answer as it should',
  stopped: 'has stopped',
  unreachable: 'cannot be reached',
  unknown: 'has not been seen lately',
}
const stateSaid = (state: string): string => saidOfStates[state] ?? `is ${state}`
const whatOf = (p: { model: string | null; previousModel: string | null; removes?: string | undefined }): string => {
  if (p.removes !== undefined) return `Removing ${p.removes} by force`
  return p.model === null ? `Stopping ${named(p.previousModel)}` : `The switch to ${named(p.model)}`
}

const downloadFacts = z.object({ download: z.string(), model: z.string(), machines: z.array(z.string()) })
const downloadSample = { download: 'k3j9x2m4p7q1', model: 'Qwen/Qwen3-8B', machines: ['spark-1', 'spark-2'] }
const inWords = (names: readonly string[]): string => names.join(' and ')

export const events = {
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
  lock_taken: event({
    payload: z.object({ cluster: z.string(), holder: z.string(), reason: z.string(), until: z.string() }),
    sample: { cluster: 'default', holder: 'recap', reason: 'nightly batch', until: '2026-01-01T00:00:00.000Z' },
    sentence: (p) => `${p.holder} reserved the Sparks${p.reason === '' ? '' : `: ${p.reason}`}.`,
    stale: ['home', 'activity'],
    webhook: true,
    kind: 'lock',
  }),
  lock_released: event({
    payload: z.object({ cluster: z.string(), holder: z.string(), how: z.enum(['released', 'expired', 'broken']), by: z.string() }),
    sample: { cluster: 'default', holder: 'recap', how: 'broken', by: 'owner' },
    sentence: (p) => (p.how === 'broken' ? `${who(p.by)} ended the reservation of ${p.holder}.` : `The reservation of ${p.holder} ended.`),
    stale: ['home', 'activity'],
    webhook: true,
    kind: 'lock',
  }),
  machine_added: event({
    payload: machineFacts,
    sample: machineSample,
    sentence: (p) => `${p.name} was added.`,
    stale: ['home', 'machines', 'activity'],
    webhook: false,
    kind: 'machine',
  }),
  machine_removed: event({
    payload: machineFacts,
    sample: machineSample,
    sentence: (p) => `${p.name} was removed.`,
    stale: ['home', 'machines', 'activity'],
    webhook: false,
    kind: 'machine',
  }),
  machine_changed: event({
    payload: machineFacts.extend({ what: z.string() }),
    sample: { ...machineSample, what: 'its host key was accepted' },
    sentence: (p) => `${p.name}: ${p.what}.`,
    stale: ['home', 'machines', 'activity'],
    webhook: false,
    kind: 'machine',
  }),
  machine_observed: event({
    payload: machineFacts,
    sample: machineSample,
    sentence: (p) => `${p.name} was looked at.`,
    stale: ['home', 'machines'],
    webhook: false,
    kind: 'machine',
  }),
  machine_unreachable: event({
    payload: machineFacts.extend({ why: z.string() }),
    sample: { ...machineSample, why: 'connection refused' },
    sentence: (p) => `${p.name} stopped answering: ${p.why}`,
    stale: ['home', 'machines', 'activity'],
    webhook: true,
    kind: 'machine',
  }),
  machine_back: event({
    payload: machineFacts,
    sample: machineSample,
    sentence: (p) => `${p.name} answers again.`,
    stale: ['home', 'machines', 'activity'],
    webhook: true,
    kind: 'machine',
  }),
  machine_rebooted: event({
    payload: machineFacts,
    sample: machineSample,
    sentence: (p) => `${p.name} restarted.`,
    stale: ['home', 'machines', 'activity'],
    webhook: true,
    kind: 'machine',
  }),
  engine_adopted: event({
    payload: z.object({ engine: z.string(), model: z.string(), machines: z.array(z.string()) }),
    sample: { engine: 'main', model: 'Qwen/Qwen3-8B', machines: ['spark-1'] },
    sentence: (p) => `${named(p.model)} was found answering on ${p.machines.join(' and ')} and is shown from now on.`,
    stale: ['home', 'library', 'activity'],
    webhook: false,
    kind: 'model',
  }),
  engine_replaced: event({
    payload: z.object({ engine: z.string(), model: z.string(), machine: z.string(), by: z.string() }),
    sample: { engine: 'main', model: 'Qwen/Qwen3-8B', machine: 'spark-1', by: 'Llama 3.3 70B' },
    sentence: (p) => `Somebody stopped ${named(p.model)} on ${p.machine} and started ${p.by} in its place.`,
    stale: ['home', 'library', 'activity'],
    webhook: true,
    kind: 'model',
  }),
  somebody_else: event({
    payload: machineFacts.extend({ kind: z.string(), sentence: z.string() }),
    sample: { ...machineSample, kind: 'by_hand', sentence: 'Llama 3.3 70B was started on spark-1, port 8000, not by Spark Control.' },
    sentence: (p) => p.sentence,
    stale: ['home', 'machines', 'activity'],
    webhook: true,
    kind: 'machine',
  }),
  engine_state_changed: event({
    payload: z.object({
      engine: z.string(),
      state: z.string(),
      model: z.string().nullable(),
      verdict: z.string().nullable(),
      sentence: z.string(),
      evidence: z.array(z.string()),
    }),
    sample: {
      engine: 'main',
      state: 'degraded',
      model: 'Qwen/Qwen3-8B',
      verdict: 'dead',
      sentence: 'The vLLM process of Qwen3 8B ended on spark-1; its container is still there.',
      evidence: ['vLLM process: ended, in a container that is still up'],
    },
    sentence: (p) => (p.state === 'degraded' ? p.sentence : `${p.model === null ? 'The engine' : named(p.model)} ${stateSaid(p.state)}.`),
    stale: ['home', 'library', 'activity'],
    webhook: true,
    kind: 'model',
  }),
  models_changed: event({
    payload: z.object({ added: z.array(z.string()), removed: z.array(z.string()), changed: z.array(z.string()) }),
    sample: { added: ['Qwen/Qwen3-8B'], removed: [], changed: [] },
    sentence: (p) =>
      [
        p.added.length > 0 ? `New on the disks: ${p.added.map(modelName).join(', ')}.` : '',
        p.removed.length > 0 ? `No longer on the disks: ${p.removed.map(modelName).join(', ')}.` : '',
        p.changed.length > 0 ? `Changed on the disks: ${p.changed.map(modelName).join(', ')}.` : '',
      ]
        .filter((part) => part !== '')
        .join(' '),
    stale: ['library', 'home', 'activity'],
    webhook: false,
    kind: 'model',
  }),
  download_started: event({
    payload: downloadFacts,
    sample: downloadSample,
    sentence: (p) => `${named(p.model)} is being downloaded to ${inWords(p.machines)}.`,
    stale: ['downloads', 'activity'],
    webhook: true,
    kind: 'model',
  }),
  download_progressed: event({
    payload: z.object({ download: z.string(), phase: z.string() }),
    sample: { download: 'k3j9x2m4p7q1', phase: 'fetch' },
    sentence: (p) => `A download moved on (${p.phase}).`,
    stale: ['downloads'],
    webhook: false,
    kind: 'model',
  }),
  download_stalled: event({
    payload: downloadFacts.extend({ happened: z.string() }),
    sample: { ...downloadSample, happened: 'No byte of Qwen3 8B has arrived on spark-1 for 2 minutes.' },
    sentence: (p) => p.happened,
    stale: ['downloads', 'activity'],
    webhook: true,
    kind: 'model',
  }),
  download_complete: event({
    payload: downloadFacts.extend({ durationMs: z.int() }),
    sample: { ...downloadSample, durationMs: 730_000 },
    sentence: (p) => `${named(p.model)} is downloaded and whole on ${inWords(p.machines)}.`,
    stale: ['downloads', 'library', 'activity'],
    webhook: true,
    kind: 'model',
  }),
  download_failed: event({
    payload: downloadFacts.extend({ code: z.string(), happened: z.string(), now: z.string() }),
    sample: {
      ...downloadSample,
      code: 'download_disk_full',
      happened: 'The disk of spark-1 filled up during the download.',
      now: 'What arrived so far stays on the disk.',
    },
    sentence: (p) => `${p.happened} ${p.now}`,
    stale: ['downloads', 'library', 'activity'],
    webhook: true,
    kind: 'model',
  }),
  download_cancelled: event({
    payload: downloadFacts,
    sample: downloadSample,
    sentence: (p) => `The download of ${named(p.model)} was cancelled. What arrived stays on the disk.`,
    stale: ['downloads', 'library', 'activity'],
    webhook: true,
    kind: 'model',
  }),
  model_deleted: event({
    payload: z.object({ model: z.string(), machines: z.array(z.string()), bytes: z.int(), by: z.string(), partsOnly: z.boolean() }),
    sample: { model: 'Qwen/Qwen3-8B', machines: ['spark-1'], bytes: 16_400_000_000, by: 'owner', partsOnly: false },
    sentence: (p) =>
      `${who(p.by)} deleted ${p.partsOnly ? 'unfinished parts of ' : ''}${named(p.model)} on ${inWords(p.machines)}: ${bytesInWords(p.bytes)} are free again.`,
    stale: ['library', 'downloads', 'home', 'activity'],
    webhook: true,
    kind: 'model',
  }),
  ...recipeEvents,
  setting_changed: event({
    payload: z.object({ key: z.string(), by: z.string() }),
    sample: { key: 'engine.port', by: 'owner' },
    sentence: (p) => `${who(p.by)} changed ${p.key}.`,
    stale: ['settings', 'activity'],
    webhook: false,
    kind: 'setting',
  }),
} as const

type Events = typeof events
export type EventType = keyof Events
export type EventPayload<Type extends EventType> = z.output<Events[Type]['payload']>
/** Types too frequent for Activity. They nudge pages but are not stored (machine_observed) or not listed (swap_progressed). */
export const quietEvents: readonly EventType[] = ['machine_observed', 'swap_progressed', 'download_progressed', 'speed_measured']
