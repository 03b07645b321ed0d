// Events of machines.
import { z } from 'zod'
import { type BootCause, bootCauses } from '../domain/machine-facts.ts'
import { event } from './define.ts'
import { machineFacts, machineSample } from './event-words.ts'

const restartWords: Readonly<Record<BootCause | 'none', string>> = {
  none: '',
  asked: ', as somebody asked it to',
  power_key: ': somebody pressed its power key',
  heat: ': it had become too hot',
  unknown: ' without having been shut down: the power failed, or it froze',
}

export const machineEvents = {
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
    payload: machineFacts.extend({
      /** Nobody shut it down before; null: its records do not say. Absent in events of earlier versions. */
      unexpected: z.boolean().nullable().optional(),
      cause: z.enum(bootCauses).nullable().optional(),
    }),
    sample: { ...machineSample, unexpected: true, cause: 'unknown' },
    sentence: (p) => `${p.name} restarted${restartWords[p.cause ?? 'none']}.`,
    stale: ['home', 'machines', 'activity'],
    webhook: true,
    kind: 'machine',
  }),
  somebody_else: event({
    payload: machineFacts.extend({ kind: z.string(), sentence: z.string() }),
    sample: { ...machineSample, kind: 'by_hand', sentence: 'Llama 3.3 70B was started on spark-1, port 8000, not by Spark Control.' },
    sentence: (p) => p.sentence,
    stale: ['home', 'machines', 'activity'],
    webhook: true,
    kind: 'machine',
  }),
} as const
