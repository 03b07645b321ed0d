// A download as the contract shows it.
import type { DownloadView, GroundView } from '../contract/operations/download-shapes.ts'
import { type Download, secondsLeft, speedOf } from '../domain/download.ts'
import type { DownloadGround } from '../domain/download-ground.ts'
import { modelName } from '../domain/model-name.ts'
import { wholeDuration } from '../domain/words.ts'
import { isoTime, isoTimeOrNull } from './iso-time.ts'

type NameOf = (machine: string) => string

export function downloadView(download: Download, nameOf: NameOf, now: number): DownloadView {
  const { bytes, totalBytes } = download.progress
  const running = download.state === 'running'
  const speed = running ? speedOf(download) : null
  const left = running ? secondsLeft(download) : null
  return {
    id: download.id,
    repo: download.repo,
    name: modelName(download.repo),
    revision: download.revision,
    commit: download.commit,
    state: download.state,
    phase: download.phase,
    sentence: sentenceOf(download, nameOf, now),
    stalled: running && download.stalled,
    bytes,
    totalBytes,
    percent: totalBytes === null || totalBytes === 0 ? null : Math.min(100, Math.floor((100 * bytes) / totalBytes)),
    bytesPerSecond: speed === null ? null : Math.round(speed),
    etaSeconds: left === null ? null : Math.max(1, Math.round(left)),
    machines: download.places.map(({ machine }) => ({ machine, name: nameOf(machine) })),
    withToken: download.withToken,
    cancelling: running && download.cancelRequestedAt !== null,
    attempt: download.attempt,
    lines: [...download.log.lines],
    error: download.trouble === null ? null : { ...download.trouble },
    startedAt: isoTime(download.startedAt),
    endedAt: isoTimeOrNull(download.endedAt),
    links: { self: `/api/downloads/${download.id}`, page: `/library/downloads/${download.id}` },
  }
}

function sentenceOf(download: Download, nameOf: NameOf, now: number): string {
  const names = download.places.map(({ machine }) => nameOf(machine))
  const [head = '', ...others] = names
  if (download.state === 'succeeded') return `Whole on ${names.join(' and ')}, every file looked at.`
  if (download.state === 'cancelled') return 'Cancelled. What arrived stays on the disk.'
  if (download.state === 'failed') return download.trouble?.happened ?? 'It failed.'
  if (download.silentSince !== null)
    return `${head} does not answer. The download goes on there if it can, and is looked at when it is back.`
  if (download.cancelRequestedAt !== null) return `It is being cancelled on ${head}.`
  if (download.stalled) return `Nothing has arrived for ${wholeDuration(now - download.progress.grewAt)}.`
  if (download.copies !== undefined && download.phase === 'copy')
    return `${head} copies its version ${download.commit?.slice(0, 8) ?? ''} to ${others.join(' and ')}.`
  if (download.phase === 'copy') return `${head} has all of it and copies it to ${others.join(' and ')}.`
  if (download.phase === 'verify') return `Looking at every file on ${names.join(' and ')}.`
  return `${head} is fetching it from the Hub.`
}

interface Asked {
  readonly repo: string
  readonly revision: string | null
}

export function groundView({ repo, revision }: Asked, ground: DownloadGround, nameOf: NameOf): GroundView {
  return {
    repo,
    name: modelName(repo),
    revision,
    commit: ground.commit,
    verdict: ground.verdict,
    checks: ground.checks.map((check) => ({ ...check })),
    totalBytes: ground.totalBytes,
    machines: ground.machines.map((one) => ({ ...one, name: nameOf(one.machine) })),
    wantsToken: ground.wantsToken,
    argv: [...ground.argv],
    from: null,
  }
}
