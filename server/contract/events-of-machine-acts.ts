// Events of what is done to a machine beside switching.
import { z } from 'zod'
import { bytesInWords } from '../domain/words.ts'
import { event } from './define.ts'
import { machineFacts, machineSample, who } from './event-words.ts'

const actFacts = machineFacts.extend({ by: z.string() })
const actSample = { ...machineSample, by: 'owner' }

export const machineActEvents = {
  caches_dropped: event({
    payload: actFacts.extend({ freeBefore: z.number(), freeAfter: z.number() }),
    sample: { ...actSample, freeBefore: 9_000_000_000, freeAfter: 70_000_000_000 },
    sentence: (p) =>
      `${who(p.by)} dropped caches on ${p.name}: ${bytesInWords(p.freeAfter)} are free, ${bytesInWords(p.freeBefore)} were before.`,
    stale: ['home', 'machines', 'activity'],
    webhook: true,
    kind: 'machine',
  }),
  launcher_updated: event({
    payload: actFacts.extend({ from: z.string(), to: z.string() }),
    sample: { ...actSample, from: '013cd2e', to: '9a8b7c6' },
    sentence: (p) => `${who(p.by)} updated the launcher on ${p.name} from ${p.from.slice(0, 7)} to ${p.to.slice(0, 7)}.`,
    stale: ['home', 'machines', 'library', 'activity'],
    webhook: true,
    kind: 'machine',
  }),
} as const
