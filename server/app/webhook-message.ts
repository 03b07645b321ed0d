// What is sent: one event as a message of Standard Webhooks, the same bytes and the same id in every attempt.
import { eventView } from './events.ts'
import { isoTime } from './iso-time.ts'
import type { Ids, StoredEvent } from './ports.ts'

export interface Message {
  readonly messageId: string
  readonly type: string
  readonly body: string
}

/** The header that names the appliance, so that a delivery which comes back to it is known. */
export const senderHeader = 'spark-control-appliance'

interface Sender {
  readonly ids: Pick<Ids, 'next' | 'digest'>
  readonly appliance: string
}

/**
 * The id is made of the event, not kept beside it: the same after any restart. The number alone would not do: in a database that was
 * put back from a backup, numbers are given to other events a second time, and a receiver would take those for told already.
 */
export function messageOf(event: StoredEvent, { ids, appliance }: Sender): Message {
  const { sentence } = eventView(event)
  const mark = ids.digest(JSON.stringify([appliance, event.id, event.type, event.at, event.payload])).slice(0, 16)
  const body = { type: event.type, timestamp: isoTime(event.at), id: event.id, sentence, data: event.payload }
  return { messageId: `evt_${event.id}_${mark}`, type: event.type, body: JSON.stringify(body) }
}

export function testMessage(now: number, { ids }: Sender): Message {
  const sentence = 'This is a test. Nothing happened on the Sparks.'
  return {
    messageId: `test_${ids.next()}`,
    type: 'test',
    body: JSON.stringify({ type: 'test', timestamp: isoTime(now), id: null, sentence, data: {} }),
  }
}
