// Events of what serves, and of what lies on the disks.
import { z } from 'zod'
import { modelName } from '../domain/model-name.ts'
import { event } from './define.ts'
import { named } from './event-words.ts'

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

export const engineEvents = {
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
} as const
