import type { LoggedLine } from '../../../server/contract/operations/logs.ts'
import { Heading } from '../layout.tsx'
import { Icon } from '../parts/icon.tsx'
import { LogActs, StampedLines } from '../parts/log.tsx'
import { type Trouble, TroubleNote } from '../parts/notice.tsx'

export interface LogData {
  /** Where what wrote it is shown. */
  readonly up: { readonly href: string; readonly word: string }
  /** "kokoro on spark-1". */
  readonly of: string
  /** Address of this page, without a query. */
  readonly href: string
  readonly lines: readonly LoggedLine[]
  /** There is more before the first line. */
  readonly more: boolean
  /** What was searched for; empty: nothing. */
  readonly search: string
  readonly trouble?: Trouble
}

/** Id of the lines, for the stream. */
export const logId = 'log-lines'

export function LogPage({ up, of, href, lines, more, search, trouble }: LogData) {
  return (
    <div class="page">
      <Heading
        title={`Log of ${of}`}
        up={up}
        acts={
          <>
            <search class="search">
              <form method="get" action={href}>
                <Icon name="search" />
                <input
                  type="search"
                  name="search"
                  value={search}
                  maxlength={200}
                  placeholder="Search, then Enter"
                  aria-label="Search in this log"
                  autocomplete="off"
                />
              </form>
            </search>
            {search === '' ? null : (
              <a class="button" href={href}>
                Show all
              </a>
            )}
          </>
        }
      />
      {trouble === undefined ? null : <TroubleNote trouble={trouble} />}
      {trouble === undefined ? <Lines href={href} lines={lines} more={more} search={search} /> : null}
    </div>
  )
}

function Lines({ href, lines, more, search }: Pick<LogData, 'href' | 'lines' | 'more' | 'search'>) {
  const searched = search !== ''
  return (
    <section class="stack" aria-label="Log">
      <div class="between">
        <p class="quiet" role="status">
          {searched ? foundWords(lines.length, more) : tailWords(lines.length, more)}
        </p>
        <div class="log-acts">
          <LogActs id={logId} live={!searched} href={`${href}/file`} />
          {searched ? null : (
            <noscript>
              <a class="button small" href={href}>
                Show what is new
              </a>
            </noscript>
          )}
        </div>
      </div>
      <pre class="log tall" id={logId} data-log="" role="log" aria-live="off" aria-label="Log lines" tabindex={0}>
        <StampedLines lines={lines} search={search} />
      </pre>
      {searched ? null : <LogNote sentence="" />}
    </section>
  )
}

/** What is to be said of the stream, under the lines; the live part of the page beside them. */
export function LogNote({ sentence }: { readonly sentence: string }) {
  return (
    <p id="log-note" class="quiet" role="status">
      {sentence}
    </p>
  )
}

function tailWords(count: number, more: boolean): string {
  if (count === 0) return 'It has written nothing yet.'
  return more ? `The last ${count} lines, times in UTC. The download has all that is kept.` : 'All it wrote, times in UTC.'
}

function foundWords(count: number, more: boolean): string {
  if (count === 0) return 'Nothing found in its last 200,000 lines.'
  const lines = count === 1 ? 'One line' : `${count} lines`
  return more ? `The newest ${count} of the lines found.` : `${lines} found in its last 200,000 lines.`
}
