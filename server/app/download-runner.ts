// Follows a download from its job on the first machine to its one end. The job lives there, not here: whoever starts again with the
// same row finds it. What a look says is judged by domain/download.ts; this file asks, writes down and tells.
import { type ErrorCode, type FactsOf, SparkError, tellError } from '../contract/errors.ts'
import { type Download, type DownloadTrouble, hear, jobStep, unheard, withoutSecrets } from '../domain/download.ts'
import { ownCommand } from '../domain/download-ground.ts'
import { findDownloadTrouble } from '../domain/download-trouble.ts'
import { verifyCopies } from '../domain/download-verify.ts'
import type { Machine } from '../domain/machine.ts'
import type { FolderListing } from '../domain/model.ts'
import { modelName } from '../domain/model-name.ts'
import type { DownloadSparks } from './download-ports.ts'
import type { Clock, DownloadStore, JobReading, Log, MachineStore } from './ports.ts'
import type { EventsUse, SettingsUse } from './use-cases.ts'

export interface DownloadRunnerNeeds {
  readonly clock: Clock
  readonly sparks: Pick<DownloadSparks, 'startDownload' | 'readDownload' | 'endJob'>
  readonly store: { readonly machines: Pick<MachineStore, 'find' | 'list'>; readonly downloads: DownloadStore }
  readonly events: Pick<EventsUse, 'append'>
  readonly log: Log
  /** Reads the disk of a machine anew; rejects when it cannot. */
  readonly rescan: (machine: string, signal: AbortSignal) => Promise<void>
  readonly listing: (machine: string, repo: string) => FolderListing | null
  readonly freeBytes: (machine: string) => number | null
  readonly settings: Pick<SettingsUse, 'get'>
}

const pollMs = 1500
/** Between looks at a machine that does not answer, ms. */
const silentMs = 5000

export function createDownloadRunner(needs: DownloadRunnerNeeds) {
  const { clock, sparks, events } = needs
  const { downloads, machines } = needs.store
  const wakes = new Map<string, () => void>()
  /** Without a byte for so long a download is called stalled. */
  const stallMs = (): number => needs.settings.get('downloads.stallSeconds') * 1000

  const nameOf = (id: string): string => machines.find(id)?.name ?? id
  const machineOf = (id: string): Machine => {
    const machine = machines.find(id)
    if (machine === null) throw new SparkError('not_found', { what: `machine "${id}"` })
    return machine
  }
  const factsOf = (one: Download) => ({
    download: one.id,
    model: one.repo,
    machines: one.places.map((place) => nameOf(place.machine)),
  })

  const end = (download: Download, state: 'succeeded' | 'failed' | 'cancelled', trouble: DownloadTrouble | null = null): void => {
    const now = clock.now()
    downloads.update({ ...download, state, trouble, stalled: false, endedAt: now })
    if (state === 'succeeded') events.append('download_complete', { ...factsOf(download), durationMs: now - download.startedAt })
    else if (state === 'cancelled') events.append('download_cancelled', factsOf(download))
    else if (trouble !== null)
      events.append('download_failed', { ...factsOf(download), code: trouble.code, happened: trouble.happened, now: trouble.now })
  }

  const fail = <Code extends ErrorCode>(download: Download, code: Code, facts: FactsOf<Code>, line: string | null = null): void => {
    const { happened, now, next, run } = tellError(code, facts)
    const machine = (facts as { readonly machine?: unknown }).machine
    end(download, 'failed', { code, happened, now, next, run, line, machine: typeof machine === 'string' ? machine : null })
  }

  /** What the output says went wrong, as a row of the error table. */
  const failByOutput = (download: Download): void => {
    const { code, line, names } = findDownloadTrouble([...download.log.lines, withoutSecrets(download.log.rest)])
    const head = download.places[0]?.machine ?? ''
    const machine = nameOf(head)
    const free = needs.freeBytes(head)
    const facts = { machine, model: download.repo }
    const byCode: Readonly<Record<typeof code, () => void>> = {
      download_disk_full: () =>
        fail(download, 'download_disk_full', { machine, freeGigabytes: free === null ? null : Math.floor(free / 1e9) }, line),
      download_not_writable: () => fail(download, 'download_not_writable', { machine, ...ownershipOf(download, names) }, line),
      download_copy_failed: () => fail(download, 'download_copy_failed', { machine, to: targetOf(download, names) }, line),
      download_refused: () => fail(download, 'download_refused', { ...facts, withToken: download.withToken }, line),
      download_failed: () => fail(download, 'download_failed', { ...facts, line }, line),
      download_not_on_hub: () => fail(download, 'download_not_on_hub', facts, line),
      download_tool_missing: () => fail(download, 'download_tool_missing', { machine }, line),
      hub_unreachable: () => fail(download, 'hub_unreachable', { machine }, line),
    }
    byCode[code]()
  }

  const ownershipOf = (download: Download, path: string | null): { path: string; mend: string } => {
    const [place] = download.places
    const cachePath = (place?.folder ?? '').replace(/\/models--[^/]*$/, '')
    return { path: path ?? cachePath, mend: ownCommand({ cachePath, user: machineOf(place?.machine ?? '').user }) }
  }

  /** The machine a copy went to, by the address that the output names. */
  const targetOf = (download: Download, address: string | null): string => {
    const others = download.places.slice(1).flatMap(({ machine }) => machines.find(machine) ?? [])
    const meant = others.find((one) => one.address === address || one.fabricAddress === address)
    return (meant === undefined ? others : [meant]).map((one) => one.name).join(' and ')
  }

  const start = async (download: Download, token: string | null, signal: AbortSignal): Promise<void> => {
    const head = machineOf(download.places[0]?.machine ?? '')
    if (download.withToken && token === null) {
      fail(download, 'download_token_gone', { machine: head.name })
      return
    }
    const script = download.argv[0] ?? ''
    const cwd = script.startsWith('/') ? script.slice(0, script.lastIndexOf('/')) || '/' : null
    await sparks.startDownload(head, { key: keyOf(download), argv: download.argv, cwd, token }, signal)
  }

  /** Bytes of the copies; a machine that does not answer now is asked again at the next look. */
  const copiedBytes = (download: Download, signal: AbortSignal): Promise<(number | null)[]> =>
    Promise.all(
      download.places.slice(1).map(async ({ machine, folder }) => {
        if (download.phase !== 'copy') return null
        const look = await sparks.readDownload(machineOf(machine), { job: null, folder }, signal).catch(() => null)
        return look?.bytes ?? null
      }),
    )

  const lookOnce = async (download: Download, token: string | null, signal: AbortSignal): Promise<void> => {
    const [place] = download.places
    const key = keyOf(download)
    const head = machineOf(place?.machine ?? '')
    if (download.cancelRequestedAt !== null) await sparks.endJob(head, key, signal)
    const { job, bytes } = await sparks.readDownload(
      head,
      { job: { key, offset: download.log.offset }, folder: place?.folder ?? '' },
      signal,
    )
    if (job === null || job.state === 'absent') {
      if (download.cancelRequestedAt !== null) end(download, 'cancelled')
      else await start(download, token, signal)
      return
    }
    const copied = await copiedBytes(download, signal)
    settle(download, { ...job, state: job.state }, [bytes, ...copied])
  }

  /** Writes down what a look said, and what follows from a job that is over. */
  const settle = (before: Download, job: JobReading & { state: 'running' | 'ended' | 'lost' }, folderBytes: (number | null)[]): void => {
    // Asked to cancel while the machine was being asked: that word is in the row and stays.
    const asked = downloads.find(before.id)?.cancelRequestedAt ?? null
    const reading = { job: job.state, exitCode: job.exitCode, text: job.text, nextOffset: job.nextOffset, folderBytes }
    const heard = { ...hear(before, reading, clock.now(), stallMs()), cancelRequestedAt: asked }
    if (job.state === 'running' || job.text !== '') keep(before, heard)
    else if (asked !== null) end(heard, 'cancelled')
    else if (job.state === 'lost') fail(heard, 'download_lost', { machine: nameOf(before.places[0]?.machine ?? '') })
    else if (job.exitCode !== 0) failByOutput(heard)
    else keep(before, { ...heard, phase: 'verify', stalled: false })
  }

  const keep = (before: Download, after: Download): void => {
    downloads.update(after)
    if (after.stalled && !before.stalled) {
      const machine = nameOf(after.places[0]?.machine ?? '')
      const { happened } = tellError('download_stalled', { machine, model: modelName(after.repo), forMs: stallMs() })
      events.append('download_stalled', { ...factsOf(after), happened })
    } else events.append('download_progressed', { download: after.id, phase: after.phase })
  }

  const verify = async (download: Download, signal: AbortSignal): Promise<void> => {
    const ids = download.places.map(({ machine }) => machine)
    await Promise.all(ids.map((id) => needs.rescan(id, signal)))
    const verified = verifyCopies(
      download,
      ids.map((id) => needs.listing(id, download.repo)),
      clock.now(),
    )
    if (verified.ok) {
      end({ ...download, commit: verified.commit }, 'succeeded')
      return
    }
    const facts = {
      machine: nameOf(verified.machine),
      missing: verified.missing.length,
      of: verified.of,
      example: verified.missing[0] ?? 'its description',
    }
    if (verified.machine === ids[0]) fail(download, 'download_incomplete', facts)
    else fail(download, 'copy_incomplete', { ...facts, from: nameOf(ids[0] ?? '') })
  }

  const rest = async (id: string, ms: number, signal: AbortSignal): Promise<void> => {
    const pause = new AbortController()
    const nudged = new Promise<void>((resolve) => wakes.set(id, resolve))
    await Promise.race([nudged, clock.sleep(ms, AbortSignal.any([pause.signal, signal])).catch(() => undefined)])
    pause.abort()
    signal.throwIfAborted()
  }

  /** One look, or one verification. False: the machine did not answer, and nothing is known. */
  const step = async (download: Download, token: string | null, signal: AbortSignal): Promise<boolean> => {
    const head = download.places[0]?.machine ?? ''
    if (machines.find(head) === null) {
      // Taken off the list: whatever its job does there, nobody here can ask.
      fail(download, 'download_lost', { machine: 'a machine that is no longer on the list' })
      return true
    }
    try {
      if (download.phase === 'verify' && download.cancelRequestedAt === null) await verify(download, signal)
      else await lookOnce(download, token, signal)
      return true
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof SparkError))
        needs.log.error('following a download failed; it is tried again', { download: download.id, error })
      noteSilence(download.id)
      return false
    }
  }

  /** While our own disk is full not even that can be written down: the next look tries again. */
  const noteSilence = (id: string): void => {
    try {
      const now = downloads.find(id)
      if (now?.state === 'running') keep(now, unheard(now, clock.now()))
    } catch (error) {
      needs.log.info('a download could not be written down', { download: id, error })
    }
  }

  return {
    /** To its end, or until `signal` aborts: then the job goes on without us. */
    async follow(id: string, token: string | null, signal: AbortSignal): Promise<void> {
      for (let download = downloads.find(id); download?.state === 'running'; download = downloads.find(id)) {
        const answered = await step(download, token, signal)
        if (downloads.find(id)?.state === 'running') await rest(id, answered ? pollMs : silentMs, signal)
      }
      wakes.delete(id)
    },
    /** Look again at once. */
    wake: (id: string): void => wakes.get(id)?.(),
  }
}

const keyOf = (download: Download): { swap: string; step: string } => ({ swap: download.id, step: jobStep(download) })
