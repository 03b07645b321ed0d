// A download: one model fetched from the Hub onto a first machine, copied from there to others, and looked at on each.
//
// Guarantees, kept by app/downloads.ts, app/download-runner.ts and the unique index one_live_download:
//  (1) A model has at most one download in state `running`.
//  (2) An attempt starts its job on the first machine once, whoever asks, and ends once.
//  (3) `succeeded` is written only after every file was seen on every machine, all of the same commit.
//  (4) A machine that does not answer ends nothing: the job goes on there, and is found again.
//
//   fetch -> copy -> verify -> (succeeded)       copy is left out for one machine, fetch where a machine has it already
//     \________\________\----> (failed | cancelled) -> fetch    [resume: the next attempt; what arrived stays]
import { minuteMs } from './durations.ts'
import { splitLines } from './progress.ts'
import type { Requester } from './swap.ts'

export const downloadPhases = ['fetch', 'copy', 'verify'] as const
export type DownloadPhase = (typeof downloadPhases)[number]
export type DownloadState = 'running' | 'succeeded' | 'failed' | 'cancelled'

/** Speed is that of the last minute, ms. */
const speedWindowMs = minuteMs
const keptLines = 40

/** A machine of a download and the folder its copy comes into. */
export interface DownloadPlace {
  readonly machine: string
  /** models--ORG--NAME inside that machine's hub folder. */
  readonly folder: string
}

export interface DownloadTrouble {
  readonly code: string
  readonly happened: string
  readonly now: string
  readonly next: string
  readonly line: string | null
  /** Name of the machine it is about, and a command that helps there. */
  readonly machine: string | null
  readonly run: string | null
}

export interface DownloadProgress {
  readonly bytes: number
  /** Null: nobody could say how many it will be. */
  readonly totalBytes: number | null
  /** When bytes were last counted, and how many: the newest last. */
  readonly samples: readonly (readonly [at: number, bytes: number])[]
  /** When the number of bytes last grew. */
  readonly grewAt: number
}

export interface Download {
  readonly id: string
  readonly repo: string
  /** As asked; null: the newest. */
  readonly revision: string | null
  /** What that was when it was asked; null: the Hub could not be asked beforehand. */
  readonly commit: string | null
  /** The first fetches, the others get a copy. */
  readonly places: readonly DownloadPlace[]
  readonly argv: readonly string[]
  readonly withToken: boolean
  /** A copy between machines, nothing is fetched: what each of the others held before and needs, bytes, in the order of the places. */
  readonly copies?: readonly { readonly beforeBytes: number; readonly needBytes: number }[] | undefined
  /** Files of that commit; null: not known beforehand. */
  readonly files: readonly { readonly path: string; readonly sizeBytes: number }[] | null
  /** Bytes of the first machine's folder that belong to other versions. */
  readonly otherBytes: number
  readonly totalBytes: number | null
  readonly attempt: number
  readonly state: DownloadState
  readonly phase: DownloadPhase
  readonly progress: DownloadProgress
  readonly stalled: boolean
  /** Since when the first machine does not answer. */
  readonly silentSince: number | null
  readonly log: { readonly offset: number; readonly rest: string; readonly lines: readonly string[] }
  readonly trouble: DownloadTrouble | null
  readonly requestedBy: Requester
  readonly cancelRequestedAt: number | null
  readonly startedAt: number
  readonly endedAt: number | null
}

/** One look at the machines: how the job is, what it printed since, and how many bytes lie in each folder. */
export interface DownloadReading {
  readonly job: 'running' | 'ended' | 'lost'
  readonly exitCode: number | null
  readonly text: string
  readonly nextOffset: number
  /** In the order of the places; null: that machine was not asked or did not answer. */
  readonly folderBytes: readonly (number | null)[]
}

const freshProgress = (now: number, totalBytes: number | null): DownloadProgress => ({ bytes: 0, totalBytes, samples: [], grewAt: now })

/** A download as it begins, or begins again: what arrived before stays on the disk and is counted by the first look. */
export function beginAttempt(download: Download, now: number): Download {
  return {
    ...download,
    attempt: download.attempt + 1,
    state: 'running',
    phase: download.copies === undefined ? 'fetch' : 'copy',
    progress: freshProgress(now, download.totalBytes),
    stalled: false,
    silentSince: null,
    log: { offset: 0, rest: '', lines: [] },
    trouble: null,
    cancelRequestedAt: null,
    endedAt: null,
  }
}

/**
 * A look as it changes a download. Does not end it: what an exit code means is judged apart. `stallMs`: without a byte for so long it
 * is called stalled.
 */
export function hear(download: Download, reading: DownloadReading, now: number, stallMs: number): Download {
  const { lines, rest } = splitLines(download.log.rest, reading.text)
  const copying = download.phase === 'copy' || lines.some((line) => /^Copying model to \d+ host/.test(line))
  const told = lines.map((line) => withoutSecrets(withoutBar(line))).filter((line) => line !== '')
  const heard: Download = {
    ...download,
    silentSince: null,
    log: { offset: reading.nextOffset, rest, lines: [...download.log.lines, ...told].slice(-keptLines) },
  }
  const turned = copying && download.phase === 'fetch' ? { ...heard, phase: 'copy' as const, progress: freshProgress(now, null) } : heard
  const counts = counted(turned, reading.folderBytes, now)
  return counts.progress === turned.progress ? counts : { ...counts, stalled: now - counts.progress.grewAt >= stallMs }
}

function counted(download: Download, folderBytes: DownloadReading['folderBytes'], now: number): Download {
  const first = folderBytes[0] ?? null
  if (download.phase === 'verify') return download
  if (download.phase === 'fetch') {
    if (first === null) return download
    const total = download.totalBytes
    const here = Math.max(0, first - download.otherBytes)
    return grown(download, total === null ? here : Math.min(here, total), total, now)
  }
  if (download.copies !== undefined) return countedCopies(download, download.copies, folderBytes, now)
  const copies = folderBytes.slice(1)
  if (first === null || copies.every((one) => one === null)) return download
  const here = copies.reduce<number>((sum, one) => sum + Math.min(one ?? 0, first), 0)
  return grown(download, here, first * copies.length, now)
}

/** Only what came since counts: the others hold another version already. */
function countedCopies(
  download: Download,
  copies: NonNullable<Download['copies']>,
  folderBytes: DownloadReading['folderBytes'],
  now: number,
): Download {
  if (folderBytes.slice(1).every((one) => one === null)) return download
  const came = copies.map(({ beforeBytes, needBytes }, at) => Math.min(needBytes, Math.max(0, (folderBytes[at + 1] ?? 0) - beforeBytes)))
  const total = copies.reduce((sum, one) => sum + one.needBytes, 0)
  return grown(
    download,
    came.reduce((sum, one) => sum + one, 0),
    total,
    now,
  )
}

function grown(download: Download, bytes: number, totalBytes: number | null, now: number): Download {
  const before = download.progress
  const grew = before.samples.length === 0 || bytes > before.bytes
  const since = now - speedWindowMs
  const samples = [...before.samples.filter(([at]) => at >= since), [now, bytes] as const]
  const grewAt = grew ? now : before.grewAt
  return { ...download, progress: { bytes, totalBytes, samples, grewAt } }
}

/** The first machine did not answer: nothing is known of the job, so nothing is called stalled either. */
export function unheard(download: Download, now: number): Download {
  const { progress } = download
  return { ...download, silentSince: download.silentSince ?? now, stalled: false, progress: { ...progress, grewAt: now } }
}

/** Bytes a second of the last minute; null: too little is known. */
export function speedOf({ progress, stalled }: Download): number | null {
  const [first, last] = [progress.samples[0], progress.samples.at(-1)]
  if (stalled || first === undefined || last === undefined || last[0] - first[0] < 1000) return null
  const speed = ((last[1] - first[1]) * 1000) / (last[0] - first[0])
  return speed > 0 ? speed : null
}

export function secondsLeft(download: Download): number | null {
  const { bytes, totalBytes } = download.progress
  const speed = speedOf(download)
  return speed === null || totalBytes === null || bytes >= totalBytes ? null : (totalBytes - bytes) / speed
}

/** Step name of an attempt's job: an attempt that was ever started is never started again. */
export const jobStep = (download: Download): string => `fetch-${download.attempt}`

/** tqdm's and rsync's bars say nothing that the bytes on the disk do not say better; a last word may hang on one without a line end. */
function withoutBar(line: string): string {
  return line
    .replace(/^.*\d+%\|[^|]*\|[^\]]*\]/, '')
    .replace(/^\s*[\d,]+\s+\d+%\s.*$/, '')
    .trim()
}

/** Tokens of the Hub, wherever a tool may print one. */
export function withoutSecrets(line: string): string {
  return line.replace(/\b(hf|api_org)_[A-Za-z0-9]{8,}/g, '$1_…').replace(/(Bearer\s+)\S+/gi, '$1…')
}
