import type { GroundView } from '../../../server/contract/operations/download-shapes.ts'
import { bytesInWords } from '../../../server/domain/words.ts'
import { Heading } from '../layout.tsx'
import { Badge, type BadgeShape } from '../parts/badge.tsx'
import { Copyable, commandLine } from '../parts/code.tsx'
import { Note, type Trouble, TroubleNote } from '../parts/notice.tsx'
import { TokenField } from './downloads.tsx'

export interface GroundData {
  readonly ground: GroundView
  readonly news?: Trouble
}

export function groundTitle({ name, verdict, from }: GroundView): string {
  if (from !== null)
    return verdict === 'ready' ? `Bring the copies of ${name} together?` : `The copies of ${name} cannot be brought together yet`
  if (verdict === 'here') return `${name} is there already`
  return verdict === 'ready' ? `Download ${name}?` : `${name} cannot be downloaded yet`
}

/** The confirmation is what was found: size, room, tools; one button, and none where something stands in the way. */
export function GroundPage({ ground, news }: GroundData) {
  return (
    <div class="page narrow">
      <Heading
        title={groundTitle(ground)}
        up={ground.from === null ? { href: '/library/downloads', word: 'Downloads' } : { href: '/library/disks', word: 'Disks' }}
      >
        <p class="quiet">
          {ground.repo}
          {ground.revision === null ? '' : `, version ${ground.revision}`}
          {ground.commit === null ? '' : `, commit ${ground.commit.slice(0, 8)}`}
        </p>
      </Heading>
      {news === undefined ? null : <TroubleNote trouble={news} />}
      <section class="card stack" aria-label="What it takes">
        <p class="cost">{costOf(ground)}</p>
        <Act ground={ground} />
      </section>
      <Checks ground={ground} />
      {ground.verdict === 'blocked' ? null : (
        <details class="more">
          <summary>Show exactly what will run</summary>
          <pre class="log">{commandLine(ground.argv)}</pre>
        </details>
      )}
    </div>
  )
}

function costOf({ totalBytes, machines, verdict, from, commit }: GroundView): string {
  const names = machines.map((one) => one.name).join(' and ')
  if (from !== null)
    return `${names} ${machines.length === 1 ? 'gets' : 'get'} the version ${commit?.slice(0, 8) ?? ''} from ${from.name} over the cable: ${bytesInWords(totalBytes ?? 0)}. ${from.why}`
  if (verdict === 'here') return `The newest version is whole on ${names}. There is nothing to fetch.`
  if (totalBytes === null) return `Onto ${names}. How large it is could not be asked beforehand.`
  const [head, ...others] = machines
  const here = (head?.hereBytes ?? 0) > 0 ? ` ${bytesInWords(head?.hereBytes ?? 0)} of it are on ${head?.name} already.` : ''
  const copies = others.length === 0 ? '' : ` Then it is copied to ${others.map((one) => one.name).join(' and ')} over the cable.`
  return `${bytesInWords(totalBytes)} from the internet onto ${head?.name}.${here}${copies}`
}

function Act({ ground }: { readonly ground: GroundView }) {
  if (ground.from !== null) return <CopyAct ground={ground} />
  const { repo, revision, machines, verdict, wantsToken } = ground
  if (verdict === 'here') {
    return (
      <p class="acts">
        <a class="button main" href={`/library/${encodeURIComponent(repo)}`}>
          See how it would start
        </a>
      </p>
    )
  }
  const others = ground.checks.filter((check) => check.state === 'bad' && check.id !== 'hub')
  if (verdict === 'blocked' && (!wantsToken || others.length > 0)) {
    const again = new URLSearchParams([
      ['repo', repo],
      ['revision', revision ?? ''],
      ...machines.map((one) => [`on-${one.machine}`, 'yes']),
    ])
    return (
      <p class="acts">
        <a class="button main" href={`/library/downloads/new?${again}`}>
          Look again
        </a>
        <a class="button plain" href="/library/downloads">
          Not now
        </a>
      </p>
    )
  }
  return (
    <form class="stack" method="post" action="/library/downloads">
      <input type="hidden" name="repo" value={repo} />
      <input type="hidden" name="revision" value={revision ?? ''} />
      {machines.map((one) => (
        <input type="hidden" name={`on-${one.machine}`} value="yes" />
      ))}
      {wantsToken ? <TokenField required /> : null}
      <p class="acts">
        <button type="submit" class="button main">
          Download now
        </button>
        <a class="button plain" href="/library/downloads">
          Not now
        </a>
      </p>
      {wantsToken ? null : <p class="quiet">It goes on by itself, also when you close this page.</p>}
    </form>
  )
}

function CopyAct({ ground }: { readonly ground: GroundView }) {
  const path = `/library/${encodeURIComponent(ground.repo)}/together`
  return (
    <form class="stack" method="post" action={path}>
      <input type="hidden" name="commit" value={ground.commit ?? ''} />
      <p class="acts">
        {ground.verdict === 'ready' ? (
          <button type="submit" class="button main">
            Copy it now
          </button>
        ) : (
          <a class="button main" href={path}>
            Look again
          </a>
        )}
        <a class="button plain" href="/library/disks">
          Not now
        </a>
      </p>
      {ground.verdict === 'ready' ? (
        <p class="quiet">It goes on by itself, also when you close this page. Every file is looked at when it is done.</p>
      ) : null}
    </form>
  )
}

const states: Readonly<Record<GroundView['checks'][number]['state'], { shape: BadgeShape; word: string }>> = {
  good: { shape: 'done', word: 'Good' },
  warning: { shape: 'degraded', word: 'Warning' },
  bad: { shape: 'failed', word: 'Blocked' },
}
const order: readonly GroundView['checks'][number]['state'][] = ['bad', 'warning', 'good']

function Checks({ ground }: { readonly ground: GroundView }) {
  const nameOf = (id: string | null): string => ground.machines.find((one) => one.machine === id)?.name ?? ground.machines[0]?.name ?? ''
  return (
    <ul class="list survey" aria-label="What was looked at">
      {ground.checks
        .toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state))
        .map((check) => (
          <li>
            <Badge {...states[check.state]} />
            <div class="stack tight">
              <p>{check.sentence}</p>
              {check.mend === null ? null : (
                <>
                  <span class="label">In a terminal on {nameOf(check.machine)}</span>
                  <Copyable id={`mend-${check.id}-${check.machine ?? 'hub'}`} label="Command that mends it">
                    {check.mend}
                  </Copyable>
                </>
              )}
            </div>
          </li>
        ))}
    </ul>
  )
}

/** Said where a model's page offers a deletion that is refused. */
export function WhyNotNow({ why, unblock }: { readonly why: string; readonly unblock: string }) {
  return (
    <Note kind="warn" icon="warning">
      <p>
        <strong>{why}</strong> {unblock}
      </p>
    </Note>
  )
}
