// What access needs from the world: its rows, and a slow digest for the password.
import type { Scope } from '../domain/access.ts'

/** A browser, or a program, that has signed in as the owner. */
export interface Session {
  readonly id: string
  /** The token itself is nowhere but with whoever signed in. */
  readonly tokenHash: string
  readonly how: 'password' | 'code'
  /** Kind of browser or program, in words. */
  readonly agent: string
  readonly address: string | null
  /** Times in ms. */
  readonly createdAt: number
  readonly seenAt: number
  readonly until: number
}

export interface ApiKey {
  readonly id: string
  readonly name: string
  /** How the key begins: enough to recognise it. */
  readonly prefix: string
  readonly tokenHash: string
  readonly scopes: readonly Scope[]
  readonly createdAt: number
  readonly expiresAt: number | null
  readonly usedAt: number | null
  readonly usedFrom: string | null
}

export interface AccessStore {
  /** `hash` names its own parameters; null until the owner has chosen a password. */
  password(): { readonly hash: string; readonly setAt: number } | null
  /** One transaction: all sessions but `keep` end with the password they came in by. */
  setPassword(hash: string, at: number, keep: string | null): void
  /** The same password, digested with other parameters. Sessions stay. */
  rehash(hash: string): void
  sessions(): readonly Session[]
  /** Inserts it, or replaces the one of the same id. */
  putSession(session: Session): void
  removeSession(id: string): void
  keys(): readonly ApiKey[]
  /** False: another key has that name. */
  putKey(key: ApiKey): boolean
  removeKey(id: string): void
}

export interface AuditRow {
  readonly id: number
  readonly at: number
  readonly kind: 'owner' | 'key' | 'nobody'
  readonly who: string
  readonly address: string | null
  /** Id of the operation, or the method and path of a page. */
  readonly operation: string
  /** What it was about, in words; '' where it was about nothing in particular. */
  readonly subject: string
  readonly outcome: 'done' | 'refused' | 'failed'
  /** Code of the error; null when it was done. */
  readonly code: string | null
  /** How many alike this row stands for. */
  readonly times: number
}

export interface AuditStore {
  /** Keeps the newest of each kind: what was done, and what was refused, so that refusals never push out acts. */
  append(row: Omit<AuditRow, 'id'>): void
  /** Newest first. */
  recent(limit: number, before?: number): readonly AuditRow[]
}

/** A digest that is slow on purpose, with its parameters in its text. */
export interface Passwords {
  digest(password: string): Promise<string>
  /** `digest` null: takes as long as any other, and says no. `old`: right, but of parameters that are no longer used. */
  check(password: string, digest: string | null): Promise<'right' | 'old' | 'wrong'>
}
