import type { DownloadView } from '../../../server/contract/operations/download-shapes.ts'
import type { MachineShape } from '../../../server/contract/operations/shapes.ts'
import { aboutDuration, bytesInWords } from '../../../server/domain/words.ts'
import { Heading } from '../layout.tsx'
import { Badge, type BadgeShape } from '../parts/badge.tsx'
import { Empty, Note, type Trouble, TroubleNote } from '../parts/notice.tsx'
import { Ago } from '../parts/time.tsx'

export interface DownloadsData {
  readonly downloads: readonly DownloadView[]
  readonly machines: readonly MachineShape[]
  readonly now: number
  /** As typed, when it was not understood. */
  readonly typed?: { readonly repo: string; readonly revision: string; readonly machines: readonly string[] }
  readonly trouble?: Trouble
}

export function DownloadsPage(data: DownloadsData) {
  return (
    <div class="page">
      <Heading title="Downloads" up={{ href: '/library', word: 'Models' }} />
      {data.machines.length === 0 ? (
        <Empty icon="machines" title="Add a machine first">
          <p>A model is downloaded by a Spark, straight onto its own disk.</p>
          <a class="button main" href="/machines/new">
            Add a machine
          </a>
        </Empty>
      ) : (
        <DownloadForm {...data} />
      )}
      <DownloadList downloads={data.downloads} now={data.now} />
    </div>
  )
}

function DownloadForm({ machines, typed, trouble }: DownloadsData) {
  const chosen = (id: string, at: number): boolean =>
    typed === undefined || typed.machines.length === 0 ? at === 0 : typed.machines.includes(id)
  return (
    <form class="card stack" method="get" action="/library/downloads/new">
      {trouble === undefined ? null : <TroubleNote trouble={trouble} />}
      <div class="field">
        <label for="repo">Model on the Hub</label>
        <input
          id="repo"
          name="repo"
          value={typed?.repo ?? ''}
          placeholder="Qwen/Qwen3-4B"
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          required
          aria-describedby="repo-hint"
        />
        <span class="hint" id="repo-hint">
          Its name, or the address of its page on huggingface.co.
        </span>
      </div>
      {machines.length === 1 ? null : (
        <fieldset class="field">
          <legend>Onto</legend>
          {machines.map((machine, at) => (
            <label class="check">
              <input type="checkbox" name={`on-${machine.id}`} value="yes" checked={chosen(machine.id, at)} /> {machine.name}
            </label>
          ))}
          <span class="hint">The first fetches it from the internet and copies it to the others over the cable.</span>
        </fieldset>
      )}
      <details class="more" open={typed !== undefined && typed.revision !== ''}>
        <summary>Another version than the newest</summary>
        <div class="field">
          <label for="revision">Branch, tag or commit</label>
          <input id="revision" name="revision" value={typed?.revision ?? ''} autocomplete="off" autocapitalize="none" spellcheck={false} />
        </div>
      </details>
      <p class="acts">
        <button type="submit" class="button main">
          Look at it first
        </button>
        <span class="quiet">You see its size and the room on every disk before anything is fetched.</span>
      </p>
    </form>
  )
}

export function DownloadList({ downloads, now }: Pick<DownloadsData, 'downloads' | 'now'>) {
  return (
    <section id="download-list" class="stack" aria-label="Downloads">
      {downloads.length === 0 ? <p class="quiet">Nothing has been downloaded from here yet.</p> : null}
      {downloads.length === 0 ? null : (
        <ul class="list">
          {downloads.map((download) => (
            <li>
              <div class="stack tight">
                <p class="tags">
                  <a class="title" href={download.links.page}>
                    {download.name}
                  </a>
                  <DownloadBadge download={download} />
                </p>
                <p>{download.sentence}</p>
                <DownloadBar download={download} />
                <p class="quiet">
                  {download.machines.map((one) => one.name).join(', ')} · {download.repo} ·{' '}
                  <Ago at={download.endedAt ?? download.startedAt} now={now} />
                </p>
              </div>
              <a class="button plain" href={download.links.page}>
                {download.state === 'running' ? 'Watch it' : 'Details'}
                <span class="sr"> {download.name}</span>
              </a>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

function badgeOf({ state, stalled, cancelling }: DownloadView): { shape: BadgeShape; word: string } {
  if (state === 'succeeded') return { shape: 'done', word: 'Done' }
  if (state === 'failed') return { shape: 'failed', word: 'Failed' }
  if (state === 'cancelled') return { shape: 'cancelled', word: 'Cancelled' }
  if (cancelling) return { shape: 'cancelled', word: 'Cancelling' }
  return stalled ? { shape: 'degraded', word: 'Nothing arrives' } : { shape: 'starting', word: 'Downloading' }
}

function DownloadBadge({ download }: { readonly download: DownloadView }) {
  return <Badge {...badgeOf(download)} />
}

const partWord = { fetch: 'Fetching', copy: 'Copying', verify: 'Looking at every file' } as const

/** Bytes, speed and what is left; the bar says nothing the words do not. */
function DownloadBar({ download }: { readonly download: DownloadView }) {
  if (download.state !== 'running') return null
  const { bytes, totalBytes, percent, bytesPerSecond, etaSeconds, phase } = download
  if (phase === 'verify') return <progress aria-label={partWord.verify} />
  const words = [
    totalBytes === null ? `${bytesInWords(bytes)} so far` : `${bytesInWords(bytes)} of ${bytesInWords(totalBytes)}`,
    bytesPerSecond === null ? '' : `${bytesInWords(bytesPerSecond)} a second`,
    etaSeconds === null ? '' : `${aboutDuration(etaSeconds * 1000)} left`,
  ].filter((word) => word !== '')
  return (
    <div class="meter">
      <p class="between">
        <span>{partWord[phase]}</span> <span class="figure">{percent === null ? '' : `${percent} %`}</span>
      </p>
      {percent === null ? <progress aria-label={partWord[phase]} /> : <progress aria-label={partWord[phase]} value={percent} max={100} />}
      <p class="quiet">{words.join(' · ')}</p>
    </div>
  )
}

interface One {
  readonly download: DownloadView
  readonly now: number
}

export function DownloadPage({ download, now }: One) {
  return (
    <div class="page narrow">
      <Heading title={download.name} up={{ href: '/library/downloads', word: 'Downloads' }}>
        <p class="quiet">
          {download.repo}
          {download.revision === null ? '' : `, version ${download.revision}`}
        </p>
      </Heading>
      <DownloadNow download={download} now={now} />
    </div>
  )
}

export function DownloadNow({ download, now }: One) {
  const { state, lines, error } = download
  return (
    <div id={`download-${download.id}`} class="page">
      <section class="card stack" aria-label="The download">
        <p class="tags">
          <DownloadBadge download={download} />
          <span class="quiet">
            {state === 'running' ? 'began' : 'ended'} <Ago at={download.endedAt ?? download.startedAt} now={now} />
          </span>
        </p>
        <p class="cost">{state === 'failed' ? `The download to ${namesOf(download)} failed.` : download.sentence}</p>
        <DownloadBar download={download} />
        {download.stalled ? (
          <Note kind="warn" icon="warning">
            <p>It goes on by itself if the Hub answers again. If it does not move soon, cancel it and press "Go on".</p>
          </Note>
        ) : null}
        <DownloadAct download={download} />
      </section>
      {error === null ? null : <TroubleNote trouble={error} />}
      {lines.length === 0 ? null : (
        <details class="more">
          <summary>What it printed</summary>
          <pre class="log">{lines.join('\n')}</pre>
        </details>
      )}
    </div>
  )
}

const namesOf = ({ machines }: DownloadView): string => machines.map((one) => one.name).join(' and ')
const tokenHelps: ReadonlySet<string> = new Set(['download_refused', 'download_not_on_hub', 'download_token_gone'])

function DownloadAct({ download }: { readonly download: DownloadView }) {
  if (download.state === 'succeeded') {
    return (
      <p class="acts">
        <a class="button main" href={`/library/${encodeURIComponent(download.repo)}`}>
          See how it would start
        </a>
        <span class="quiet">Its recipe, and why each flag is there.</span>
      </p>
    )
  }
  if (download.state === 'running') {
    return download.cancelling ? null : (
      <form class="acts" method="post" action={`${download.links.page}/cancellation`}>
        <button type="submit" class="button">
          Cancel
        </button>
        <span class="quiet">What arrived stays on the disk.</span>
      </form>
    )
  }
  const asks = download.withToken || tokenHelps.has(download.error?.code ?? '')
  return (
    <form class="stack" method="post" action={`${download.links.page}/resumption`}>
      {asks ? <TokenField required={download.error?.code === 'download_token_gone'} /> : null}
      <p class="acts">
        <button type="submit" class="button main">
          Go on
        </button>
        <span class="quiet">It continues from what is there.</span>
      </p>
    </form>
  )
}

export function TokenField({ required }: { readonly required: boolean }) {
  return (
    <div class="field">
      <label for="token">Token of the Hub</label>
      <input id="token" name="token" type="password" autocomplete="off" required={required} aria-describedby="token-hint" />
      <span class="hint" id="token-hint">
        From huggingface.co under Settings, Access Tokens. It travels to the Spark for this download and is kept nowhere.
      </span>
    </div>
  )
}
