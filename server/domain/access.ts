// Who may do what. Three rights; three policies that say what needs no sign-in; keys with scopes of their own. Pure.
//
//   policy      a private address, unsigned     any other address, unsigned     owner, signed in     API key
//   household   see, use                        nothing                         everything           its scopes
//   locked      nothing                         nothing                         everything           its scopes
//   trusted     everything                      nothing                         everything           its scopes
//
// What an address alone may do, a request with a key from that address may do as well.

export const rights = ['see', 'use', 'operate'] as const
export type Right = (typeof rights)[number]

/** What a key can be given. `switch`: ask for another model, and nothing else that changes something. */
export const scopes = ['see', 'use', 'switch', 'operate'] as const
export type Scope = (typeof scopes)[number]

export const policies = ['household', 'locked', 'trusted'] as const
export type Policy = (typeof policies)[number]

export type Who =
  /** `session` null: the command line on the appliance itself, or the set-up code. */
  | { readonly kind: 'owner'; readonly session: string | null }
  | { readonly kind: 'key'; readonly id: string; readonly name: string; readonly scopes: readonly Scope[] }
  | { readonly kind: 'nobody' }

/** Where a request came from. */
export interface Origin {
  /** An IP literal; null: not known, which is never near. */
  readonly address: string | null
  /** From this computer or a private address. */
  readonly near: boolean
  /** A proxy that is not on the list passed it on: the sender is not known. Its address. */
  readonly strangeProxy: string | null
}

export interface Caller extends Origin {
  readonly who: Who
  readonly may: ReadonlySet<Scope>
}

/** What an operation wants of its caller. */
export interface Demand {
  /** `anyone`: nothing at all, such as signing in. */
  readonly right: Right | 'anyone'
  /** A scope that is enough as well. */
  readonly orScope?: 'switch'
  /** Who may come in is for the owner alone: no key, whatever its scopes. */
  readonly ownerOnly?: boolean
}

const everything: ReadonlySet<Scope> = new Set(scopes)
const nothing: ReadonlySet<Scope> = new Set()
const household: ReadonlySet<Scope> = new Set(['see', 'use'])

/** What needs no sign-in. */
export function openTo(policy: Policy, near: boolean): ReadonlySet<Scope> {
  if (!near || policy === 'locked') return nothing
  return policy === 'trusted' ? everything : household
}

/** Whoever may operate may see what comes of it. */
function withSight(given: readonly Scope[]): readonly Scope[] {
  return given.includes('operate') ? [...given, 'see', 'switch'] : given
}

export function callerOf(policy: Policy, origin: Origin, who: Who): Caller {
  const open = openTo(policy, origin.near)
  const may = who.kind === 'owner' ? everything : who.kind === 'key' ? new Set([...open, ...withSight(who.scopes)]) : open
  return { ...origin, who, may }
}

export function mayDo({ who, may }: Pick<Caller, 'who' | 'may'>, { right, orScope, ownerOnly }: Demand): boolean {
  if (right === 'anyone') return true
  if (ownerOnly === true && who.kind === 'key') return false
  return may.has(right) || (orScope !== undefined && may.has(orScope))
}

/** Bound to loopback and without a password, only who sits at this computer comes in at all. */
export function policyInForce(chosen: Policy, at: { readonly loopback: boolean; readonly hasPassword: boolean }): Policy {
  return at.loopback && !at.hasPassword ? 'trusted' : chosen
}

/** A sign-in ends this long after its last use. */
export const sessionSeconds = 30 * 24 * 3600

/** Fewest characters of a password; more than it takes to resist guessing at the rate that tries are let through. */
export const shortestPassword = 10
export const longestPassword = 200

/** Why a password cannot be used; null: it can. */
export function faultOfPassword(password: string): string | null {
  const length = [...password].length
  if (length < shortestPassword) return `at least ${shortestPassword} characters are needed`
  if (length > longestPassword) return `at most ${longestPassword} characters can be taken`
  if (new Set(password.toLowerCase()).size < 4) return 'it repeats the same few characters'
  return null
}
