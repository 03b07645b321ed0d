import type { EventView } from '../../../server/contract/operations/shapes.ts'
import { Heading } from '../layout.tsx'
import { EventList } from '../parts/events.tsx'
import { Empty } from '../parts/notice.tsx'

export const kinds = [
  { id: '', word: 'All' },
  { id: 'switch', word: 'Switches' },
  { id: 'machine', word: 'Machines' },
  { id: 'model', word: 'Models' },
  { id: 'service', word: 'Services' },
  { id: 'lock', word: 'Reservations' },
  { id: 'setting', word: 'Settings' },
] as const

export interface ActivityData {
  readonly events: readonly EventView[]
  readonly kind: string
  /** Id before which the next page starts; null when this is the end. */
  readonly before: number | null
  /** This is not the newest page. */
  readonly older: boolean
  readonly now: number
}

export function ActivityPage(data: ActivityData) {
  return (
    <div class="page">
      <Heading title="Activity">
        <p class="quiet">
          Everything that happened, newest first. What is planned is on the <a href="/schedule">schedule</a>. Programs read the same at{' '}
          <a href="/api/events?after=0">/api/events</a>, or are told by <a href="/webhooks">webhooks</a>.
        </p>
      </Heading>
      <nav class="filters" aria-label="Kinds">
        {kinds.map((one) => (
          <a
            class="button small"
            href={one.id === '' ? '/activity' : `/activity?kind=${one.id}`}
            aria-current={one.id === data.kind ? 'true' : undefined}
          >
            {one.word}
          </a>
        ))}
      </nav>
      <ActivityList {...data} />
    </div>
  )
}

export function ActivityList({ events, kind, before, older, now }: ActivityData) {
  const query = kind === '' ? '' : `&kind=${kind}`
  return (
    <div id="activity-list" class="stack">
      {events.length === 0 ? (
        <Empty icon="activity" title={older ? 'That is all' : 'Nothing yet'}>
          <p>{older ? 'Nothing is older than this.' : 'Switches, restarts, reservations and changed settings are told here.'}</p>
        </Empty>
      ) : (
        <EventList events={events} now={now} />
      )}
      <p class="acts">
        {older ? (
          <a class="button" href={kind === '' ? '/activity' : `/activity?kind=${kind}`}>
            Newest
          </a>
        ) : null}
        {before === null ? null : (
          <a class="button" href={`/activity?before=${before}${query}`}>
            Older
          </a>
        )}
      </p>
    </div>
  )
}
