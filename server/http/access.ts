// Who may change something, before passwords exist. Bound to loopback the server trusts who can reach it. Bound to the network it
// prints a one-time set-up code when it starts and wants it before the first change: from a browser once (a cookie follows),
// from a program as `Authorization: Bearer <code or session token>`.
import type { Clock, Ids } from '../app/ports.ts'

interface Session {
  readonly token: string
  /** Milliseconds. */
  readonly until: number
}

export interface Access {
  /** Printed at start; null when bound to loopback. */
  readonly code: string | null
  /** A session for the right code, null for a wrong one. */
  signIn(code: string): Session | null
  /** The Set-Cookie value of a session. */
  cookieOf(session: Session): string
  /** May the sender of these headers change something? */
  mayChange(headers: Headers): boolean
  /** Is this Authorization header meant for us (and so never to be passed on)? */
  isOurs(authorization: string): boolean
}

const cookieName = 'spark_session'
const sessionMs = 30 * 24 * 3_600_000

const words = (code: string): string => code.toLowerCase().replace(/[^a-z0-9]/g, '')

const bearerOf = (authorization: string | null): string | null => /^bearer\s+(\S+)$/i.exec(authorization ?? '')?.[1] ?? null

const cookieIn = (header: string | null): string | null =>
  (header ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .find((pair) => pair.startsWith(`${cookieName}=`))
    ?.slice(cookieName.length + 1) ?? null

interface Needs {
  readonly clock: Clock
  readonly ids: Ids
  /** True when only this computer can reach the server. */
  readonly loopback: boolean
  /** Signs sessions, so that they outlive a restart; kept by the caller, never shown. */
  readonly secret: string
}

/**
 * Comparisons are of digests: their time tells nothing about how near a guess came. Tries are not counted: the code has 48 random
 * bits, out of reach of guessing over a network, and a count would let any stranger lock the owner out.
 */
export function createAccess({ clock, ids, loopback, secret }: Needs): Access {
  const code = loopback ? null : (words(ids.secret()).slice(0, 12).match(/.{4}/g) ?? []).join('-')
  const sign = (until: string): string => ids.digest(`session\n${until}\n${secret}`)
  const isCode = (given: string): boolean => code !== null && ids.digest(words(given)) === ids.digest(words(code))
  const isSession = (token: string): boolean => {
    const [until, signature] = token.split('.', 2)
    if (until === undefined || signature === undefined || !/^\d{1,15}$/.test(until)) return false
    return ids.digest(signature) === ids.digest(sign(until)) && Number(until) > clock.now()
  }

  return {
    code,
    signIn(given) {
      if (!loopback && !isCode(given)) return null
      const until = clock.now() + sessionMs
      return { token: `${until}.${sign(String(until))}`, until }
    },
    cookieOf: ({ token }) => `${cookieName}=${token}; Path=/; Max-Age=${sessionMs / 1000}; HttpOnly; SameSite=Strict`,
    mayChange(headers) {
      if (loopback) return true
      const bearer = bearerOf(headers.get('authorization'))
      if (bearer !== null && (isCode(bearer) || isSession(bearer))) return true
      const cookie = cookieIn(headers.get('cookie'))
      return cookie !== null && isSession(cookie)
    },
    isOurs(authorization) {
      const bearer = bearerOf(authorization)
      return bearer !== null && (isCode(bearer) || isSession(bearer))
    },
  }
}
