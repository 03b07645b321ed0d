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
      </div>
      <pre class="log" id={id} data-log="" role="log" aria-live="off" aria-label="Log lines" tabindex={0} {...hx({ keep: true })}>
        <LogLines {...lines} />
      </pre>
    </details>
  )
}
