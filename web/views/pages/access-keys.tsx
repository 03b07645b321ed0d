import type { KeyView } from '../../../server/contract/operations/access-shapes.ts'
import { type Scope, scopes } from '../../../server/domain/access.ts'
import { Heading } from '../layout.tsx'
import { Copyable } from '../parts/code.tsx'
import { Empty, Note } from '../parts/notice.tsx'
import { Ago } from '../parts/time.tsx'

export interface KeysData {
  readonly keys: readonly KeyView[]
  /** Where apps reach this appliance, e.g. http://192.0.2.5:9999. */
  readonly origin: string
  readonly now: number
  /** The key that was made by this very request; shown this once. */
  readonly made?: { readonly key: KeyView; readonly token: string }
  readonly refused?: string
  readonly typed?: { readonly name: string; readonly scopes: readonly string[]; readonly days: string }
  readonly said?: string
}

export const scopeWords: Readonly<Record<Scope, { readonly name: string; readonly means: string }>> = {
  see: { name: 'See', means: 'Read what runs, which models there are and what happened.' },
  use: { name: 'Use', means: 'Talk to the model that answers, at /v1.' },
  switch: { name: 'Switch on request', means: 'Ask for another model. Nothing else changes.' },
  operate: { name: 'Operate', means: 'Everything you can do but deciding who may come in. Includes see and switch.' },
}

const lifetimes = [
  { days: '30', word: '30 days' },
  { days: '90', word: '90 days' },
  { days: '365', word: 'A year' },
  { days: '', word: 'Until it is revoked' },
] as const

export function KeysPage(data: KeysData) {
  const { keys, said, made } = data
  return (
    <div class="page narrow">
      <Heading title="Keys of apps" up={{ href: '/access', word: 'Access' }}>
        <p>One key an app: then you see which one did what, and can take back one without the others.</p>
      </Heading>
      {said === undefined ? null : (
        <p class="said good" role="status">
          {said}
        </p>
      )}
      {made === undefined ? null : <MadeKey made={made} origin={data.origin} />}
      {keys.length === 0 ? (
        <Empty icon="key" title="No keys yet">
          <p>Make one for each app that should do more than your policy lets everybody do.</p>
        </Empty>
      ) : (
        <ul class="list">
          {keys.map((key) => (
            <KeyRow of={key} now={data.now} />
          ))}
        </ul>
      )}
      <NewKey {...data} />
    </div>
  )
}

function MadeKey({ made, origin }: { readonly made: NonNullable<KeysData['made']>; readonly origin: string }) {
  const { key, token } = made
  const example = key.scopes.includes('use')
    ? `curl ${origin}/v1/models -H 'Authorization: Bearer ${token}'`
    : `curl ${origin}/api/access -H 'Authorization: Bearer ${token}'`
  return (
    <section class="card stack" aria-labelledby="made-title">
      <h2 id="made-title">The key for {key.name}</h2>
      <Note kind="warn" icon="key">
        It is shown this once. Copy it now; it cannot be shown again.
      </Note>
      <div class="field">
        <span class="label-like">Key</span>
        <Copyable id="new-key" label="Key">
          {token}
        </Copyable>
      </div>
      <div class="field">
        <span class="label-like">Address</span>
        <Copyable id="new-key-address" label="Address">
          {key.scopes.includes('use') ? `${origin}/v1` : `${origin}/api`}
        </Copyable>
        <span class="hint">
          {key.scopes.includes('use')
            ? 'Apps made for OpenAI call it the base URL, and take the key as the API key.'
            : 'Sent as Authorization: Bearer, or X-Api-Key.'}
        </span>
      </div>
      <div class="field">
        <span class="label-like">To try it</span>
        <Copyable id="new-key-example" label="Example">
          {example}
        </Copyable>
      </div>
    </section>
  )
}

function KeyRow({ of: key, now }: { readonly of: KeyView; readonly now: number }) {
  return (
    <li>
      <div>
        <strong>{key.name}</strong> <code class="quiet">{key.prefix}</code>
        <p>{key.scopes.map((scope) => scopeWords[scope].name).join(', ')}</p>
        <p class="quiet">
          {key.usedAt === null ? (
            'Never used'
          ) : (
            <>
              Used <Ago at={key.usedAt} now={now} />
              {key.usedFrom === null ? '' : ` from ${key.usedFrom}`}
            </>
          )}
          . {expiryWords(key)}
        </p>
      </div>
      <form method="post" action={`/access/keys/${key.id}/revocation`}>
        <button type="submit" class="button small danger" aria-label={`Revoke the key of ${key.name}`}>
          Revoke
        </button>
      </form>
    </li>
  )
}

function expiryWords({ expired, expiresAt }: KeyView): string {
  if (expiresAt === null) return 'Good until it is revoked.'
  return expired ? `Expired on ${expiresAt.slice(0, 10)}.` : `Good until ${expiresAt.slice(0, 10)}.`
}

function NewKey({ typed = { name: '', scopes: ['use'], days: '90' }, refused }: KeysData) {
  return (
    <form class="card stack" method="post" action="/access/keys" aria-labelledby="new-title">
      <h2 id="new-title">Make a key</h2>
      <div class="field">
        <label for="key-name">Name of the app</label>
        <input
          id="key-name"
          name="name"
          type="text"
          maxlength={60}
          required
          value={typed.name}
          autocomplete="off"
          aria-invalid={refused === undefined ? undefined : 'true'}
          aria-describedby={refused === undefined ? undefined : 'key-said'}
        />
        {refused === undefined ? null : (
          <span class="said bad" id="key-said" role="alert">
            {refused}
          </span>
        )}
      </div>
      <fieldset class="policies">
        <legend class="label-like">What it may do</legend>
        {scopes.map((scope) => (
          <label class="policy">
            <input type="checkbox" name={`scope-${scope}`} value="true" checked={typed.scopes.includes(scope)} />
            <span>
              <strong>{scopeWords[scope].name}</strong>
              <span class="hint">{scopeWords[scope].means}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <div class="field">
        <label for="key-days">Good for</label>
        <select id="key-days" name="days">
          {lifetimes.map(({ days, word }) => (
            <option value={days} selected={typed.days === days}>
              {word}
            </option>
          ))}
        </select>
      </div>
      <p>
        <button type="submit" class="button main">
          Make the key
        </button>
      </p>
    </form>
  )
}
