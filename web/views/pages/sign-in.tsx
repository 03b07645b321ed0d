import { shortestPassword } from '../../../server/domain/access.ts'
import { Heading } from '../layout.tsx'

export interface SignInData {
  /** Path to return to. */
  readonly back: string
  readonly way: 'code' | 'password'
  /** Why the last try was refused; absent: there was none. */
  readonly refused?: string
}

export const signInTitle = ({ way }: Pick<SignInData, 'way'>): string => (way === 'code' ? 'Set-up code needed' : 'Sign in')

export function SignInPage(data: SignInData) {
  return (
    <div class="page narrow">
      <Heading title={signInTitle(data)} />
      <SignInForm {...data} />
    </div>
  )
}

/** Paste and password managers work. */
export function SignInForm({ back, way, refused }: SignInData) {
  return (
    <form class="card stack" method="post" action="/sign-in">
      {way === 'code' ? (
        <p>
          This appliance is reachable from the network and has no password yet. Enter the code that the server printed when it started; then
          you choose a password.
        </p>
      ) : null}
      <input type="hidden" name="back" value={back} />
      {way === 'code' ? <CodeField refused={refused} /> : <PasswordFields refused={refused} />}
      <p>
        <button type="submit" class="button main">
          {way === 'code' ? 'Continue' : 'Sign in'}
        </button>
      </p>
      {way === 'code' ? null : (
        <details>
          <summary>Password forgotten?</summary>
          <p>
            On the computer that runs Spark Control, run <code>spark-control password</code> and choose a new one. Machines, models and
            settings stay as they are.
          </p>
        </details>
      )}
    </form>
  )
}

interface FieldData {
  readonly refused: string | undefined
}

function CodeField({ refused }: FieldData) {
  return (
    <div class="field">
      <label for="code">Set-up code</label>
      <input
        id="code"
        name="code"
        type="password"
        autocomplete="one-time-code"
        required
        aria-invalid={refused === undefined ? undefined : 'true'}
        aria-describedby="code-hint"
      />
      <span class="hint" id="code-hint">
        {refused === undefined ? '' : `${refused} `}It stands in the server's log, such as abcd-efgh-jkmn.
      </span>
    </div>
  )
}

/** The name is for password managers: they keep a password under one. */
function PasswordFields({ refused }: FieldData) {
  return (
    <div class="field">
      <OwnerName />
      <label for="password">Password</label>
      <input
        id="password"
        name="password"
        type="password"
        autocomplete="current-password"
        required
        aria-invalid={refused === undefined ? undefined : 'true'}
        aria-describedby={refused === undefined ? undefined : 'password-said'}
      />
      {refused === undefined ? null : (
        <span class="said bad" id="password-said" role="alert">
          {refused}
        </span>
      )}
    </div>
  )
}

function OwnerName() {
  return <input type="text" name="username" value="owner" autocomplete="username" hidden readonly />
}

export interface PasswordData {
  /** There is a password already. */
  readonly change: boolean
  readonly refused?: { readonly field: 'current' | 'password' | 'again'; readonly why: string }
}

export const passwordTitle = ({ change }: Pick<PasswordData, 'change'>): string => (change ? 'Change the password' : 'Choose a password')

export function PasswordPage({ change, refused }: PasswordData) {
  const said = (field: string): string | undefined => (refused?.field === field ? refused.why : undefined)
  return (
    <div class="page narrow">
      <Heading title={passwordTitle({ change })} {...(change ? { up: { href: '/access', word: 'Access' } } : {})}>
        <p>
          {change
            ? 'Every other browser is signed out. Keys of apps stay good.'
            : 'With it you sign in to change something, from any browser. The set-up code is not needed any more then.'}
        </p>
      </Heading>
      <form class="card stack" method="post" action="/password">
        <OwnerName />
        {change ? <NewField name="current" label="Password until now" auto="current-password" said={said('current')} /> : null}
        <NewField
          name="password"
          label={change ? 'New password' : 'Password'}
          auto="new-password"
          said={said('password')}
          hint={`At least ${shortestPassword} characters. A few words in a row are easy to remember and hard to guess.`}
        />
        <NewField name="again" label="The same once more" auto="new-password" said={said('again')} />
        <p>
          <button type="submit" class="button main">
            {passwordTitle({ change })}
          </button>
        </p>
      </form>
    </div>
  )
}

interface NewFieldData {
  readonly name: string
  readonly label: string
  readonly auto: string
  readonly said: string | undefined
  readonly hint?: string
}

function NewField({ name, label, auto, said, hint }: NewFieldData) {
  const described = [hint === undefined ? '' : `${name}-hint`, said === undefined ? '' : `${name}-said`].filter((id) => id !== '')
  return (
    <div class="field">
      <label for={name}>{label}</label>
      <input
        id={name}
        name={name}
        type="password"
        autocomplete={auto}
        required
        aria-invalid={said === undefined ? undefined : 'true'}
        aria-describedby={described.length === 0 ? undefined : described.join(' ')}
      />
      {hint === undefined ? null : (
        <span class="hint" id={`${name}-hint`}>
          {hint}
        </span>
      )}
      {said === undefined ? null : (
        <span class="said bad" id={`${name}-said`} role="alert">
          {said}
        </span>
      )}
    </div>
  )
}
