import { events } from '../../../server/contract/events.ts'
import { webhookTypes } from '../../../server/contract/webhook-types.ts'
import { Field } from '../pages/machine-acts.tsx'
import { type Trouble, TroubleNote } from './notice.tsx'

/** A webhook as it is typed. */
export interface WebhookTyped {
  readonly url: string
  readonly description: string
  readonly events: 'all' | readonly string[]
}

interface Props {
  readonly typed: WebhookTyped
  readonly trouble?: Trouble | undefined
}

export function WebhookFields({ typed, trouble }: Props) {
  return (
    <>
      {trouble === undefined ? null : <TroubleNote trouble={trouble} />}
      <Field
        name="url"
        label="Address"
        value={typed.url}
        hint="Where the program waits, such as http://192.168.1.20:8080/hook. It must be on your network."
        required
      />
      <Field name="description" label="Name" value={typed.description} hint="What you call it. Empty: its host." />
      <EventsField events={typed.events} />
    </>
  )
}

const kindWords = { switch: 'Switches', lock: 'Reservations', machine: 'Machines', model: 'Models' } as const
const kindWord = (kind: string): string =>
  kindWords[kind as keyof typeof kindWords] ?? (kind === 'setting' ? 'This appliance' : capital(kind))
const capital = (word: string): string => `${word.charAt(0).toUpperCase()}${word.slice(1)}s`

/** What an event would say. */
function exampleOf(type: (typeof webhookTypes)[number]): string {
  const row = events[type]
  return (row.sentence as (payload: unknown) => string)(row.sample)
}

function EventsField({ events: chosen }: { readonly events: WebhookTyped['events'] }) {
  const groups = Map.groupBy(webhookTypes, (type) => kindWord(events[type].kind))
  return (
    <fieldset class="field">
      <legend>What it is told</legend>
      <label class="choice">
        <input type="radio" name="told" value="all" checked={chosen === 'all'} /> Everything, also what later versions tell
      </label>
      <label class="choice">
        <input type="radio" name="told" value="some" checked={chosen !== 'all'} /> Only what is ticked here
      </label>
      <details class="more" open={chosen !== 'all'}>
        <summary>Kinds of events</summary>
        <div class="fields events-choice">
          {[...groups].map(([word, types]) => (
            <fieldset class="field">
              <legend>{word}</legend>
              {types.map((type) => (
                <label class="check">
                  <input type="checkbox" name={`on-${type}`} value="yes" checked={chosen !== 'all' && chosen.includes(type)} />
                  <span>
                    <code>{type}</code>
                    <span class="hint">{exampleOf(type)}</span>
                  </span>
                </label>
              ))}
            </fieldset>
          ))}
        </div>
      </details>
    </fieldset>
  )
}
