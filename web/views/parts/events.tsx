import type { EventView } from '../../../server/contract/operations/shapes.ts'
import { Icon, type IconName } from './icon.tsx'
import { Ago } from './time.tsx'

const icons: Readonly<Record<string, IconName>> = {
  switch: 'spark',
  machine: 'machines',
  model: 'models',
  service: 'talk',
  lock: 'lock',
  schedule: 'activity',
  setting: 'settings',
}

/** What happened, newest first, a sentence a row. A row about a switch leads to its page. */
export function EventList({ events, now }: { readonly events: readonly EventView[]; readonly now: number }) {
  return (
    <ul class="list events">
      {events.map((event) => (
        <li>
          <Icon name={icons[event.kind] ?? 'activity'} />
          <span>{sentence(event)}</span>
          <span class="quiet">
            <Ago at={event.at} now={now} />
          </span>
        </li>
      ))}
    </ul>
  )
}

function sentence(event: EventView) {
  const swap = event.payload['swap']
  return typeof swap === 'string' ? <a href={`/swaps/${swap}`}>{event.sentence}</a> : event.sentence
}
