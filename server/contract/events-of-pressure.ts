// Events of what is watched of a machine from second to second.
import { z } from 'zod'
import { pressureLevels } from '../domain/pressure-level.ts'
import { event } from './define.ts'
import { machineFacts, machineSample } from './event-words.ts'

export const pressureEvents = {
  machine_pressure_changed: event({
    payload: machineFacts.extend({
      level: z.enum(pressureLevels),
      previous: z.enum(pressureLevels),
      sentence: z.string(),
      availableBytes: z.number().nullable(),
      restsAtBytes: z.number().nullable(),
      waitsPercent: z.number().nullable(),
      stallsPercent: z.number().nullable(),
    }),
    sample: {
      ...machineSample,
      level: 'high',
      previous: 'normal',
      sentence:
        'Memory of spark-1 falls fast: 14 GB are left. Nothing new is loaded there, and work that can wait is asked to give memory back.',
      availableBytes: 14_300_000_000,
      restsAtBytes: 31_000_000_000,
      waitsPercent: 2.5,
      stallsPercent: 0.4,
    },
    sentence: (p) => p.sentence,
    stale: ['home', 'machines', 'activity'],
    webhook: true,
    kind: 'machine',
  }),
  machine_out_of_memory: event({
    payload: machineFacts.extend({ processes: z.int() }),
    sample: { ...machineSample, processes: 1 },
    sentence: (p) =>
      `${p.name} ran out of memory: its kernel ended ${p.processes === 1 ? 'a process' : `${p.processes} processes`} to go on.`,
    stale: ['home', 'machines', 'activity'],
    webhook: true,
    kind: 'machine',
  }),
} as const
