// Events of what is done to a machine beside switching.
import { z } from 'zod'
import { bytesInWords } from '../domain/words.ts'
import { event } from './define.ts'
import { who } from './event-words.ts'

const machineFacts = z.object({ machine: z.string(), name: z.string(), by: z.string() })
const machineSample = { machine: 'm1a2b3c4d5e6', name: 'spark-1', by: 'owner' }

export const machineActEvents = {
  caches_dropped: event({
    payload: machineFacts.extend({ freeBefore: z.number(), freeAfter: z.number() }),
    sample: { ...machineSample, freeBefore: 9_000_000_000, freeAfter: 70_000_000_000 },
    sentence: (p) =>
      `${who(p.by)} dropped caches on ${p.name}: ${bytesInWords(p.freeAfter)} are free, ${bytesInWords(p.freeBefore)} were before.`,
    stale: ['home', 'machines', 'activity'],
    webhook: true,
    kind: 'machine',
  }),
  launcher_updated: event({
    payload: machineFacts.extend({ from: z.string(), to: z.string() }),
    sample: { ...machineSample, from: '013cd2e', to: '9a8b7c6' },
    sentence: (p) => `${who(p.by)} updated the launcher on ${p.name} from ${p.from.slice(0, 7)} to ${p.to.slice(0, 7)}.`,
    stale: ['home', 'machines', 'library', 'activity'],
    webhook: true,
    kind: 'machine',
  }),
} as const
