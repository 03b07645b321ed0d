// Types of events that go to webhooks: the rows that say so.
import { type EventType, events } from './events.ts'

export const webhookTypes = (Object.keys(events) as EventType[]).filter((type) => events[type].webhook)

const known: ReadonlySet<string> = new Set(webhookTypes)

/** The types that a webhook is told; a list may name one that a later version of this appliance knew. */
export function typesToldOf(events: readonly string[] | null): readonly string[] {
  return events === null ? webhookTypes : events.filter((type) => known.has(type))
}
