import type { AuditView } from '../../../server/contract/operations/access-shapes.ts'
import { Heading } from '../layout.tsx'
import { Badge, type BadgeShape } from '../parts/badge.tsx'
import { Empty } from '../parts/notice.tsx'
import { Ago } from '../parts/time.tsx'

export interface AuditData {
  readonly rows: readonly AuditView[]
  /** Id before which the next page starts; null when this is the end. */
  readonly before: number | null
  readonly older: boolean
  readonly now: number
}

const outcomes: Readonly<Record<AuditView['outcome'], { readonly shape: BadgeShape; readonly word: string }>> = {
  done: { shape: 'done', word: 'Done' },
  refused: { shape: 'cancelled', word: 'Refused' },
  failed: { shape: 'failed', word: 'Did not work' },
}

export function AuditPage({ rows, before, older, now }: AuditData) {
  return (
    <div class="page">
      <Heading title="What was done" up={{ href: '/access', word: 'Access' }}>
        <p class="quiet">
          Everything that was changed here and everything that was refused: by whom, and from where. Programs read the same at{' '}
          <a href="/api/audit">/api/audit</a>.
        </p>
      </Heading>
      <section class="card" aria-label="What was done">
        <AuditList rows={rows} now={now} />
      </section>
      <p class="acts">
        {older ? (
          <a class="button" href="/access/record">
            Newest
          </a>
        ) : null}
        {before === null ? null : (
          <a class="button" href={`/access/record?before=${before}`}>
            Older
          </a>
        )}
      </p>
    </div>
  )
}

export function AuditList({ rows, now }: Pick<AuditData, 'rows' | 'now'>) {
  if (rows.length === 0) {
    return (
      <Empty icon="activity" title="Nothing yet">
        <p>Switches, changed settings, sign-ins and refusals are told here.</p>
      </Empty>
    )
  }
  return (
    <ul class="rows">
      {rows.map((row) => (
        <li>
          <div>
            <strong>{row.what}</strong>
            {row.subject === '' ? null : <span class="subject"> {row.subject}</span>}
            <p class="quiet">
              {whoWord(row)}
              {row.address === null ? '' : ` at ${row.address}`}, <Ago at={row.at} now={now} />
              {row.times === 1 ? '' : `, ${row.times} times`}
              {row.code === null ? null : (
                <>
                  {', '}
                  <code>{row.code}</code>
                </>
              )}
            </p>
          </div>
          <Badge {...outcomes[row.outcome]} />
        </li>
      ))}
    </ul>
  )
}

function whoWord({ kind, who }: AuditView): string {
  if (kind === 'key') return `Key "${who}"`
  if (kind === 'nobody') return 'Somebody who was not signed in'
  return who === 'owner' ? 'You' : 'The command line'
}
