// Events of downloads and deletions.
import { z } from 'zod'
import { bytesInWords } from '../domain/words.ts'
import { event } from './define.ts'
import { named, who } from './event-words.ts'

const downloadFacts = z.object({ download: z.string(), model: z.string(), machines: z.array(z.string()) })
const downloadSample = { download: 'k3j9x2m4p7q1', model: 'Qwen/Qwen3-8B', machines: ['spark-1', 'spark-2'] }
const inWords = (names: readonly string[]): string => names.join(' and ')

export const downloadEvents = {
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
} as const
