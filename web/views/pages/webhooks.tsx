import type { WebhookView } from '../../../server/contract/operations/webhook-shapes.ts'
import { Heading } from '../layout.tsx'
import { Copyable } from '../parts/code.tsx'
import { Icon } from '../parts/icon.tsx'
import { Empty, Note, type Trouble } from '../parts/notice.tsx'
import { Ago } from '../parts/time.tsx'
import { WebhookBadge } from '../parts/webhook-badge.tsx'
import { VerifyExample } from '../parts/webhook-example.tsx'
import { WebhookFields, type WebhookTyped } from '../parts/webhook-form.tsx'

export interface WebhooksData {
  readonly webhooks: readonly WebhookView[]
  readonly now: number
}

export function WebhooksPage({ webhooks, now }: WebhooksData) {
  return (
    <div class="page">
      <Heading
        title="Webhooks"
        acts={
          webhooks.length === 0 ? undefined : (
            <a class="button main" href="/webhooks/new">
              <Icon name="plus" />
              Add a webhook
            </a>
          )
        }
      >
        <p class="quiet">Programs that are told what happens on your Sparks, at the moment it happens.</p>
      </Heading>
      <WebhookList webhooks={webhooks} now={now} />
      {webhooks.length === 0 ? (
        <section class="card stack" aria-labelledby="verify-title">
          <h2 id="verify-title">What the program does with it, in six lines</h2>
          <VerifyExample />
        </section>
      ) : null}
    </div>
  )
}

export function WebhookList({ webhooks, now }: WebhooksData) {
  return (
    <div id="webhook-list">
      {webhooks.length === 0 ? (
        <Empty icon="plug" title="Nobody is told yet">
          <p>
            Give the address of a program, and it hears when a model is ready, a switch fails or a Spark falls silent. Each event is told at
            least once and in order; a program that was away is told later.
          </p>
          <a class="button main" href="/webhooks/new">
            Add a webhook
          </a>
        </Empty>
      ) : (
        <ul class="list">
          {webhooks.map((webhook) => (
            <li>
              <div class="stack tight">
                <p class="tags">
                  <a class="title" href={webhook.links.page}>
                    {webhook.name}
                  </a>
                  <WebhookBadge webhook={webhook} />
                </p>
                <p>{webhook.sentence}</p>
                <p class="quiet">
                  {toldWords(webhook)}
                  {webhook.last === null ? null : (
                    <>
                      {' · '}last asked <Ago at={webhook.last.at} now={now} />
                    </>
                  )}
                </p>
              </div>
              <a class="button plain" href={webhook.links.page}>
                Details
                <span class="sr"> {webhook.name}</span>
              </a>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

export const toldWords = ({ events }: Pick<WebhookView, 'events'>): string =>
  events === 'all' ? 'Told everything' : events.length <= 3 ? `Told ${events.join(', ')}` : `Told ${events.length} kinds of events`

export function NewWebhookPage({ typed, trouble }: { readonly typed: WebhookTyped; readonly trouble?: Trouble | undefined }) {
  return (
    <div class="page narrow">
      <Heading title="Add a webhook" up={{ href: '/webhooks', word: 'Webhooks' }} />
      <form class="card stack" method="post" action="/webhooks">
        <WebhookFields typed={typed} trouble={trouble} />
        <p class="acts">
          <button type="submit" class="button main">
            Add it
          </button>
          <span class="quiet">It is told of what happens from then on. You see its secret next.</span>
        </p>
      </form>
    </div>
  )
}

/** Shown once, right after it was made. */
export function WebhookSecretPage({
  webhook,
  secret,
  isNew,
}: {
  readonly webhook: WebhookView
  readonly secret: string
  readonly isNew: boolean
}) {
  return (
    <div class="page narrow">
      <Heading
        title={isNew ? `${webhook.name} is added` : `A new secret for ${webhook.name}`}
        up={{ href: '/webhooks', word: 'Webhooks' }}
      />
      <section class="card stack" aria-labelledby="secret-title">
        <h2 id="secret-title">Its secret</h2>
        <p>
          Give it to the program now: it proves that a message comes from here. It is not shown again; a lost one is replaced by a new one.
        </p>
        <Copyable id="secret" label="The secret">
          {secret}
        </Copyable>
        {webhook.oldSecretUntil === null ? null : (
          <Note kind="plain">
            <p>
              The secret before it still signs as well, until <time datetime={webhook.oldSecretUntil}>{webhook.oldSecretUntil}</time>. The
              header of the earlier controller, <code>X-Spark-Signature</code>, is made with the new one from now on.
            </p>
          </Note>
        )}
        <p class="acts">
          <a class="button main" href={webhook.links.page}>
            I have it
          </a>
        </p>
      </section>
      <details class="more">
        <summary>How the program uses it, in six lines</summary>
        <VerifyExample />
      </details>
    </div>
  )
}
