import type { DeliveryView, WebhookView } from '../../../server/contract/operations/webhook-shapes.ts'
import { Badge } from './badge.tsx'
import { Ago } from './time.tsx'

interface Props {
  readonly deliveries: readonly DeliveryView[]
  readonly webhook: WebhookView
  readonly now: number
}

/** Each attempt in a line; what was sent and answered is one click away. */
export function DeliveryList({ deliveries, webhook, now }: Props) {
  if (deliveries.length === 0)
    return <p class="quiet">Nothing yet. The last 200 attempts are kept here, each with what was sent and answered.</p>
  return (
    <ul class="list deliveries">
      {deliveries.map((one) => (
        <li>
          <details id={`delivery-${one.id}`}>
            <summary>
              <span class="tags">
                <code>{one.type}</code>
                <Badge shape={one.accepted ? 'done' : 'failed'} word={one.accepted ? 'Accepted' : 'Not accepted'} />
              </span>
              <span class="quiet">
                <Ago at={one.at} now={now} />
                {one.event === null ? '' : `, event ${one.event}`}
                {one.attempt > 1 ? `, attempt ${one.attempt}` : ''}
                {one.again ? ', sent again' : ''}
              </span>
            </summary>
            <Exchange delivery={one} />
            {one.event === null ? null : (
              <form method="post" action={`${webhook.links.page}/repeats`}>
                <button type="submit" class="button small" name="event" value={String(one.event)}>
                  Send again<span class="sr"> event {one.event}</span>
                </button>
              </form>
            )}
          </details>
        </li>
      ))}
    </ul>
  )
}

function Exchange({ delivery }: { readonly delivery: DeliveryView }) {
  const { request, sentence, tookMs, status, answer } = delivery
  const headers = Object.entries(request.headers).map(([name, value]) => `${name}: ${value}`)
  return (
    <div class="stack tight">
      <p>
        {sentence} It took {tookMs} ms.
      </p>
      <h3>Sent</h3>
      <pre class="log" tabindex={0}>
        {[`POST ${request.url}`, ...headers, '', pretty(request.body)].join('\n')}
      </pre>
      <h3>Answered{status === null ? '' : ` with ${status}`}</h3>
      <pre class="log" tabindex={0}>
        {answer === '' ? 'Nothing.' : answer}
      </pre>
    </div>
  )
}

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2)
  } catch {
    return body
  }
}
