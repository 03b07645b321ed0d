import type { LoggedLine } from '../../../server/contract/operations/logs.ts'
import type { LogLineView } from '../../../server/contract/operations/shapes.ts'
import { hx } from '../../hx.ts'
import { stopwatch } from './time.tsx'

interface LinesProps {
  readonly lines: readonly LogLineView[]
  readonly startedAt: string
  /** The line that told the trouble: marked. */
  readonly telling: string | null
}

/** Lines with their time since the start. */
export function LogLines({ lines, startedAt, telling }: LinesProps) {
  const start = Date.parse(startedAt)
  return (
    <>
      {lines.map((line) => (
        <span class="line">
          <span class="at">{stopwatch(Date.parse(line.at) - start)}</span>
          {isTelling(line.text, telling) ? <mark>{line.text}</mark> : <span>{line.text}</span>}
          {'\n'}
        </span>
      ))}
    </>
  )
}

export function isTelling(text: string, telling: string | null): boolean {
  const wanted = telling?.trim() ?? ''
  return wanted !== '' && text.includes(wanted)
}

interface LogProps extends LinesProps {
  readonly id: string
  readonly href: string
  readonly open: boolean
  readonly live: boolean
  readonly title?: string
}

export function Log({ id, href, open, live, title = 'Log', ...lines }: LogProps) {
  return (
    <details class="more" open={open}>
      <summary>{title}</summary>
      <div class="log-acts">
        <LogActs id={id} live={live} href={href} />
      </div>
      <pre class="log" id={id} data-log="" role="log" aria-live="off" aria-label="Log lines" tabindex={0} {...hx({ keep: true })}>
        <LogLines {...lines} />
      </pre>
    </details>
  )
}

/** What can be done with lines: hold them, take them along. */
export function LogActs({ id, live, href }: Pick<LogProps, 'id' | 'live' | 'href'>) {
  return (
    <>
      {live ? (
        <button type="button" class="button small" data-pause={`#${id}`} data-script="" hidden>
          Pause
        </button>
      ) : null}
      <button type="button" class="button small" data-copy={`#${id}`} hidden>
        Copy
      </button>
      <a class="button small" href={href} download="">
        Download
      </a>
    </>
  )
}

interface StampedProps {
  readonly lines: readonly LoggedLine[]
  /** Marked where it stands; empty: nothing is. */
  readonly search?: string
}

/** Lines with the machine's time of day (UTC). */
export function StampedLines({ lines, search = '' }: StampedProps) {
  return (
    <>
      {lines.map(({ at, text }) => (
        <span class="line">
          <time class="at" datetime={at} title={at}>
            {at.slice(11, 19)}
          </time>
          <Marked text={text} search={search} />
          {'\n'}
        </span>
      ))}
    </>
  )
}

/** Small and large letters alike, as the search on the machine takes them. */
function Marked({ text, search }: { readonly text: string; readonly search: string }) {
  const at = search === '' ? -1 : text.toLowerCase().indexOf(search.toLowerCase())
  if (at < 0) return <span>{text}</span>
  return (
    <span>
      {text.slice(0, at)}
      <mark>{text.slice(at, at + search.length)}</mark>
      {text.slice(at + search.length)}
    </span>
  )
}
