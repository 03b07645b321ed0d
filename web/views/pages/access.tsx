import type { AccessView, AuditView, SessionView } from '../../../server/contract/operations/access-shapes.ts'
import { type Policy, policies } from '../../../server/domain/access.ts'
import { Heading } from '../layout.tsx'
import { Note } from '../parts/notice.tsx'
import { Ago, counted } from '../parts/time.tsx'
import { AuditList } from './audit.tsx'

export interface AccessData {
  readonly access: AccessView
  readonly sessions: readonly SessionView[]
  readonly keyCount: number
  /** The environment variable that pins the policy; null: it can be chosen here. */
  readonly pinnedBy: string | null
  readonly audit: readonly AuditView[]
  readonly now: number
  /** What was just done, in a sentence. */
  readonly said?: string
}

export const policyWords: Readonly<Record<Policy, { readonly name: string; readonly means: string }>> = {
  household: {
    name: 'Household',
    means: 'Everybody at home sees this appliance, and their apps may use the models. Changing something needs your sign-in or a key.',
  },
  locked: {
    name: 'Locked',
    means: 'Nothing without your sign-in or a key: not even the names of your models. Every app needs a key of its own.',
  },
  trusted: {
    name: 'Trusted',
    means: 'Everybody at home may do everything without signing in: switch and stop models, change settings, remove machines.',
  },
}

export function AccessPage(data: AccessData) {
  const { access, said } = data
  return (
    <div class="page narrow">
      <Heading title="Access" up={{ href: '/settings', word: 'Settings' }}>
        <p>{access.sentence}</p>
      </Heading>
      {said === undefined ? null : (
        <p class="said good" role="status">
          {said}
        </p>
      )}
      {data.pinnedBy === null ? <PolicyPart access={access} /> : <PinnedPolicy access={access} by={data.pinnedBy} />}
      <PasswordPart access={access} />
      <SessionsPart {...data} />
      <KeysPart count={data.keyCount} />
      <section class="card stack" aria-labelledby="record-title">
        <h2 id="record-title">What was done</h2>
        <AuditList rows={data.audit} now={data.now} />
        <p class="acts">
          <a class="button small" href="/access/record">
            All of it
          </a>
        </p>
      </section>
      <p class="quiet">
        Which addresses are at home, proxies in front of this appliance and its other names stand under{' '}
        <a href="/settings/access">Settings, Access</a>. This request came from <code>{access.you.address ?? 'an unknown address'}</code>
        {access.you.near ? ', which is at home.' : ', which is not at home.'}
      </p>
    </div>
  )
}

function PinnedPolicy({ access, by }: Pick<AccessData, 'access'> & { readonly by: string }) {
  const { name, means } = policyWords[access.chosen]
  return (
    <section class="card stack" aria-labelledby="policy-title">
      <h2 id="policy-title">Who may come in</h2>
      <p>
        <strong>{name}.</strong> {means}
      </p>
      <p class="quiet">
        Set by the environment variable <code>{by}</code>, so it cannot be changed here. Without that variable the choice is yours again
        after the next start.
      </p>
      <NotInForce access={access} />
    </section>
  )
}

function NotInForce({ access }: Pick<AccessData, 'access'>) {
  if (access.chosen === access.policy) return null
  return (
    <Note kind="plain" icon="lock">
      Not in force yet: only this computer can reach this appliance, and there is no password. With a password it is.
    </Note>
  )
}

function PolicyPart({ access }: Pick<AccessData, 'access'>) {
  return (
    <form class="card stack" method="post" action="/access/policy">
      <fieldset class="policies">
        <legend>
          <h2>Who may come in</h2>
        </legend>
        {policies.map((policy) => (
          <label class="policy">
            <input type="radio" name="policy" value={policy} checked={access.chosen === policy} />
            <span>
              <strong>{policyWords[policy].name}</strong>
              <span class="hint">{policyWords[policy].means}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <NotInForce access={access} />
      <p class="acts">
        <button type="submit" class="button">
          Save who may come in
        </button>
      </p>
    </form>
  )
}

function PasswordPart({ access }: Pick<AccessData, 'access'>) {
  return (
    <section class="card stack" aria-labelledby="password-title">
      <h2 id="password-title">Password</h2>
      <p>
        {access.hasPassword
          ? 'You sign in with your password. If it is forgotten, run "spark-control password" on the computer that runs Spark Control.'
          : 'There is no password yet. Without one, nobody can sign in from another browser.'}
      </p>
      <p class="acts">
        <a class={access.hasPassword ? 'button' : 'button main'} href="/password">
          {access.hasPassword ? 'Change the password' : 'Choose a password'}
        </a>
      </p>
    </section>
  )
}

function SessionsPart({ sessions, now }: Pick<AccessData, 'sessions' | 'now'>) {
  const others = sessions.filter(({ yours }) => !yours).length
  return (
    <section class="card stack" aria-labelledby="sessions-title">
      <h2 id="sessions-title">Where you are signed in</h2>
      {sessions.length === 0 ? <p class="quiet">Nowhere.</p> : null}
      <ul class="rows">
        {sessions.map((session) => (
          <li>
            <div>
              <strong>{session.agent}</strong> {session.yours ? <span class="tag">this browser</span> : null}
              <p class="quiet">
                {session.address ?? 'unknown address'}, seen <Ago at={session.seenAt} now={now} />
                {session.how === 'code' ? ', with the set-up code' : ''}
              </p>
            </div>
            <form method="post" action={`/access/sessions/${session.id}/end`}>
              <button
                type="submit"
                class="button small"
                aria-label={`Sign out ${session.agent} at ${session.address ?? 'an unknown address'}`}
              >
                Sign out
              </button>
            </form>
          </li>
        ))}
      </ul>
      {others === 0 ? null : (
        <form class="acts" method="post" action="/access/sessions/end">
          <button type="submit" class="button small">
            Sign out everywhere else ({others})
          </button>
        </form>
      )}
    </section>
  )
}

function KeysPart({ count }: { readonly count: number }) {
  return (
    <section class="card stack" aria-labelledby="app-keys-title">
      <h2 id="app-keys-title">Keys of apps</h2>
      <p>
        {count === 0 ? 'No app has a key.' : `${counted(count, 'app')} ${count === 1 ? 'has' : 'have'} a key.`} A key says what its app may
        do.
      </p>
      <p class="acts">
        <a class="button" href="/access/keys">
          {count === 0 ? 'Make a key' : 'See the keys'}
        </a>
      </p>
    </section>
  )
}
