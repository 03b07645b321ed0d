import type { DeliveryView, WebhookView } from '../../../server/contract/operations/webhook-shapes.ts'
import { Heading } from '../layout.tsx'
import { Note, type Trouble, TroubleNote } from '../parts/notice.tsx'
import { Ago } from '../parts/time.tsx'
import { WebhookBadge } from '../parts/webhook-badge.tsx'
import { WebhookFields, type WebhookTyped } from '../parts/webhook-form.tsx'
import { DeliveryList } from '../parts/webhook-log.tsx'
import { toldWords } from './webhooks.tsx'

export interface WebhookData {
  readonly webhook: WebhookView
  readonly deliveries: readonly DeliveryView[]
  /** Id before which the next page of the log starts; null: this is the end. */
  readonly before: number | null
  /** This is not the newest page of the log. */
  readonly older: boolean
  readonly now: number
  /** The test that was just sent. */
  readonly tested?: DeliveryView | undefined
  /** How many events were just asked for again. */
  readonly asked?: number | undefined
  readonly trouble?: Trouble | undefined
  /** What was typed into the edit form, kept when it was refused. */
  readonly typed?: WebhookTyped | undefined
}

export function WebhookPage(data: WebhookData) {
  const { webhook, trouble, typed, tested, asked } = data
  return (
    <div class="page narrow">
      <Heading title={webhook.name} up={{ href: '/webhooks', word: 'Webhooks' }}>
        <p class="quiet breakable">{webhook.url}</p>
      </Heading>
      {trouble === undefined || typed !== undefined ? null : <TroubleNote trouble={trouble} />}
      {tested === undefined ? null : (
        <Note kind={tested.accepted ? 'good' : 'bad'} icon={tested.accepted ? 'check' : 'warning'}>
          <p>
            The test: {tested.sentence} It took {tested.tookMs} ms.
          </p>
        </Note>
      )}
      {asked === undefined ? null : (
        <Note kind="good" icon="check">
          <p>{asked === 1 ? 'One event is sent again.' : `${asked} events are sent again.`} The log below shows each.</p>
        </Note>
      )}
      <WebhookNow {...data} />
      <SendAgain webhook={webhook} />
      <Change {...data} />
      <Secret webhook={webhook} />
      <Remove webhook={webhook} />
    </div>
  )
}

/** What is true of it, and its log: the live part of its page. */
export function WebhookNow({ webhook, deliveries, before, older, now }: WebhookData) {
  return (
    <div id={`webhook-${webhook.id}`} class="page">
      <section class="card stack" aria-label="The webhook">
        <p class="tags">
          <WebhookBadge webhook={webhook} />
          <span class="quiet">
            {toldWords(webhook)}, since <Ago at={webhook.createdAt} now={now} />
          </span>
        </p>
        <p class="cost">{webhook.sentence}</p>
        {webhook.failing === null ? null : (
          <p class="quiet">
            Next try <Ago at={webhook.failing.nextAt} now={now} />. After three days without success it is paused; what waits is kept.
          </p>
        )}
        {webhook.paused === null || webhook.paused.why === null ? null : <p>Last, it {webhook.paused.why}.</p>}
        {webhook.sendingAgain > 0 && webhook.state !== 'delivering' ? (
          <p class="quiet">{webhook.sendingAgain} events were asked for again and wait too.</p>
        ) : null}
        <Acts webhook={webhook} />
      </section>
      <section class="stack" aria-labelledby="log-title" id="log">
        <h2 id="log-title">What was sent</h2>
        <DeliveryList deliveries={deliveries} webhook={webhook} now={now} />
        <p class="acts">
          {older ? (
            <a class="button" href={`${webhook.links.page}#log`}>
              Newest
            </a>
          ) : null}
          {before === null ? null : (
            <a class="button" href={`${webhook.links.page}?before=${before}#log`}>
              Older
            </a>
          )}
        </p>
      </section>
    </div>
  )
}

function Acts({ webhook }: { readonly webhook: WebhookView }) {
  const { page } = webhook.links
  const test = (
    <form method="post" action={`${page}/test`}>
      <button type="submit" class="button">
        Send a test
      </button>
    </form>
  )
  if (webhook.state === 'paused') return <Resume webhook={webhook} test={test} />
  return (
    <div class="acts">
      {webhook.state === 'failing' ? (
        <form method="post" action={`${page}/attempt`}>
          <button type="submit" class="button main">
            Try now
          </button>
        </form>
      ) : null}
      {test}
      <form method="post" action={`${page}/pause`}>
        <button type="submit" class="button plain">
          Pause it
        </button>
      </form>
    </div>
  )
}

function Resume({ webhook, test }: { readonly webhook: WebhookView; readonly test: unknown }) {
  const { waiting, links } = webhook
  const needsSecret = webhook.paused?.reason === 'secret'
  return (
    <>
      <div class="acts">
        {needsSecret ? null : (
          <form method="post" action={`${links.page}/resumption`}>
            <button type="submit" class="button main" name="from" value="waiting">
              {waiting === 0 ? 'Go on' : `Go on with what waited`}
            </button>
          </form>
        )}
        {needsSecret ? null : (test as never)}
      </div>
      {waiting === 0 || needsSecret ? null : (
        <form class="stack tight" method="post" action={`${links.page}/resumption`}>
          <p class="quiet">
            Or leave out what waited: {waiting === 1 ? 'that event is' : `those ${waiting} events are`} then never told by itself. You can
            still send them again.
          </p>
          <p>
            <button type="submit" class="button small" name="from" value="now">
              Go on from now
            </button>
          </p>
        </form>
      )}
    </>
  )
}

/** Spans in hours: a page cannot know the clock of its reader. */
const spans = [
  ['1', 'the last hour'],
  ['6', 'the last 6 hours'],
  ['24', 'the last day'],
  ['168', 'the last week'],
] as const

function SendAgain({ webhook }: { readonly webhook: WebhookView }) {
  const action = `${webhook.links.page}/repeats`
  return (
    <details class="more">
      <summary>Send again</summary>
      <div class="card stack">
        <p>For a program that lost what it was told. It gets the same messages under the same ids, after everything that is new.</p>
        <form class="acts" method="post" action={action}>
          <label for="hours">Everything of</label>
          <select id="hours" name="hours" data-short="">
            {spans.map(([hours, words]) => (
              <option value={hours}>{words}</option>
            ))}
          </select>
          <button type="submit" class="button">
            Send it again
          </button>
        </form>
        <form class="stack" method="post" action={action}>
          <div class="fields">
            <div class="field">
              <label for="fromEvent">From event number</label>
              <input id="fromEvent" name="fromEvent" inputmode="numeric" autocomplete="off" />
            </div>
            <div class="field">
              <label for="toEvent">to number</label>
              <input id="toEvent" name="toEvent" inputmode="numeric" autocomplete="off" aria-describedby="toEvent-hint" />
              <span class="hint" id="toEvent-hint">
                Numbers are in the log above. Empty: to the newest.
              </span>
            </div>
          </div>
          <p>
            <button type="submit" class="button">
              Send these again
            </button>
          </p>
        </form>
      </div>
    </details>
  )
}

function Change({ webhook, typed, trouble }: WebhookData) {
  return (
    <details class="more" open={typed !== undefined}>
      <summary>Change it</summary>
      <form class="card stack" method="post" action={webhook.links.page}>
        <WebhookFields typed={typed ?? webhook} trouble={typed === undefined ? undefined : trouble} />
        <p class="acts">
          <button type="submit" class="button">
            Save
          </button>
          <span class="quiet">It counts for everything that was not told yet.</span>
        </p>
      </form>
    </details>
  )
}

function Secret({ webhook }: { readonly webhook: WebhookView }) {
  return (
    <details class="more" open={webhook.paused?.reason === 'secret'}>
      <summary>Secret</summary>
      <form class="card stack" method="post" action={`${webhook.links.page}/secret`}>
        <p>The secret is not shown again. A new one takes its place; for a while both sign, so that the program can change over.</p>
        {webhook.oldSecretUntil === null ? null : (
          <p class="quiet">
            Now two secrets sign, until <time datetime={webhook.oldSecretUntil}>{webhook.oldSecretUntil}</time>. A new one ends the older of
            them.
          </p>
        )}
        <div class="acts">
          <label for="overlapHours">The old one signs as well for</label>
          <select id="overlapHours" name="overlapHours" data-short="">
            <option value="24">a day</option>
            <option value="168">a week</option>
            <option value="0">no time: it may be known to others</option>
          </select>
          <button type="submit" class="button">
            Make a new secret
          </button>
        </div>
      </form>
    </details>
  )
}

function Remove({ webhook }: { readonly webhook: WebhookView }) {
  const waits =
    webhook.waiting === 0
      ? ''
      : ` ${webhook.waiting === 1 ? 'One event waits' : `${webhook.waiting} events wait`} for it and will not be told.`
  return (
    <details class="more">
      <summary>Remove it</summary>
      <form class="card stack" method="post" action={`${webhook.links.page}/removal`}>
        <p>
          {webhook.name} is not told of anything any more. Its log and its secret are deleted.{waits}
        </p>
        <p>
          <button type="submit" class="button danger">
            Remove {webhook.name}
          </button>
        </p>
      </form>
    </details>
  )
}
