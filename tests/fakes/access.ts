// The way in, as cheap as tests need it: a digest that is quick, a code and a local key that are known.
import { createHash } from 'node:crypto'
import { createAccess, type WayIn } from '../../server/app/access.ts'
import type { Passwords } from '../../server/app/access-ports.ts'
import type { AccessUse } from '../../server/app/access-use.ts'
import { passingAccess } from '../../server/app/passing-access.ts'
import type { Clock, Ids, Log } from '../../server/app/ports.ts'
import type { SettingsUse } from '../../server/app/use-cases.ts'

export const setUpCode = 'abcd-ef01-2345'
export const localKey = 'e'.repeat(64)

export function fakePasswords(): Passwords {
  const digest = (password: string): string => createHash('sha256').update(password).digest('hex')
  return {
    digest: async (password) => digest(password),
    check: async (password, kept) => (digest(password) === kept ? 'right' : 'wrong'),
  }
}

export function fakeWayIn(loopback = true): WayIn {
  return { loopback, code: setUpCode, localKey, passwords: fakePasswords() }
}

interface Needs {
  readonly clock: Pick<Clock, 'now'>
  readonly ids: Ids
  readonly log: Pick<Log, 'info' | 'warn'>
  readonly settings: Pick<SettingsUse, 'get' | 'watch'>
  readonly loopback?: boolean
}

/** The real access over rows in memory. */
export function fakeAccess({ loopback = true, ...needs }: Needs): AccessUse {
  return createAccess({ ...fakeWayIn(loopback), ...needs, store: passingAccess() })
}
