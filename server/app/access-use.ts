// Who may come in, as the edge sees it.
import type { AccessView, AuditView, KeyView, SessionView } from '../contract/operations/access-shapes.ts'
import type { Caller, Origin, Scope } from '../domain/access.ts'

/** What a sign-in is tried with: the owner's password, or the set-up code while there is no password. */
export interface SignInTry extends Origin {
  readonly given: string
  /** Kind of browser or program. */
  readonly agent: string
  /** Shows that the owner signed in here before; null: nothing does. */
  readonly device: string | null
}

export interface SignedIn {
  readonly token: string
  /** Kept by the browser beyond the session: a stranger's guesses never keep this browser waiting. */
  readonly device: string
  readonly until: number
}

export interface KeyAsk {
  readonly name: string
  readonly scopes: readonly Scope[]
  /** Null: it does not expire. */
  readonly days: number | null
}

export interface AuditEntry {
  readonly caller: Caller
  readonly operation: string
  readonly subject: string
  readonly outcome: AuditView['outcome']
  readonly code: string | null
}

export interface AccessUse {
  /** Only this computer can reach the server. */
  readonly loopback: boolean
  view(caller: Caller): AccessView
  /** How the owner gets in now. */
  way(): 'code' | 'password'
  /** Printed at start; null: there is a password, or only this computer reaches us. */
  setUpCode(): string | null
  /** Who sends this token, from there. Raises key_wrong, key_expired; a session that ended is nobody. */
  callerOf(token: string | null, origin: Origin): Caller
  /** Is this token one of ours, good or not, and so never to be passed on? */
  isOurs(token: string): boolean
  /** Raises sign_in_wrong, too_many_tries. */
  signIn(ask: SignInTry): Promise<SignedIn>
  /** Ends the caller's own session. */
  signOut(caller: Caller): void
  /** Raises password_unusable, sign_in_wrong (`current`), too_many_tries. Every session but the answer's own ends. */
  setPassword(ask: SignInTry & { readonly caller: Caller; readonly current: string | null }): Promise<SignedIn>
  sessions(caller: Caller): SessionView[]
  endSession(id: string): void
  /** Every session but the caller's own; how many. */
  endOtherSessions(caller: Caller): number
  keys(): KeyView[]
  /** Raises key_name_taken. The token is nowhere but in the answer. */
  createKey(ask: KeyAsk): { readonly key: KeyView; readonly token: string }
  revokeKey(id: string): void
  /** Called whenever somebody may do less than before. Returns how to stop listening. */
  onLess(listener: () => void): () => void
  /** Never raises: what was done is done. */
  record(entry: AuditEntry): void
  audit(limit: number, before?: number): AuditView[]
}
