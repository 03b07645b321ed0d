// Who is signed in as the owner.
import { SparkError } from '../contract/errors.ts'
import type { SessionView } from '../contract/operations/access-shapes.ts'
import { sessionSeconds } from '../domain/access.ts'
import { minuteMs } from '../domain/durations.ts'
import type { AccessStore, Session } from './access-ports.ts'
import { isoTime } from './iso-time.ts'
import type { Clock, Ids, Log } from './ports.ts'
import { isStorageTrouble } from './storage.ts'

export const sessionPrefix = 'spark-session-'
const sessionMs = sessionSeconds * 1000
/** That it was used is written down at most this often, ms. */
export const noteEveryMs = minuteMs
/** The least used fall away. */
const most = 50

interface Needs {
  readonly clock: Pick<Clock, 'now'>
  readonly ids: Ids
  readonly log: Pick<Log, 'warn'>
  readonly store: AccessStore
}

/** `prefix` + id + secret: the id finds the row, the digest of the whole decides. */
export function idOfToken(token: string, prefix: string): string | null {
  return token.startsWith(prefix) ? (/^([a-z0-9]{6,32})-[0-9a-f]+$/.exec(token.slice(prefix.length))?.[1] ?? null) : null
}

export function createSessions({ clock, ids, log, store }: Needs) {
  /** Begun while nothing could be written down: a full disk keeps nobody out. They end with this process. */
  let passing: readonly Session[] = []
  const alive = (): readonly Session[] => [...passing, ...store.sessions()].filter(({ until }) => until > clock.now())

  const remove = (id: string): void => {
    if (passing.some((one) => one.id === id)) passing = passing.filter((one) => one.id !== id)
    else store.removeSession(id)
  }
  const keep = (session: Session): void => {
    try {
      for (const { id, until } of store.sessions()) if (until <= clock.now()) store.removeSession(id)
      for (const { id } of alive()
        .toSorted((a, b) => b.seenAt - a.seenAt)
        .slice(most - 1))
        remove(id)
      store.putSession(session)
    } catch (error) {
      if (!isStorageTrouble(error)) throw error
      passing = [session, ...passing].slice(0, most)
    }
  }

  /** On a full disk its last use is not written down; it stays good. */
  const note = (session: Session, address: string | null): void => {
    const now = clock.now()
    if (now - session.seenAt < noteEveryMs) return
    try {
      store.putSession({ ...session, address: address ?? session.address, seenAt: now, until: now + sessionMs })
    } catch (error) {
      if (!isStorageTrouble(error)) throw error
      log.warn('the use of a session was not written down', { session: session.id })
    }
  }

  return {
    /** Null: none of ours, or ended. The same work either way. */
    find(token: string, address: string | null): Session | null {
      const id = idOfToken(token, sessionPrefix)
      const row = alive().find((one) => one.id === id)
      const isRight = ids.digest(token) === (row?.tokenHash ?? ids.digest(sessionPrefix))
      if (row === undefined || !isRight) return null
      note(row, address)
      return row
    },
    /** A new session and its token. */
    begin(how: Session['how'], agent: string, address: string | null): { readonly session: Session; readonly token: string } {
      const now = clock.now()
      const id = ids.next()
      const token = `${sessionPrefix}${id}-${ids.secret()}`
      const session = { id, tokenHash: ids.digest(token), how, agent, address, createdAt: now, seenAt: now, until: now + sessionMs }
      keep(session)
      return { session, token }
    },
    list: (own: string | null): SessionView[] =>
      alive()
        .toSorted((a, b) => b.seenAt - a.seenAt)
        .map(({ id, agent, address, how, createdAt, seenAt, until }) => ({
          id,
          agent,
          address,
          how,
          createdAt: isoTime(createdAt),
          seenAt: isoTime(seenAt),
          until: isoTime(until),
          yours: id === own,
        })),
    end(id: string): void {
      if (!alive().some((one) => one.id === id)) throw new SparkError('not_found', { what: `session "${id}"` })
      remove(id)
    },
    endOthers(own: string | null): number {
      const others = alive().filter(({ id }) => id !== own)
      for (const { id } of others) remove(id)
      return others.length
    },
  }
}
