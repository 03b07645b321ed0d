// Who may come in, and with what right: policy, the owner's password and sessions, keys of apps, and the record of what was done.
import { SparkError } from '../contract/errors.ts'
import type { AccessView } from '../contract/operations/access-shapes.ts'
import {
  type Caller,
  callerOf,
  faultOfPassword,
  type Origin,
  openTo,
  type Policy,
  policyInForce,
  scopes,
  type Who,
} from '../domain/access.ts'
import { createKeys, keyPrefix } from './access-keys.ts'
import type { AccessStore, AuditStore, Passwords } from './access-ports.ts'
import { createSessions, sessionPrefix } from './access-sessions.ts'
import type { AccessUse, SignedIn, SignInTry } from './access-use.ts'
import { createAudit, nameOf } from './audit.ts'
import type { Clock, Ids, Log } from './ports.ts'
import { createTries } from './tries.ts'
import type { SettingsUse } from './use-cases.ts'

/** What is known of the way in before the database is open. */
export interface WayIn {
  /** True when only this computer can reach the server. */
  readonly loopback: boolean
  /** The one-time set-up code of this start. */
  readonly code: string
  /** Known to whoever can read the data folder: the command line there. It also signs which browsers were here before. */
  readonly localKey: string
  readonly passwords: Passwords
}

export interface AccessNeeds extends WayIn {
  readonly clock: Pick<Clock, 'now'>
  readonly ids: Ids
  readonly log: Pick<Log, 'info' | 'warn'>
  readonly store: { readonly access: AccessStore; readonly audit: AuditStore }
  readonly settings: Pick<SettingsUse, 'get' | 'watch'>
}

const nobody: Who = { kind: 'nobody' }
const letters = (code: string): string => code.toLowerCase().replace(/[^a-z0-9]/g, '')

/** Twelve letters and digits, 48 random bits, in groups that can be read out. */
export function setUpCode(ids: Ids): string {
  return (letters(ids.secret()).slice(0, 12).match(/.{4}/g) ?? []).join('-')
}

export function createAccess(needs: AccessNeeds): AccessUse {
  const { clock, ids, log, settings, loopback, passwords } = needs
  const store = needs.store.access
  const sessions = createSessions({ clock, ids, log, store })
  const keys = createKeys({ clock, ids, log, store })
  const audit = createAudit({ clock, log, store: needs.store.audit })
  const tries = createTries(clock)
  const listeners = new Set<() => void>()

  const hasPassword = (): boolean => store.password() !== null
  const chosen = (): Policy => settings.get('access.policy')
  const inForce = (): Policy => policyInForce(chosen(), { loopback, hasPassword: hasPassword() })
  const codeCounts = (): boolean => !loopback && !hasPassword()
  const isSame = (given: string, secret: string): boolean => ids.digest(given) === ids.digest(secret)
  const isCode = (given: string): boolean => isSame(letters(given), letters(needs.code)) && codeCounts()

  const less = (): void => {
    for (const listener of [...listeners]) listener()
  }
  for (const key of ['access.policy', 'access.homeNetworks', 'access.trustedProxies'] as const) settings.watch(key, less)

  /** Every way is walked, so that time tells nothing about which one failed. */
  const whoIs = (token: string | null, origin: Origin): Who => {
    if (token === null) return nobody
    const session = sessions.find(token, origin.address)
    const isLocal = isSame(token, needs.localKey)
    const isSetUp = isCode(token)
    const key = keys.find(token, origin.address)
    if (key !== null) return { kind: 'key', id: key.id, name: key.name, scopes: key.scopes }
    if (session !== null) return { kind: 'owner', session: session.id }
    return isLocal || isSetUp ? { kind: 'owner', session: null } : nobody
  }

  // A device is known by a mark that only this appliance can make, and that a new password makes worthless.
  const mark = (id: string): string => `${id}.${ids.digest(`device\n${id}\n${store.password()?.setAt ?? ''}\n${needs.localKey}`)}`
  const deviceOf = (given: string | null): string | null => {
    const id = /^([a-z0-9]{6,32})\./.exec(given ?? '')?.[1]
    return given !== null && id !== undefined && isSame(given, mark(id)) ? id : null
  }
  const signedIn = (how: 'password' | 'code', { agent, address, device }: SignInTry): SignedIn => {
    const { session, token } = sessions.begin(how, agent, address)
    return { token, device: mark(deviceOf(device) ?? ids.next()), until: session.until }
  }

  /** Raises unless `given` is the password, or the code while there is none. */
  const proven = async (ask: SignInTry): Promise<void> => {
    const wasNone = tries.begin(ask, deviceOf(ask.device))
    const kept = store.password()
    const verdict = await passwords.check(ask.given, kept?.hash ?? null)
    const isGood = kept === null ? isCode(ask.given) || openTo(inForce(), ask.near).has('operate') : verdict !== 'wrong'
    if (!isGood) throw new SparkError('sign_in_wrong', { way: way() })
    wasNone()
    if (verdict === 'old' && store.password()?.hash === kept?.hash) store.rehash(await passwords.digest(ask.given))
  }
  const way = (): 'code' | 'password' => (hasPassword() ? 'password' : 'code')

  return {
    loopback,
    view: (caller) => viewOf(caller, { policy: inForce(), chosen: chosen(), hasPassword: hasPassword(), loopback }),
    way,
    setUpCode: () => (codeCounts() ? needs.code : null),
    callerOf: (token, origin) => callerOf(inForce(), origin, whoIs(token, origin)),
    isOurs: (token) => token.startsWith(keyPrefix) || token.startsWith(sessionPrefix) || isSame(token, needs.localKey) || isCode(token),
    async signIn(ask) {
      await proven(ask)
      return signedIn(way(), ask)
    },
    signOut({ who }) {
      if (who.kind !== 'owner' || who.session === null) return
      sessions.end(who.session)
      less()
    },
    async setPassword(ask) {
      const why = faultOfPassword(ask.given)
      if (why !== null) throw new SparkError('password_unusable', { why })
      const { who } = ask.caller
      const isCommandLine = who.kind === 'owner' && who.session === null && hasPassword()
      if (hasPassword() && !isCommandLine) await proven({ ...ask, given: ask.current ?? '' })
      const digest = await passwords.digest(ask.given)
      store.setPassword(digest, clock.now(), null)
      sessions.endOthers(null)
      less()
      log.info('the password of the owner was set; every session ended', { by: nameOf(ask.caller) })
      return signedIn('password', ask)
    },
    sessions: ({ who }) => sessions.list(who.kind === 'owner' ? who.session : null),
    endSession(id) {
      sessions.end(id)
      less()
    },
    endOtherSessions({ who }) {
      const ended = sessions.endOthers(who.kind === 'owner' ? who.session : null)
      less()
      return ended
    },
    keys: keys.list,
    createKey: keys.create,
    revokeKey(id) {
      keys.revoke(id)
      less()
    },
    onLess(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    record: audit.record,
    audit: audit.list,
  }
}

interface Standing {
  readonly policy: Policy
  readonly chosen: Policy
  readonly hasPassword: boolean
  readonly loopback: boolean
}

const sentences: Readonly<Record<Policy, string>> = {
  household: 'Everybody at home sees this appliance and may use the models. Changing something needs your sign-in.',
  locked: 'Nothing is seen, used or changed without your sign-in or an API key.',
  trusted: 'Everybody at home may see, use and change everything, without signing in.',
}

function viewOf(caller: Caller, { policy, chosen, hasPassword, loopback }: Standing): AccessView {
  const alone = loopback && !hasPassword
  return {
    policy,
    chosen,
    sentence: alone ? 'Only this computer can reach this appliance, and it may do everything without signing in.' : sentences[policy],
    hasPassword,
    you: {
      kind: caller.who.kind,
      name: caller.who.kind === 'nobody' ? null : nameOf(caller),
      may: scopes.filter((one) => caller.may.has(one)),
      address: caller.address,
      near: caller.near,
    },
  }
}
